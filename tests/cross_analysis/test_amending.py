"""Amendments while sorting: the case stays agreed, the board asks everybody concerned."""

import pytest
from sqlmodel import Session, col, select

from app.consensus.amending import AmendmentKind, Cause
from app.consensus.models import Assignment, ConsensusVersion, Stale
from app.consensus.rules import State
from app.consensus.service import reopen
from app.consensus.versions import newest_version
from app.core_ideas.models import Absence, AbsenceReason
from app.core_ideas.service import set_absence
from app.cross_analysis.amending import amend_domain, amend_split, amend_wording, withdraw
from app.cross_analysis.board_version import read_board_document
from app.cross_analysis.guard import load_board
from app.cross_analysis.placing import place
from app.cross_analysis.queries import board_of
from app.domains.models import BlockDomain
from app.errors import Conflict, Invalid, NotFound, StaleEdit, StepLocked
from app.studies.members import remove_member
from app.studies.models import Member, Study
from app.studies.ways import WayOfWorking
from app.trail.models import TrailEntry
from app.trail.service import verify
from tests.core_ideas.a_case import GRIEF, MOTHER
from tests.cross_analysis.an_agreed_case import LOSS, SHARED, AnAgreedCase, make_agreed_case
from tests.people import People, Person

CLEARER = "C told P that C's mother did not know C any more."


@pytest.fixture
def p07(db: Session, people: People) -> AnAgreedCase:
    """P07, agreed; Antecedent is being sorted."""
    return make_agreed_case(db, people)


def _reword(p07: AnAgreedCase, text: str = CLEARER, person: Person | None = None) -> bool:
    return amend_wording(
        p07.db,
        p07.board(person),
        core_idea_id=p07.loss,
        text=text,
        version=p07.version_of(p07.loss),
    )


def _move(p07: AnAgreedCase, domain: str = "EXT") -> bool:
    return amend_domain(
        p07.db,
        p07.board(),
        core_idea_id=p07.loss,
        domain_id=p07.case.domains[domain],
        version=p07.version_of(p07.loss),
    )


def _split(p07: AnAgreedCase, *parts: str) -> bool:
    return amend_split(
        p07.db,
        p07.board(),
        core_idea_id=p07.loss,
        parts=parts,
        version=p07.version_of(p07.loss),
    )


def test_an_amendment_reopens_nothing_and_keeps_the_agreements_to_the_case(
    p07: AnAgreedCase,
) -> None:
    before = p07.seen_by().unit
    assert _reword(p07)
    unit = p07.seen_by().unit
    assert (unit.state, unit.content) == (State.AGREED, before.content)
    assert unit.agreed_count == 4
    assert p07.case.texts() == [CLEARER, SHARED]


def test_a_pending_amendment_is_in_no_version(p07: AnAgreedCase) -> None:
    _reword(p07)
    assert len(p07.versions) == 1
    assert p07.words() == [LOSS, SHARED]
    (amendment,) = p07.amendments()
    assert (amendment.kind, amendment.was, amendment.became) == (
        AmendmentKind.REWORD,
        (LOSS,),
        (CLEARER,),
    )
    assert (amendment.by, amendment.is_pending, amendment.version) == ("Ana", True, None)
    assert (amendment.before["number"], amendment.before["domain"]) == ("1.1", "Antecedent")


def test_an_amendment_clears_the_agreements_to_its_board(p07: AnAgreedCase) -> None:
    p07.agree_to_board(p07.people.ben, p07.people.chi)
    assert p07.board().unit.agreed_count == 2
    _reword(p07)
    assert p07.board().unit.agreed_count == 0


def test_with_the_board_the_amendment_is_agreed_and_enters_the_next_version(
    p07: AnAgreedCase,
) -> None:
    _reword(p07)
    p07.agree_to_board(p07.people.ana, p07.people.ben, p07.people.chi)
    assert len(p07.versions) == 1
    p07.agree_to_board(p07.people.dee)
    assert p07.board().unit.state is State.AGREED
    first, second = p07.versions
    assert (first.cause, second.cause) == (Cause.AGREED, Cause.AMENDED)
    assert (p07.words(1)[0], p07.words(2)[0]) == (LOSS, CLEARER)
    (amendment,) = p07.amendments()
    assert (amendment.is_pending, amendment.version) == (False, 2)
    (note,) = p07.document().notes
    assert (note.kind, note.number, note.was, note.became) == (
        "reword",
        "1.1",
        (LOSS,),
        (CLEARER,),
    )
    assert (note.board, note.by) == ("Antecedent", "Ana")
    assert note.agreed_at
    assert p07.document(1).notes == ()
    assert not list(verify(p07.db))


