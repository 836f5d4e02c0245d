"""The audit of a domain list: requested, read, answered, asked again; it is no unit."""

import pytest
from sqlmodel import Session, col, select

from app.audit.due import ItemKey
from app.audit.guard import AuditContext, load_audit
from app.audit.models import Audit, AuditPlan, AuditRound, Comment
from app.audit.plan_matrix import PlanView
from app.audit.plan_queries import plan_view
from app.audit.planning import choose_auditors, plan_of, signature, use_plan
from app.audit.reading import read_audit
from app.audit.requesting import request_audits
from app.audit.responding import decide
from app.audit.service import (
    ask_for_a_further_round,
    close_if_done,
    request_audit_of_list,
    return_audit,
)
from app.audit.totals import totals_of
from app.audit.words import About, CommentType, Decision, Suggestion
from app.consensus.rules import State
from app.cross_analysis.guard import load_board
from app.cross_analysis.service import add_category
from app.domains.list_service import remove_domain
from app.domains.models import Domain
from app.domains.service import add_domain
from app.errors import Conflict, Forbidden, Invalid, NotFound, StepLocked
from app.interchange.audit_sheet import read_form
from app.meetings.forms import Arrangement
from app.meetings.minutes import minutes_of
from app.meetings.queries import meeting_of
from app.meetings.service import begin
from app.studies.members import change_roles, remove_member
from app.studies.models import AuditorKind, Member
from app.trail.service import verify
from tests.html import Reader
from tests.people import People, Person

EARLY = "What led to the crying in the session."


@pytest.fixture
def listed(db: Session, people: People) -> People:
    """A domain list of two, audited by plan."""
    assert people.sample.id is not None
    for title in ("Antecedent", "Consequences"):
        add_domain(db, people.context(db), sample_id=people.sample.id, title=title)
    plan = AuditPlan(study_id=people.context(db).id, seed=7, domain_lists=True)
    db.add(plan)
    db.commit()
    return people


def _view(db: Session, people: People) -> PlanView:
    return plan_view(db, people.context(db), plan_of(db, people.context(db).id))


def _ask(db: Session, people: People, person: Person | None = None) -> int:
    """The PI (or somebody else) sends the list to Eli and Gus. Returns the audit."""
    key = ItemKey(sample_id=people.sample.id)
    choose_auditors(
        db,
        people.context(db),
        key=key,
        auditors=[people.eli.id, people.gus.id],
        reason="Fay is on leave.",
    )
    study = people.context(db, person)
    request_audits(db, study, plan_of(db, study.id), items=[key])
    db.commit()
    found = db.exec(select(Audit.id).where(Audit.sample_id == people.sample.id)).one()
    assert found is not None
    return found


def _audit(db: Session, people: People, person: Person, audit_id: int) -> AuditContext:
    return load_audit(db, people.context(db, person), audit_id)


def _domain(db: Session, title: str) -> Domain:
    found = db.exec(select(Domain).where(Domain.title == title)).one()
    db.refresh(found)
    return found


def _comment(
    db: Session, audit: AuditContext, item: str, suggests: Suggestion, what: dict[str, str]
) -> Comment:
    comment = Comment(
        round_id=audit.round.id,
        account_id=audit.study.me.id,
        about=About.DOMAIN,
        item=item,
        type=CommentType.TITLE,
        suggests=suggests,
        suggestion=what,
    )
    db.add(comment)
    db.flush()
    return comment


def _return(db: Session, people: People, audit_id: int, *persons: Person) -> None:
    for person in persons or (people.eli, people.gus):
        audit = _audit(db, people, person, audit_id)
        seen = len(
            db.exec(
                select(Comment).where(
                    Comment.account_id == person.id, Comment.round_id == audit.round.id
                )
            ).all()
        )
        return_audit(db, audit.scene, audit_id=audit_id, without_comments=not seen, seen=seen)
    db.commit()


