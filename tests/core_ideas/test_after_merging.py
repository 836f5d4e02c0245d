"""What was begun before two domains were merged, and is gone on with afterwards."""

import pytest
from sqlmodel import Session, select

from app.audit.due import ItemKey
from app.audit.planning import choose_auditors
from app.consensus.amending import Cause
from app.consensus.models import Stale
from app.consensus.rules import Outcome, PointKind
from app.consensus.service import agree
from app.consensus.versions import versions_of
from app.core_ideas.merging_domains import merge_domains
from app.core_ideas.models import Absence, AbsenceReason
from app.core_ideas.reshaping import move
from app.core_ideas.service import set_absence
from app.core_ideas.undo import redo, undo
from app.cross_analysis.guard import load_board
from app.cross_analysis.service import add_category
from app.domains import undo as of_blocks
from app.domains.blocks import assign
from app.domains.deciding import decide
from app.domains.models import Block, BlockDomain
from app.errors import Conflict, NotFound
from tests.core_ideas.a_case import GRIEF, TEARS, ACase, make_case
from tests.core_ideas.a_revealed_case import BEN, ADraft, ARevealedCase, private_case, revealed_case
from tests.people import People


@pytest.fixture
def revealed(db: Session, people: People) -> ARevealedCase:
    """P07, discussed to its end; the grief is where Chi has it, in Thoughts."""
    case = revealed_case(db, people)
    (grief,) = (p for p in case.all_points() if p.kind is PointKind.PASSAGE and not p.is_joined)
    decide(
        db,
        case.seen_by(people.ben),
        grief.id,
        outcome=Outcome.ONE_VIEW,
        judge_id=people.chi.id,
        version=grief.version,
    )
    for point in case.all_points():
        if point.is_open:
            case.settle(point, Outcome.EDITED)
    return case


def _merge(case: ACase, goes: str, into: str) -> None:
    merge_domains(
        case.db,
        case.people.context(case.db),
        sample_id=case.people.sample.id or 0,
        domain_id=case.domains[goes],
        into_id=case.domains[into],
    )


def _where(case: ACase, quote: str) -> list[int]:
    """The domains of a passage in the consensus."""
    wanted = (
        select(BlockDomain.domain_id)
        .join(Block)
        .where(Block.quote == quote, Block.layer_id == case.seen_by().unit.consensus_layer_id)
    )
    return list(case.db.exec(wanted))


def _not_coded_after_all(case: ARevealedCase) -> tuple[object, ...]:
    """Ben and Chi decide the grief anew. Returns what of the earlier decision stays."""
    decided = (p for p in case.all_points() if p.outcome is Outcome.ONE_VIEW)
    point = next(p for p in decided if p.kind is PointKind.PASSAGE)
    seen = case.seen_by(case.people.ben)
    settled = decide(case.db, seen, point.id, outcome=Outcome.NOT_CODED, version=point.version)
    return settled.stays


def test_a_passage_decided_anew_leaves_the_domain_that_its_own_went_into(
    revealed: ARevealedCase,
) -> None:
    assert _where(revealed, GRIEF) == [revealed.domains["THO"]]
    _merge(revealed, "THO", "ANT")
    assert _where(revealed, GRIEF) == [revealed.domains["ANT"]]
    assert _not_coded_after_all(revealed) == ()
    assert _where(revealed, GRIEF) == []


def test_a_passage_that_others_put_there_too_stays_when_it_is_decided_anew(
    revealed: ARevealedCase,
) -> None:
    seen, start = revealed.seen_by(revealed.people.ben), revealed.text.index(GRIEF)
    assign(
        revealed.db,
        seen,
        version_id=revealed.version_id,
        start=start,
        end=start + len(GRIEF),
        quote=GRIEF,
        domain_ids=[revealed.domains["ANT"]],
    )
    _merge(revealed, "THO", "ANT")
    _not_coded_after_all(revealed)
    assert _where(revealed, GRIEF) == [revealed.domains["ANT"]]


