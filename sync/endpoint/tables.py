"""The endpoint's tables, in SQL that SQLite and PostgreSQL both speak.

The tables that grow (PER_KIOSK) are unique within one kiosk only, so they may be split by kiosk,
into partitions or shards, without a transaction across the parts (cloud.md, "Reference
endpoint"). What this file says is what the steps in ``migrations`` make; a test compares them.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

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
    Column("state", Text, nullable=False),
    UniqueConstraint("kiosk", "generation"),
    # Whoever opened a ledger owns it: a credit's permanent key is ``<ledger>/<seq>``.
    UniqueConstraint("ledger"),
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
    # Suspects are few, and people want to know how many at every look.
    Index(
        "ix_records_suspect",
        "kiosk",
        sqlite_where=text("suspect != ''"),
        postgresql_where=text("suspect != ''"),
    ),
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
    Column("kiosk", Text, primary_key=True),
    Column("ledger", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
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
    Index("ix_deposits_stored_ms", "stored_ms"),
    # An opened deposit has exactly one outcome (P1): a second one is a suspect record.
    UniqueConstraint("kiosk", "ledger", "opened_seq"),
)
"""Read out of records for people to look at; the records are the truth."""

origins = Table(
    "origins",
    metadata,
    Column("kiosk", Text, primary_key=True),
    Column("hash", Text, primary_key=True),
    Column("ledger", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("stored_ms", BigInteger, nullable=False),
)
"""Records of earlier ledgers that came as ``resent``: each counts once, by its hash."""

credits_ = Table(
    "credits",
    metadata,
    Column("kiosk", Text, primary_key=True),
    Column("ledger", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("cursor", BigInteger),
    Column("subject", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("receipt", Text, nullable=False),
    Column("stored_ms", BigInteger, nullable=False),
    Index("ix_credits_cursor", "cursor"),
)
"""What to pay to whom; never taken back. ``cursor`` is its place in the feed, given once, after
the commit that made the row (sync.endpoint.feed); until then it is null. 0: unclaimed, outside of
the feed until the operator says whose it is (sync.endpoint.claims)."""

adjudications = Table(
    "adjudications",
    metadata,
    Column("kiosk", Text, primary_key=True),
    Column("ledger", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("decided_ms", BigInteger, nullable=False),
    Column("corrected_seq", BigInteger),
)
"""What the operator decided about HELD deposits: one decision each, for good. ``corrected_seq``
is the machine's correction record, once it came."""

bags = Table(
    "bags",
    metadata,
    Column("kiosk", Text, primary_key=True),
    Column("origin", Text, primary_key=True),
    Column("compartment", Text, nullable=False),
    Column("bag", Text, nullable=False),
    Column("next_bag", Text, nullable=False),
    Column("deposits", BigInteger, nullable=False),
    Column("sum_g", BigInteger, nullable=False),
    Column("removed_g", BigInteger),
    Column("tolerance_g", BigInteger, nullable=False),
    Column("difference_g", BigInteger),
    Column("who", Text, nullable=False),
    Column("utc", Text),
    Column("stored_ms", BigInteger, nullable=False),
    Column("station_g", BigInteger),
    Column("station_who", Text),
    Column("station_ms", BigInteger),
)
"""Bags that were taken out (sync.endpoint.bags). ``origin`` is the hash of the record that says
it; ``station_*`` is what the transfer station's scale said, once the operator entered it."""

reports = Table(
    "reports",
    metadata,
    Column("kiosk", Text, primary_key=True),
    Column("report", LargeBinary, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
)
"""The last report of each machine, as JSON (kiosk.cloud.MachineReport)."""

conditions = Table(
    "conditions",
    metadata,
    Column("kiosk", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("since_ms", BigInteger, nullable=False),
)
"""What is not as it should be now, and since when: ``fault:CODE`` or ``state:full``. ``place`` is
the compartment, or empty for the machine. A row goes when the machine says it is over."""

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last", BigInteger, nullable=False),
)
"""Numbers that rise in the order of commits: whoever counts on holds the row locked."""

retired_keys = Table(
    "retired_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("kiosk", Text, nullable=False),
    Column("transport_key", LargeBinary, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
)
"""Transport keys that another followed, and until when they are accepted beside it."""

commands = Table(
    "commands",
    metadata,
    Column("kiosk", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("command", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("envelope", LargeBinary, nullable=False),
    Column("taken_ms", BigInteger, nullable=False),
    Column("result", Text),
    Column("detail", Text),
    Column("done_ledger", Text),
    Column("done_seq", BigInteger),
    Column("done_ms", BigInteger),
)
"""What the operator commanded; ``result`` and what follows are the machine's ``command_done``."""

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

PER_KIOSK = (records, forks, deposits, credits_, adjudications)
"""What grows with deposits, and is ready to be partitioned by kiosk."""
