"""What the team decides on the core ideas of a domain, and decides again."""

import pytest
from sqlmodel import Session, col, select

from app.consensus.points import discuss_after_all
from app.consensus.rules import Outcome, PointKind
from app.core_ideas.comparison import Comparison
from app.core_ideas.deciding import Noted, compared_for, decide, put_off
from app.core_ideas.decisions import (
    ABSENCE,
    ALL,
    NONE,
    Decision,
    Take,
    absence,
    for_all,
    keys_of,
    outcome_of,
)
from app.core_ideas.models import Absence, AbsenceReason
from app.core_ideas.reshaping import remove
from app.core_ideas.service import add, reword
from app.core_ideas.undo import own_turns, undo
from app.domains.blocks import assign
from app.domains.models import Block
from app.errors import Conflict, Forbidden, Invalid, NotFound, StaleEdit, StepLocked
from app.trail.service import verify
from tests.core_ideas.a_revealed_case import (
    GRIEF,
    HEARD,
    TEARS,
    ADraft,
    ARevealedCase,
    private_case,
    revealed_case,
)
from tests.people import People, Person

BENS_TEARS = "P shed one tear on each side."
CHIS_TEARS = "P shed a tear on each side, for seconds."


@pytest.fixture
def case(db: Session, people: People) -> ARevealedCase:
    return revealed_case(db, people)


def view_of(person: Person) -> Take:
    """What one judge has."""
    return Take(Outcome.ONE_VIEW, person.id)


def compared(case: ARevealedCase, domain: str) -> Comparison:
    """A domain side by side."""
    return compared_for(case.db, case.seen_by(), case.point(domain))


def note(
    case: ARevealedCase, domain: str, *takes: Take, person: Person | None = None, reason: str = ""
) -> Noted:
    """Decide on a domain: one choice for all of it, or one for each of its rows."""
    point, side_by_side = case.point(domain), compared(case, domain)
    before = Decision.from_values(point.chosen)
    chosen = (
        for_all(side_by_side, takes[0], before)
        if len(takes) == 1
        else dict(zip(keys_of(side_by_side), takes, strict=True))
    )
    return decide(
        case.db,
        case.seen_by(person or case.people.ben),
        point_id=point.id,
        version=point.version,
        takes=chosen,
        reason=reason,
    )


def reason_in(case: ARevealedCase, domain: str) -> AbsenceReason | None:
    """Why the consensus has no core idea in a domain."""
    return case.db.exec(
        select(Absence.reason).where(
            col(Absence.layer_id) == case.seen_by().unit.layer_id,
            col(Absence.domain_id) == case.domains[domain],
        )
    ).first()


def quotes(case: ARevealedCase, domain: str) -> list[list[str]]:
    """The raw data of a domain's core ideas in the consensus."""
    return [
        [case.db.get_one(Block, block).quote for block in idea.blocks]
        for idea in case.ideas(domain)
    ]


def code_together(case: ARevealedCase, quote: str, domain: str) -> None:
    """Put a passage in a domain of the consensus, as the team agreed."""
    start = case.text.index(quote)
    assign(
        case.db,
        case.seen_by(case.people.ben),
        version_id=case.version_id,
        start=start,
        end=start + len(quote),
        quote=quote,
        domain_ids=[case.domains[domain]],
    )


def test_one_judges_words_are_taken_with_their_raw_data(case: ARevealedCase) -> None:
    noted = note(case, "EXT", view_of(case.people.chi), reason="It says how long.")
    assert case.texts("EXT") == [CHIS_TEARS]
    assert quotes(case, "EXT") == [[TEARS]]
    point = case.point("EXT")
    assert (point.outcome, point.reason, point.decided_by) == (
        Outcome.ONE_VIEW,
        "It says how long.",
        "Ben",
    )
    assert noted.stays == ()
    assert not list(verify(case.db))


def test_undo_takes_no_decision_apart(case: ARevealedCase) -> None:
    """Not the last thing one noted, nor what lies under one's own change of a decided core idea."""
    ben = case.people.ben
    note(case, "EXT", view_of(case.people.chi))
    assert not own_turns(case.db, case.seen_by(ben)).can_undo
    idea = case.ideas("EXT")[0]
    reword(case.db, case.seen_by(ben), core_idea_id=idea.id, text="P cried.", version=idea.version)
    undo(case.db, case.seen_by(ben))
    with pytest.raises(Conflict, match="nothing of yours"):
        undo(case.db, case.seen_by(ben))
    assert case.texts("EXT") == [CHIS_TEARS]


