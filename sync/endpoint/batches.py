"""What a batch holds, judged without a database: signatures, numbers, hashes, chain.

The last record's signature is checked, and the chain covers the rest: each record names the hash
of the one before it. A record whose follower can't be read has nobody to vouch for it, so its own
signature is checked. ``sync.endpoint.audit`` checks every single one.

Anything validly chained and signed is kept (cloud.md). What cannot be read is *suspect*: stored,
never credited. What is not chained or not signed is no record of this machine: refused, and the
agent narrows it down by halving until one is left, which it sends as quarantined.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec
from msgspec import Struct

from kiosk.cloud import BATCH_MAX_RECORDS, FORK, GAP, SCHEMA_UNKNOWN, SCHEMAS, Batch
from kiosk.envelope import TrustError, verify
from kiosk.records import (
    GENESIS,
    RECORD_TYPE,
    Collection,
    CommandDone,
    Correction,
    Deposit,
    Record,
    RecordUnreadableError,
    Resent,
    decode,
    digest,
)
from kiosk.wire import SignedRecord
from sync.endpoint import bodies
from sync.endpoint.problems import RefusedError

WHOLE_MAX = 2**53
"""Larger whole numbers than these are no grams, money or numbers of records."""

Suspicion = Literal["", "unreadable", "quarantined", "other-kiosk", "second-outcome", "origin"]


class _Versioned(Struct, frozen=True):
    """What every schema of batches has."""

    schema: int


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
    correction: Correction | CommandDone | Collection | None = None
    """What closes something else in the books: a decision, a command, or a bag."""
    origin: Resent | None = None
    """What it carries of an earlier ledger; its deposit counts once (sync.endpoint.origins)."""

    @property
    def is_ordinary(self) -> bool:
        """Nothing follows from it but to be stored and credited (sync.endpoint.ordinary)."""
        return not self.suspect and self.correction is None and self.origin is None


@dataclass(frozen=True, slots=True)
class Head:
    """Where a ledger stands in the books."""

    acked_through: int
    hash: str


def read_batch(decoded: bytes) -> Batch:
    """Read a batch. Raises RefusedError 400, or 426 for one of another schema."""
    try:
        return bodies.parse(decoded, Batch)
    except RefusedError:
        # Only of what cannot be read: a batch of ours is parsed once.
        if bodies.parse(decoded, _Versioned).schema in SCHEMAS:
            raise
    raise RefusedError(
        426,
        SCHEMA_UNKNOWN,
        "This schema of batches is not known here",
        f"offered: {', '.join(map(str, SCHEMAS))}",
        schemas=SCHEMAS,
    )


def examine(batch: Batch, kiosk: str, ledger: str, record_key: bytes) -> tuple[Examined, ...]:
    """Check numbers, and the signatures no chain covers. Raises RefusedError 400, 413 or 422."""
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
    examined = tuple(
        _quarantined(record)
        if record.seq in quarantined
        else _examine(record, kiosk, ledger, record_key)
        for record in batch.records
    )
    followers = (*examined[1:], None)
    for one, follower in zip(examined, followers, strict=True):
        if follower is None or follower.prev is None:
            check_signature(one, record_key)
    return examined


def check_signature(one: Examined, record_key: bytes) -> None:
    """Raise RefusedError 422 unless this machine signed the record, or it is quarantined."""
    if one.suspect == "quarantined":
        return
    try:
        verify(RECORD_TYPE, one.data, one.sig, record_key)
    except TrustError as error:
        raise RefusedError(
            422, "record-signature", f"Record {one.seq} is not signed by this machine"
        ) from error


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
        full = decode(record.data)
    except RecordUnreadableError:
        return _unreadable(record, digest(record.data), ledger)
    _check_place(record, full, ledger)
    return judge(record, full, kiosk, record_key)


def judge(record: SignedRecord, full: Record, kiosk: str, record_key: bytes) -> Examined:
    """Say what a record that can be read means for the books."""
    suspect: Suspicion = ""
    deposit = origin = None
    correction: Correction | CommandDone | Collection | None = None
    # Before it is enrolled a machine has no name; its records are its own all the same.
    if full.kiosk not in ("", kiosk):
        suspect = "other-kiosk"
    elif isinstance(full.body, Deposit):
        if _storable(full, full.body):
            deposit = full.body
        else:
            suspect = "unreadable"
    elif isinstance(full.body, Correction | CommandDone):
        correction = full.body
    elif isinstance(full.body, Collection):
        # Most machines say it once a day: the long way is no matter.
        correction = full.body if _storable_bag(full.body, full.utc) else None
    elif isinstance(full.body, Resent):
        origin = full.body
        carried = _carried(origin, kiosk, record_key)
        suspect = "" if carried is not None else "origin"
        if carried is not None and isinstance(carried.body, Collection):
            correction = carried.body if _storable_bag(carried.body, full.utc) else None
        if carried is not None and isinstance(carried.body, Deposit):
            # Its own number stands for the record that opened it: that one is of another ledger.
            deposit = msgspec.structs.replace(carried.body, opened_seq=full.seq)
            suspect = "" if _storable(carried, deposit) else "unreadable"
    if suspect:
        deposit = correction = origin = None
    return Examined(
        record.seq,
        digest(record.data),
        record.data,
        record.sig,
        full.prev,
        suspect,
        deposit,
        full.utc,
        correction,
        origin,
    )


def _carried(origin: Resent, kiosk: str, record_key: bytes) -> Record | None:
    """The record that is carried, if this machine signed it as it is said to be."""
    try:
        verify(RECORD_TYPE, origin.data, origin.sig, record_key)
        full = decode(origin.data)
    except (TrustError, RecordUnreadableError):
        return None
    said = (origin.ledger, origin.seq, origin.hash)
    same = said == (full.ledger, full.seq, digest(origin.data))
    clean = 0 < full.seq <= WHOLE_MAX and "\0" not in full.ledger
    return full if same and clean and full.kiosk in ("", kiosk) else None


def _unreadable(record: SignedRecord, hashed: str, ledger: str) -> Examined:
    """A record of a later version still has its place in the chain, if that can be read."""
    prev = None
    try:
        link = msgspec.json.decode(record.data, type=_Link)
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    else:
        _check_place(record, link, ledger)
        prev = link.prev
    return Examined(record.seq, hashed, record.data, record.sig, prev, "unreadable", None, None)


def _check_place(record: SignedRecord, link: _Link | Record, ledger: str) -> None:
    if (link.ledger, link.seq) != (ledger, record.seq):
        raise RefusedError(
            422, "record", f"Record {record.seq} says it is {link.seq} of ledger {link.ledger}"
        )


def _storable(record: Record, deposit: Deposit) -> bool:
    """Tell whether a database holds it: bounded numbers, and text without NUL (PostgreSQL)."""
    numbers = (
        deposit.opened_seq,
        deposit.price_e4,
        deposit.tariff_version,
        deposit.amount_minor,
        deposit.net_g or 0,
    )
    texts = (
        deposit.receipt,
        deposit.subject or "",
        deposit.compartment,
        deposit.material,
        deposit.currency,
        record.utc or "",
    )
    return all(-WHOLE_MAX <= number <= WHOLE_MAX for number in numbers) and not any(
        "\0" in text for text in texts
    )


def _storable_bag(said: Collection, utc: str | None) -> bool:
    numbers = (said.deposits, said.sum_g, said.removed_g, said.tolerance_g, said.difference_g)
    texts = (said.compartment, said.bag_out, said.bag_in, said.who, utc)
    return all(abs(one or 0) <= WHOLE_MAX for one in numbers) and not any(
        "\0" in (one or "") for one in texts
    )
