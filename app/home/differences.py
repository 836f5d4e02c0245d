"""What an entry of the trail changed of one item, field by field: words against words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cross_analysis.models import Category
from app.db import run
from app.domains.models import Domain
from app.domains.transcripts import TranscriptText, transcripts_of
from app.home.words import listed
from app.trail.queries import Entry
from app.word_diff import Kind, Piece, word_diff

Values = Mapping[str, Any]
LONG = ("text", "memo", "title", "definition")
"""Fields whose words are compared; of the others both sides are named."""
LABELS = {
    "text": "Words",
    "memo": "Memo",
    "title": "Title",
    "abbreviation": "Abbreviation",
    "definition": "Definition",
    "kind": "Kind",
    "place": "Passage",
    "domains": "Domains",
    "places": "On the board",
    "raw_data": "Raw data",
    "parent": "In",
}
FIELDS = {
    "block": ("place", "domains", "memo"),
    "not_coded": ("place",),
    "core_idea": ("text", "domains", "raw_data", "places"),
    "category": ("title", "parent"),
    "domain": ("title", "abbreviation", "definition", "kind"),
}


@dataclass(frozen=True)
class Difference:
    """One field that a change altered: what went, what came, what stayed."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Differences:
    """What entries changed of one item; ids are named by their titles."""

    kind: str
    item_id: int
    domains: Mapping[int, str]
    categories: Mapping[int, str]
    transcripts: Sequence[TranscriptText]
    name: str = ""

    def of(self, entry: Entry) -> Iterator[Difference]:
        """The fields that this entry changed."""
        before, after = (self._words(values) for values in sides_of(entry, self.kind, self.item_id))
        for field in FIELDS.get(self.kind, ()):
            was, became = before.get(field), after.get(field)
            if was == became or (was is None and not became):
                continue
            if became is None and after:
                continue  # this entry says nothing of it
            yield Difference(LABELS[field], _pieces(field, was, became))

    def _words(self, values: Values) -> dict[str, str]:
        found = {name: str(values[name]) for name in LONG if values.get(name) is not None}
        for name in ("abbreviation", "kind"):
            if self.kind == "domain" and name in values:
                found[name] = str(values[name])
        if "start" in values:
            found["place"] = self._place(values)
        if "domain_id" in values or isinstance(values.get("domains"), list):
            ids = values.get("domains") or [values.get("domain_id")]
            found["domains"] = listed([self._named(self.domains, "domain", i) for i in ids])
        if isinstance(values.get("places"), list):
            found["places"] = self._board(values["places"])
        if isinstance(values.get("blocks"), list):
            count = len(values["blocks"])
            found["raw_data"] = "1 passage" if count == 1 else f"{count} passages"
        if "parent" in values:
            parent = values["parent"]
            found["parent"] = (
                self._named(self.categories, "category", parent) if parent else "the board itself"
            )
        return found

    def _place(self, values: Values) -> str:
        for transcript in self.transcripts:
            if transcript.version_id == values["transcript_version"]:
                cited = transcript.cite(values["start"], values["end"])
                extent = transcript.extent(values["start"], values["end"])
                return f"turn {cited}, {extent}" if "–" not in cited else extent
        return "an earlier version of the transcript"

    def _board(self, places: Sequence[int | None]) -> str:
        titles = [
            "Miscellaneous" if place is None else self._named(self.categories, "category", place)
            for place in places
        ]
        return listed(titles) or "unsorted"

    def _named(self, titles: Mapping[int, str], what: str, item_id: int) -> str:
        return f"“{titles[item_id]}”" if item_id in titles else f"a {what} removed since"


def differences_in(
    db: Session, entries: Sequence[Entry], kind: str, item_id: int, case_id: int | None
) -> Differences:
    """What these entries need to be told, in three statements however many they are."""
    domains: set[int] = set()
    categories: set[int] = set()
    sides = [sides_of(entry, kind, item_id) for entry in entries]
    for values in (each for both in sides for each in both):
        listed_domains = values.get("domains")
        domains |= set(listed_domains if isinstance(listed_domains, list) else ())
        domains |= {values[name] for name in ("domain_id",) if name in values}
        categories |= {place for place in values.get("places", ()) if place is not None}
        if isinstance(values.get("parent"), int):
            categories.add(values["parent"])
    with_text = kind in ("block", "not_coded") and case_id is not None
    titles = [values.get("title") for was, became in sides for values in (became, was)]
    return Differences(
        kind,
        item_id,
        _titles(db, col(Domain.id), col(Domain.title), domains),
        _titles(db, col(Category.id), col(Category.title), categories),
        transcripts_of(db, case_id) if with_text and case_id is not None else (),
        name=next((f"“{title}”" for title in titles if title), ""),
    )


def _titles(db: Session, key: Any, title: Any, wanted: set[int]) -> dict[int, str]:
    return dict(run(db, sa.select(key, title).where(key.in_(wanted))).all()) if wanted else {}


def sides_of(entry: Entry, kind: str, item_id: int) -> tuple[Values, Values]:
    """What an entry says of an item, before and after: it holds one, or lists several."""
    is_own = (entry.item_kind, entry.item_id) == (kind, item_id)
    was, became = (_of_item(side or {}, item_id, is_own) for side in (entry.before, entry.after))
    return was, became


def _of_item(side: Values, item_id: int, is_own: bool) -> Values:
    for name in ("passages", "ideas"):
        if name in side:
            return next((each for each in side[name] if each["id"] == item_id), {})
    return side if is_own else {}


def _pieces(field: str, was: str | None, became: str | None) -> tuple[Piece, ...]:
    if was is None:
        return (Piece(Kind.SAME, became or ""),)
    if field in LONG:
        return word_diff(was, became or "")
    sides = ((Kind.REMOVED, was), (Kind.ADDED, became or ""))
    return tuple(Piece(kind, text) for kind, text in sides if text)