def test_the_boards_version_lists_the_amendments_for_the_auditors(p07: AnAgreedCase) -> None:
    _reword(p07)
    p07.agree_to_board()
    found = newest_version(p07.db, p07.board().unit.id)
    assert found
    head, values = found
    board = read_board_document(values)
    assert (head.number, head.cause) == (1, Cause.AGREED)
    assert [note.became for note in board.notes] == [(CLEARER,)]
    (category,) = board.categories
    assert (category.number, category.title, category.n) == ("1", "Closeness", 1)
    assert [(card.number, card.code, card.idea, card.text) for card in category.cards] == [
        ("1.1", "P07", "1.1", CLEARER),
        ("1.2", "P07", "1.2", SHARED),
    ]
    assert category.cards[0].turns == "turns 2, 4"
    assert read_board_document(board.as_json()) == board


def test_a_split_keeps_the_places_of_the_first_part_and_leaves_the_other_unsorted(
    p07: AnAgreedCase,
) -> None:
    _split(p07, "C told P about C's mother.", "C's mother did not know C.")
    first, second, _ = p07.case.ideas()
    assert first.id == p07.loss
    assert p07.places_of(first.id) == {p07.category}
    assert p07.places_of(second.id) == set()
    assert second.blocks == first.blocks
    p07.agree_to_board()
    assert p07.words() == ["C told P about C's mother.", "C's mother did not know C.", SHARED]


def test_a_moved_core_idea_leaves_the_board_with_its_raw_data(p07: AnAgreedCase) -> None:
    _move(p07)
    assert p07.case.texts("ANT") == [SHARED]
    assert p07.case.texts("EXT") == [LOSS]
    assert p07.places_of(p07.loss) == set()
    assert LOSS not in str(board_of(p07.db, p07.board()).piles)
    in_extent = p07.db.exec(
        select(BlockDomain.block_id).where(col(BlockDomain.domain_id) == p07.case.domains["EXT"])
    ).all()
    assert set(in_extent) == {p07.case.block_at(MOTHER), p07.case.block_at(GRIEF)}
    assert p07.words(domain="EXT") == []
    p07.agree_to_board()
    assert (p07.words(domain="ANT"), p07.words(domain="EXT")) == ([SHARED], [LOSS])
    extent = p07.document().domains[2]
    assert [passage.also_in for passage in extent.passages] == [("ANT",), ("ANT", "THO")]


def test_a_version_frozen_meanwhile_has_nothing_of_a_pending_move(p07: AnAgreedCase) -> None:
    _move(p07)
    amend_wording(
        p07.db,
        p07.board(domain="THO"),
        core_idea_id=p07.thought,
        text="P thought of P's mother.",
        version=1,
    )
    p07.agree_to_board(domain="THO")
    assert [head.cause for head in p07.versions] == [Cause.AGREED, Cause.AMENDED]
    assert (p07.words(domain="THO"), p07.words()) == (["P thought of P's mother."], [LOSS, SHARED])
    extent = p07.document().domains[2]
    assert extent.is_empty
    assert [note.domain for note in p07.document().notes] == ["Thoughts"]
    p07.agree_to_board()
    assert p07.words(domain="EXT") == [LOSS]
    assert [note.domain for note in p07.document().notes] == ["Antecedent", "Thoughts"]


def test_the_other_board_gets_a_mark_when_a_core_idea_moves_to_it(p07: AnAgreedCase) -> None:
    other = p07.board(domain="THO")
    place(p07.db, other, core_idea_id=p07.thought, category_id=None)
    _move(p07, "THO")
    marks = p07.db.exec(select(Stale)).all()
    assert [mark.unit_id for mark in marks] == [other.unit.id]
    assert marks[0].why.startswith("A core idea of P07 was moved by an amendment")
    assert "P07" in p07.board(domain="THO").unit.look_again


