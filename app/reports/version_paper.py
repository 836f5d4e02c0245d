"""A frozen version as paragraphs: a case's consensus version, a domain's cross-analysis. PURE."""

from collections.abc import Iterator, Sequence

from app.consensus.amending import Cause
from app.consensus.versions import VersionHead
from app.core_ideas.consensus_version import Document, DomainPart, Note
from app.cross_analysis.board_version import BoardDocument, Card, CategoryPart
from app.reports.paper import Line, Look, Place, Run, line

CAUSES = {
    Cause.AGREED: "agreed by all",
    Cause.AMENDED: "amended while sorting",
    Cause.EDITORIAL: "spelling corrected",
    Cause.AUDIT: "after the audit",
    Cause.DOMAINS_MERGED: "domains merged",
}
DONE = {
    "reword": "reworded",
    "split": "split",
    "move": "moved",
    "editorial": "spelling or punctuation corrected",
}
NOT_AGREED = "Working document: not agreed by all."


def case_title(document: Document, head: VersionHead | None) -> str:
    """'P07, consensus version 2'."""
    return f"{document.code}, " + (
        f"consensus version {head.number}" if head else "working document"
    )


def case_lines(document: Document, head: VersionHead | None, *, working: bool) -> list[Line]:
    """A case's consensus version; without a `head` it is not frozen, and says so if `working`."""
    lines = [line(Place.TITLE, case_title(document, head))]
    if working:
        lines.append(line(Place.MARK, NOT_AGREED))
    lines += _facts(
        [
            ("Study", document.study),
            ("Sample", document.sample),
            *_head(head),
            ("Domain list", str(document.domain_list)),
            ("Transcripts", "; ".join(document.transcripts) or "none"),
        ]
    )
    for domain in document.domains:
        lines += _domain(domain)
    if document.uncoded or document.left_out:
        lines.append(line(Place.HEAD, "Not in any domain"))
    if document.uncoded:
        lines.append(line(Place.NOTE, Run("Uncoded turns: ", Look.STRONG), document.uncoded))
    if document.left_out:
        turns = ", ".join(left.turns for left in document.left_out)
        lines.append(line(Place.NOTE, Run("Looked at and not coded: ", Look.STRONG), turns))
    return [*lines, *_notes(document.notes, "Amendments and editorial changes")]


def _domain(domain: DomainPart) -> Iterator[Line]:
    yield line(Place.HEAD, f"{domain.number} {domain.title}")
    for idea in domain.statements:
        cited = f"  [{_turns(idea.turns)}]" if idea.turns else ""
        yield line(Place.STATEMENT, f"{idea.number}  ", idea.text, Run(cited, Look.FAINT))
    if domain.absence:
        yield line(Place.STATEMENT, f"No core idea: {domain.absence}.")
    elif not domain.statements:
        nothing = "No core idea yet." if domain.passages else "Nothing is coded in this domain."
        yield line(Place.STATEMENT, Run(nothing, Look.FAINT))
    for passage in domain.passages:
        others = f"  also in {', '.join(passage.also_in)}" if passage.also_in else ""
        for place, said in enumerate(passage.said):
            last = place == len(passage.said) - 1
            yield line(
                Place.RAW_DATA,
                Run(f"{passage.number}  " if not place else "", Look.FAINT),
                Run(f"{said.turn}  " if said.turn else "", Look.STRONG),
                f"{said.speaker}: " if said.speaker else "",
                said.text,
                Run(others if last else "", Look.FAINT),
            )


def _turns(cited: str) -> str:
    return f"turns {cited}" if "," in cited or "–" in cited else f"turn {cited}"


def board_title(document: BoardDocument, head: VersionHead) -> str:
    """'Consequences, cross-analysis version 2'."""
    return f"{document.title}, cross-analysis version {head.number}"


def board_lines(document: BoardDocument, head: VersionHead) -> list[Line]:
    """A domain's cross-analysis as it was agreed."""
    lines = [line(Place.TITLE, board_title(document, head))]
    lines += _facts(
        [
            ("Study", document.study),
            ("Sample", f"{document.sample}, N = {len(document.cases)}"),
            *_head(head),
            ("Rule", f"{document.rule}, at least {document.min_cases} cases"),
            ("Domain list", str(document.domain_list)),
        ]
    )
    for category in document.every_category:
        lines += _category(category)
    for title, cards in (
        ("Miscellaneous (never counted)", document.miscellaneous),
        ("Unsorted", document.unsorted),
    ):
        if cards:
            lines += [line(Place.HEAD, title), *map(_card, cards)]
    return [*lines, *_notes(document.notes, "Amendments made while sorting")]


def _category(category: CategoryPart) -> Iterator[Line]:
    place = Place.SUBHEAD if category.is_subcategory else Place.HEAD
    label = f", {category.label}" if category.label else ""
    count = Run(f"  n = {category.n}{label}", Look.FAINT)
    yield line(place, f"{category.number} {category.title}", count)
    yield from map(_card, category.cards)


def _card(card: Card) -> Line:
    also = f", also in {', '.join(card.also_in)}" if card.also_in else ""
    cited = f", {card.turns}" if card.turns else ""
    return line(
        Place.STATEMENT,
        f"{card.number}  ",
        Run(f"{card.code} ", Look.STRONG),
        card.text,
        Run(f"  [{card.idea}{cited}{also}]", Look.FAINT),
    )


def _head(head: VersionHead | None) -> list[tuple[str, str]]:
    if head is None:
        return []
    agreed = [f"{judge.name} {judge.agreed_at[:10]}" for judge in head.agreed]
    return [
        ("Version", f"{head.number}, {CAUSES[head.cause]}, {head.made_at:%Y-%m-%d %H:%M} UTC"),
        ("Judges", ", ".join(_judges(head))),
        ("Agreements", ", ".join(agreed) or "on record in the trail"),
    ]


def _judges(head: VersionHead) -> Iterator[str]:
    for judge in head.judges:
        off = f" (taken off {judge.taken_off_at[:10]})" if judge.taken_off_at else ""
        yield judge.name + off


def _facts(facts: Sequence[tuple[str, str]]) -> Iterator[Line]:
    for name, words in facts:
        yield line(Place.FACT, Run(f"{name}: ", Look.STRONG), words)


def _notes(notes: Sequence[Note], title: str) -> Iterator[Line]:
    if notes:
        yield line(Place.HEAD, title)
    for note in notes:
        where = f" from {note.domain} to {note.new_domain}" if note.kind == "move" else ""
        sorting = f", while sorting {note.board}" if note.board else ""
        waits = "" if note.agreed_at else ", waits for the agreement of that board"
        yield line(
            Place.NOTE,
            Run(f"{note.number} ", Look.STRONG),
            f"{DONE[note.kind]}{where}",
            Run(f"  {note.by}, {note.at[:10]}{sorting}{waits}", Look.FAINT),
        )
        if note.kind == "move":
            yield line(Place.RAW_DATA, note.was[0])
            continue
        yield from (line(Place.RAW_DATA, Run(text, Look.REMOVED)) for text in note.was)
        yield from (line(Place.RAW_DATA, Run(text, Look.ADDED)) for text in note.became)
