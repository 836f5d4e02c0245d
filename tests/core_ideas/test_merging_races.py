"""At the same moment: a PI merges two domains, and a judge codes in the one that goes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from sqlmodel import Session, select

from app.consensus.models import Unit
from app.core_ideas.merging_domains import merge_domains
from app.core_ideas.service import add
from app.db import Database
from app.domains.blocks import assign
from app.domains.models import BlockDomain
from app.migrations import migrate
from app.trail.service import verify
from tests.core_ideas.a_case import TEARS, make_case
from tests.people import Browser, make_people
from tests.races import at_once

OWN = "Some tears were P's own."


@pytest.fixture(scope="module")
def committing(fresh_database_url: Callable[[], str]) -> Iterator[Database]:
    """A database of its own, in which transactions really commit."""
    database = Database(fresh_database_url())
    migrate(database.engine)
    yield database
    database.engine.dispose()


def test_who_codes_in_a_domain_at_that_moment_has_coded_in_the_other_or_is_told(
    committing: Database,
) -> None:
    with committing.write() as db:
        people = make_people(db, lambda: cast(Browser, SimpleNamespace(sign_in_with=str)))
        case = make_case(db, people)
    for number in range(6):
        with committing.write() as db:
            here = replace(case, db=db)
            here.domains["NEW"] = here.add_domain(f"Domain {number}")

        def code(db: Session) -> None:
            here = replace(case, db=db)
            start = here.text.index(TEARS)
            assign(
                db,
                here.seen_by(people.ben),
                version_id=here.version_id,
                start=start,
                end=start + len(TEARS),
                quote=TEARS,
                domain_ids=[here.domains["NEW"]],
            )
            add(db, here.seen_by(people.ben), domain_id=here.domains["NEW"], text=OWN)

        def merge(db: Session) -> None:
            merge_domains(
                db,
                people.context(db),
                sample_id=people.sample.id or 0,
                domain_id=case.domains["NEW"],
                into_id=case.domains["EXT"],
            )

        came = at_once(committing, code, merge)
        assert came in (["done", "done"], ["Invalid", "done"], ["NotFound", "done"])
        with committing.read() as db:
            left = db.exec(
                select(BlockDomain).where(BlockDomain.domain_id == case.domains["NEW"])
            ).all()
            assert not left
            assert not list(verify(db))
            boards = select(Unit).where(Unit.domain_id == case.domains["NEW"])
            assert not db.exec(boards).all()
