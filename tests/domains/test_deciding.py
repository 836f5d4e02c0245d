"""A decision on a passage applies itself to the consensus layer; deciding again takes it back."""

import pytest
from sqlmodel import Session, col, select

from app.consensus.models import Unit
from app.consensus.rules import Outcome
from app.consensus.service import agree
from app.core_ideas.service import add_core_idea
from app.domains.blocks import assign, move, remove, write_memo
from app.domains.deciding import Settled, begin_editing, decide, talk_after_all
from app.domains.differences import read_differences
from app.domains.discussion import Discussion, read_discussion
from app.domains.models import Block, Domain
from app.domains.passages import Kind
from app.domains.point_words import Words
from app.domains.undo import own_turns, undo
from app.errors import Conflict, Forbidden, NotFound, StaleEdit, StepLocked
from app.studies.ways import WayOfWorking
from app.trail.models import TrailEntry
from app.trail.service import verify
from tests.domains.a_case import ACase
from tests.domains.a_discussion import (
    BREATH,
    DRAFTS,
    MINE,
    MOTHER,
    TEARS,
    YES,
    ADiscussion,
    another_case,
    draft,
    hand_in,
    independent,
    revealed,
)
from tests.domains.shared_discussion import FIXTURES
from tests.people import People, Person

ALL = f"{MOTHER} {BREATH}"
JOINED = [(ALL, {"Antecedent"}), ("Mm-hm.", set())]

world, database, found, people, case = FIXTURES


def _decide(
    db: Session,
    found: ADiscussion,
    words: str,
    outcome: Outcome,
    *,
    view: Person | None = None,
    person: Person | None = None,
    reason: str = "",
    version: int | None = None,
) -> Settled:
    point = found.point(db, words)
    settled = decide(
        db,
        found.context(db, person),
        point.id,
        outcome=outcome,
        judge_id=view.id if view else None,
        version=point.version if version is None else version,
        reason=reason,
    )
    db.commit()
    return settled


def _added(db: Session, found: ADiscussion) -> list[tuple[str, set[str]]]:
    return [each for each in found.placed(db) if each not in JOINED]


def _page(db: Session, found: ADiscussion, person: Person | None = None) -> Discussion:
    return read_discussion(db, found.context(db, person))


# What each outcome does


def test_one_view_takes_that_judges_blocks_and_domains(db: Session, found: ADiscussion) -> None:
    _decide(db, found, MINE, Outcome.ONE_VIEW, view=found.people.chi)
    assert _added(db, found) == [(MINE, {"Consequences"})]


def test_undo_takes_no_decision_apart(db: Session, found: ADiscussion, people: People) -> None:
    _decide(db, found, MINE, Outcome.ONE_VIEW, view=people.chi)
    _decide(db, found, MINE, Outcome.DOUBLE_CODE)
    there = found.placed(db)
    assert not own_turns(db, found.context(db)).can_undo
    with pytest.raises(Conflict, match="nothing of yours"):
        undo(db, found.context(db))
    assert found.placed(db) == there


def test_double_coding_takes_all_domains(db: Session, found: ADiscussion) -> None:
    _decide(db, found, MINE, Outcome.DOUBLE_CODE)
    assert _added(db, found) == [(MINE, {"Consequences", "Reasons for crying"})]


def test_not_coded_marks_the_passage(db: Session, found: ADiscussion) -> None:
    _decide(db, found, YES, Outcome.NOT_CODED)
    assert _added(db, found) == [(YES, set())]


def test_talking_later_changes_nothing_and_stays_open(db: Session, found: ADiscussion) -> None:
    before = found.context(db).unit.content
    _decide(db, found, YES, Outcome.TALK_LATER)
    assert _added(db, found) == []
    assert found.context(db).unit.content == before
    assert found.context(db).unit.open_points == 3


def test_a_decision_clears_earlier_agreements_and_moves_the_content_on(
    db: Session, found: ADiscussion
) -> None:
    before = found.context(db).unit.content
    settled = _decide(db, found, MINE, Outcome.DOUBLE_CODE)
    assert found.context(db).unit.content == settled.decided.unit.content == before + 1
    assert settled.decided.unit.open_points == 2


