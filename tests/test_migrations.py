"""What a database holds stays through a migration that makes a table anew."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel, select

from app.accounts.models import Account
from app.cases.models import Case
from app.consensus.amending import AmendmentKind, Cause
from app.consensus.models import Amendment, ConsensusVersion, Unit
from app.consensus.rules import UnitKind
from app.db import Database
from app.migrations import downgrade, migrate
from app.studies.models import Sample, Study


def _add(database: Database, row: SQLModel) -> int:
    with database.write() as db:
        db.add(row)
        db.flush()
        return int(row.id)  # type: ignore[attr-defined]


def _with_an_amended_case(database: Database) -> None:
    study = _add(database, Study(title="Crying"))
    ana = _add(database, Account(email="ana@example.org", name="Ana"))
    sample = _add(database, Sample(study_id=study, name="one", name_key="one", topic="Crying"))
    case = _add(database, Case(study_id=study, code="P01", code_key="p01"))
    unit = _add(database, Unit(study_id=study, sample_id=sample, case_id=case, kind=UnitKind.CASE))
    version = _add(
        database,
        ConsensusVersion(
            unit_id=unit,
            number=1,
            content=1,
            cause=Cause.DOMAINS_MERGED,
            domain_list=1,
            judges=[],
            document={},
        ),
    )
    _add(
        database,
        Amendment(
            unit_id=unit,
            core_idea_guid="0",
            kind=AmendmentKind.REWORD,
            before={},
            after={},
            made_by=ana,
            version_id=version,
        ),
    )


def _causes(database: Database) -> list[str]:
    with database.engine.connect() as connection:
        return list(connection.execute(sa.text("SELECT cause FROM consensus_version")).scalars())


def test_a_table_that_others_point_to_is_made_anew_with_what_it_holds(
    fresh_database_url: Callable[[], str],
) -> None:
    database = Database(fresh_database_url())
    _with_an_amended_case(database)
    downgrade(database.engine, "0010")
    assert _causes(database) == ["amended"]
    migrate(database.engine)
    with database.read() as db:
        kept = db.exec(select(Amendment).join(ConsensusVersion)).one()
    assert kept.core_idea_guid == "0"
    database.engine.dispose()


def test_foreign_keys_are_looked_at_again_after_a_migration(
    fresh_database_url: Callable[[], str],
) -> None:
    database = Database(fresh_database_url())
    downgrade(database.engine, "0010")
    migrate(database.engine)
    with pytest.raises(sa.exc.IntegrityError):
        _add(database, Sample(study_id=999, name="one", name_key="one", topic="Crying"))
    database.engine.dispose()
