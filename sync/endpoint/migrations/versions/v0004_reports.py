"""How the machines do, what is wrong since when, and a quick count of suspect records."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables and the index."""
    op.create_table(
        "reports",
        sa.Column("kiosk", sa.Text, primary_key=True),
        sa.Column("report", sa.LargeBinary, nullable=False),
        sa.Column("seen_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "conditions",
        sa.Column("kiosk", sa.Text, primary_key=True),
        sa.Column("place", sa.Text, primary_key=True),
        sa.Column("what", sa.Text, primary_key=True),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
    )
    few = sa.text("suspect != ''")
    op.create_index(
        "ix_records_suspect", "records", ["kiosk"], sqlite_where=few, postgresql_where=few
    )
