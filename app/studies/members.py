"""Who belongs to the team: members with their roles, and the links that invite them."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy import update
from sqlmodel import Session, col, select

from app.accounts.service import when_account_closes
from app.accounts.sessions import token_hash
from app.db import now, one_or_not_found, run
from app.errors import Conflict, Invalid, NotFound, StaleEdit, Versions
from app.permissions import Role
from app.studies.guard import StudyContext
from app.studies.models import AuditorKind, Invitation, Member, RoleSet
from app.trail.service import Scene, hold_chain, record

INVITATION_LASTS = timedelta(days=7)
LONGEST_NOTE = 200


class Somebody(Protocol):
    """An account, or who is signed in."""

    @property
    def id(self) -> int | None:
        """The account's id."""


def role_names(held: RoleSet) -> list[str]:
    """The roles as words, in the order of the permission table."""
    return [role.value for role in Role if role in held.roles]


def _some_roles(
    is_pi: bool, is_judge: bool, is_reader: bool, auditor: AuditorKind | None
) -> RoleSet:
    held = RoleSet(is_pi=is_pi, is_judge=is_judge, is_reader=is_reader, auditor=auditor)
    if not held.roles:
        sentence = "Choose at least one role."
        raise Invalid(sentence, {"roles": sentence})
    return held


def _put_in(db: Session, scene: Scene, verb: str, account_id: int, held: RoleSet) -> Member:
    hold_chain(db, scene.study_id)
    member = db.exec(
        select(Member)
        .where(col(Member.study_id) == scene.study_id, col(Member.account_id) == account_id)
        .execution_options(populate_existing=True)
    ).first()
    if member is None:
        member = Member(study_id=scene.study_id, account_id=account_id)
    elif member.left_at is None:
        raise Conflict(
            "You are a member of this study already, so the invitation was not used. "
            "A PI changes your roles on the team page."
            if account_id == scene.account_id
            else "This person is a member of the study already. Change the roles instead."
        )
    else:
        member.joined_at, member.left_at = now(), None
    _check_joining(db, scene.study_id, account_id, held)
    _give(member, held)
    db.add(member)
    db.flush()
    record(db, scene, verb, item=member, after={"account": account_id, "roles": role_names(held)})
    return member


def _give(member: Member, held: RoleSet) -> None:
    member.is_pi, member.is_judge = held.is_pi, held.is_judge
    member.is_reader, member.auditor = held.is_reader, held.auditor


def add_member(
    db: Session,
    study: StudyContext,
    *,
    account_id: int,
    is_pi: bool = False,
    is_judge: bool = False,
    is_reader: bool = False,
    auditor: AuditorKind | None = None,
) -> Member:
    """Put an account into the study; who had left comes back with the roles given now.

    Raises `Invalid` without a role, `Conflict` where the person is a member.
    """
    held = _some_roles(is_pi, is_judge, is_reader, auditor)
    return _put_in(db, study.scene, "add a member", account_id, held)


def _member(db: Session, study: StudyContext, member_id: int) -> Member:
    """Changes of one team follow one another, so two PIs cannot remove each other at once."""
    _take_upstairs(db, study.id)
    hold_chain(db, study.id)
    row = db.exec(
        select(Member)
        .where(
            col(Member.id) == member_id,
            col(Member.study_id) == study.id,
            col(Member.left_at).is_(None),
        )
        .execution_options(populate_existing=True)
    ).first()
    return one_or_not_found(row, "member")


def _keep_a_pi(db: Session, study: StudyContext, but: Member) -> None:
    others = run(
        db,
        sa.select(col(Member.id)).where(
            col(Member.study_id) == study.id,
            col(Member.is_pi),
            col(Member.left_at).is_(None),
            col(Member.id) != but.id,
        ),
    ).first()
    if others is None:
        raise Conflict(
            "A study always has a PI, and this is its last one. Make somebody else PI first."
        )


_upstairs: list[Callable[[Session, Scene], None]] = []


def when_team_changes(act: Callable[[Session, Scene], None]) -> None:
    """Let a floor above act, in the same transaction, when a member's roles end or change."""
    _upstairs.append(act)


def _tell_upstairs(db: Session, scene: Scene) -> None:
    for act in _upstairs:
        act(db, scene)


_checks: list[Callable[[Session, int, int, RoleSet], None]] = []


def check_joining(
    check: Callable[[Session, int, int, RoleSet], None],
) -> Callable[[Session, int, int, RoleSet], None]:
    """Let a floor above refuse, by raising, that an account gets these roles in a study."""
    _checks.append(check)
    return check


def _check_joining(db: Session, study_id: int, account_id: int, held: RoleSet) -> None:
    for check in _checks:
        check(db, study_id, account_id, held)


_taking: list[Callable[[Session, int], None]] = []


def before_team_changes(take: Callable[[Session, int], None]) -> None:
    """Let a floor above take the rows of a study that it may change, before the trail is taken.

    Whoever agrees at this moment takes a unit and then the trail; the other way round the two would
    wait for one another.
    """
    _taking.append(take)


def _take_upstairs(db: Session, study_id: int) -> None:
    for take in _taking:
        take(db, study_id)


@when_account_closes
def go_on_without(db: Session, account_id: int) -> None:
    """Whose account is closed is waited for no more, in each of their studies, as after leaving.

    They stay a member, for the account may be opened again. What follows is nobody's act.
    """
    studies = run(
        db,
        sa.select(col(Member.study_id))
        .where(col(Member.account_id) == account_id, col(Member.left_at).is_(None))
        .order_by(col(Member.study_id)),
    ).scalars()
    for study_id in studies.all():
        _take_upstairs(db, study_id)
        hold_chain(db, study_id)
        _tell_upstairs(db, Scene(study_id, None))