def test_all_of_them_are_kept_once_each(case: ARevealedCase) -> None:
    note(case, "EXT", ALL)
    assert case.texts("EXT") == [BENS_TEARS, CHIS_TEARS]
    assert case.point("EXT").outcome is Outcome.DOUBLE_CODE


def test_words_merged_right_there_rest_on_the_raw_data_of_both(case: ARevealedCase) -> None:
    note(case, "EXT", Take(Outcome.EDITED, text="  P shed two tears,  in seconds. "))
    assert case.texts("EXT") == ["P shed two tears, in seconds."]
    assert quotes(case, "EXT") == [[TEARS]]
    assert case.point("EXT").outcome is Outcome.EDITED


def test_none_is_a_decision_too(case: ARevealedCase) -> None:
    note(case, "EXT", NONE)
    assert case.texts("EXT") == []
    assert case.point("EXT").outcome is Outcome.NOT_CODED
    assert case.point("EXT").is_decided


def test_deciding_again_takes_back_what_was_decided_first(case: ARevealedCase) -> None:
    for take, texts in (
        (view_of(case.people.ben), [BENS_TEARS]),
        (view_of(case.people.chi), [CHIS_TEARS]),
        (ALL, [BENS_TEARS, CHIS_TEARS]),
        (NONE, []),
        (Take(Outcome.EDITED, text="P cried."), ["P cried."]),
    ):
        note(case, "EXT", take)
        assert case.texts("EXT") == texts


def test_what_somebody_built_on_a_decision_stays_and_is_told(case: ARevealedCase) -> None:
    note(case, "EXT", view_of(case.people.ben))
    (idea,) = case.ideas("EXT")
    chi = case.seen_by(case.people.chi)
    reword(case.db, chi, core_idea_id=idea.id, text="P shed two tears.", version=idea.version)
    noted = note(case, "EXT", view_of(case.people.chi))
    assert noted.stays == ("P shed two tears.",)
    assert sorted(case.texts("EXT")) == [CHIS_TEARS, "P shed two tears."]


def test_the_same_choice_again_touches_nothing_that_was_changed_since(case: ARevealedCase) -> None:
    note(case, "EXT", view_of(case.people.ben))
    (idea,) = case.ideas("EXT")
    chi = case.seen_by(case.people.chi)
    reword(case.db, chi, core_idea_id=idea.id, text="P shed two tears.", version=idea.version)
    noted = note(case, "EXT", view_of(case.people.ben), reason="Talked about once more.")
    assert case.texts("EXT") == ["P shed two tears."]
    assert noted.stays == ()
    assert case.point("EXT").reason == "Talked about once more."


def test_what_was_removed_since_is_not_missed(case: ARevealedCase) -> None:
    note(case, "EXT", view_of(case.people.ben))
    (idea,) = case.ideas("EXT")
    remove(case.db, case.seen_by(case.people.chi), core_idea_id=idea.id, version=1)
    note(case, "EXT", view_of(case.people.chi))
    assert case.texts("EXT") == [CHIS_TEARS]


def test_a_row_that_was_joined_stays_where_one_choice_is_made_for_the_domain(
    case: ARevealedCase,
) -> None:
    (joined,) = case.ideas("ANT")
    code_together(case, GRIEF, "ANT")
    note(case, "ANT", NONE)
    assert case.ideas("ANT") == [joined]
    note(case, "ANT", view_of(case.people.ben))
    assert case.texts("ANT") == [HEARD, "P felt some of C's grief."]
    assert case.ideas("ANT")[0] == joined
    assert case.point("ANT").outcome is Outcome.ONE_VIEW


def test_a_joined_row_can_be_decided_otherwise_after_all(db: Session, people: People) -> None:
    case = private_case(db, people)
    same = ADraft([(TEARS, "EXT")], [("EXT", "P shed tears.")])
    for person in (people.ben, people.chi):
        case.draft(person, same)
    seen, point = case.seen_by(people.chi), case.point("EXT")
    assert point.is_joined
    discuss_after_all(db, seen.scene, seen.unit, point.id, version=point.version, what="P07")
    assert case.texts("EXT") == ["P shed tears."]
    assert case.seen_by().unit.open_points == 1
    note(case, "EXT", Take(Outcome.EDITED, text="P wept."))
    assert case.texts("EXT") == ["P wept."]
    assert case.seen_by().unit.open_points == 0