def test_the_plan_offers_a_list_to_auditors_who_judge_nothing(db: Session, listed: People) -> None:
    member = db.exec(select(Member.id).where(Member.account_id == listed.ben.id)).one()
    change_roles(
        db,
        listed.context(db),
        member_id=member or 0,
        is_judge=True,
        auditor=AuditorKind.INTERNAL,
    )
    row = _view(db, listed).row(ItemKey(sample_id=listed.sample.id))
    assert row is not None
    assert len(row.added) == 2
    assert row.mark(listed.ben.id) == "judged it"
    assert not row.is_ready
    use_plan(db, listed.context(db), seen=signature(_view(db, listed)))
    row = _view(db, listed).rows[0]
    assert row.is_ready
    assert row.name == "Domain list"
    page = Reader(listed.ana.browser).open(f"{listed.url}/audits/plan")
    assert "Domain list" in page.text
    page.send("Send to the auditors")
    assert not _view(db, listed).ready


def test_a_judge_may_ask_for_the_audit_of_a_list_and_an_auditor_may_not(
    db: Session, listed: People
) -> None:
    audit_id = _ask(db, listed, listed.ben)
    assert _audit(db, listed, listed.ana, audit_id).state is State.IN_AUDIT
    key = ItemKey(sample_id=listed.sample.id)
    study = listed.context(db, listed.eli)
    with pytest.raises(Forbidden):
        request_audits(db, study, plan_of(db, study.id), items=[key])
    study = listed.context(db)
    with pytest.raises(StepLocked, match="Ask for a further round"):
        request_audits(db, study, plan_of(db, study.id), items=[key])


def test_a_list_without_domains_is_not_sent(db: Session, people: People) -> None:
    study = people.context(db)
    sample = study.sample(people.sample.id or 0)
    with pytest.raises(Invalid, match="no domain"):
        request_audit_of_list(db, study.scene, sample, auditors=[people.eli.id])
    with pytest.raises(Invalid, match="Nobody audits what they judged"):
        request_audit_of_list(db, study.scene, sample, auditors=[people.ben.id])


def test_who_was_not_asked_learns_of_no_audit_of_a_list(db: Session, listed: People) -> None:
    audit_id = _ask(db, listed)
    with pytest.raises(NotFound):
        _audit(db, listed, listed.fay, audit_id)
    assert listed.fay.get(f"{listed.url}/audits/{audit_id}").status_code == 404
    assert listed.hal.get(f"{listed.url}/audits/{audit_id}").status_code == 404
    assert listed.ida.get(f"{listed.url}/audits/{audit_id}").status_code == 403
    assert listed.eli.get(f"{listed.url}/audits/{audit_id}/transcript?case=P01").status_code == 404


def test_a_round_freezes_the_list_as_it_was_sent(db: Session, listed: People) -> None:
    audit_id = _ask(db, listed)
    domain = _domain(db, "Antecedent")
    domain.definition = EARLY
    db.add(domain)
    db.commit()
    frozen = db.exec(select(AuditRound.document).where(AuditRound.audit_id == audit_id)).one()
    assert frozen is not None
    assert [each["title"] for each in frozen["domains"]] == ["Antecedent", "Consequences"]
    assert frozen["domains"][0]["definition"] == ""


def test_accepting_other_words_changes_title_and_definition_and_closes(
    db: Session, listed: People
) -> None:
    audit_id = _ask(db, listed)
    domain = _domain(db, "Antecedent")
    eli, gus = (_audit(db, listed, who, audit_id) for who in (listed.eli, listed.gus))
    title = _comment(db, eli, domain.guid, Suggestion.WORDING, {"text": "Immediate antecedent"})
    definition = f"{domain.guid}-definition"
    said = _comment(db, gus, definition, Suggestion.WORDING, {"text": EARLY})
    _return(db, listed, audit_id)
    ana = _audit(db, listed, listed.ana, audit_id)
    for comment, held_up in ((title, "1 comment has no response"), (said, "")):
        decided = decide(db, ana, guid=comment.guid, decision=Decision.ACCEPTED, applies=True)
        assert decided.held_up == held_up
    db.commit()
    domain = _domain(db, "Immediate antecedent")
    assert domain.definition == EARLY
    assert _audit(db, listed, listed.ana, audit_id).state is State.CLOSED
    assert not list(verify(db))


