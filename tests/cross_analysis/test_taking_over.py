"""Category lists at the reveal, and what the team takes of each title into the agreed one."""

import pytest
from sqlmodel import Session, col, select

from app.consensus.assigning import set_judges
from app.consensus.discarding import discard
from app.consensus.models import Point
from app.consensus.points import discuss_after_all, points_of
from app.consensus.rules import Outcome
from app.cross_analysis.lists import places_in_drafts
from app.cross_analysis.models import Category, Placement
from app.cross_analysis.picks import Pick, Picked, wanted
from app.cross_analysis.service import rename_category
from app.cross_analysis.taking_over import Noted, rows_of, take_over
from app.cross_analysis.undo import own_turns, undo
from app.errors import Conflict, Forbidden, Invalid, NotFound, StaleEdit
from app.trail.models import TrailEntry
from app.trail.service import verify
from tests.cross_analysis.a_revealed_board import (
    BEN,
    CHI,
    CLOSE,
    ARevealedBoard,
    private_board,
    revealed_board,
)
from tests.people import People, Person

CLOSER = ("Closer", ["To C"])


@pytest.fixture
def board(db: Session, people: People) -> ARevealedBoard:
    return revealed_board(db, people)


def pick_of(person: Person) -> Pick:
    """One judge's title."""
    return Pick(Outcome.ONE_VIEW, person.id)


NONE, BOTH = Pick(Outcome.NOT_CODED), Pick(Outcome.DOUBLE_CODE)


def note(
    board: ARevealedBoard, title: str, pick: Pick, *, person: Person | None = None, reason: str = ""
) -> Noted:
    """Decide on the row in which a judge has this title."""
    point = board.point(title)
    return take_over(
        board.db,
        board.seen_by(person or board.people.ben),
        point_id=point.id,
        version=point.version,
        pick=pick,
        reason=reason,
    )


def test_titles_that_all_have_are_written_and_every_other_is_a_point(board: ARevealedBoard) -> None:
    assert board.agreed == [CLOSER]
    points = points_of(board.db, board.seen_by().unit.id)
    assert [point.is_joined for point in points] == [True, True, False, False, False, False]
    assert {point.domain_id for point in points} == {board.domain_id}
    assert board.seen_by().unit.open_points == 4
    entries = board.db.exec(select(TrailEntry.verb).where(col(TrailEntry.chain) == 0)).all()
    assert entries.count("join a category") == 2
    assert not list(verify(board.db))


def test_where_each_had_put_a_card_is_not_copied_and_can_be_seen(board: ARevealedBoard) -> None:
    layer = board.seen_by().unit.layer_id
    assert not board.db.exec(select(Placement).where(col(Placement.layer_id) == layer)).all()
    places = places_in_drafts(board.db, board.seen_by().unit.id, board.ideas[CLOSE])
    assert [(draft.name, titles) for draft, titles in places] == [
        ("Ben", ("Deeper work",)),
        ("Chi", ("Own losses",)),
    ]


def test_nothing_is_told_before_all_lists_are_in(db: Session, people: People) -> None:
    board = private_board(db, people)
    board.draft(people.ben, BEN, sorted_into="Pace")
    board.draft(people.chi, CHI, submitting=False)
    unit_id = board.seen_by().unit.id
    assert db.exec(select(Point)).all() == []
    assert rows_of(db, unit_id) == ((), ())
    assert places_in_drafts(db, unit_id, board.ideas[CLOSE]) == ()


def test_undo_takes_no_decision_apart(board: ARevealedBoard) -> None:
    note(board, "Deeper work", pick_of(board.people.chi))
    note(board, "Deeper work", pick_of(board.people.ben))
    there = board.agreed
    assert not own_turns(board.db, board.seen_by(board.people.ben)).can_undo
    with pytest.raises(Conflict, match="nothing of yours"):
        undo(board.db, board.seen_by(board.people.ben))
    assert board.agreed == there


