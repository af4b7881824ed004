"""Decisions of the operator about HELD deposits."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "adjudications",
        sa.Column("kiosk", sa.Text, primary_key=True),
        sa.Column("ledger", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("decided_ms", sa.BigInteger, nullable=False),
        sa.Column("corrected_seq", sa.BigInteger),
    )