@pytest.mark.parametrize("kind", ["reword", "split", "move"])
def test_withdrawing_restores_case_and_board(p07: AnAgreedCase, kind: str) -> None:
    blocks = sorted(p07.db.exec(select(BlockDomain.block_id, BlockDomain.domain_id)).all())
    before = [(idea.guid, idea.text, idea.places) for idea in p07.case.ideas()]
    acts = {
        "reword": lambda: _reword(p07),
        "split": lambda: _split(p07, "C told P.", "It was the loss of C's mother."),
        "move": lambda: _move(p07),
    }
    acts[kind]()
    (amendment,) = p07.amendments()
    withdraw(p07.db, p07.board(p07.people.chi), amendment_id=amendment.id)
    assert [(idea.guid, idea.text, idea.places) for idea in p07.case.ideas()] == before
    after = p07.db.exec(select(BlockDomain.block_id, BlockDomain.domain_id)).all()
    assert sorted(after) == blocks
    assert p07.amendments() == []
    p07.agree_to_board()
    assert len(p07.versions) == 1
    assert not list(verify(p07.db))


def test_a_withdrawn_move_gives_back_why_the_domain_was_empty(db: Session, people: People) -> None:
    p07 = make_agreed_case(db, people)
    p07.reopen()
    extent = p07.case.domains["EXT"]
    set_absence(db, p07.seen_by(), domain_id=extent, reason=AbsenceReason.NOT_ASKED)
    p07.agree_to_case()
    _move(p07)
    assert db.exec(select(Absence)).all() == []
    assert p07.document().domains[2].absence == "not asked"
    withdraw(db, p07.board(), amendment_id=p07.amendments()[0].id)
    assert db.exec(select(Absence)).one().reason is AbsenceReason.NOT_ASKED


def test_what_was_built_on_is_not_withdrawn(p07: AnAgreedCase) -> None:
    _split(p07, "C told P.", "It was the loss of C's mother.")
    (amendment,) = p07.amendments()
    other = p07.case.ideas()[1].id
    place(p07.db, p07.board(), core_idea_id=other, category_id=p07.category)
    with pytest.raises(Conflict, match="built on"):
        withdraw(p07.db, p07.board(), amendment_id=amendment.id)


def test_an_agreed_amendment_is_not_withdrawn(p07: AnAgreedCase) -> None:
    _reword(p07)
    (amendment,) = p07.amendments()
    p07.agree_to_board()
    seen = p07.board()
    reopen(p07.db, seen.scene, seen.unit, reason="One more card.")
    with pytest.raises(Conflict, match="is agreed"):
        withdraw(p07.db, p07.board(), amendment_id=amendment.id)


def test_on_an_agreed_board_nothing_is_amended(p07: AnAgreedCase) -> None:
    p07.agree_to_board()
    with pytest.raises(StepLocked, match="board of Antecedent is agreed"):
        _reword(p07)


def test_an_open_case_is_changed_on_its_own_page(p07: AnAgreedCase) -> None:
    p07.reopen()
    with pytest.raises(StepLocked, match="nothing to amend"):
        _reword(p07)


def test_an_amendment_of_a_wording_that_nobody_saw_is_refused(p07: AnAgreedCase) -> None:
    with pytest.raises(StaleEdit):
        amend_wording(p07.db, p07.board(), core_idea_id=p07.loss, text=CLEARER, version=7)


def test_an_amendment_needs_words_another_domain_and_a_card_of_this_board(
    p07: AnAgreedCase,
) -> None:
    with pytest.raises(Invalid, match="needs words"):
        _reword(p07, "  ")
    with pytest.raises(Invalid, match="Where does the second"):
        _split(p07, "Only one part.")
    with pytest.raises(NotFound, match="not in the list"):
        amend_domain(p07.db, p07.board(), core_idea_id=p07.loss, domain_id=2**20, version=1)
    with pytest.raises(NotFound, match="board of Antecedent"):
        amend_wording(p07.db, p07.board(), core_idea_id=p07.thought, text="x", version=1)
    assert _reword(p07, LOSS) is False
    assert p07.amendments() == []


def test_a_reopened_case_settles_its_amendments_when_it_is_agreed_anew(p07: AnAgreedCase) -> None:
    _reword(p07)
    p07.reopen()
    p07.agree_to_case()
    (amendment,) = p07.amendments()
    assert (amendment.is_pending, amendment.version) == (False, 2)
    assert [head.cause for head in p07.versions] == [Cause.AGREED, Cause.AGREED]
    assert p07.words()[0] == CLEARER


def test_a_board_agreed_while_the_case_is_open_lets_the_next_version_hold_it(
    p07: AnAgreedCase,
) -> None:
    _reword(p07)
    p07.reopen()
    p07.agree_to_board()
    assert len(p07.versions) == 1
    (amendment,) = p07.amendments()
    assert (amendment.is_pending, amendment.version) == (False, None)
    p07.agree_to_case()
    assert p07.amendments()[0].version == 2