def test_a_judge_decides_and_only_who_may_change_the_list_applies(
    db: Session, listed: People
) -> None:
    audit_id = _ask(db, listed)
    domain = _domain(db, "Antecedent")
    before = domain.version
    eli = _audit(db, listed, listed.eli, audit_id)
    title = _comment(db, eli, domain.guid, Suggestion.WORDING, {"text": "Before"})
    _return(db, listed, audit_id)
    ben = _audit(db, listed, listed.ben, audit_id)
    assert ben.may_respond
    db.commit()
    told = Reader(listed.ben.browser).open(f"{listed.url}/audits/{audit_id}").text
    assert "What you accept here, the PI changes in the list." in told
    assert "Accept the wording" not in told
    assert not ben.may_apply(Suggestion.WORDING)
    with pytest.raises(Forbidden, match="change the domain list"):
        decide(db, ben, guid=title.guid, decision=Decision.ACCEPTED, applies=True)
    decide(db, ben, guid=title.guid, decision=Decision.ACCEPTED)
    make = f"/audits/{audit_id}/comments/{title.guid}/change"
    db.commit()
    assert listed.ben.post(listed.url + make, {}).status_code == 403
    assert listed.eli.post(listed.url + make, {}).status_code == 403
    assert _domain(db, "Antecedent").version == before
    page = Reader(listed.ana.browser).open(f"{listed.url}/audits/{audit_id}")
    page.send("Change the domain list so")
    assert _domain(db, "Before").version == before + 1
    assert "Change the domain list so" not in page.text
    assert listed.ana.post(listed.url + make, {}).status_code == 422


@pytest.mark.parametrize(
    ("begun", "goes", "stays"),
    [("", "Antecedent", "Consequences"), ("Antecedent", "Consequences", "Antecedent")],
)
def test_accepting_a_merge_makes_one_domain_of_two(
    db: Session, listed: People, begun: str, goes: str, stays: str
) -> None:
    audit_id = _ask(db, listed)
    domain, other = _domain(db, "Antecedent"), _domain(db, "Consequences")
    if begun:
        sample = listed.sample.id or 0
        board = load_board(db, listed.context(db), sample, _domain(db, begun).id or 0)
        add_category(db, board, title="Loss")
    eli = _audit(db, listed, listed.eli, audit_id)
    _comment(db, eli, domain.guid, Suggestion.MERGE, {"with": other.guid})
    _return(db, listed, audit_id)
    Reader(listed.ana.browser).open(f"{listed.url}/audits/{audit_id}").send("Accept the merging")
    db.expire_all()
    assert [each.title for each in db.exec(select(Domain))] == [stays]
    told = Reader(listed.eli.browser).open(f"{listed.url}/audits/{audit_id}").text
    assert goes in told
    assert not list(verify(db))


def test_accepting_a_merge_with_what_is_gone_changes_nothing(db: Session, listed: People) -> None:
    audit_id = _ask(db, listed)
    domain, other = _domain(db, "Antecedent"), _domain(db, "Consequences")
    eli = _audit(db, listed, listed.eli, audit_id)
    comment = _comment(db, eli, domain.guid, Suggestion.MERGE, {"with": other.guid})
    _return(db, listed, audit_id)
    remove_domain(db, listed.context(db), sample_id=listed.sample.id or 0, domain_id=other.id or 0)
    ana = _audit(db, listed, listed.ana, audit_id)
    with pytest.raises(Conflict, match="not there any more"):
        decide(db, ana, guid=comment.guid, decision=Decision.ACCEPTED, applies=True)
    assert [each.title for each in db.exec(select(Domain))] == ["Antecedent"]


def test_a_further_round_reads_the_list_as_it_stands_by_then(db: Session, listed: People) -> None:
    audit_id = _ask(db, listed)
    _return(db, listed, audit_id)
    ana = _audit(db, listed, listed.ana, audit_id)
    with pytest.raises(StepLocked):
        ask_for_a_further_round(db, ana.scene, audit_id=audit_id, auditors=[listed.eli.id])
    assert close_if_done(db, ana.scene, audit_id) == ""
    add_domain(db, listed.context(db), sample_id=listed.sample.id or 0, title="Other")
    ask_for_a_further_round(db, ana.scene, audit_id=audit_id, auditors=[listed.eli.id])
    db.commit()
    documents = db.exec(
        select(AuditRound.document)
        .where(AuditRound.audit_id == audit_id)
        .order_by(col(AuditRound.number))
    ).all()
    assert [len((each or {})["domains"]) for each in documents] == [2, 3]
    assert _audit(db, listed, listed.eli, audit_id).may_comment
    assert not _audit(db, listed, listed.gus, audit_id).may_comment
    found = totals_of(db, listed.context(db).id)
    assert (found.cases, found.boards, found.lists, found.rounds) == (0, 0, 1, 1)