def test_when_all_is_decided_the_judges_can_agree(db: Session, found: ADiscussion) -> None:
    people = found.people
    for words in (YES, MINE, TEARS):
        _decide(db, found, words, Outcome.ONE_VIEW, view=people.ben)
    for person in (people.ben, people.chi, people.dee):
        case = found.context(db, person)
        state = agree(db, case.scene, case.unit, content=case.unit.content, what=case.code)
    assert state == "agreed"


def test_what_a_decision_put_is_in_the_trail_and_the_chain_holds(
    db: Session, found: ADiscussion
) -> None:
    _decide(db, found, MINE, Outcome.DOUBLE_CODE)
    _decide(db, found, MINE, Outcome.NOT_CODED)
    verbs = db.exec(select(TrailEntry.verb).order_by(col(TrailEntry.sequence))).all()
    assert [verb for verb in verbs if "decide" in verb] == [
        "put in as decided",
        "decide on a point",
        "take back as decided anew",
        "put in as decided",
        "decide on a point",
    ]
    assert not list(verify(db))


def test_a_judges_memo_comes_along_with_their_view(
    db: Session, people: People, case: ACase
) -> None:
    draft(db, case, people.ben, [(MINE, ["Antecedent"])])
    own = case.context(db, people.ben).unit.layer_id
    block = db.exec(select(Block).where(col(Block.layer_id) == own)).one()
    block.memo = "Her own mother?"
    db.add(block)
    for person in (people.chi, people.dee):
        draft(db, case, person, [(MINE, ["Consequences"])])
    hand_in(db, case, people.ben, people.chi, people.dee)
    found = ADiscussion(case)
    _decide(db, found, MINE, Outcome.ONE_VIEW, view=people.ben)
    layer = found.context(db).unit.consensus_layer_id
    memo = db.exec(select(Block.memo).where(col(Block.layer_id) == layer)).one()
    assert memo == "Ben: Her own mother?"


# Deciding again


def test_deciding_again_takes_the_earlier_decisions_own_blocks_back(
    db: Session, found: ADiscussion
) -> None:
    _decide(db, found, MINE, Outcome.ONE_VIEW, view=found.people.ben)
    settled = _decide(db, found, MINE, Outcome.ONE_VIEW, view=found.people.chi)
    assert _added(db, found) == [(MINE, {"Consequences"})]
    assert settled.stays == ()
    _decide(db, found, MINE, Outcome.NOT_CODED)
    _decide(db, found, MINE, Outcome.DOUBLE_CODE)
    assert _added(db, found) == [(MINE, {"Consequences", "Reasons for crying"})]


def test_only_the_decisions_domain_is_taken_out_of_a_block_that_had_others(
    db: Session, found: ADiscussion
) -> None:
    people = found.people
    found.case.put(db, MINE, "Antecedent", person=people.chi)
    _decide(db, found, MINE, Outcome.ONE_VIEW, view=people.ben)
    assert _added(db, found) == [(MINE, {"Antecedent", "Reasons for crying"})]
    _decide(db, found, MINE, Outcome.ONE_VIEW, view=people.chi)
    assert _added(db, found) == [(MINE, {"Antecedent", "Consequences"})]


def test_a_domain_that_was_there_before_is_not_the_decisions_own(
    db: Session, found: ADiscussion
) -> None:
    people = found.people
    found.case.put(db, MINE, "Reasons for crying", person=people.chi)
    _decide(db, found, MINE, Outcome.ONE_VIEW, view=people.ben)
    _decide(db, found, MINE, Outcome.ONE_VIEW, view=people.chi)
    assert _added(db, found) == [(MINE, {"Consequences", "Reasons for crying"})]


def test_a_block_that_a_core_idea_rests_on_stays_and_it_is_said(
    db: Session, found: ADiscussion
) -> None:
    _decide(db, found, MINE, Outcome.ONE_VIEW, view=found.people.ben)
    add_core_idea(
        db,
        found.context(db),
        domain_id=found.case.domains["Reasons for crying"],
        text="P felt that some of it was their own.",
    )
    settled = _decide(db, found, MINE, Outcome.NOT_CODED)
    assert [stays.domains for stays in settled.stays] == [
        (found.case.domains["Reasons for crying"],)
    ]
    assert (MINE, {"Reasons for crying"}) in _added(db, found)


