"""What the team decides on a title of the judges' lists, written into the agreed list at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from app.consensus.points import Decided, PointView, decide_point, points_of, take_point
from app.consensus.revealed import revealed_drafts
from app.consensus.rules import Outcome, PointKind
from app.consensus.service import change_content
from app.cross_analysis.comparison import TitleRow, compare
from app.cross_analysis.guard import BoardContext
from app.cross_analysis.joining import made_of
from app.cross_analysis.lists import lists_of
from app.cross_analysis.models import Category
from app.cross_analysis.picks import MadeCategory, Pick, Picked, Wanted, ids_of, wanted
from app.cross_analysis.placing import lock
from app.cross_analysis.service import (
    as_it_was,
    cards_in,
    set_order,
    sibling_ids,
    write_category,
)
from app.cross_analysis.titles import checked_title
from app.db import one_or_not_found
from app.domains.rules import title_key
from app.errors import Conflict, NotFound
from app.trail.service import record

TAKE_OVER = "take a category over"
TAKE_BACK = "take a category back as decided anew"


@dataclass(frozen=True)
class Noted:
    """A decision that was noted; `stays` are categories of an earlier one that others built on."""

    decided: Decided
    stays: tuple[str, ...] = ()


def rows_of(db: Session, unit_id: int) -> tuple[tuple[int, ...], tuple[TitleRow, ...]]:
    """The judges whose lists are revealed, by name, and their lists side by side."""
    drafts = revealed_drafts(db, unit_id)
    lists = lists_of(db, [draft.layer_id for draft in drafts])
    judges = tuple(draft.account_id for draft in drafts)
    return judges, compare([lists[draft.layer_id] for draft in drafts])


def check_point(db: Session, board: BoardContext, point_id: int) -> None:
    """Raise `NotFound` unless this is a point on the board's titles."""
    found = (point for point in points_of(db, board.unit.id) if point.id == point_id)
    _, rows = rows_of(db, board.unit.id)
    _row_of(board, one_or_not_found(next(found, None), "title to discuss"), rows)


def take_over(
    db: Session,
    board: BoardContext,
    *,
    point_id: int,
    version: int,
    pick: Pick,
    reason: str = "",
) -> Noted:
    """Note what the team takes of a row of titles, and write it into the agreed list.

    A title that stands there already is not made twice. Of an earlier decision is taken back what
    nobody has changed or put cards into. Raises `Invalid` for a title that cannot stand,
    `Conflict` where the category it belongs to is gone, and as `take_point` does.
    """
    point = take_point(
        db, board.scene, board.unit, point_id, version=version, what=board.what, reason=reason
    )
    if pick.outcome is Outcome.TALK_LATER:
        return _noted(db, board, point, pick.outcome, None, reason)
    judges, rows = rows_of(db, board.unit.id)
    row = _row_of(board, point, rows)
    lock(db, board)
    before = Picked.from_values(point.chosen)
    if pick.title:
        pick = replace(pick, title=" ".join(pick.title.split()))
    if before.pick and wanted(row, judges, pick) == wanted(row, judges, before.pick):
        same = replace(before, pick=pick)
        return _noted(db, board, point, pick.outcome, same, reason)
    board, made, stays = _replace(db, board, row, before.made, wanted(row, judges, pick))
    after = Picked(before.row, pick, made)
    return _noted(db, board, point, pick.outcome, after, reason, stays)


def _replace(
    db: Session,
    board: BoardContext,
    row: TitleRow,
    was: Sequence[MadeCategory],
    new: Sequence[Wanted],
) -> tuple[BoardContext, tuple[MadeCategory, ...], tuple[str, ...]]:
    """What an earlier decision made goes, and what is wanted comes.

    One category for one is renamed: what stands in it and below it stays there.
    """
    made: list[MadeCategory] = []
    renamed = _to_rename(db, board, was, new)
    if renamed:
        board = _rename(db, board, renamed, new[0].title)
        subtitles = {title_key(title) for title in new[0].subtitles}
        kept = [
            each
            for each in was
            if each.parent == renamed.id
            and title_key(each.title) in subtitles
            and _present(db, board, each)
        ]
        made = [made_of(renamed), *kept]
        was = [each for each in was if each.parent == renamed.id and each not in kept]
    board, stays = _take_back(db, board, was)
    if new:
        board = replace(board, unit=change_content(db, board.unit, board.title))
        parent_id = _parent(db, board, row)
        for each in new:
            made += _put_in(db, board, each, parent_id)
    return board, tuple(made), stays


def _to_rename(
    db: Session, board: BoardContext, was: Sequence[MadeCategory], new: Sequence[Wanted]
) -> Category | None:
    found = {each.guid: _present(db, board, each) for each in was}
    ids = {category.id for category in found.values() if category}
    tops = [each for each in was if each.parent not in ids]
    if len(tops) != 1 or len(new) != 1 or new[0].into is not None:
        return None
    category = found[tops[0].guid]
    if category is None or category.version != tops[0].version:
        return None
    there = _at_title(db, board, new[0].title, category.parent_id)
    return category if there is None or there.id == category.id else None


