"""How a point reads: where it is, what differs, who put it where, what may be chosen.

Judges stand by their names and choices by the order of the text and of the domain list, so nothing
shows which view has more judges. Nothing here asks the database.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.consensus.choices import DOUBLE_CODE, EDIT, NOT_CODED, SAID, TALK_LATER, Choice, one_view
from app.consensus.points import PointView
from app.consensus.revealed import RevealedDraft
from app.consensus.rules import Outcome
from app.domains.comparison import Coded, Piece
from app.domains.differences import Differences, passage_of, was_joined
from app.domains.outcomes import View, is_coded, view_of
from app.domains.queries import DomainRow
from app.domains.transcripts import TranscriptText

ELSEWHERE = "an earlier version of the transcript"


class Put(NamedTuple):
    """One passage of a judge in one domain (None: left out), and how much of the turn it is."""

    domain: DomainRow | None
    extent: str


@dataclass(frozen=True)
class Line:
    """What one judge put at a point; nothing where they did not code it."""

    judge: RevealedDraft
    puts: tuple[Put, ...]


@dataclass(frozen=True)
class Discussed:
    """A point as the page shows it.

    `shared` are the domains that all judges have there besides; `decision` says what was decided.
    `transcript` is none where the passage is of a version that is not the newest any more.
    """

    point: PointView
    transcript: TranscriptText | None
    turn: int | None
    where: str
    differs: str
    lines: tuple[Line, ...]
    shared: tuple[DomainRow, ...]
    choices: tuple[Choice, ...]
    decision: str

    @property
    def title(self) -> str:
        """'Turn 44 · other domain'."""
        return f"{self.where} · {self.differs}"

    @property
    def is_same(self) -> bool:
        """Did all judges mark the very same passage?"""
        return len({put.extent for line in self.lines for put in line.puts}) == 1


class Words:
    """Puts points into words, for one case."""

    def __init__(
        self,
        found: Differences,
        domains: Sequence[DomainRow],
        transcripts: Sequence[TranscriptText],
    ) -> None:
        self._found = found
        self._domains: Mapping[int, DomainRow] = {domain.id: domain for domain in domains}
        self._texts = {transcript.version_id: transcript for transcript in transcripts}

    def of(self, point: PointView) -> Discussed:
        """A point in words."""
        pieces = self._found.pieces(point)
        here = passage_of(point)
        transcript = self._texts.get(here.version)
        shared = self._listed({each.domain for each in self._found.around(point)})
        return Discussed(
            point=point,
            transcript=transcript,
            turn=next((t.number for t in transcript.turns if t.end > here.start), None)
            if transcript
            else None,
            where=place_of(transcript, here.start, here.end),
            differs=self._differs(point, pieces, bool(shared)),
            lines=tuple(self._line(judge, pieces) for judge in self._found.drafts.judges),
            shared=shared,
            choices=tuple(self._choices(point, pieces, shared)),
            decision=self._decision(point, pieces, shared),
        )

    def _domain(self, domain_id: int) -> DomainRow:
        gone = DomainRow(domain_id, "a domain no longer listed", "–", None, 0, 999, "", 1)  # type: ignore[arg-type]
        return self._domains.get(domain_id, gone)

    def _listed(self, ids: set[int | None]) -> tuple[DomainRow, ...]:
        rows = [self._domain(each) for each in ids if each is not None]
        return tuple(sorted(rows, key=lambda row: (row.position, row.id)))

    def _line(self, judge: RevealedDraft, pieces: Sequence[Piece]) -> Line:
        own = view_of(judge.account_id, pieces)
        puts = []
        for passage in own:
            extent = self._extent(passage)
            puts += [Put(row, extent) for row in self._listed(set(passage.domains))] or [
                Put(None, extent)
            ]
        return Line(judge, tuple(puts))

    def _extent(self, passage: Coded) -> str:
        transcript = self._texts.get(passage.version)
        return transcript.extent(passage.start, passage.end) if transcript else ""

    def _differs(self, point: PointView, pieces: Sequence[Piece], shared: bool) -> str:
        domains = {piece.domain for piece in pieces}
        if was_joined(point):
            (row,) = self._listed(domains) or (None,)
            return row.title if row else "not coded"
        if None in domains:
            return "coded or left out"
        held = [
            frozenset(piece.domain for piece in pieces if piece.judge == judge.account_id)
            for judge in self._found.drafts.judges
        ]
        if len(set(held) - {frozenset()}) > 1:
            return "other domain"
        if frozenset() not in held:
            return "other ends"
        return "in a further domain" if shared else "not coded by all"

    def _choices(
        self, point: PointView, pieces: Sequence[Piece], shared: tuple[DomainRow, ...]
    ) -> list[Choice]:
        views = self._views(pieces)
        choices = [
            Choice(
                one_view(min(judges)),
                self._label(view, views),
                f"As {self._names(judges)}: {self._titles(view)}, {self._extents(view)}",
                tuple(row.hue for row in self._rows(view)),
            )
            for view, judges in views.items()
        ]
        nothing = [
            judge.account_id
            for judge in self._found.drafts.judges
            if not view_of(judge.account_id, pieces)
        ]
        if shared and nothing:
            only = " + ".join(row.title for row in shared)
            said = f"As {self._names(nothing)}: nothing more than what all have here"
            hues = tuple(row.hue for row in shared)
            choices.append(Choice(one_view(min(nothing)), f"Only {only}", said, hues))
        domains = {piece.domain for piece in pieces} | {row.id for row in shared}
        if len(domains - {None}) > 1:
            choices.append(DOUBLE_CODE)
        return [*choices, EDIT, NOT_CODED, TALK_LATER]

    def _views(self, pieces: Sequence[Piece]) -> dict[View, list[int]]:
        """The different views in which something is coded, in the order of text and list."""
        held: dict[View, list[int]] = {}
        for judge in self._found.drafts.judges:
            view = view_of(judge.account_id, pieces)
            if is_coded(view):
                held.setdefault(view, []).append(judge.account_id)

        def place(view: View) -> list[tuple[int, ...]]:
            return [
                (each.start, -each.end, *(row.position for row in self._listed(set(each.domains))))
                for each in view
            ]

        return {view: held[view] for view in sorted(held, key=place)}

    def _label(self, view: View, views: Iterable[View]) -> str:
        """The domains of a view; with its ends where another view has the same domains."""
        title = self._titles(view)
        same = [each for each in views if self._titles(each) == title]
        return title if same == [view] else f"{title}, {self._extents(view)}"

    def _rows(self, view: View) -> tuple[DomainRow, ...]:
        return self._listed({domain for each in view for domain in each.domains})

    def _titles(self, view: View) -> str:
        return " + ".join(row.title for row in self._rows(view))

    def _extents(self, view: View) -> str:
        return ", ".join(dict.fromkeys(self._extent(each) for each in view))

    def _names(self, ids: Sequence[int]) -> str:
        names = [judge.name for judge in self._found.drafts.judges if judge.account_id in ids]
        return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)

    def _decision(
        self, point: PointView, pieces: Sequence[Piece], shared: tuple[DomainRow, ...]
    ) -> str:
        if point.outcome is None:
            return "joined" if point.is_joined else ""
        if point.outcome is not Outcome.ONE_VIEW:
            return SAID[point.outcome]
        view = view_of((point.chosen or {}).get("judge", 0), pieces)
        if is_coded(view):
            return self._label(view, self._views(pieces))
        only = " + ".join(row.title for row in shared)
        return f"only {only}" if only else SAID[Outcome.NOT_CODED]


def place_of(transcript: TranscriptText | None, start: int, end: int) -> str:
    """'Turn 44', 'Turns 31–32'."""
    if transcript is None:
        return ELSEWHERE.capitalize()
    cited = transcript.cite(start, end)
    return f"Turns {cited}" if "–" in cited else f"Turn {cited}"