@pytest.mark.parametrize("changed", ["ends", "memo"])
def test_a_block_that_was_changed_since_stays_and_it_is_said(
    db: Session, found: ADiscussion, changed: str
) -> None:
    settled = _decide(db, found, MINE, Outcome.ONE_VIEW, view=found.people.ben)
    (block,) = settled.touched
    case = found.context(db, found.people.chi)
    if changed == "ends":
        move(
            db, case, block_id=block.id, version=block.version,
            start=block.start + 4, end=block.end,
        )  # fmt: skip
    else:
        write_memo(db, case, block_id=block.id, version=block.version, memo="Look again.")
    settled = _decide(db, found, MINE, Outcome.NOT_CODED)
    assert len(settled.stays) == 1
    assert {"Reasons for crying"} in [domains for _, domains in _added(db, found)]


def test_a_block_that_somebody_removed_since_is_no_matter(db: Session, found: ADiscussion) -> None:
    (block,) = _decide(db, found, MINE, Outcome.ONE_VIEW, view=found.people.ben).touched
    remove(db, found.context(db), kind=Kind.BLOCK, passage_id=block.id, version=block.version)
    settled = _decide(db, found, MINE, Outcome.ONE_VIEW, view=found.people.chi)
    assert settled.stays == ()
    assert _added(db, found) == [(MINE, {"Consequences"})]


# Passages that were joined by themselves


def test_a_joined_passage_can_be_talked_about_after_all(db: Session, found: ADiscussion) -> None:
    point = found.point(db, MOTHER)
    assert point.is_joined
    decided = talk_after_all(db, found.context(db), point.id, version=point.version)
    assert decided.unit.open_points == 4
    assert JOINED[0] in found.placed(db)
    _decide(db, found, MOTHER, Outcome.ONE_VIEW, view=found.people.ben)
    assert found.placed(db) == [(MOTHER, {"Antecedent"}), JOINED[1]]
    _decide(db, found, MOTHER, Outcome.ONE_VIEW, view=found.people.chi)
    assert found.placed(db) == JOINED


def test_a_joined_domain_can_be_given_up_without_the_other_of_its_block(
    db: Session, people: People, case: ACase
) -> None:
    both = [(MINE, ["Antecedent", "Consequences"])]
    found = revealed(db, case, [(p, both) for p in (people.ben, people.chi, people.dee)])
    wanted = case.domains["Antecedent"]
    antecedent = next(each for each in found.points(db) if each.domain_id == wanted)
    talk_after_all(db, found.context(db), antecedent.id, version=antecedent.version)
    decide(
        db, found.context(db), antecedent.id,
        outcome=Outcome.NOT_CODED, version=antecedent.version + 1,
    )  # fmt: skip
    assert found.placed(db) == [(MINE, {"Consequences"})]


# Editing by hand, and edits made elsewhere


def test_what_was_edited_by_hand_is_the_decisions_own(db: Session, found: ADiscussion) -> None:
    people, point = found.people, found.point(db, MINE)
    begun = begin_editing(
        db, found.context(db), point.id, version=point.version, reason="Only the first half."
    )
    assert (begun.reason, begun.is_open) == ("Only the first half.", True)
    found.case.put(db, "But some of it", "Consequences", person=people.chi)
    _decide(db, found, MINE, Outcome.EDITED, reason="Only the first half.")
    assert found.point(db, MINE).is_decided
    _decide(db, found, MINE, Outcome.ONE_VIEW, view=people.ben)
    assert _added(db, found) == [(MINE, {"Reasons for crying"})]


def test_editing_claims_nothing_of_another_points_decision(db: Session, found: ADiscussion) -> None:
    people = found.people
    case = found.context(db, people.chi)
    transcript = found.case.transcript(db)
    words = f"{MINE} {TEARS}"
    start = transcript.text.index(words)
    _decide(db, found, TEARS, Outcome.ONE_VIEW, view=people.ben)
    assign(
        db, case, version_id=transcript.version_id, start=start, end=start + len(words),
        quote=words, domain_ids=[found.case.domains["Antecedent"]],
    )  # fmt: skip
    _decide(db, found, MINE, Outcome.EDITED)
    _decide(db, found, TEARS, Outcome.EDITED)
    _decide(db, found, TEARS, Outcome.NOT_CODED)
    assert (words, {"Antecedent"}) in _added(db, found)
    assert (TEARS, set()) in _added(db, found)


