"""The ledger: every record of this machine, in order, signed, durable before it counts.

One thread appends; other threads read by :meth:`Ledger.reader`. Whatever fails while appending
ends in LedgerError, and the controller exits: only a new start can tell what is on the disk.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import cloud, durable, records
from kiosk.ledger import boot, folders, segment
from kiosk.ledger.begin import open_or_begin
from kiosk.ledger.books import Books, sorted_totals
from kiosk.ledger.chain import Chain
from kiosk.ledger.drafts import Draft, Pen, Stamp
from kiosk.ledger.errors import (
    SQLITE_ERRORS,
    LedgerError,
    MarkRefusedError,
    from_os,
    from_sqlite,
)
from kiosk.ledger.locks import lock_folder
from kiosk.ledger.reader import LedgerReader
from kiosk.records import GENESIS, Record, SegmentOpened, Totals
from kiosk.units import Seq
from kiosk.wire import SignedRecord

SEGMENT_RECORDS_MAX = 50_000


class Ledger:
    """This machine's ledger, open for writing; made by :meth:`open`."""

    @classmethod
    def open(
        cls,
        directory: Path,
        key: Ed25519PrivateKey,
        board: str,
        stamp: Stamp,
        *,
        records_max: int = SEGMENT_RECORDS_MAX,
        monthly: bool = True,
    ) -> "Ledger":
        """Open the ledger in ``directory``, or begin one.

        One that is damaged, or was written by another key or on another board, is set aside
        read-only, and a new one says so in its first record. Trouble with the disk is no such
        reason: then LedgerError is raised and everything stays as it is.
        """
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = lock_folder(directory)
        except OSError as error:
            raise from_os(directory, error) from error
        try:
            current = open_or_begin(directory, key, board, stamp)
        except BaseException as error:  # boundary: whatever it was, the lock must be given back
            os.close(lock)
            if isinstance(error, OSError):
                raise from_os(directory, error) from error
            raise
        return cls(current, Pen(current.chain.ledger, key), lock, records_max, monthly)

    def __init__(
        self, current: boot.Current, pen: Pen, lock: int, records_max: int, monthly: bool
    ) -> None:
        self._current = current
        self._pen = pen
        self._lock = lock
        self._records_max = records_max
        self._monthly = monthly
        self._failed = False
        self._lookup = LedgerReader(current.folder)
        mark = boot.kept_mark(current.folder)
        self._acked_through = Seq(mark.acked_through if mark else 0)

    @property
    def id(self) -> str:
        """Random 128-bit id in hexadecimal."""
        return self._current.chain.ledger

    @property
    def head_seq(self) -> Seq:
        """Number of the last record."""
        return Seq(self._current.chain.head_seq)

    @property
    def head_hash(self) -> str:
        """Hash of the last record."""
        return self._current.chain.head_hash

    @property
    def open_deposits(self) -> tuple[tuple[Seq, Record], ...]:
        """Opened deposits that have no outcome yet, oldest first."""
        return tuple(self._current.books.open.items())

    @property
    def totals(self) -> tuple[Totals, ...]:
        """Lifetime sums of this ledger. VOID counts as no deposit; only PAID adds money."""
        return sorted_totals(self._current.books.totals.values())

    @property
    def last_gross(self) -> dict[str, int]:
        """The last recorded gross of each compartment, in grams (M-28)."""
        return dict(self._current.books.last_gross)

    @property
    def acked_through(self) -> Seq:
        """The last record that the operator's cloud has acknowledged; 0: none."""
        return self._acked_through

    def append(self, drafts: Sequence[Draft], stamp: Stamp) -> tuple[SignedRecord, ...]:
        """Record the drafts, all or none, with one flush; durable when this returns.

        Returns their records, which have the numbers after ``head_seq``. A segment that is full
        then is closed afterwards, which adds a record of its own at the beginning of the next.
        Raises LedgerMisuseError before anything is written, else LedgerError, after which only a
        new start tells what was.
        """
        if self._failed:
            raise LedgerError(f"{self._current.path}: an earlier write failed; start again")
        current = self._current
        current = self._current
        signed, books = self._write_up(drafts, stamp)
        if not signed:
            return ()
        self._failed = True
        segment.append(current.connection, current.path, signed)
        self._failed = False
        current.books = books
        current.chain.head_seq = signed[-1].seq
        current.chain.head_hash = records.digest(signed[-1].data)
        current.month = current.month or boot.month_of(stamp.utc)
        if self._is_full(stamp):
            self._roll(stamp)
        return signed

    def reader(self) -> LedgerReader:
        """Return a reader for one other thread; close it there."""
        return LedgerReader(self._current.folder)

    def keep_mark(self, envelope: bytes, mark: cloud.Mark) -> None:
        """Keep a verified acknowledgement beside the chain, durable when this returns.

        One that is lower than what is kept changes nothing. Raises MarkRefusedError when it is
        not about this chain (another ledger, beyond the head, another hash), LedgerError when it
        cannot be kept.
        """
        if mark.ledger != self.id:
            raise MarkRefusedError(f"the mark is for ledger {mark.ledger}, this is {self.id}")
        if not 0 <= mark.acked_through <= self.head_seq:
            raise MarkRefusedError(
                f"the mark acknowledges {mark.acked_through}, the head is {self.head_seq}"
            )
        if mark.head_hash != self._hash_of(mark.acked_through):
            raise MarkRefusedError(
                f"the mark names another record {mark.acked_through} than this ledger has"
            )
        if mark.acked_through <= self._acked_through:
            return
        path = self._current.folder / boot.MARK_FILE
        try:
            durable.replace(path, msgspec.json.encode(boot.KeptMark(mark, envelope)))
        except OSError as error:
            raise from_os(path, error) from error
        self._acked_through = Seq(mark.acked_through)

    def free_bytes(self) -> int:
        """Space left for the ledger on its disk, in bytes. Raises LedgerError."""
        try:
            disk = os.statvfs(self._current.folder)
        except OSError as error:
            raise from_os(self._current.folder, error) from error
        return disk.f_bavail * disk.f_frsize

    def checkpoint(self) -> None:
        """Move the WAL into the segment's file, at an idle moment. Raises LedgerError."""
        try:
            segment.truncate_wal(self._current.connection)
        except SQLITE_ERRORS as error:
            raise from_sqlite(self._current.path, error) from error

    def close(self) -> None:
        """Checkpoint and close; may be called twice. Never raises: all records are durable."""
        if self._lock < 0:
            return
        try:
            self.checkpoint()
        except LedgerError:
            pass
        self._failed = True
        self._lookup.close()
        self._current.connection.close()
        os.close(self._lock)
        self._lock = -1

    def _write_up(
        self, drafts: Sequence[Draft], stamp: Stamp
    ) -> tuple[tuple[SignedRecord, ...], Books]:
        """Write the next records, and enter them into a second set of books."""
        books = self._current.books.copy()
        seq, prev = self._current.chain.head_seq, self._current.chain.head_hash
        written: list[SignedRecord] = []
        for draft in drafts:
            seq += 1
            signed, record = self._pen.write(draft, stamp, seq, prev)
            books.enter(record)
            written.append(signed)
            prev = records.digest(signed.data)
        return tuple(written), books

    def _is_full(self, stamp: Stamp) -> bool:
        """Tell whether a new segment is due: never within a deposit, because a start looks for
        open deposits in the current segment only."""
        current = self._current
        if current.books.open:
            return False
        if current.chain.head_seq - current.first_seq + 1 >= self._records_max:
            return True
        # Only forwards: a clock that was set back does not begin a segment with each record.
        month = boot.month_of(stamp.utc)
        known = month is not None and current.month is not None
        return self._monthly and known and str(month) > str(current.month)

    def _roll(self, stamp: Stamp) -> None:
        """Close the segment and begin the next, which carries the head, totals and weights."""
        current = self._current
        body = SegmentOpened(current.path.name, self.totals)
        (signed,), books = self._write_up((Draft(None, "segment", body),), stamp)
        path = current.folder / folders.segment_name(signed.seq)
        self._failed = True
        self.checkpoint()
        carried = self._pen.carry(signed.seq, books.last_gross)
        segment.create(path, signed, current.whose, carried)
        connection = segment.connect(path, writer=True)
        current.connection.close()
        chain = Chain(
            current.chain.ledger, current.chain.public, signed.seq, records.digest(signed.data)
        )
        self._current = boot.Current(
            folder=current.folder,
            path=path,
            connection=connection,
            whose=current.whose,
            chain=chain,
            books=books,
            first_seq=signed.seq,
            month=boot.month_of(stamp.utc),
        )
        self._failed = False

    def _hash_of(self, seq: int) -> str:
        if seq == 0:
            return GENESIS
        if seq == self.head_seq:
            return self.head_hash
        return records.digest(self._lookup.one(seq).data)
