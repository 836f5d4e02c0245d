"""What an agreement to a case freezes: its next consensus version, exactly as agreed."""

from collections.abc import Sequence

from sqlmodel import Session

from app.consensus.amending import Cause
from app.consensus.amendments import settle_pending
from app.consensus.models import ConsensusVersion, Unit
from app.consensus.rules import AGREED_OR_LATER, Move, UnitKind
from app.consensus.service import when
from app.consensus.versions import VersionHead, freeze, versions_of
from app.core_ideas.dependents import note_agreed_anew
from app.core_ideas.document import read_case
from app.trail.service import Scene


@when(Move.AGREE)
def freeze_agreed_case(db: Session, scene: Scene, unit: Unit) -> None:
    """All judges agreed to a case: that is its next version.

    Amendments still pending are settled, since the judges agreed to the words they left.
    """
    if unit.kind is not UnitKind.CASE:
        return
    assert unit.id is not None
    settle_pending(db, scene, unit_id=unit.id)
    before = versions_of(db, unit.id)
    version = _freeze(db, scene, unit, Cause.AGREED, before)
    if before:
        note_agreed_anew(db, scene, unit, before[0], version)


def freeze_case(db: Session, scene: Scene, unit: Unit, cause: Cause) -> ConsensusVersion:
    """The next version of an agreed case, after an amendment, a correction or an audit."""
    assert unit.id is not None
    return _freeze(db, scene, unit, cause, versions_of(db, unit.id))


def keep_first_version(db: Session, unit: Unit) -> None:
    """Freeze what a case was agreed to, before it is amended or corrected.

    Only for a case that was agreed before versions were kept; the others have theirs.
    """
    assert unit.id is not None
    if unit.state in AGREED_OR_LATER and not versions_of(db, unit.id):
        nobody = Scene(unit.study_id, None, unit.id)
        version = _freeze(db, nobody, unit, Cause.AGREED, ())
        version.made_at = unit.state_since
        db.add(version)


def _freeze(
    db: Session, scene: Scene, unit: Unit, cause: Cause, before: Sequence[VersionHead]
) -> ConsensusVersion:
    assert unit.id is not None
    document = read_case(db, unit.id, since=listed_since(before, anew=cause is Cause.AGREED))
    return freeze(db, scene, unit, cause, document.as_json())


def listed_since(versions: Sequence[VersionHead], *, anew: bool) -> int:
    """After which version amendments and corrections are listed (see `read_case`).

    Since the judges last agreed to the whole; in a version that they agree to `anew`, since the
    newest one.
    """
    if anew:
        return versions[0].number if versions else 0
    return max((head.number for head in versions if head.cause is Cause.AGREED), default=0)