def test_edits_made_elsewhere_never_change_a_decision(db: Session, found: ADiscussion) -> None:
    (block,) = _decide(db, found, MINE, Outcome.ONE_VIEW, view=found.people.ben).touched
    before = found.point(db, MINE)
    remove(db, found.context(db), kind=Kind.BLOCK, passage_id=block.id, version=block.version)
    found.case.put(db, YES, "Antecedent", person=found.people.chi)
    assert found.point(db, MINE) == before
    assert found.context(db).unit.open_points == 2
    page = _page(db, found)
    assert [each.point.id for each in page.decided] == [before.id]


# Who, when


def test_a_stale_decision_changes_nothing(db: Session, found: ADiscussion) -> None:
    people = found.people
    _decide(db, found, MINE, Outcome.ONE_VIEW, view=people.ben)
    with pytest.raises(StaleEdit, match="Ben noted a decision on this meanwhile: one view"):
        _decide(db, found, MINE, Outcome.NOT_CODED, person=people.chi, version=1)
    assert _added(db, found) == [(MINE, {"Reasons for crying"})]


def test_only_the_units_judges_decide(db: Session, found: ADiscussion) -> None:
    for person in (found.people.ana, found.people.eli):
        with pytest.raises(Forbidden):
            _decide(db, found, MINE, Outcome.NOT_CODED, person=person)


def test_a_view_of_nobody_is_refused(db: Session, found: ADiscussion) -> None:
    with pytest.raises(NotFound, match="judge with a draft"):
        _decide(db, found, MINE, Outcome.ONE_VIEW, view=found.people.eli)


def test_nothing_is_decided_once_the_case_is_agreed(db: Session, found: ADiscussion) -> None:
    unit = db.exec(select(Unit).where(col(Unit.case_id) == found.case.case_id)).one()
    unit.state = "agreed"
    db.add(unit)
    db.commit()
    with pytest.raises(StepLocked):
        _decide(db, found, MINE, Outcome.NOT_CODED)


def test_before_the_reveal_there_is_no_page_for_anybody(
    db: Session, people: People, case: ACase
) -> None:
    draft(db, case, people.ben, DRAFTS["ben"])
    for person in (people.ana, people.ben, people.chi):
        with pytest.raises(Forbidden, match="private until all who draft it have submitted"):
            read_discussion(db, case.context(db, person))


def test_a_case_worked_on_together_has_nothing_to_discuss(
    db: Session, people: People, case: ACase
) -> None:
    independent(db, people, WayOfWorking.TOGETHER)
    case.put(db, MINE, "Antecedent", person=people.ben)
    page = read_discussion(db, case.context(db, people.ben))
    assert not page.has_drafts
    assert (page.to_discuss, page.joined, page.current) == ((), (), None)


# What the page says


def test_each_point_says_who_put_it_where_by_name(db: Session, found: ADiscussion) -> None:
    mine = next(d for d in _page(db, found).to_discuss if d.where == "Turn 4")
    said = [
        (
            line.judge.name,
            [(put.domain.title if put.domain else "not coded", put.extent) for put in line.puts],
        )
        for line in mine.lines
    ]
    assert said == [
        ("Ben", [("Reasons for crying", "sentence 1")]),
        ("Chi", [("Reasons for crying", "sentence 1")]),
        ("Dee", [("not coded", "sentence 1")]),
    ]


def test_points_are_called_by_what_differs(db: Session, found: ADiscussion) -> None:
    page = _page(db, found)
    assert [each.title for each in page.to_discuss] == [
        "Turn 4 · coded or left out",
        "Turn 4 · other domain",
        "Turn 4 · not coded by all",
    ]
    assert [(each.title, each.is_same) for each in page.joined] == [
        ("Turn 2 · Antecedent", False),
        ("Turn 5 · not coded", True),
    ]
    assert page.same == 1


