"""A study's set-up through the service: what may not happen."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from app.cases.models import Case, SampleCase
from app.db import now, run
from app.errors import Conflict, Invalid, NotFound, StaleEdit
from app.permissions import Role
from app.studies import members, service
from app.studies.guard import load_study
from app.studies.models import Abbreviation, AuditorKind, Invitation, Member, Sample, Study
from app.trail.models import TrailEntry, TrailValues
from app.trail.service import verify
from tests.people import People, Person


def verbs(db: Session) -> list[str]:
    """Every verb of the trail, in order."""
    return list(run(db, sa.select(col(TrailEntry.verb)).order_by(col(TrailEntry.id))).scalars())


def member_of(db: Session, people: People, person: Person) -> Member:
    """Somebody's row in the team."""
    return db.exec(
        select(Member)
        .where(Member.study_id == people.study.id, Member.account_id == person.id)
        .execution_options(populate_existing=True)
    ).one()


def test_who_creates_a_study_is_its_pi_and_judges_only_if_they_say_so(
    db: Session, people: People
) -> None:
    alone = service.create_study(db, people.hal.me, title="  First   steps ")
    both = service.create_study(db, people.hal.me, title="Second", judge=True)
    assert alone.title == "First steps"
    assert load_study(db, people.hal.me, alone.id or 0).roles == {Role.PI}
    assert load_study(db, people.hal.me, both.id or 0).roles == {Role.PI, Role.JUDGE}
    assert verbs(db) == ["create the study"] * 2


@pytest.mark.parametrize("title", ["", "   ", "x" * 201])
def test_a_study_needs_a_title_that_fits(db: Session, people: People, title: str) -> None:
    with pytest.raises(Invalid) as refused:
        service.create_study(db, people.hal.me, title=title)
    assert "title" in refused.value.fields


def test_two_samples_cannot_differ_in_capitals_only(db: Session, people: People) -> None:
    with pytest.raises(Invalid, match="as therapist"):
        service.add_sample(db, people.context(db), name="As  Therapist")


def test_samples_keep_the_order_in_which_they_were_added(db: Session, people: People) -> None:
    for name in ("as client", "my therapist"):
        service.add_sample(db, people.context(db), name=name)
    names = [sample.name for sample in people.context(db).samples]
    assert names == ["as therapist", "as client", "my therapist"]


def test_a_sample_keeps_its_own_name_when_its_topic_changes(db: Session, people: People) -> None:
    sample = people.sample
    assert sample.id
    service.change_sample(
        db, people.context(db), sample_id=sample.id, name="As therapist", topic="T", version=1
    )
    row = db.exec(select(Sample)).one()
    assert (row.name, row.topic, row.version) == ("As therapist", "T", 2)


def test_a_stale_change_of_a_sample_is_refused_and_says_what_stands(
    db: Session, people: People
) -> None:
    sample_id = people.sample.id or 0
    context = people.context(db)
    service.change_sample(db, context, sample_id=sample_id, name="one", topic="", version=1)
    with pytest.raises(StaleEdit, match="one") as refused:
        service.change_sample(db, context, sample_id=sample_id, name="two", topic="", version=1)
    assert refused.value.versions
    assert refused.value.versions.version == 2


def test_a_sample_with_a_case_stays_and_an_empty_one_goes(db: Session, people: People) -> None:
    context = people.context(db)
    empty = service.add_sample(db, context, name="empty")
    case = Case(study_id=context.id, code="P01", code_key="p01")
    db.add(case)
    db.flush()
    assert people.sample.id
    assert case.id
    db.add(SampleCase(sample_id=people.sample.id, case_id=case.id))
    db.commit()
    service.remove_sample(db, context, sample_id=empty.id or 0)
    db.commit()
    with pytest.raises(Conflict, match="holds cases or domains"):
        service.remove_sample(db, context, sample_id=people.sample.id)
    db.rollback()
    assert [sample.name for sample in people.context(db).samples] == ["as therapist"]
    assert verbs(db) == ["add a sample", "remove a sample"]


def test_a_sample_of_another_study_is_not_found(db: Session, people: People) -> None:
    theirs = load_study(db, people.hal.me, people.other_study.id or 0)
    with pytest.raises(NotFound):
        service.remove_sample(db, theirs, sample_id=people.sample.id or 0)


def test_the_last_pi_cannot_leave_nor_lose_the_role(db: Session, people: People) -> None:
    context = people.context(db)
    ana = member_of(db, people, people.ana).id or 0
    with pytest.raises(Conflict, match="last one"):
        members.leave(db, context)
    with pytest.raises(Conflict, match="last one"):
        members.change_roles(db, context, member_id=ana, is_judge=True)
    ben = member_of(db, people, people.ben).id or 0
    members.change_roles(db, context, member_id=ben, is_pi=True, is_judge=True)
    members.leave(db, context)
    assert member_of(db, people, people.ana).left_at is not None
    with pytest.raises(NotFound):
        people.context(db)


def test_roles_changed_meanwhile_are_not_overwritten(db: Session, people: People) -> None:
    context = people.context(db)
    ben = member_of(db, people, people.ben).id or 0
    members.change_roles(db, context, member_id=ben, is_pi=True, was="judge")
    with pytest.raises(StaleEdit, match="PI"):
        members.change_roles(db, context, member_id=ben, is_reader=True, was="judge")


