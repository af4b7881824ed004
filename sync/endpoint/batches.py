"""What a batch holds, judged without a database: signatures, numbers, hashes, chain.

Anything validly chained and signed is kept (cloud.md). What cannot be read is *suspect*: stored,
never credited. What is not chained or not signed is no record of this machine: refused, and the
agent narrows it down by halving until one is left, which it sends as quarantined.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec
from msgspec import Struct

from kiosk.cloud import BATCH_MAX_RECORDS, FORK, GAP, Batch
from kiosk.envelope import TrustError, verify
from kiosk.records import (
    GENESIS,
    RECORD_TYPE,
    Deposit,
    RecordUnreadableError,
    decode,
    digest,
)
from kiosk.wire import SignedRecord
from sync.endpoint.problems import RefusedError

WHOLE_MAX = 2**53
"""Larger whole numbers than these are no grams, money or numbers of records."""

Suspicion = Literal["", "unreadable", "quarantined", "other-kiosk", "second-outcome"]


class _Link(Struct, frozen=True):
    """What the chain needs of a record, whatever else is in it."""

    ledger: str
    seq: int
    prev: str


@dataclass(frozen=True, slots=True)
class Examined:
    """One record after everything that needs no database."""

    seq: int
    hash: str
    data: bytes
    sig: bytes
    prev: str | None
    """None: unreadable, so only the next record's ``prev`` vouches for its place."""
    suspect: Suspicion
    deposit: Deposit | None
    utc: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """Where a ledger stands in the books."""

    acked_through: int
    hash: str


def examine(batch: Batch, kiosk: str, ledger: str, record_key: bytes) -> tuple[Examined, ...]:
    """Check numbers and every signature. Raises RefusedError 400, 413 or 422."""
    numbers = [record.seq for record in batch.records]
    if not numbers or numbers[0] < 1 or numbers[-1] > WHOLE_MAX:
        raise RefusedError(400, "batch", "A batch holds one record at least, numbered from 1")
    if len(numbers) > BATCH_MAX_RECORDS:
        raise RefusedError(
            413, "too-large", "Too many records", f"at most {BATCH_MAX_RECORDS} a batch"
        )
    if numbers != list(range(batch.first_seq, batch.last_seq + 1)):
        raise RefusedError(400, "batch", "The records are not first_seq to last_seq, in order")
    quarantined = frozenset(batch.quarantined)
    return tuple(
        _quarantined(record)
        if record.seq in quarantined
        else _examine(record, kiosk, ledger, record_key)
        for record in batch.records
    )


def place(
    examined: tuple[Examined, ...], head: Head, stored: Mapping[int, str]
) -> tuple[tuple[Examined, ...], tuple[Examined, ...]]:
    """Split into (forked, new) against what is stored, and follow the chain.

    ``stored`` has the hashes by number from one before the batch on. Raises RefusedError 409 for
    a gap (with the expected number) and 422 for a broken chain.
    """
    first = examined[0].seq
    if first > head.acked_through + 1:
        expected = head.acked_through + 1
        raise RefusedError(
            409, GAP, "Records are missing", f"record {expected} comes next", expected
        )
    forked = tuple(one for one in examined if stored.get(one.seq, one.hash) != one.hash)
    if forked:
        return forked, ()
    before = GENESIS if first == 1 else stored.get(first - 1, head.hash)
    for one in examined:
        if one.prev is not None and one.prev != before:
            raise RefusedError(
                422, "chain", "The chain is broken", f"record {one.seq} does not follow"
            )
        before = one.hash
    return (), tuple(one for one in examined if one.seq not in stored)


def refuse_fork(seq: int) -> RefusedError:
    """Make the refusal for a number that is taken by another record."""
    return RefusedError(
        409, FORK, "Another record has this number", f"record {seq}: both are kept, none credited"
    )


def _quarantined(record: SignedRecord) -> Examined:
    hashed = digest(record.data)
    return Examined(record.seq, hashed, record.data, record.sig, None, "quarantined", None, None)


def _examine(record: SignedRecord, kiosk: str, ledger: str, record_key: bytes) -> Examined:
    try:
        verify(RECORD_TYPE, record.data, record.sig, record_key)
    except TrustError as error:
        raise RefusedError(
            422, "record-signature", f"Record {record.seq} is not signed by this machine"
        ) from error
    hashed = digest(record.data)
    try:
        link = msgspec.json.decode(record.data, type=_Link)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Examined(record.seq, hashed, record.data, record.sig, None, "unreadable", None, None)
    if (link.ledger, link.seq) != (ledger, record.seq):
        raise RefusedError(
            422, "record", f"Record {record.seq} says it is {link.seq} of ledger {link.ledger}"
        )
    suspect: Suspicion = ""
    deposit = utc = None
    try:
        full = decode(record.data)
    except RecordUnreadableError:
        suspect = "unreadable"
    else:
        utc = full.utc
        # Before it is enrolled a machine has no name; its records are its own all the same.
        if full.kiosk not in ("", kiosk):
            suspect = "other-kiosk"
        elif isinstance(full.body, Deposit):
            deposit = full.body
            if not _measured(deposit):
                suspect, deposit = "unreadable", None
    return Examined(record.seq, hashed, record.data, record.sig, link.prev, suspect, deposit, utc)


def _measured(deposit: Deposit) -> bool:
    numbers = (
        deposit.opened_seq,
        deposit.price_e4,
        deposit.tariff_version,
        deposit.amount_minor,
        deposit.net_g or 0,
    )
    return all(-WHOLE_MAX <= number <= WHOLE_MAX for number in numbers)
