"""A ledger that was opened on another board waits for the operator."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Every ledger so far was opened by the board that was enrolled."""
    with op.batch_alter_table("ledgers") as ledgers:
        ledgers.add_column(sa.Column("state", sa.Text, nullable=True))
    op.execute("UPDATE ledgers SET state = 'accepted'")
    with op.batch_alter_table("ledgers") as ledgers:
        ledgers.alter_column("state", existing_type=sa.Text, nullable=False)