def _rename(db: Session, board: BoardContext, category: Category, title: str) -> BoardContext:
    before = category.title
    title = checked_title(db, board, title, parent_id=category.parent_id, but=category.id or 0)
    if title == before:
        return board
    board = replace(board, unit=change_content(db, board.unit, board.title))
    category.title, category.title_key = title, title_key(title)
    category.version += 1
    db.add(category)
    db.flush()
    was, now = {"title": before}, {"title": title, "parent": category.parent_id}
    record(db, board.scene, TAKE_OVER, item=category, before=was, after=now)
    return board


def _noted(
    db: Session,
    board: BoardContext,
    point: PointView,
    outcome: Outcome,
    picked: Picked | None,
    reason: str,
    stays: tuple[str, ...] = (),
) -> Noted:
    decided = decide_point(
        db,
        board.scene,
        board.unit,
        point.id,
        outcome=outcome,
        version=point.version,
        what=board.what,
        chosen=picked.as_values() if picked else None,
        reason=reason,
    )
    return Noted(decided, stays)


def _row_of(board: BoardContext, point: PointView, rows: Sequence[TitleRow]) -> TitleRow:
    row = Picked.from_values(point.chosen).row
    found = next((each for each in rows if ids_of(each) == row), None)
    if point.kind is not PointKind.CATEGORIES or found is None:
        raise NotFound(f"This is no point on the categories of {board.title}.")
    return found


def _parent(db: Session, board: BoardContext, row: TitleRow) -> int | None:
    """The agreed category that a joined row's subcategories belong to."""
    if row.below is None:
        return None
    above = ids_of(row.below)
    for point in points_of(db, board.unit.id):
        picked = Picked.from_values(point.chosen)
        if point.kind is PointKind.CATEGORIES and picked.row == above:
            found = next((_present(db, board, each) for each in picked.made), None)
            if found and found.parent_id is None:
                return found.id
    raise Conflict(
        f"“{row.below.titles[0]}” is not in the agreed list any more, so nothing can be put below "
        "it. Decide on that title first, or note that none is taken here."
    )


def _put_in(
    db: Session, board: BoardContext, each: Wanted, parent_id: int | None
) -> list[MadeCategory]:
    """The category and its subcategories, as far as they are not there already."""
    made = []
    if each.into is not None:
        category = _top(db, board, each.into)
    else:
        category, is_new = _titled(db, board, each.title, parent_id)
        made += [made_of(category)] if is_new else []
    for title in each.subtitles:
        below, is_new = _titled(db, board, title, category.id)
        made += [made_of(below)] if is_new else []
    return made


def _top(db: Session, board: BoardContext, category_id: int) -> Category:
    found = db.exec(
        select(Category).where(
            col(Category.id) == category_id, col(Category.layer_id) == board.unit.layer_id
        )
    ).first()
    if found is None or found.parent_id is not None:
        raise Conflict(
            "The category you chose to merge it into is not there any more. Load the page again "
            "and choose another."
        )
    return found


def _titled(
    db: Session, board: BoardContext, title: str, parent_id: int | None
) -> tuple[Category, bool]:
    there = _at_title(db, board, title, parent_id)
    if there:
        return there, False
    title = checked_title(db, board, title, parent_id=parent_id)
    category = write_category(db, board, title, parent_id)
    after = {"title": title, "parent": parent_id}
    record(db, board.scene, TAKE_OVER, item=category, after=after)
    return category, True


def _at_title(
    db: Session, board: BoardContext, title: str, parent_id: int | None
) -> Category | None:
    return db.exec(
        select(Category).where(
            col(Category.layer_id) == board.unit.layer_id,
            col(Category.parent_id) == parent_id,
            col(Category.title_key) == title_key(" ".join(title.split())),
        )
    ).first()


def _take_back(
    db: Session, board: BoardContext, made: Sequence[MadeCategory]
) -> tuple[BoardContext, tuple[str, ...]]:
    """Remove what an earlier decision made, subcategories first, but for what others built on."""
    stays = []
    for each in reversed(made):
        category = _present(db, board, each)
        if category is None or category.id is None:
            continue
        is_built_on = (
            category.version != each.version
            or cards_in(db, category.id)
            or sibling_ids(db, board, category.id)
        )
        if is_built_on:
            stays.append(category.title)
            continue
        board = replace(board, unit=change_content(db, board.unit, board.title))
        record(db, board.scene, TAKE_BACK, item=category, before=as_it_was(category))
        parent_id = category.parent_id
        db.delete(category)
        db.flush()
        set_order(db, sibling_ids(db, board, parent_id))
    return board, tuple(reversed(stays))


def _present(db: Session, board: BoardContext, made: MadeCategory) -> Category | None:
    return db.exec(
        select(Category)
        .where(col(Category.guid) == made.guid, col(Category.layer_id) == board.unit.layer_id)
        .execution_options(populate_existing=True)
    ).first()