def _only_judges(p07: AnAgreedCase, unit_id: int, *persons: Person) -> None:
    for person in persons:
        p07.db.add(Assignment(unit_id=unit_id, account_id=person.id))
    p07.db.commit()


def test_the_cases_judges_agree_to_a_board_that_amends_their_case(p07: AnAgreedCase) -> None:
    people = p07.people
    _only_judges(p07, p07.board().unit.id, people.ana, people.ben)
    assert {judge.name for judge in p07.board().unit.judges} == {"Ana", "Ben"}
    _reword(p07)
    assert {judge.name for judge in p07.board().unit.judges} == {"Ana", "Ben", "Chi", "Dee"}
    p07.agree_to_board(people.ana, people.ben)
    assert p07.board().unit.state is State.CONSENSUS
    p07.agree_to_board(people.chi, people.dee)
    assert p07.board().unit.state is State.AGREED
    assert p07.amendments()[0].version == 2


def test_of_an_amended_case_only_its_own_judges_are_asked(p07: AnAgreedCase) -> None:
    people = p07.people
    _only_judges(p07, p07.board().unit.id, people.ana, people.ben)
    _only_judges(p07, p07.seen_by().unit.id, people.ben, people.chi)
    _reword(p07)
    assert {judge.name for judge in p07.board().unit.judges} == {"Ana", "Ben", "Chi"}
    withdraw(p07.db, p07.board(), amendment_id=p07.amendments()[0].id)
    assert {judge.name for judge in p07.board().unit.judges} == {"Ana", "Ben"}


def test_an_amendment_is_settled_when_who_was_missing_leaves(p07: AnAgreedCase) -> None:
    people, db = p07.people, p07.db
    _reword(p07)
    p07.agree_to_board(people.ana, people.ben, people.chi)
    (dee,) = db.exec(select(Member).where(col(Member.account_id) == people.dee.id)).all()
    remove_member(db, people.context(db), member_id=dee.id or 0)
    assert p07.board().unit.state is State.AGREED
    assert p07.amendments()[0].version == 2
    assert [(judge.name, bool(judge.taken_off_at)) for judge in p07.versions[-1].judges] == [
        ("Ana", False),
        ("Ben", False),
        ("Chi", False),
        ("Dee", True),
    ]


def test_every_amendment_makes_the_trail(p07: AnAgreedCase) -> None:
    _reword(p07)
    _split(p07, "C told P.", "C's mother did not know C.")
    _move(p07)
    withdraw(p07.db, p07.board(), amendment_id=p07.amendments()[-1].id)
    p07.agree_to_board()
    verbs = p07.db.exec(
        select(TrailEntry.verb)
        .where(col(TrailEntry.unit_id) == p07.seen_by().unit.id)
        .order_by(col(TrailEntry.sequence))
    ).all()
    kept = [verb for verb in verbs if "amend" in verb or "while sorting" in verb]
    assert kept == [
        "amend the wording of a core idea",
        "split a core idea while sorting",
        "move a core idea to another domain while sorting",
        "withdraw an amendment",
        "agree to an amendment",
        "agree to an amendment",
    ]


def test_a_private_board_amends_nothing(p07: AnAgreedCase) -> None:
    study = p07.db.get_one(Study, p07.people.study.id)
    study.board_way = WayOfWorking.INDEPENDENT_FIRST
    p07.db.add(study)
    p07.db.commit()
    board = load_board(
        p07.db,
        p07.people.context(p07.db),
        p07.people.sample.id or 0,
        p07.case.domains["THO"],
    )
    with pytest.raises(StepLocked, match="drafted in private"):
        amend_wording(p07.db, board, core_idea_id=p07.thought, text="Other words.", version=1)


def test_a_case_keeps_what_it_was_agreed_to_before_versions_were_kept(p07: AnAgreedCase) -> None:
    p07.db.delete(p07.db.exec(select(ConsensusVersion)).one())
    p07.db.commit()
    assert p07.versions == []
    _reword(p07)
    (first,) = p07.versions
    assert (first.number, first.cause, first.by) == (1, Cause.AGREED, "")
    assert first.made_at == p07.unit.state_since
    p07.agree_to_board()
    assert (p07.words(1)[0], p07.words(2)[0]) == (LOSS, CLEARER)
