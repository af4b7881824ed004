"""The ledger: every record of this machine, in order, signed, durable before it counts.

One thread appends; other threads read by :meth:`Ledger.reader`. Whatever fails while appending
ends in LedgerError, and the controller exits: only a new start can tell what is on the disk.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import cloud, logs, records
from kiosk.ledger import boot, folders, marks, segment
from kiosk.ledger.bags import bag_in
from kiosk.ledger.begin import open_or_begin
from kiosk.ledger.books import Books, sorted_totals
from kiosk.ledger.chain import Chain
from kiosk.ledger.drafts import Draft, Pen, Stamp
from kiosk.ledger.errors import (
    SQLITE_ERRORS,
    LedgerError,
    LedgerFullError,
    MarkRefusedError,
    from_os,
    from_sqlite,
)
from kiosk.ledger.locks import lock_folder
from kiosk.ledger.reader import LedgerReader
from kiosk.ledger.reserve import RESERVE_BYTES, Reserve
from kiosk.ledger.upkeep import Tended, Upkeep
from kiosk.records import GENESIS, Bag, LedgerOpened, Record, Totals, TotalsSource
from kiosk.units import Seq
from kiosk.wire import SignedRecord

_log = logs.get(__name__)

SEGMENT_RECORDS_MAX = 50_000
RETENTION_DAYS = 90
ROLL_BYTES = 1 << 20
"""Room a new segment needs beside what is being written."""


class Options(NamedTuple):
    """How a ledger is kept (:meth:`Ledger.open`)."""

    records_max: int
    monthly: bool
    retention_days: int
    reserve_bytes: int


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
        retention_days: int = RETENTION_DAYS,
        reserve_bytes: int = RESERVE_BYTES,
    ) -> "Ledger":
        """Open the ledger in ``directory``, or begin one.

        One that is damaged, or was written by another key or on another board, is set aside
        read-only, and a new one says so in its first record. Trouble with the disk is no such
        reason: then LedgerError is raised and everything stays as it is.

        A segment takes ``records_max`` records or a month's; it is kept for ``retention_days``
        at least. ``reserve_bytes`` are kept back for a deposit that has begun (reserve.py).
        """
        try:
            folders.make(directory)
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
        options = Options(records_max, monthly, retention_days, reserve_bytes)
        ledger = cls(current, Pen(current.chain.ledger, key), lock, options)
        ledger._reserve.keep()
        return ledger

    def __init__(self, current: boot.Current, pen: Pen, lock: int, options: Options) -> None:
        self._current = current
        self._pen = pen
        self._lock = lock
        self._records_max = options.records_max
        self._monthly = options.monthly
        self._failed = False
        opened = records.decode(current.whose.data).body
        self._previous = opened.previous if isinstance(opened, LedgerOpened) else None
        self._lookup = LedgerReader(current.folder)
        mark = marks.kept(current.folder)
        self._reserve = Reserve(current.folder.parent, options.reserve_bytes)
        self._upkeep = Upkeep(current.folder, options.retention_days)
        self._pruned_through = folders.segments(current.folder)[0][0] - 1
        # Only what was acknowledged is ever pruned.
        self._acked_through = Seq(max(mark.acked_through if mark else 0, self._pruned_through))

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
    def since_collection(self) -> tuple[Totals, ...]:
        """The same since each compartment's last collection (P7)."""
        return sorted_totals(self._current.books.since.values())

    @property
    def totals_source(self) -> TotalsSource | None:
        """Where the sums come from; None: it was begun before that was said."""
        return self._current.books.source

    @property
    def last_gross(self) -> dict[str, int]:
        """The last recorded gross of each compartment, in grams (M-28)."""
        return dict(self._current.books.last_gross)

    def bag_in(self, compartment: str) -> Bag:
        """The bag that hangs in a compartment."""
        return bag_in(self._current.books.bags, compartment)

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
        rows, books = self._write_up(drafts, stamp)
        if not rows:
            return ()
        self._failed = True
        try:
            segment.append(current.connection, current.path, rows)
        except LedgerFullError:
            # Taken back whole, so it may be tried again; after any other error it may not.
            if not self._reserve.spend():
                raise
            segment.append(current.connection, current.path, rows)
        self._failed = False
        current.books = books
        current.chain.head_seq = rows[-1].signed.seq
        current.chain.head_hash = rows[-1].hash
        current.month = current.month or boot.month_of(stamp.utc)
        if self._is_full(stamp) and self._has_room():
            self._roll(stamp)
        return tuple([row.signed for row in rows])

    def reader(self) -> LedgerReader:
        """Return a reader for one other thread; close it there."""
        return LedgerReader(self._current.folder)

    def keep_mark(self, envelope: bytes, mark: cloud.Mark) -> None:
        """Keep a verified acknowledgement beside the chain, durable when this returns.

        One that is lower than what is kept changes nothing, and one about pruned records, which
        were acknowledged before, is not looked at. Raises MarkRefusedError when it is
        not about this chain (another ledger, beyond the head, another hash), LedgerError when it
        cannot be kept.
        """
        if mark.ledger != self.id:
            raise MarkRefusedError(f"the mark is for ledger {mark.ledger}, this is {self.id}")
        if not 0 <= mark.acked_through <= self.head_seq:
            raise MarkRefusedError(
                f"the mark acknowledges {mark.acked_through}, the head is {self.head_seq}"
            )
        if 0 < mark.acked_through <= self._pruned_through:
            return
        if mark.head_hash != self._hash_of(mark.acked_through):
            raise MarkRefusedError(
                f"the mark names another record {mark.acked_through} than this ledger has"
            )
        if mark.acked_through <= self._acked_through:
            return
        marks.keep(self._current.folder, envelope, mark)
        self._acked_through = Seq(mark.acked_through)

    @property
    def followed(self) -> bool:
        """Whether this ledger followed another, and the cloud never acknowledged any of it."""
        return self._previous is not None and self._acked_through == 0

    def disown(self, why: str) -> None:
        """The cloud cannot go on with this ledger: the next start sets it aside and begins
        another. Durable when this returns; nothing more is appended. Raises LedgerError."""
        try:
            folders.disown(self._current.folder, why)
        except OSError as error:
            raise from_os(self._current.folder, error) from error
        self._failed = True

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

    def tend(self, stamp: Stamp) -> Tended:
        """Do what an idle moment is for, briefly; call it whenever nobody is being served.

        Once an hour by ``stamp.mono_ms``: a short WAL, the reserve, pruning, and the check of one
        older segment, which goes on in small parts while the answer says ``more``. What is wrong
        with older segments is told, not raised: sales need the current one only. Raises
        LedgerError for the current segment.
        """
        if not self._upkeep.due(stamp):
            return self._check_on()
        try:
            if segment.has_wal(self._current.path):
                self.checkpoint()
        except LedgerFullError:
            pass  # nothing is lost: the WAL stays until there is room
        self._reserve.keep()
        try:
            pruned = self._upkeep.prune(self._acked_through, stamp)
            self._upkeep.begin_check()
            self._pruned_through = folders.segments(self._current.folder)[0][0] - 1
        except (LedgerError, OSError) as error:
            return Tended(problems=(str(error),))
        if pruned:
            self._lookup.close()
            _log.event("ledger_pruned", segments=len(pruned), through=self._pruned_through)
        return Tended(pruned=pruned, more=self._upkeep.checking)

    def _check_on(self) -> Tended:
        try:
            return self._upkeep.check()
        except (LedgerError, OSError) as error:
            return Tended(problems=(str(error),))

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
    ) -> tuple[tuple[segment.Row, ...], Books]:
        """Write the next records, and enter them into a second set of books."""
        books = self._current.books.copy()
        seq, prev = self._current.chain.head_seq, self._current.chain.head_hash
        written: list[segment.Row] = []
        for draft in drafts:
            seq += 1
            signed, record = self._pen.write(draft, stamp, seq, prev)
            books.enter(record)
            prev = records.digest(signed.data)
            written.append(segment.Row(signed, prev))
        return tuple(written), books

    def _is_full(self, stamp: Stamp) -> bool:
        """Tell whether a new segment is due: never within a deposit, because a start looks for
        open deposits in the current segment only."""
        current = self._current
        if current.books.open:
            return False
        if current.chain.head_seq - current.first_seq + 1 >= self._records_max:
            return True
        if not self._monthly or stamp.utc is None or current.month is None:
            return False
        # Only forwards: a clock that was set back does not begin a segment with each record.
        return stamp.utc[:7] > current.month

    def _has_room(self) -> bool:
        """A new segment can wait for room; a deposit cannot."""
        return self.free_bytes() >= ROLL_BYTES

    def _roll(self, stamp: Stamp) -> None:
        """Close the segment and begin the next, which carries the head, totals and weights."""
        current = self._current
        body = current.books.carried(current.path.name)
        ((signed, head_hash),), books = self._write_up((Draft(None, "segment", body),), stamp)
        path = current.folder / folders.segment_name(signed.seq)
        self._failed = True
        self.checkpoint()
        carried = self._pen.carry(signed.seq, books.last_gross)
        segment.create(path, signed, current.whose, carried)
        connection = segment.connect(path, writer=True)
        current.connection.close()
        chain = Chain(current.chain.ledger, current.chain.public, signed.seq, head_hash)
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
