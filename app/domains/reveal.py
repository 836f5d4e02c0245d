"""What a reveal does to a case: joins what all judges have, and lists what is to be discussed.

Runs in the transaction of the reveal. The joined passages come into the consensus layer under the
name of who revealed, and on the study's chain. In the second of two passes the blocks are agreed
already, so nothing happens here.
"""

from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.models import TranscriptVersion
from app.consensus.models import Layer, Point, Unit
from app.consensus.points import add_points
from app.consensus.rules import Move, PointKind, Step, UnitKind
from app.consensus.service import when
from app.db import run
from app.domains.comparison import Joined, ToDiscuss
from app.domains.drafts import Drafts, compared, read_drafts
from app.domains.made import Made
from app.domains.passages import Kind, Passage, write
from app.domains.rules import JOIN
from app.trail.service import Scene, record

CONSENSUS = sa.select(col(Layer.id)).where(
    col(Layer.unit_id) == sa.bindparam("unit"), col(Layer.account_id).is_(None)
)
TEXTS = sa.select(col(TranscriptVersion.id), col(TranscriptVersion.text)).where(
    col(TranscriptVersion.id).in_(sa.bindparam("versions", expanding=True))
)


@when(Move.REVEAL)
def compare_drafts(db: Session, scene: Scene, unit: Unit) -> None:
    """Join the drafts of a case, and write down what the team has to talk about."""
    if unit.kind is not UnitKind.CASE or unit.step is Step.CORE_IDEAS:
        return
    assert unit.id is not None
    drafts = read_drafts(db, unit.id)
    found = compared(db, unit.id, drafts)
    made = _join(db, scene, unit.id, drafts, found.joined)
    add_points(
        db,
        [_point(unit.id, each) for each in found.to_discuss]
        + [_glance(unit.id, each, made[_place(each)]) for each in found.joined],
    )


Place = tuple[int, int, int, bool]


def _place(joined: Joined) -> Place:
    return joined.version, joined.start, joined.end, joined.domain is None


def _join(
    db: Session, scene: Scene, unit_id: int, drafts: Drafts, joined: Iterable[Joined]
) -> dict[Place, Passage]:
    """Write the joined passages; domains that share a passage share a block."""
    places: dict[Place, list[Joined]] = {}
    for each in joined:
        places.setdefault(_place(each), []).append(each)
    layer_id: int = run(db, CONSENSUS, {"unit": unit_id}).scalar_one()
    texts = dict(run(db, TEXTS, {"versions": sorted({place[0] for place in places})}).all())
    revealer = scene.account_id or drafts.judges[0].account_id if drafts.judges else 0
    wanted = [_passage(place, same, drafts, revealer) for place, same in places.items()]
    written = write(db, layer_id, texts, [], wanted)
    shared = replace(scene, unit_id=unit_id, layer_id=layer_id, chain=0)
    for passage in written:
        record(db, shared, JOIN, item=passage.item, after={"passages": [passage.as_values()]})
    return dict(zip(places, written, strict=True))


def _passage(place: Place, same: list[Joined], drafts: Drafts, made_by: int) -> Passage:
    version, start, end, is_mark = place
    return Passage(
        Kind.NOT_CODED if is_mark else Kind.BLOCK,
        version,
        start,
        end,
        made_by=made_by,
        memo="" if is_mark else drafts.memos([p for each in same for p in each.pieces]),
        domains=tuple(sorted(each.domain for each in same if each.domain is not None)),
    )


def _point(unit_id: int, each: ToDiscuss) -> Point:
    return Point(
        unit_id=unit_id,
        kind=PointKind.PASSAGE,
        transcript_version_id=each.version,
        start=each.start,
        end=each.end,
    )


def _glance(unit_id: int, each: Joined, passage: Passage) -> Point:
    domains = () if each.domain is None else (each.domain,)
    return Point(
        unit_id=unit_id,
        kind=PointKind.PASSAGE,
        domain_id=each.domain,
        transcript_version_id=each.version,
        start=each.start,
        end=each.end,
        is_joined=True,
        chosen={"joined": True, "made": [Made.of(passage, domains).as_values()]},
    )