def test_a_title_is_taken_over_with_its_subcategories(board: ARevealedBoard) -> None:
    note(board, "Deeper work", pick_of(board.people.chi), reason="It names both.")
    assert board.agreed == [CLOSER, ("Deeper work together", ["In sessions"])]
    point = board.point("Deeper work")
    assert (point.outcome, point.reason) == (Outcome.ONE_VIEW, "It names both.")
    note(board, "Deeper work", pick_of(board.people.ben))
    assert board.agreed == [CLOSER, ("Deeper work", [])]
    assert not list(verify(board.db))


def test_two_judges_categories_become_one_with_another_title(board: ARevealedBoard) -> None:
    one = Pick(Outcome.EDITED, title="  Deeper   work, shared ", subtitles=("In sessions",))
    note(board, "Deeper work", one)
    assert board.agreed == [CLOSER, ("Deeper work, shared", ["In sessions"])]


def test_a_title_may_come_into_a_category_that_is_agreed_already(board: ARevealedBoard) -> None:
    into = Pick(Outcome.EDITED, subtitles=("In sessions",), into=board.agreed_id("Closer"))
    note(board, "Deeper work", into)
    assert board.agreed == [("Closer", ["To C", "In sessions"])]
    note(board, "Deeper work", NONE)
    assert board.agreed == [CLOSER]


def test_both_are_kept_where_they_only_look_alike(board: ARevealedBoard) -> None:
    note(board, "Deeper work", BOTH)
    assert [title for title, _ in board.agreed] == [
        "Closer",
        "Deeper work",
        "Deeper work together",
    ]


def test_a_subcategory_comes_below_the_joined_category(board: ARevealedBoard) -> None:
    note(board, "To colleagues", pick_of(board.people.ben))
    assert board.agreed == [("Closer", ["To C", "To colleagues"])]
    note(board, "To colleagues", NONE)
    assert board.agreed == [CLOSER]


def test_deciding_again_renames_and_keeps_what_stands_in_the_category(
    board: ARevealedBoard,
) -> None:
    note(board, "Deeper work", pick_of(board.people.ben))
    category = board.agreed_id("Deeper work")
    board.place(CLOSE, category)
    noted = note(board, "Deeper work", pick_of(board.people.chi))
    assert board.agreed_id("Deeper work together") == category
    assert board.places_of(CLOSE) == {category}
    assert noted.stays == ()


def test_what_others_built_on_a_decision_stays_and_is_told(board: ARevealedBoard) -> None:
    note(board, "Pace", pick_of(board.people.ben))
    board.place(CLOSE, board.agreed_id("Pace"))
    noted = note(board, "Pace", NONE)
    assert noted.stays == ("Pace",)
    assert ("Pace", []) in board.agreed
    category = board.agreed_id("Pace")
    rename_category(board.db, board.seen_by(), category_id=category, title="Tempo", version=1)
    noted = note(board, "Pace", Pick(Outcome.EDITED, title="Speed"))
    assert [title for title, _ in board.agreed] == ["Closer", "Tempo", "Speed"]


def test_a_title_that_stands_there_already_is_not_made_twice(board: ARevealedBoard) -> None:
    board.add_category("own losses")
    note(board, "Own losses", pick_of(board.people.chi))
    assert [title for title, _ in board.agreed] == ["Closer", "own losses"]
    note(board, "Own losses", NONE)
    assert [title for title, _ in board.agreed] == ["Closer", "own losses"]


def test_a_joined_title_can_be_named_otherwise_after_all(board: ARevealedBoard) -> None:
    seen, point = board.seen_by(board.people.chi), board.point("Closer")
    discuss_after_all(
        board.db, seen.scene, seen.unit, point.id, version=point.version, what="the board"
    )
    assert board.agreed == [CLOSER]
    note(board, "Closer", Pick(Outcome.EDITED, title="Felt closer"))
    assert board.agreed == [("Felt closer", ["To C"])]
    note(board, "To colleagues", pick_of(board.people.ben))
    assert board.agreed == [("Felt closer", ["To C", "To colleagues"])]


