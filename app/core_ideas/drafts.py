"""What an editor has typed and not published: seen by that editor only, in no trail."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from app.cases.guard import CaseContext
from app.core_ideas.models import CoreIdea, CoreIdeaDraft
from app.core_ideas.rules import LONGEST_TEXT, tidy
from app.db import now, run

MUCH_TOO_LONG = 4 * LONGEST_TEXT


@dataclass(frozen=True)
class Draft:
    """One's own unpublished words for a core idea, and the wording they started from."""

    text: str
    base_version: int
    saved_at: datetime


def save_draft(
    db: Session, case: CaseContext, *, core_idea_id: int, text: str, version: int
) -> datetime | None:
    """Keep what is typed. Words that are published already need no draft: then None.

    A draft changes nothing for anybody else, so it needs no open unit. One for a core idea that
    is gone is not kept.
    """
    published = run(
        db,
        sa.select(col(CoreIdea.text)).where(
            col(CoreIdea.id) == core_idea_id, col(CoreIdea.layer_id) == case.unit.layer_id
        ),
    ).scalar()
    if published is None or tidy(text) == published:
        discard_draft(db, case, core_idea_id=core_idea_id)
        return None
    saved_at = now()
    values = {"text": text[:MUCH_TOO_LONG], "base_version": version, "saved_at": saved_at}
    changed = run(
        db, sa.update(CoreIdeaDraft).where(*_mine(case, core_idea_id)).values(**values)
    ).rowcount
    if not changed:
        run(
            db,
            sa.insert(CoreIdeaDraft).values(
                core_idea_id=core_idea_id, account_id=case.study.me.id, **values
            ),
        )
    return saved_at


def keep_words(
    db: Session, case: CaseContext, *, core_idea_id: int, text: str, version: int
) -> None:
    """Give up what a refused save began, and commit what was typed before any answer leaves."""
    db.rollback()
    save_draft(db, case, core_idea_id=core_idea_id, text=text, version=version)
    db.commit()


def discard_draft(db: Session, case: CaseContext, *, core_idea_id: int) -> None:
    """Let one's own draft of a core idea go."""
    run(db, sa.delete(CoreIdeaDraft).where(*_mine(case, core_idea_id)))


def _mine(case: CaseContext, core_idea_id: int) -> tuple["sa.ColumnElement[bool]", ...]:
    return (
        col(CoreIdeaDraft.core_idea_id) == core_idea_id,
        col(CoreIdeaDraft.account_id) == case.study.me.id,
    )


def my_drafts(db: Session, case: CaseContext) -> dict[int, Draft]:
    """One's own drafts of a case's core ideas."""
    rows = run(
        db,
        sa.select(
            col(CoreIdeaDraft.core_idea_id),
            col(CoreIdeaDraft.text),
            col(CoreIdeaDraft.base_version),
            col(CoreIdeaDraft.saved_at),
        )
        .join(CoreIdea, col(CoreIdea.id) == col(CoreIdeaDraft.core_idea_id))
        .where(
            col(CoreIdea.layer_id) == case.unit.layer_id,
            col(CoreIdeaDraft.account_id) == case.study.me.id,
        ),
    )
    return {row[0]: Draft(*row[1:]) for row in rows}
