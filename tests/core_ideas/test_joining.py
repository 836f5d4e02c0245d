"""What a reveal joins of the judges' core ideas, and what it leaves to be discussed."""

import pytest
from sqlmodel import Session, col, select

from app.consensus import service
from app.consensus.models import Point
from app.consensus.points import open_points, points_of
from app.consensus.rules import Move, PointKind
from app.core_ideas.decisions import ABSENCE, Decision
from app.core_ideas.joining import join_core_ideas
from app.core_ideas.models import Absence, AbsenceReason, CoreIdea
from app.domains.models import Block
from app.domains.reveal import compare_drafts
from app.studies.ways import WayOfWorking
from app.trail.models import TrailEntry
from app.trail.service import verify
from tests.core_ideas.a_revealed_case import (
    BEN,
    CHI,
    GRIEF,
    HEARD,
    MOTHER,
    TEARS,
    ADraft,
    ARevealedCase,
    private_case,
    revealed_case,
)
from tests.people import People


@pytest.fixture
def case(db: Session, people: People) -> ARevealedCase:
    return revealed_case(db, people)


def quotes(case: ARevealedCase, domain: str) -> list[list[str]]:
    """The raw data of a domain's core ideas in the consensus."""
    return [
        [case.db.get_one(Block, block).quote for block in idea.blocks]
        for idea in case.ideas(domain)
    ]


def test_joined_blocks_are_written_before_the_core_ideas_that_rest_on_them() -> None:
    hooks = service._when_moved[Move.REVEAL]
    assert hooks.index(compare_drafts) < hooks.index(join_core_ideas)


def test_what_all_judges_have_goes_into_the_consensus_on_the_joined_blocks(
    case: ARevealedCase,
) -> None:
    assert case.texts("ANT") == [HEARD]
    assert quotes(case, "ANT") == [[MOTHER]]
    assert case.texts("THO") == case.texts("EXT") == []


def test_every_domain_with_anything_is_one_point_in_the_order_of_the_list(
    case: ARevealedCase,
) -> None:
    points = [
        point
        for point in points_of(case.db, case.seen_by().unit.id)
        if point.kind is PointKind.CORE_IDEAS
    ]
    assert [(p.domain_id, p.is_joined) for p in points] == [
        (case.domains["ANT"], False),
        (case.domains["THO"], False),
        (case.domains["EXT"], False),
    ]
    everything = points_of(case.db, case.seen_by().unit.id)
    assert [p.position for p in everything] == list(range(len(everything)))
    assert everything[-3:] == tuple(points)


def test_a_domain_in_which_all_is_the_same_is_only_listed(db: Session, people: People) -> None:
    case = private_case(db, people)
    same = ADraft(
        passages=[(TEARS, "EXT")],
        ideas=[("EXT", "P shed tears.")],
        absences=[("THO", AbsenceReason.TOO_THIN)],
    )
    case.draft(people.ben, same)
    case.draft(people.chi, same)
    assert case.point("EXT").is_joined
    assert case.point("THO").is_joined
    assert case.texts("EXT") == ["P shed tears."]
    layer = case.seen_by().unit.layer_id
    (absence,) = db.exec(select(Absence).where(col(Absence.layer_id) == layer)).all()
    assert absence.reason is AbsenceReason.TOO_THIN
    assert Decision.from_values(case.point("THO").chosen).takes.keys() == {ABSENCE}
    assert open_points(db, [case.seen_by().unit.id]) == {}


def test_a_common_core_idea_whose_passages_are_not_agreed_yet_is_discussed(
    db: Session, people: People
) -> None:
    case = private_case(db, people)
    case.draft(
        people.ben, ADraft([(GRIEF, "ANT"), (MOTHER, "ANT")], [("ANT", "P felt it.", GRIEF)])
    )
    case.draft(
        people.chi, ADraft([(TEARS, "ANT"), (MOTHER, "ANT")], [("ANT", "P felt it.", TEARS)])
    )
    assert not case.point("ANT").is_joined
    assert case.texts("ANT") == []


def test_with_one_drafter_everything_is_in_the_consensus(db: Session, people: People) -> None:
    case = private_case(db, people, way=WayOfWorking.DRAFTER_AND_REVIEWERS)
    case.draft(people.ben, BEN)
    assert [len(case.texts(domain)) for domain in ("ANT", "THO", "EXT")] == [2, 0, 1]
    assert {case.point(domain).is_joined for domain in ("ANT", "THO", "EXT")} == {True}
    assert quotes(case, "ANT") == [[MOTHER], [GRIEF]]
    assert {idea.made_by for idea in case.ideas("ANT")} == {people.ben.id}


def test_drafts_stay_as_they_were(case: ARevealedCase) -> None:
    layer = case.seen_by().unit.layer_id
    kept = case.db.exec(
        select(CoreIdea.text).where(col(CoreIdea.layer_id) != layer).order_by(col(CoreIdea.text))
    ).all()
    assert sorted(kept) == sorted(text for _, text, *_ in (*BEN.ideas, *CHI.ideas))


def test_nothing_is_compared_before_all_have_submitted(db: Session, people: People) -> None:
    case = private_case(db, people)
    case.draft(people.ben, BEN)
    case.draft(people.chi, CHI, submitting=False)
    assert db.exec(select(Point)).all() == []


def test_in_the_first_of_two_passes_there_are_no_core_ideas_to_compare(
    db: Session, people: People
) -> None:
    case = private_case(db, people, passes=2)
    for person in (people.ben, people.chi):
        case.draft(person, ADraft([(MOTHER, "ANT")]))
    kinds = db.exec(select(Point.kind)).all()
    assert PointKind.CORE_IDEAS not in kinds
    assert kinds


def test_the_reveal_is_told_by_the_trail(case: ARevealedCase) -> None:
    entries = case.db.exec(select(TrailEntry).where(col(TrailEntry.chain) == 0)).all()
    assert [entry.verb for entry in entries].count("join core ideas") == 1
    assert not list(verify(case.db))
