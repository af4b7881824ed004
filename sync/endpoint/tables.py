"""The endpoint's tables, in SQL that SQLite and PostgreSQL both speak.

Everything unique is unique within one kiosk, so a fleet may be split by kiosk without a
transaction across the parts (cloud.md, "Reference endpoint").
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

# SQLite counts up by itself only in a column that is exactly INTEGER.
_counter = BigInteger().with_variant(Integer(), "sqlite")

machines = Table(
    "machines",
    metadata,
    Column("kiosk", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("board", Text, nullable=False),
    Column("record_key", LargeBinary, nullable=False, unique=True),
    Column("transport_key", LargeBinary, nullable=False),
    Column("key_id", Text, nullable=False, unique=True),
    Column("enrolled_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Column("version", Text, nullable=False),
    Column("head_seq", BigInteger, nullable=False),
)

ledgers = Table(
    "ledgers",
    metadata,
    Column("kiosk", Text, primary_key=True),
    Column("ledger", Text, primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("previous", Text),
    Column("reason", Text, nullable=False),
    Column("board", Text, nullable=False),
    Column("acked_through", BigInteger, nullable=False),
    Column("head_hash", Text, nullable=False),
    UniqueConstraint("kiosk", "generation"),
)

records = Table(
    "records",
    metadata,
    Column("kiosk", Text, primary_key=True),
    Column("ledger", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("sig", LargeBinary, nullable=False),
    Column("suspect", Text, nullable=False),
    Column("stored_ms", BigInteger, nullable=False),
)
"""The exact bytes. ``suspect`` is empty, or says why nothing was read out of them."""

forks = Table(
    "forks",
    metadata,
    Column("kiosk", Text, primary_key=True),
    Column("ledger", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("hash", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("sig", LargeBinary, nullable=False),
    Column("stored_ms", BigInteger, nullable=False),
)
"""Records whose number was taken by another: kept, never credited, for people to look at."""

deposits = Table(
    "deposits",
    metadata,
    Column("arrival", _counter, primary_key=True, autoincrement=True),
    Column("kiosk", Text, nullable=False),
    Column("ledger", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("opened_seq", BigInteger, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("subject", Text),
    Column("compartment", Text, nullable=False),
    Column("material", Text, nullable=False),
    Column("net_g", BigInteger),
    Column("price_e4", BigInteger, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text),
    Column("utc", Text),
    Column("stored_ms", BigInteger, nullable=False),
    UniqueConstraint("kiosk", "ledger", "seq"),
    # An opened deposit has exactly one outcome (P1): a second one is a suspect record.
    UniqueConstraint("kiosk", "ledger", "opened_seq"),
)
"""Read out of records for people to look at; the records are the truth."""

credits_ = Table(
    "credits",
    metadata,
    Column("cursor", _counter, primary_key=True, autoincrement=True),
    Column("kiosk", Text, nullable=False),
    Column("ledger", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("subject", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    UniqueConstraint("kiosk", "ledger", "seq"),
)
"""What to pay to whom; a row is never changed or taken back."""

codes = Table(
    "codes",
    metadata,
    Column("code_sha256", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("kiosk", Text),
)
"""Enrolment codes; ``kiosk`` says who used it, so that a lost answer can be asked for again by
the same machine and by nobody else."""

documents = Table(
    "documents",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("etag", Text, nullable=False),
)
