"""Bags that were taken out, and what a transfer station weighed of them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "bags",
        sa.Column("kiosk", sa.Text, primary_key=True),
        sa.Column("origin", sa.Text, primary_key=True),
        sa.Column("compartment", sa.Text, nullable=False),
        sa.Column("bag", sa.Text, nullable=False),
        sa.Column("next_bag", sa.Text, nullable=False),
        sa.Column("deposits", sa.BigInteger, nullable=False),
        sa.Column("sum_g", sa.BigInteger, nullable=False),
        sa.Column("removed_g", sa.BigInteger),
        sa.Column("tolerance_g", sa.BigInteger, nullable=False),
        sa.Column("difference_g", sa.BigInteger),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("utc", sa.Text),
        sa.Column("stored_ms", sa.BigInteger, nullable=False),
        sa.Column("station_g", sa.BigInteger),
        sa.Column("station_who", sa.Text),
        sa.Column("station_ms", sa.BigInteger),
    )
