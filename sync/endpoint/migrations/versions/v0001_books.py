"""The books: machines, ledgers, records, deposits, credits, codes, documents."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _fleet()
    _per_kiosk()
    _desk()


def _fleet() -> None:
    op.create_table(
        "machines",
        sa.Column("kiosk", sa.Text, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("board", sa.Text, nullable=False),
        sa.Column("record_key", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("transport_key", sa.LargeBinary, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False, unique=True),
        sa.Column("enrolled_ms", sa.BigInteger, nullable=False),
        sa.Column("seen_ms", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("head_seq", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "ledgers",
        sa.Column("kiosk", sa.Text, primary_key=True),
        sa.Column("ledger", sa.Text, primary_key=True),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("previous", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("board", sa.Text, nullable=False),
        sa.Column("acked_through", sa.BigInteger, nullable=False),
        sa.Column("head_hash", sa.Text, nullable=False),
        sa.UniqueConstraint("kiosk", "generation"),
        sa.UniqueConstraint("ledger"),
    )


def _signed(name: str, *more: sa.Column[object], hash_in_key: bool = False) -> None:
    op.create_table(
        name,
        sa.Column("kiosk", sa.Text, primary_key=True),
        sa.Column("ledger", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("hash", sa.Text, nullable=False, primary_key=hash_in_key),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("sig", sa.LargeBinary, nullable=False),
        *more,
        sa.Column("stored_ms", sa.BigInteger, nullable=False),
    )


def _per_kiosk() -> None:
    _signed("records", sa.Column("suspect", sa.Text, nullable=False))
    _signed("forks", hash_in_key=True)
    op.create_table(
        "deposits",
        sa.Column("kiosk", sa.Text, primary_key=True),
        sa.Column("ledger", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("opened_seq", sa.BigInteger, nullable=False),
        sa.Column("receipt", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("compartment", sa.Text, nullable=False),
        sa.Column("material", sa.Text, nullable=False),
        sa.Column("net_g", sa.BigInteger),
        sa.Column("price_e4", sa.BigInteger, nullable=False),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("utc", sa.Text),
        sa.Column("stored_ms", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("kiosk", "ledger", "opened_seq"),
    )
    op.create_index("ix_deposits_stored_ms", "deposits", ["stored_ms"])
    op.create_table(
        "credits",
        sa.Column("kiosk", sa.Text, primary_key=True),
        sa.Column("ledger", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True),
        sa.Column("cursor", sa.BigInteger),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("receipt", sa.Text, nullable=False),
        sa.Column("stored_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_credits_cursor", "credits", ["cursor"])


def _desk() -> None:
    op.create_table(
        "codes",
        sa.Column("code_sha256", sa.Text, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("expires_ms", sa.BigInteger, nullable=False),
        sa.Column("kiosk", sa.Text),
    )
    op.create_table(
        "documents",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("envelope", sa.LargeBinary, nullable=False),
        sa.Column("etag", sa.Text, nullable=False),
    )
    counters = op.create_table(
        "counters",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(counters, [{"name": name, "last": 0} for name in ("credits", "machines")])