def test_a_member_always_has_a_role(db: Session, people: People) -> None:
    ben = member_of(db, people, people.ben).id or 0
    with pytest.raises(Invalid, match="at least one role"):
        members.change_roles(db, people.context(db), member_id=ben)


def test_who_left_comes_back_with_the_new_roles(db: Session, people: People) -> None:
    context = people.context(db)
    ben = member_of(db, people, people.ben)
    members.remove_member(db, context, member_id=ben.id or 0)
    members.add_member(
        db, context, account_id=people.ben.id, auditor=AuditorKind.EXTERNAL, is_reader=True
    )
    again = member_of(db, people, people.ben)
    assert again.id == ben.id
    assert again.left_at is None
    assert again.roles == {Role.EXTERNAL_AUDITOR, Role.READER}
    assert verbs(db) == ["remove a member", "add a member"]


def test_nobody_is_a_member_twice(db: Session, people: People) -> None:
    with pytest.raises(Conflict):
        service.add_member(db, people.context(db), account_id=people.ben.id, is_reader=True)


def test_an_invitation_works_once(db: Session, people: People) -> None:
    token = service.invite(db, people.context(db), is_judge=True, note="for Hal")
    member = service.accept_invitation(db, people.hal.me, token)
    assert member.roles == {Role.JUDGE}
    with pytest.raises(Conflict, match="used already"):
        service.accept_invitation(db, people.jo.me, token)
    row = db.exec(select(Invitation).execution_options(populate_existing=True)).one()
    assert row.used_by == people.hal.id
    assert verbs(db) == ["invite", "join by invitation"]


def test_a_member_does_not_use_up_an_invitation(db: Session, people: People) -> None:
    token = service.invite(db, people.context(db), is_reader=True)
    db.commit()
    with pytest.raises(Conflict, match="member of this study already"):
        service.accept_invitation(db, people.ben.me, token)
    db.rollback()
    assert service.accept_invitation(db, people.hal.me, token).roles == {Role.READER}


def test_a_wrong_an_expired_and_a_revoked_invitation_open_nothing(
    db: Session, people: People
) -> None:
    context = people.context(db)
    with pytest.raises(NotFound, match="whole link"):
        service.accept_invitation(db, people.hal.me, "nonsense")
    expired = service.invite(db, context, is_judge=True)
    run(db, sa.update(Invitation).values(expires_at=now() - timedelta(seconds=1)))
    db.expire_all()
    with pytest.raises(Conflict, match="expired"):
        service.accept_invitation(db, people.hal.me, expired)
    revoked = service.invite(db, context, is_judge=True)
    newest = run(db, sa.select(sa.func.max(col(Invitation.id)))).scalar_one()
    members.revoke_invitation(db, context, invitation_id=newest)
    with pytest.raises(Conflict, match="taken back"):
        service.accept_invitation(db, people.hal.me, revoked)


def test_only_the_hash_of_a_link_is_stored_anywhere(db: Session, people: People) -> None:
    token = service.invite(db, people.context(db), is_judge=True)
    rows = [*run(db, sa.select(Invitation)), *run(db, sa.select(TrailValues))]
    assert token not in repr(rows)


def test_an_abbreviation_stands_for_one_thing(db: Session, people: People) -> None:
    context = people.context(db)
    row = service.add_abbreviation(db, context, short="P", meaning="participant")
    with pytest.raises(Invalid, match="participant"):
        service.add_abbreviation(db, context, short="P", meaning="parent")
    service.change_abbreviation(
        db, context, abbreviation_id=row.id or 0, short="P", meaning="person", was="participant"
    )
    with pytest.raises(StaleEdit, match="Ana changed “P”"):
        service.change_abbreviation(
            db, context, abbreviation_id=row.id or 0, short="P", meaning="x", was="participant"
        )
    service.remove_abbreviation(db, context, abbreviation_id=row.id or 0)
    assert list(db.exec(select(Abbreviation))) == []
    assert verbs(db) == ["add an abbreviation", "change an abbreviation", "remove an abbreviation"]


def test_a_stale_title_is_refused(db: Session, people: People) -> None:
    context = people.context(db)
    service.rename_study(db, context, title="One", version=1)
    with pytest.raises(StaleEdit, match="One"):
        service.rename_study(db, context, title="Two", version=1)
    assert run(db, sa.select(col(Study.title)).where(col(Study.id) == context.id)).scalar() == "One"


def test_every_change_leaves_a_whole_trail(db: Session, people: People) -> None:
    context = people.context(db)
    service.add_sample(db, context, name="as client", min_cases=3)
    service.add_abbreviation(db, context, short="T", meaning="therapist")
    token = service.invite(db, context, is_pi=True)
    service.accept_invitation(db, people.hal.me, token)
    assert list(verify(db)) == []
    assert len(verbs(db)) == 4


def test_two_or_three_cases_are_the_fewest(db: Session, people: People) -> None:
    with pytest.raises(Invalid, match="two or from three"):
        service.add_sample(db, people.context(db), name="x", min_cases=1)
