"""Two consensus versions of a case, one beside the other: what came, went, moved, changed.

PURE. Domains, core ideas and passages are matched by their guids, so a new title or number is no
change of what they say.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.core_ideas.consensus_version import Document, DomainPart, Passage, Statement
from app.word_diff import Piece, word_diff


@dataclass(frozen=True)
class Changed:
    """A core idea of both versions that is not the same in them.

    `pieces` is its word diff, empty where the words are the same; `left` and `came` are passages it
    does not rest on any more, or newly; `moved_from` is the domain it stood in, "" where it stayed.
    """

    was: Statement
    now: Statement
    pieces: tuple[Piece, ...]
    moved_from: str
    left: tuple[Passage, ...]
    came: tuple[Passage, ...]


@dataclass(frozen=True)
class DomainChanges:
    """What changed in a domain, in the order of the newer version."""

    guid: str
    title: str
    abbreviation: str
    hue: int
    renamed_from: str
    added: tuple[Statement, ...]
    dropped: tuple[Statement, ...]
    moved_away: tuple[tuple[Statement, str], ...]
    changed: tuple[Changed, ...]
    passages_added: tuple[Passage, ...]
    passages_dropped: tuple[Passage, ...]
    absence: tuple[str, str]
    reordered: bool

    @property
    def is_there(self) -> bool:
        """Is anything different in this domain?"""
        return bool(self.statements_differ or self.renamed_from or self.raw_data_differ)

    @property
    def statements_differ(self) -> bool:
        """Do its core ideas, or the reason for none, differ?"""
        return bool(
            self.added
            or self.dropped
            or self.moved_away
            or self.changed
            or self.reordered
            or self.absence[0] != self.absence[1]
        )

    @property
    def raw_data_differ(self) -> bool:
        """Are other passages in it?"""
        return bool(self.passages_added or self.passages_dropped)


@dataclass(frozen=True)
class Comparison:
    """From one version to another: only what differs."""

    domains: tuple[DomainChanges, ...]
    lists: tuple[int, int]
    uncoded: tuple[str, str]
    left_out_added: tuple[str, ...]
    left_out_dropped: tuple[str, ...]

    @property
    def is_there(self) -> bool:
        """Does anything differ?"""
        return bool(
            self.domains
            or self.left_out_added
            or self.left_out_dropped
            or self.uncoded[0] != self.uncoded[1]
        )


@dataclass(frozen=True)
class _Side:
    """One version by guids."""

    domains: Mapping[str, DomainPart]
    ideas: Mapping[str, tuple[DomainPart, Statement]]
    passages: Mapping[str, Passage]


def compare(before: Document, after: Document) -> Comparison:
    """What is different in `after`."""
    old, new = _side(before), _side(after)
    gone = [domain for domain in before.domains if domain.guid not in new.domains]
    nothing = {"statements": (), "passages": (), "absence": ""}
    pairs = [(old.domains.get(domain.guid), domain) for domain in after.domains]
    pairs += [(domain, DomainPart(**{**vars(domain), **nothing})) for domain in gone]
    found = (_domain(was, now, old, new) for was, now in pairs)
    skipped = {left.guid: left.turns for left in before.left_out}
    kept = {left.guid: left.turns for left in after.left_out}
    return Comparison(
        domains=tuple(changes for changes in found if changes.is_there),
        lists=(before.domain_list, after.domain_list),
        uncoded=(before.uncoded, after.uncoded),
        left_out_added=tuple(turns for guid, turns in kept.items() if guid not in skipped),
        left_out_dropped=tuple(turns for guid, turns in skipped.items() if guid not in kept),
    )


def _side(document: Document) -> _Side:
    return _Side(
        {domain.guid: domain for domain in document.domains},
        {idea.guid: (domain, idea) for domain in document.domains for idea in domain.statements},
        {passage.guid: passage for domain in document.domains for passage in domain.passages},
    )


def _domain(was: DomainPart | None, now: DomainPart, old: _Side, new: _Side) -> DomainChanges:
    stood = {idea.guid: idea for idea in was.statements} if was else {}
    stands = {idea.guid: idea for idea in now.statements}
    lay = {passage.guid: passage for passage in was.passages} if was else {}
    lies = {passage.guid: passage for passage in now.passages}
    left = [idea for guid, idea in stood.items() if guid not in stands]
    return DomainChanges(
        guid=now.guid,
        title=now.title,
        abbreviation=now.abbreviation,
        hue=now.hue,
        renamed_from=was.title if was and was.title != now.title else "",
        added=tuple(idea for guid, idea in stands.items() if guid not in old.ideas),
        dropped=tuple(idea for idea in left if idea.guid not in new.ideas),
        moved_away=tuple(
            (idea, new.ideas[idea.guid][0].title) for idea in left if idea.guid in new.ideas
        ),
        changed=tuple(_changed(now, old, new)),
        passages_added=tuple(passage for guid, passage in lies.items() if guid not in lay),
        passages_dropped=tuple(passage for guid, passage in lay.items() if guid not in lies),
        absence=(was.absence if was else "", now.absence),
        reordered=_order(stood, stands) != _order(stands, stood),
    )


def _order(these: Mapping[str, Statement], those: Mapping[str, Statement]) -> Sequence[str]:
    return [guid for guid in these if guid in those]


def _changed(domain: DomainPart, old: _Side, new: _Side) -> Iterator[Changed]:
    for now in domain.statements:
        if now.guid not in old.ideas:
            continue
        stood_in, was = old.ideas[now.guid]
        moved_from = stood_in.title if stood_in.guid != domain.guid else ""
        left = [guid for guid in was.passages if guid not in now.passages]
        came = [guid for guid in now.passages if guid not in was.passages]
        if was.text != now.text or moved_from or left or came:
            yield Changed(
                was,
                now,
                word_diff(was.text, now.text) if was.text != now.text else (),
                moved_from,
                tuple(old.passages[guid] for guid in left if guid in old.passages),
                tuple(new.passages[guid] for guid in came if guid in new.passages),
            )
