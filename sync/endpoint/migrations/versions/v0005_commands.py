"""What the operator commanded, and transport keys on their way out."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "retired_keys",
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("kiosk", sa.Text, nullable=False),
        sa.Column("transport_key", sa.LargeBinary, nullable=False),
        sa.Column("until_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "commands",
        sa.Column("kiosk", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("taken_ms", sa.BigInteger, nullable=False),
        sa.Column("result", sa.Text),
        sa.Column("detail", sa.Text),
        sa.Column("done_ledger", sa.Text),
        sa.Column("done_seq", sa.BigInteger),
        sa.Column("done_ms", sa.BigInteger),
    )