def change_roles(
    db: Session,
    study: StudyContext,
    *,
    member_id: int,
    is_pi: bool = False,
    is_judge: bool = False,
    is_reader: bool = False,
    auditor: AuditorKind | None = None,
    was: str | None = None,
) -> None:
    """Give a member another set of roles; it counts from their next request on.

    `was` is what the editor saw (role names joined by commas); raises `StaleEdit` where that
    changed, `Conflict` where the study would be left without a PI.
    """
    held = _some_roles(is_pi, is_judge, is_reader, auditor)
    member = _member(db, study, member_id)
    before, after = role_names(member), role_names(held)
    if before == after:
        return
    if was is not None and was != ",".join(before):
        raise StaleEdit(
            f"These roles were changed meanwhile, to: {', '.join(before)}. Look again, then "
            "save once more if you still want yours.",
            Versions(was, ",".join(before), ",".join(after)),
        )
    if member.is_pi and not held.is_pi:
        _keep_a_pi(db, study, member)
    _check_joining(db, study.id, member.account_id, held)
    _give(member, held)
    db.add(member)
    db.flush()
    record(
        db,
        study.scene,
        "change roles",
        item=member,
        before={"account": member.account_id, "roles": before},
        after={"account": member.account_id, "roles": after},
    )
    _tell_upstairs(db, study.scene)


def remove_member(db: Session, study: StudyContext, *, member_id: int) -> Member:
    """Date the end of a membership; what the person did stays. Raises `Conflict` for the last PI.

    Who removes themselves leaves.
    """
    member = _member(db, study, member_id)
    if member.is_pi:
        _keep_a_pi(db, study, member)
    member.left_at = now()
    db.add(member)
    db.flush()
    record(
        db,
        study.scene,
        "leave the study" if member.account_id == study.me.id else "remove a member",
        item=member,
        before={"account": member.account_id, "roles": role_names(member)},
    )
    _tell_upstairs(db, study.scene)
    return member


def leave(db: Session, study: StudyContext) -> None:
    """End one's own membership. Raises `Conflict` for the last PI."""
    member_id = run(
        db,
        sa.select(col(Member.id)).where(
            col(Member.study_id) == study.id, col(Member.account_id) == study.me.id
        ),
    ).scalar_one()
    remove_member(db, study, member_id=member_id)


def invite(
    db: Session,
    study: StudyContext,
    *,
    is_pi: bool = False,
    is_judge: bool = False,
    is_reader: bool = False,
    auditor: AuditorKind | None = None,
    note: str = "",
) -> str:
    """A link for one person, for seven days. Returns its token, which is stored only as a hash."""
    held = _some_roles(is_pi, is_judge, is_reader, auditor)
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE:
        sentence = f"The note has {len(note):,} characters; at most {LONGEST_NOTE} fit."
        raise Invalid(sentence, {"note": sentence})
    token = secrets.token_urlsafe(32)
    row = Invitation(
        study_id=study.id,
        token_hash=token_hash(token),
        note=note,
        made_by=study.me.id,
        expires_at=now() + INVITATION_LASTS,
        is_pi=is_pi,
        is_judge=is_judge,
        is_reader=is_reader,
        auditor=auditor,
    )
    db.add(row)
    db.flush()
    record(db, study.scene, "invite", item=row, after={"roles": role_names(held), "note": note})
    return token


def revoke_invitation(db: Session, study: StudyContext, *, invitation_id: int) -> None:
    """Make a link useless. Raises `Conflict` where it has been used."""
    row = db.exec(
        select(Invitation)
        .where(col(Invitation.id) == invitation_id, col(Invitation.study_id) == study.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    row = one_or_not_found(row, "invitation")
    if row.used_at is not None:
        raise Conflict("This invitation has been used. Remove the member instead.")
    if row.revoked_at is not None:
        return
    row.revoked_at = now()
    db.add(row)
    db.flush()
    record(db, study.scene, "revoke an invitation", item=row, before={"note": row.note})


def why_not(
    used_at: datetime | None, revoked_at: datetime | None, expires_at: datetime
) -> str | None:
    """Why an invitation opens nothing any more, or None where it does."""
    if used_at is not None:
        return "This invitation has been used already; each link works once."
    if revoked_at is not None:
        return "This invitation was taken back. Ask the person who sent it for a new one."
    if expires_at <= now():
        return "This invitation has expired; links work for seven days. Ask for a new one."
    return None


NO_SUCH_INVITATION = (
    "There is no such invitation. Check that the whole link was copied, or ask for a new one."
)


def accept_invitation(db: Session, who: Somebody, token: str) -> Member:
    """Join the study a link leads to; the link is used up.

    Raises `NotFound` for an unknown link, `Conflict` for one that was used, revoked or has
    expired, and where the person is a member already (the link then stays good).
    """
    row = db.exec(
        select(Invitation)
        .where(col(Invitation.token_hash) == token_hash(token))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound(NO_SUCH_INVITATION)
    if reason := why_not(row.used_at, row.revoked_at, row.expires_at):
        raise Conflict(reason)
    assert who.id is not None
    scene = Scene(row.study_id, who.id)
    member = _put_in(db, scene, "join by invitation", who.id, row)
    run(
        db,
        update(Invitation)
        .where(col(Invitation.id) == row.id)
        .values(used_at=now(), used_by=who.id),
    )
    return member
