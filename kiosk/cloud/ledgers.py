"""Ledgers and the batches of their records, and what the operator says of both."""

from typing import Literal

from msgspec import Struct

from kiosk.records import Bag, Totals
from kiosk.wire import SignedRecord

LedgerState = Literal["accepted", "pending", "rejected"]
"""``pending``: opened on another board; records are taken and nothing is credited until the
operator approves it. ``rejected``: the operator did not."""


class LedgerRequest(Struct, frozen=True):
    """POST /v1/ledgers"""

    ledger: str
    previous: str | None
    reason: str
    board: str


class LedgerAnswer(Struct, frozen=True):
    """What the cloud holds of a ledger."""

    ledger: str
    generation: int
    acked_through: int
    head_hash: str
    state: LedgerState = "accepted"


class Batch(Struct, frozen=True):
    """POST /v1/ledgers/{id}/batches"""

    schema: Literal[1]
    generation: int
    first_seq: int
    last_seq: int
    records: tuple[SignedRecord, ...]
    quarantined: tuple[int, ...] = ()
    """Numbers of records this endpoint refused before: their bytes are stored unread, as
    suspect, so that one poisoned record neither leaves a gap nor stops the line."""


class Mark(Struct, frozen=True):
    """payload: everything up to ``acked_through`` is durable in the operator's books."""

    kiosk: str
    ledger: str
    acked_through: int
    head_hash: str
    server_time_ms: int


class LedgerTotals(Struct, frozen=True):
    """payload: what this machine's records add up to, those of its earlier ledgers included,
    through record ``through`` of this one. Whatever way a record came, it is counted once."""

    kiosk: str
    ledger: str
    through: int
    head_hash: str
    """Of record ``through``: the statement is about this very chain."""
    totals: tuple[Totals, ...]
    """Over the machine's life."""
    since: tuple[Totals, ...]
    """Since each compartment's last collection."""
    gross: dict[str, int]
    """The last recorded gross of each compartment, in grams."""
    bags: dict[str, Bag]
    """What hangs in each compartment, since its first collection."""
    server_time_ms: int


class Verdict(Struct, frozen=True):
    """What became of a record, where it is not simply stored."""

    seq: int
    verdict: Literal["duplicate", "stored_suspect"]
    type: str


class BatchAnswer(Struct, frozen=True):
    """200, media type ``BATCH_ANSWER_MEDIA``."""

    batch_digest: str
    """SHA-256 of the request body as sent, in hexadecimal: a captive portal cannot know it."""
    mark: bytes
    """Envelope by the endpoint's key: :class:`Mark`."""
    exceptions: tuple[Verdict, ...]
    next_interval_s: int


class Approval(Struct, frozen=True, forbid_unknown_fields=True):
    """payload: the operator knows of the new board, or rejects what claims to be the machine."""

    ledger: str
    board: str
    approved: bool
    who: str
    why: str
    decided_ms: int


class Taken(Struct, frozen=True):
    """201 of POST /v1/adjudications: the document is in force and its decisions are booked."""

    name: str
    version: int


class Credit(Struct, frozen=True):
    """One row of the operator's wallet feed; ``key`` is permanent: pay each key once."""

    cursor: int
    key: str
    """``<ledger>/<seq>`` of the deposit record."""
    kiosk: str
    subject: str
    amount_minor: int
    currency: str
    receipt: str


class Credits(Struct, frozen=True):
    """GET /v1/credits?after=cursor"""

    credits: tuple[Credit, ...]
    next: int
