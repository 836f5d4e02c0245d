"""A consensus version can be frozen because two domains were merged."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OLD = ("agreed", "amended", "editorial", "audit")
NEW = (*OLD, "domains merged")


def upgrade() -> None:
    _allow(NEW)


def downgrade() -> None:
    # An older program knows no such cause; what was frozen stays.
    op.execute("UPDATE consensus_version SET cause = 'amended' WHERE cause = 'domains merged'")
    _allow(OLD)


def _allow(values: tuple[str, ...]) -> None:
    with op.batch_alter_table("consensus_version") as table:
        table.drop_constraint(op.f("ck_consensus_version_cause"), type_="check")
        table.create_check_constraint(
            op.f("ck_consensus_version_cause"), sa.column("cause").in_(values)
        )