def test_each_row_may_be_decided_otherwise(db: Session, people: People) -> None:
    case = private_case(db, people)
    both = [(GRIEF, "ANT"), (TEARS, "ANT")]
    case.draft(
        people.ben, ADraft(both, [("ANT", "P felt grief.", GRIEF), ("ANT", "Wet eyes.", TEARS)])
    )
    case.draft(
        people.chi, ADraft(both, [("ANT", "One tear.", TEARS), ("ANT", "P felt C's grief.", GRIEF)])
    )
    assert len(compared(case, "ANT").rows) == 2
    note(case, "ANT", view_of(people.chi), view_of(people.ben))
    assert case.texts("ANT") == ["P felt C's grief.", "Wet eyes."]
    assert quotes(case, "ANT") == [[GRIEF], [TEARS]]
    note(case, "ANT", view_of(people.chi), ALL)
    assert case.texts("ANT") == ["P felt C's grief.", "Wet eyes.", "One tear."]
    note(case, "ANT", NONE, Take(Outcome.EDITED, text="Two tears."))
    assert case.texts("ANT") == ["Two tears."]
    assert case.point("ANT").outcome is Outcome.EDITED


def test_every_row_needs_a_choice(case: ARevealedCase) -> None:
    point = case.point("ANT")
    with pytest.raises(Invalid, match="2 core ideas have no choice yet"):
        decide(
            case.db,
            case.seen_by(case.people.ben),
            point_id=point.id,
            version=point.version,
            takes={},
        )
    assert not case.point("ANT").is_decided


def test_a_reason_stands_against_core_ideas(case: ARevealedCase) -> None:
    note(case, "THO", view_of(case.people.ben))
    assert case.texts("THO") == []
    assert reason_in(case, "THO") is AbsenceReason.NOT_ASKED
    code_together(case, GRIEF, "THO")
    note(case, "THO", view_of(case.people.chi))
    assert case.texts("THO") == ["Some grief was P's own."]
    assert reason_in(case, "THO") is None
    note(case, "THO", NONE, Take(Outcome.EDITED, text="too thin"))
    assert case.texts("THO") == []
    assert reason_in(case, "THO") is AbsenceReason.TOO_THIN


def test_a_reason_is_not_noted_beside_core_ideas(case: ARevealedCase) -> None:
    code_together(case, GRIEF, "THO")
    with pytest.raises(Conflict, match="no reason to give"):
        note(case, "THO", view_of(case.people.chi), view_of(case.people.ben))


def test_the_words_wait_while_their_passages_are_to_be_agreed(case: ARevealedCase) -> None:
    with pytest.raises(Conflict, match="still to be agreed"):
        note(case, "THO", view_of(case.people.chi))
    assert case.texts("THO") == []


def test_where_the_team_agreed_on_other_passages_the_core_idea_rests_on_those(
    case: ARevealedCase,
) -> None:
    passage = next(
        point
        for point in case.all_points()
        if point.kind is PointKind.PASSAGE and not point.is_joined
    )
    case.settle(passage, Outcome.NOT_CODED)
    with pytest.raises(Conflict, match="a core idea rests on raw data"):
        note(case, "THO", view_of(case.people.chi))
    code_together(case, TEARS, "THO")
    note(case, "THO", view_of(case.people.chi))
    assert quotes(case, "THO") == [[TEARS]]


def test_edits_made_elsewhere_wipe_no_decision_and_nothing_that_was_written(
    case: ARevealedCase,
) -> None:
    note(case, "EXT", view_of(case.people.ben))
    chi = case.seen_by(case.people.chi)
    add(case.db, chi, domain_id=case.domains["EXT"], text="C saw it.")
    assert case.point("EXT").outcome is Outcome.ONE_VIEW
    note(case, "EXT", view_of(case.people.chi))
    assert case.texts("EXT") == [CHIS_TEARS, "C saw it."]