@pytest.mark.parametrize("choice", ["talk later", "double-code"])
def test_a_page_from_before_opens_no_point_that_nobody_could_decide_any_more(
    revealed: ARevealedCase, choice: str
) -> None:
    point = revealed.point("ANT")
    _merge(revealed, "THO", "ANT")
    revealed.db.commit()
    url = f"{revealed.discussion}/points/{point.id}"
    ben, typed = revealed.people.ben, {"choice": choice, "version": point.version}
    answer = ben.post(f"{url}/decision", typed)
    assert answer.status_code == 404
    assert "Load the page again" in answer.text
    assert ben.post(f"{url}/reopening", typed).status_code == 404
    assert revealed.seen_by(ben).unit.open_points == 0
    revealed.agree()


def test_a_reason_that_only_the_other_had_goes_into_the_history_of_the_case(
    db: Session, people: People
) -> None:
    case = make_case(db, people)
    set_absence(db, case.seen_by(), domain_id=case.domains["EXT"], reason=AbsenceReason.NOT_ASKED)
    case.domains["NEW"] = case.add_domain("Other")
    for person in (people.ana, people.ben, people.chi, people.dee):
        seen = case.seen_by(person)
        agree(db, seen.scene, seen.unit, content=seen.unit.content, what=seen.code)
    _merge(case, "NEW", "EXT")
    assert not list(db.exec(select(Absence.id)))
    causes = [head.cause for head in versions_of(db, case.seen_by().unit.id)]
    assert causes == [Cause.DOMAINS_MERGED, Cause.AGREED], "what was agreed to is other now"
    assert list(db.exec(select(Stale.why))) == [
        "The domain “Other” was merged into “Extent”: see whether all is well."
    ]


def test_bringing_back_a_move_into_a_domain_that_is_gone_is_refused(
    db: Session, people: People
) -> None:
    case = make_case(db, people)
    idea = case.add_idea("Some grief was P's own.")
    move(db, case.seen_by(), core_idea_id=idea, domain_id=case.domains["EXT"])
    undo(db, case.seen_by())
    _merge(case, "EXT", "THO")
    with pytest.raises(Conflict, match="not in the list any more"):
        redo(db, case.seen_by())
    assert _where(case, TEARS) == []


def test_who_cannot_undo_is_told_who_merged_the_domain(db: Session, people: People) -> None:
    case = make_case(db, people)
    case.code(TEARS, "THO")
    _merge(case, "THO", "ANT")
    with pytest.raises(Conflict, match="any more: you merged its domain into another since"):
        of_blocks.undo(db, case.seen_by())
    assert _where(case, TEARS) == [case.domains["ANT"]]


def test_a_first_pass_that_was_agreed_gets_a_version_too(db: Session, people: People) -> None:
    case = private_case(db, people, passes=2)
    for person in (people.ben, people.chi):
        case.draft(person, ADraft(passages=BEN.passages))
    case.agree()
    _merge(case, "EXT", "ANT")
    causes = [head.cause for head in versions_of(db, case.seen_by().unit.id)]
    assert causes == [Cause.DOMAINS_MERGED, Cause.AGREED]


def test_a_board_that_went_meanwhile_takes_no_category_and_no_agreement(
    db: Session, people: People
) -> None:
    case = make_case(db, people)
    board = load_board(db, people.context(db), people.sample.id or 0, case.domains["THO"])
    _merge(case, "THO", "ANT")
    with pytest.raises(NotFound, match="may have been removed"):
        add_category(db, board, title="Ownership")
    with pytest.raises(NotFound, match="may have been removed"):
        agree(db, board.scene, board.unit, content=0, what=board.title)


def test_a_domain_whose_board_has_its_auditors_but_no_work_goes(
    db: Session, people: People
) -> None:
    case = make_case(db, people)
    board = load_board(db, people.context(db), people.sample.id or 0, case.domains["THO"])
    key = ItemKey(board.unit.id)
    asked, why = [people.eli.id], "Fay is on leave."
    choose_auditors(db, people.context(db), key=key, auditors=asked, reason=why)
    _merge(case, "THO", "ANT")
    db.commit()
    told = people.ana.get(f"{people.url}/trail").text
    assert f"chose the auditors of the board of Thoughts by hand: {why}" in told