def test_below_a_category_that_is_gone_nothing_is_put(board: ARevealedBoard) -> None:
    note(board, "To C", NONE)
    note(board, "Closer", NONE)
    assert board.agreed == []
    with pytest.raises(Conflict, match="not in the agreed list any more"):
        note(board, "To colleagues", pick_of(board.people.ben))


def test_another_title_has_to_be_one(board: ARevealedBoard) -> None:
    for title in ("", "Miscellaneous"):
        with pytest.raises(Invalid):
            note(board, "Pace", Pick(Outcome.EDITED, title=title))


def test_a_category_that_was_removed_takes_nothing_in(board: ARevealedBoard) -> None:
    below = board.agreed_id("To C")
    for into in (below, 1):
        with pytest.raises(Conflict, match="not there any more"):
            note(board, "Pace", Pick(Outcome.EDITED, into=into))


def test_talking_later_changes_nothing_on_the_board(board: ARevealedBoard) -> None:
    note(board, "Pace", pick_of(board.people.ben))
    note(board, "Pace", Pick(Outcome.TALK_LATER))
    assert board.point("Pace").is_for_later
    assert ("Pace", []) in board.agreed
    note(board, "Pace", NONE)
    assert board.agreed == [CLOSER]


def test_who_is_late_is_told_and_changes_nothing(board: ARevealedBoard) -> None:
    point = board.point("Pace")
    note(board, "Pace", pick_of(board.people.ben))
    with pytest.raises(StaleEdit, match="Ben noted a decision"):
        take_over(
            board.db,
            board.seen_by(board.people.chi),
            point_id=point.id,
            version=point.version,
            pick=NONE,
        )
    assert ("Pace", []) in board.agreed


@pytest.mark.parametrize("name", ["ana", "dee", "eli"])
def test_only_the_judges_of_the_board_decide(board: ARevealedBoard, name: str) -> None:
    with pytest.raises(Forbidden, match="Only the judges"):
        note(board, "Pace", NONE, person=board.people.everybody[name])


def test_a_point_of_another_kind_is_refused(board: ARevealedBoard) -> None:
    point = board.db.get_one(Point, board.point("Pace").id)
    point.chosen = None
    board.db.add(point)
    board.db.flush()
    with pytest.raises(NotFound, match="no point on the categories"):
        take_over(
            board.db,
            board.seen_by(board.people.ben),
            point_id=point.id or 0,
            version=point.version,
            pick=NONE,
        )


def test_a_decision_survives_being_kept_as_plain_values(board: ARevealedBoard) -> None:
    note(board, "Deeper work", Pick(Outcome.EDITED, title="Work", subtitles=("In sessions",)))
    picked = Picked.from_values(board.point("Deeper work").chosen)
    assert Picked.from_values(picked.as_values()) == picked
    assert len(picked.made) == 2
    assert Picked.from_values(None) == Picked(())


def test_a_judge_without_a_title_in_a_row_takes_none(board: ARevealedBoard) -> None:
    judges, rows = rows_of(board.db, board.seen_by().unit.id)
    pace = next(row for row in rows if row.titles == ("Pace",))
    assert wanted(pace, judges, pick_of(board.people.chi)) == ()


def test_a_private_list_that_nobody_waits_for_is_discarded_with_its_sorting(
    db: Session, people: People
) -> None:
    board = private_board(db, people)
    board.draft(people.ben, BEN, sorted_into="Pace", submitting=False)
    unit, study = board.seen_by().unit.id, people.context(db)
    set_judges(db, study, unit_id=unit, account_ids=[people.chi.id], reason="Ben is ill.")
    assert db.exec(select(Category).where(col(Category.parent_id).is_not(None))).all()
    assert db.exec(select(Placement)).all()
    discard(db, study, unit_id=unit, account_id=people.ben.id, reason="He does not come back.")
    assert db.exec(select(Category)).all() == db.exec(select(Placement)).all() == []
    assert not list(verify(db))