def test_choices_stand_in_the_order_of_the_list_and_not_of_their_holders(
    db: Session, found: ADiscussion
) -> None:
    coded, other, not_by_all = (each.choices for each in _page(db, found).to_discuss)
    assert [choice.label for choice in other] == [
        "Reasons for crying",
        "Consequences",
        "Double-code",
        "Edit…",
        "Not coded",
        "Talk later",
    ]
    assert [choice.label for choice in coded] == [
        "Reasons for crying",
        "Edit…",
        "Not coded",
        "Talk later",
    ]
    assert [choice.label for choice in not_by_all] == [
        "Consequences",
        "Edit…",
        "Not coded",
        "Talk later",
    ]


def test_views_that_differ_only_in_their_ends_name_them(
    db: Session, people: People, case: ACase
) -> None:
    found = revealed(
        db,
        case,
        [
            (people.ben, [(f"{YES} {MINE}", ["Antecedent"])]),
            (people.chi, []),
            (people.dee, [(MINE, ["Antecedent"])]),
        ],
    )
    (point,) = _page(db, found).to_discuss
    assert [choice.label for choice in point.choices[:2]] == [
        "Antecedent, sentences 1–2",
        "Antecedent, sentence 2",
    ]


def test_a_further_domain_on_what_all_have_offers_to_leave_it_out(
    db: Session, people: People, case: ACase
) -> None:
    found = revealed(
        db,
        case,
        [
            (people.ben, [(MINE, ["Antecedent", "Consequences"])]),
            (people.chi, [(MINE, ["Antecedent"])]),
            (people.dee, [(MINE, ["Antecedent"])]),
        ],
    )
    (point,) = _page(db, found).to_discuss
    assert point.differs == "in a further domain"
    assert [row.title for row in point.shared] == ["Antecedent"]
    assert [choice.label for choice in point.choices] == [
        "Consequences",
        "Only Antecedent",
        "Double-code",
        "Edit…",
        "Not coded",
        "Talk later",
    ]
    _decide(db, found, MINE, Outcome.ONE_VIEW, view=people.chi)
    assert found.placed(db) == [(MINE, {"Antecedent"})]
    assert _page(db, found).decided[0].decision == "only Antecedent"
    _decide(db, found, MINE, Outcome.DOUBLE_CODE)
    assert found.placed(db) == [(MINE, {"Antecedent", "Consequences"})]


def test_a_renamed_domain_stands_under_its_new_title(db: Session, found: ADiscussion) -> None:
    _decide(db, found, MINE, Outcome.ONE_VIEW, view=found.people.chi)
    domain = db.get_one(Domain, found.case.domains["Consequences"])
    domain.title = "What came of it"
    db.add(domain)
    db.flush()
    page = _page(db, found)
    assert [each.decision for each in page.decided] == ["What came of it"]
    assert page.to_discuss[-1].choices[0].label == "What came of it"


def test_a_domain_that_is_no_longer_listed_is_said_to_be_so(
    db: Session, found: ADiscussion
) -> None:
    _decide(db, found, MINE, Outcome.DOUBLE_CODE)
    there = read_differences(db, found.context(db).unit.id)
    words = Words(there, [], [found.case.transcript(db)])
    said = words.of(found.point(db, MINE))
    assert said.lines[0].puts[0].domain is not None
    assert said.lines[0].puts[0].domain.title == "a domain no longer listed"
    assert said.decision == "double-coded"


def test_a_passage_of_an_earlier_version_of_the_transcript_is_still_told_of(
    db: Session, found: ADiscussion
) -> None:
    there = read_differences(db, found.context(db).unit.id)
    said = Words(there, [], []).of(found.point(db, MINE))
    assert said.where == "An earlier version of the transcript"
    assert said.turn is None


def test_the_page_asks_as_much_of_many_points_as_of_few(
    db: Session, people: People, case: ACase, statements: list[str]
) -> None:
    counts = []
    for one, size in ((case, 1), (another_case(db, case, "P03"), 5)):
        drafts = [(people.ben, DRAFTS["ben"][:size]), (people.chi, []), (people.dee, [])]
        found = revealed(db, one, drafts)
        context = found.context(db)
        read_discussion(db, context)
        statements.clear()
        read_discussion(db, context)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 14