def test_an_auditor_who_leaves_holds_the_audit_of_a_list_not_up(
    db: Session, listed: People
) -> None:
    audit_id = _ask(db, listed)
    eli, domain = _audit(db, listed, listed.eli, audit_id), _domain(db, "Antecedent")
    _comment(db, eli, domain.guid, Suggestion.WORDING, {"text": "Before"})
    _return(db, listed, audit_id, listed.eli)
    member = db.exec(select(Member.id).where(Member.account_id == listed.gus.id)).one()
    remove_member(db, listed.context(db), member_id=member or 0)
    assert _audit(db, listed, listed.ana, audit_id).state is State.RESPONDING


def test_what_is_decided_at_a_meeting_is_in_its_minutes(db: Session, listed: People) -> None:
    audit_id = _ask(db, listed)
    domain = _domain(db, "Antecedent")
    eli = _audit(db, listed, listed.eli, audit_id)
    comment = _comment(db, eli, domain.guid, Suggestion.WORDING, {"text": "Before"})
    comment.number = "1"
    _return(db, listed, audit_id)
    study = listed.context(db)
    meeting_id = begin(db, study, Arrangement(frozenset({listed.ana.id, listed.ben.id})))
    decide(
        db,
        _audit(db, listed, listed.ben, audit_id),
        guid=comment.guid,
        decision=Decision.REJECTED,
        reason="It is the word of the protocol.",
    )
    minutes = minutes_of(db, study, meeting_of(db, study, meeting_id))
    (unit,) = minutes.units
    assert (unit.title, unit.state) == ("Domain list", "closed")
    assert [(each.where, each.outcome, each.reason) for each in unit.decisions] == [
        ("the audit, domain 1", "rejected", "It is the word of the protocol.")
    ]


def test_an_auditor_reads_the_list_comments_and_the_team_answers_on_the_pages(
    db: Session, listed: People
) -> None:
    audit_id = _ask(db, listed)
    url = f"{listed.url}/audits/{audit_id}"
    page = Reader(listed.eli.browser).open(url)
    assert "the domain list of “as therapist”" in page.text
    assert "no definition" in page.text
    domain, other = _domain(db, "Antecedent"), _domain(db, "Consequences")
    page.open(f"{url}?on={domain.guid}-definition")
    (suggests,) = page.page.xpath('//select[@name="suggests"]')
    assert [option.get("value") for option in suggests] == ["", "wording"]
    page.send("Keep the comment", text="Say what belongs here.", suggests="wording", wording=EARLY)
    page.open(f"{url}?on={domain.guid}")
    page.send("Keep the comment", text="They overlap.", suggests="merge", merge_with=other.guid)
    page.open(url).send("Return my audit")
    assert "They overlap." not in Reader(listed.gus.browser).open(url).text
    Reader(listed.gus.browser).open(url).send("Return with no comments")
    team = Reader(listed.ana.browser).open(url)
    assert "Merge with 2 Consequences" in team.text
    team.send("Accept the wording")
    assert _domain(db, "Antecedent").definition == EARLY
    team.open(url).send("Reject", reason="They are kept apart on purpose.")
    assert _audit(db, listed, listed.ana, audit_id).state is State.CLOSED
    told = Reader(listed.eli.browser).open(url).text
    assert "They are kept apart on purpose." in told
    assert "Ask for a further round" in team.open(url).text


@pytest.mark.parametrize("ending", ["csv", "xlsx", "docx"])
def test_the_form_of_a_list_goes_out_and_comes_back(
    db: Session, listed: People, ending: str
) -> None:
    audit_id = _ask(db, listed)
    reading = read_audit(db, _audit(db, listed, listed.eli, audit_id))
    answer = listed.eli.get(f"{listed.url}/audits/{audit_id}/form.{ending}")
    assert answer.status_code == 200
    assert not read_form(answer.content, f"form.{ending}", reading).problems
    rows = "item,comment,type,suggested wording\ndomain 1 definition,Say more.,wording," + EARLY
    found = read_form(rows.encode(), "form.csv", reading)
    (row,) = found.rows
    assert (row.written.item, row.written.suggestion) == (
        f"{_domain(db, 'Antecedent').guid}-definition",
        {"text": EARLY},
    )