def test_talking_later_changes_no_core_idea_and_leaves_the_point_open(case: ARevealedCase) -> None:
    note(case, "EXT", view_of(case.people.ben))
    point = case.point("EXT")
    put_off(case.db, case.seen_by(case.people.chi), point_id=point.id, version=point.version)
    assert case.texts("EXT") == [BENS_TEARS]
    assert case.point("EXT").is_for_later
    note(case, "EXT", NONE)
    assert case.texts("EXT") == []


def test_who_is_late_is_told_what_was_decided_first(case: ARevealedCase) -> None:
    point = case.point("EXT")
    note(case, "EXT", view_of(case.people.ben), reason="Short.")
    with pytest.raises(StaleEdit, match="Ben noted a decision"):
        decide(
            case.db,
            case.seen_by(case.people.chi),
            point_id=point.id,
            version=point.version,
            takes=for_all(compared(case, "EXT"), NONE, Decision()),
        )
    assert case.texts("EXT") == [BENS_TEARS]


@pytest.mark.parametrize("name", ["ana", "dee", "eli"])
def test_only_the_judges_of_the_case_decide(case: ARevealedCase, name: str) -> None:
    person = case.people.everybody[name]
    with pytest.raises(Forbidden, match="Only the judges"):
        note(case, "EXT", NONE, person=person)


def test_a_point_on_a_passage_is_none_on_core_ideas(case: ARevealedCase) -> None:
    passage = next(point for point in case.all_points() if point.kind is PointKind.PASSAGE)
    with pytest.raises(NotFound, match="no point on the core ideas"):
        decide(
            case.db,
            case.seen_by(case.people.ben),
            point_id=passage.id,
            version=passage.version,
            takes={},
        )


def test_an_agreed_case_is_decided_no_more(db: Session, people: People) -> None:
    case = private_case(db, people)
    same = ADraft([(TEARS, "EXT")], [("EXT", "P shed tears.")])
    for person in (people.ben, people.chi):
        case.draft(person, same)
    case.agree()
    with pytest.raises(StepLocked, match="is agreed"):
        note(case, "EXT", NONE)
    assert case.texts("EXT") == ["P shed tears."]


def test_in_a_second_pass_core_ideas_rest_on_the_agreed_blocks(db: Session, people: People) -> None:
    case = private_case(db, people, passes=2)
    for person in (people.ben, people.chi):
        case.draft(person, ADraft([(TEARS, "EXT")]))
    case.agree()
    case.go_on()
    case.draft(people.ben, ADraft(ideas=[("EXT", BENS_TEARS)]))
    assert compared_is_hidden(case)
    case.draft(people.chi, ADraft(ideas=[("EXT", CHIS_TEARS)]))
    note(case, "EXT", view_of(people.chi))
    assert quotes(case, "EXT") == [[TEARS]]


def compared_is_hidden(case: ARevealedCase) -> bool:
    """Is there no point on core ideas yet?"""
    return all(point.kind is PointKind.PASSAGE for point in case.all_points())


def test_a_decision_survives_being_kept_as_plain_values() -> None:
    decision = Decision({"1-2": Take(Outcome.ONE_VIEW, 3), ABSENCE: NONE}, {"1-2": ()}, "too thin")
    assert Decision.from_values(decision.as_values()) == decision
    assert Decision.from_values(None) == Decision()


@pytest.mark.parametrize(
    ("takes", "outcome"),
    [
        ([Take(Outcome.ONE_VIEW, 1), Take(Outcome.ONE_VIEW, 2)], Outcome.ONE_VIEW),
        ([Take(Outcome.ONE_VIEW, 1), NONE], Outcome.ONE_VIEW),
        ([ALL, Take(Outcome.ONE_VIEW, 2)], Outcome.DOUBLE_CODE),
        ([ALL, Take(Outcome.EDITED, text="x")], Outcome.EDITED),
        ([NONE, NONE], Outcome.NOT_CODED),
    ],
)
def test_a_domains_outcome_tells_the_most_that_was_done(
    takes: list[Take], outcome: Outcome
) -> None:
    assert outcome_of({str(at): take for at, take in enumerate(takes)}, ()) is outcome


def test_everything_of_both_says_no_reason_for_having_nothing(case: ARevealedCase) -> None:
    assert absence(compared(case, "THO"), ALL) is None
