"""Reads the current segment at a start, and judges whether it can be gone on with.

Only the current segment is read, whatever the age of the ledger: it carries the head it follows,
the lifetime totals and the last weights. All of its links are checked, and the signatures of its
tail: the part that a power cut or a failing card could have touched.
"""

import sqlite3
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from kiosk.envelope import TrustError, key_id, verify
from kiosk.ledger import folders, marks, segment
from kiosk.ledger.books import Books
from kiosk.ledger.chain import Chain, owner_of
from kiosk.ledger.drafts import carried_gross
from kiosk.ledger.errors import LedgerDamagedError, LedgerError, LedgerMisuseError
from kiosk.records import GENESIS, RECORD_TYPE, SegmentOpened
from kiosk.wire import SignedRecord

TAIL_SIGNATURES = 64


class ForeignLedgerError(LedgerError):
    """A sound ledger, but of another machine."""


@dataclass
class Current:
    """The current segment of a ledger, open for writing, and what it adds up to."""

    folder: Path
    path: Path
    connection: sqlite3.Connection
    whose: segment.Signed
    """The ledger's first record."""
    chain: Chain
    books: Books
    first_seq: int
    month: str | None
    """``2026-11``: of the first record that knew the time."""


def load(folder: Path, public: bytes, board: str) -> Current:
    """Open a ledger's current segment and check it.

    Raises LedgerDamagedError or ForeignLedgerError when this machine cannot go on with it, and
    LedgerError when it could not be read, which says nothing against it.
    """
    found = folders.segments(folder)
    if not found:
        raise LedgerDamagedError(f"{folder}: its segments are missing")
    first_seq, path = found[-1]
    connection = segment.connect(path, writer=True)
    try:
        segment.quick_check(connection, path)
        whose = segment.whose(connection, path)
        owner = owner_of(*whose)
        if owner.public != public:
            keys = f"{key_id(owner.public)}, this machine's is {key_id(public)}"
            raise ForeignLedgerError(f"{owner.ledger} was written under record key {keys}")
        if owner.board != board:
            boards = f"{owner.board!r}, this one is {board!r}"
            raise ForeignLedgerError(f"{owner.ledger} was written on board {boards}")
        chain = Chain(owner.ledger, public, head_seq=first_seq - 1)
        kept = segment.carried(connection, path)
        books = Books.begin(None, carried_gross(kept, owner.ledger, first_seq, public))
        month = _read(connection, path, chain, books)
        current = Current(folder, path, connection, whose, chain, books, first_seq, month)
        _check_mark(current)
    except BaseException:  # boundary: whatever it was, the connection must not leak
        connection.close()
        raise
    return current


def _read(connection: sqlite3.Connection, path: Path, chain: Chain, books: Books) -> str | None:
    """Follow the chain through the segment and fill the books; returns the segment's month."""
    month: str | None = None
    tail: deque[SignedRecord] = deque(maxlen=TAIL_SIGNATURES)
    for row in segment.rows_after(connection, path, 0):
        signed = row.signed
        if not tail:
            chain.head_hash = _followed(signed, chain)
        record, wrong = chain.follow(signed, signature=False)
        if record is None or wrong:
            raise LedgerDamagedError(f"{path}: {'; '.join(wrong)}")
        if row.hash != chain.head_hash:
            raise LedgerDamagedError(f"{path}: record {signed.seq} is not what its hash says")
        if not tail and isinstance(record.body, SegmentOpened):
            begun = Books.begin(record.body, {})
            books.totals, books.since, books.source = begun.totals, begun.since, begun.source
            books.bags = begun.bags
        try:
            books.enter(record)
        except LedgerMisuseError as error:
            raise LedgerDamagedError(f"{path}: {error}") from error
        month = month or month_of(record.utc)
        tail.append(signed)
    if not tail:
        raise LedgerDamagedError(f"{path}: holds no record")
    for signed in tail:
        try:
            verify(RECORD_TYPE, signed.data, signed.sig, chain.public)
        except TrustError as error:
            raise LedgerDamagedError(f"{path}: record {signed.seq}: {error}") from error
    return month


def _followed(first: SignedRecord, chain: Chain) -> str:
    """The head that a segment's first record says it follows; ``kiosk ledger verify`` compares
    it with the older segment, which a start does not read."""
    if chain.head_seq == 0:
        return GENESIS
    record, _ = Chain(chain.ledger, chain.public).follow(first, signature=False)
    if record is None or not isinstance(record.body, SegmentOpened):
        raise LedgerDamagedError(f"record {first.seq} begins a segment without saying so")
    return record.prev


def month_of(utc: str | None) -> str | None:
    """``2026-11`` of a record's time."""
    return None if utc is None else utc[:7]


def _check_mark(current: Current) -> None:
    """Acknowledged records that are not there mean an older copy of the disk came back."""
    mark = marks.kept(current.folder)
    if mark is None:
        return
    if mark.ledger != current.chain.ledger or mark.acked_through > current.chain.head_seq:
        raise LedgerDamagedError(
            f"{current.path}: ends at record {current.chain.head_seq}, but the cloud "
            f"acknowledged {mark.acked_through} of {mark.ledger}"
        )
