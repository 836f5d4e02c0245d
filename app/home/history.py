"""The history of one item: who did what to it and when, with what changed in its words.

Whoever may see the layer in which something happened may read of it: the team's layer as its page
is guarded, one's own private draft, and others' drafts once they are revealed. Anybody else is told
that there is nothing here, as of an item that never was.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.guard import CaseContext, load_case
from app.cases.models import Case
from app.consensus.models import Layer, Unit
from app.consensus.revealed import revealed_drafts
from app.cross_analysis.guard import BoardContext, load_board
from app.db import run
from app.errors import NotFound
from app.home.differences import Difference, Differences, differences_in
from app.home.names import Names, names_in
from app.permissions import Action
from app.studies.guard import StudyContext
from app.trail.queries import STUDY_CHAIN, Entry, Room, history_of, rooms_of
from app.trail.sentences import sentence

SHOWN = 200
"""So many changes of one item are shown; more lie in the study's trail."""
KINDS = {
    "block": "block",
    "not-coded": "not_coded",
    "core-idea": "core_idea",
    "category": "category",
    "domain": "domain",
    "unit": "unit",
}
"""What has a history, as its address names it and as the trail files it."""
TITLES = {
    "block": "Block",
    "not-coded": "Mark “not coded”",
    "core-idea": "Core idea",
    "category": "Category",
    "domain": "Domain",
    "unit": "State and agreements",
}
GONE = "There is nothing of this to see. It may have been removed, or is not yours to see."


@dataclass(frozen=True)
class Line:
    """One change: who, when, what, and what it changed."""

    at: datetime
    who: str
    what: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class History:
    """Everything that happened to one item, newest first."""

    title: str
    where: str
    url: str | None
    lines: tuple[Line, ...]
    is_cut: bool


def history(db: Session, study: StudyContext, kind: str, item_id: int) -> History:
    """An item's history, as far as this person may read it. Raises `NotFound`."""
    if kind not in KINDS:
        raise NotFound(GONE)
    items = [(KINDS[kind], item_id)]
    if kind == "unit":
        layers = sa.select(col(Layer.id)).where(col(Layer.unit_id) == item_id)
        items += [("layer", layer_id) for layer_id in run(db, layers).scalars()]
    rooms = rooms_of(db, study.id, items)
    contexts = _contexts(db, study, {unit_id for unit_id, _ in rooms if unit_id is not None})
    seen = rooms & {*_rooms(db, study, contexts)}
    entries = history_of(db, study.id, items, seen=seen, limit=SHOWN + 1)
    if not entries:
        raise NotFound(GONE)
    names = names_in(db, study, entries)
    found = differences_in(db, entries, KINDS[kind], item_id, _case_of(contexts))
    where, url = names.units.get(entries[0].unit_id or 0, ("", names.url_of(entries[0])))
    return History(
        title=TITLES[kind],
        where=where or found.name,
        url=url,
        lines=tuple(_line(entry, names, found) for entry in entries[:SHOWN]),
        is_cut=len(entries) > SHOWN,
    )


Context = CaseContext | BoardContext


def _contexts(db: Session, study: StudyContext, unit_ids: set[int]) -> list[Context]:
    """The cases and boards in which something happened and which this person may see."""
    rows = run(
        db,
        sa.select(col(Unit.sample_id), col(Case.code), col(Unit.domain_id))
        .join(Case, col(Case.id) == col(Unit.case_id), isouter=True)
        .where(col(Unit.study_id) == study.id, col(Unit.id).in_(unit_ids)),
    ).all()
    found: list[Context] = []
    for sample_id, code, domain_id in rows:
        try:
            here = (
                load_case(db, study, sample_id, code)
                if code
                else load_board(db, study, sample_id, domain_id)
            )
        except NotFound:
            continue
        if here.can(Action.SEE_CODING if code else Action.SEE_BOARD):
            found.append(here)
    return found


def _rooms(db: Session, study: StudyContext, contexts: Sequence[Context]) -> Iterator[Room]:
    if study.can(Action.SEE_DOMAIN_LIST):
        yield None, STUDY_CHAIN
    for here in contexts:
        yield here.unit.id, STUDY_CHAIN
        own = sa.select(col(Layer.id)).where(
            col(Layer.unit_id) == here.unit.id, col(Layer.account_id) == study.me.id
        )
        for layer_id in run(db, own).scalars():
            yield here.unit.id, layer_id
        if here.can(Action.SEE_DRAFTS):
            for draft in revealed_drafts(db, here.unit.id):
                yield here.unit.id, draft.layer_id


def _case_of(contexts: Sequence[Context]) -> int | None:
    return next((here.case_id for here in contexts if isinstance(here, CaseContext)), None)


def _line(entry: Entry, names: Names, found: Differences) -> Line:
    what = sentence(entry.verb, known=names.of(entry), before=entry.before, after=entry.after)
    after = entry.after or {}
    if ("undoes" in after or "redoes" in after) and not entry.verb.startswith(("undo", "redo")):
        what += ", taking a change back" if "undoes" in after else ", bringing a change back"
    return Line(
        at=entry.at,
        who=names.people.get(entry.account_id or 0, "Concord"),
        what=what,
        differences=tuple(found.of(entry)),
    )
