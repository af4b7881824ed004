"""What can be taken over from a ledger that was set aside (cloud.md, "Restore, swap, clone").

Every record is judged by itself: its hash as its file has it, its signature by this machine's own
key, its ledger and number. What holds is whole, wherever damage lies around it. Records that the
cloud has not acknowledged are sent again; the sums go on from the last segment that says them.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from kiosk import logs, records
from kiosk.envelope import TrustError, verify
from kiosk.ledger import folders, marks, segment
from kiosk.ledger.books import Books
from kiosk.ledger.errors import LedgerError, LedgerMisuseError
from kiosk.records import (
    RECORD_TYPE,
    Deposit,
    DepositOpened,
    LedgerOpened,
    Record,
    RecordUnreadableError,
    Resent,
    SegmentOpened,
)
from kiosk.wire import SignedRecord

_log = logs.get(__name__)


@dataclass
class Salvaged:
    """What is whole of a ledger that was set aside."""

    books: Books = field(default_factory=Books)
    """Its sums and last weights, from whole records only."""
    acked_through: int = 0
    whole: int = 0
    first_seq: int = 0
    """Number of the first whole record; those before it were pruned, or are lost with it."""
    through: int = 0
    """Number of the last row, whole or not."""
    resend: list[Resent] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """How many numbers from the first whole record to the last row are not whole."""
        return self.through - self.first_seq + 1 - self.whole if self.whole else 0


def salvage(folder: Path, public: bytes) -> Salvaged:
    """Take what is whole of the ledger in ``folder``; nothing of another key's.

    Never raises for damage: what cannot be read is counted as lost.
    """
    found = Salvaged()
    mark = marks.kept(folder)
    if mark is not None and mark.ledger == folder.name.rpartition("-")[2]:
        found.acked_through = mark.acked_through
    opened: dict[int, Resent] = {}
    for signed, record in _whole(folder, public, found):
        found.whole += 1
        found.first_seq = found.first_seq or signed.seq
        _enter(found.books, record)
        resent = _resent(signed, record)
        body = record.body
        if isinstance(body, DepositOpened) or (isinstance(body, Resent) and body.unfinished):
            opened[signed.seq] = resent
        elif isinstance(body, Deposit):
            opened.pop(body.opened_seq, None)
        if signed.seq > found.acked_through and not isinstance(body, LedgerOpened | SegmentOpened):
            found.resend.append(resent)
    _finish(found, opened)
    return found


def _finish(found: Salvaged, opened: dict[int, Resent]) -> None:
    """Deposits without an outcome are resent even if the cloud knows that they were opened."""
    unfinished = {one.hash for one in opened.values()}
    known = {one.hash for one in found.resend}
    late = [one for one in opened.values() if one.hash not in known]
    found.resend = [
        Resent(
            ledger=one.ledger,
            seq=one.seq,
            hash=one.hash,
            data=one.data,
            sig=one.sig,
            unfinished=one.hash in unfinished,
        )
        for one in (*late, *found.resend)
    ]
    found.books.open.clear()


def _resent(signed: SignedRecord, record: Record) -> Resent:
    """A record that was resent before goes on as its own original, not wrapped twice."""
    if isinstance(record.body, Resent):
        return record.body
    digest = records.digest(signed.data)
    return Resent(
        ledger=record.ledger, seq=signed.seq, hash=digest, data=signed.data, sig=signed.sig
    )


def _enter(books: Books, record: Record) -> None:
    if isinstance(record.body, SegmentOpened):
        # What the head of a segment says is signed, and right whatever was lost before it.
        begun = Books.begin(record.body, books.last_gross)
        books.totals, books.since, books.bags = begun.totals, begun.since, begun.bags
        return
    try:
        books.enter(record)
    except LedgerMisuseError as error:
        # The other half of a deposit is lost, for one: then only this record counts.
        _log.warning("salvaged_alone", seq=record.seq, why=str(error))
        books.count(record)


def _whole(folder: Path, public: bytes, found: Salvaged) -> Iterator[tuple[SignedRecord, Record]]:
    ledger = folder.name.rpartition("-")[2]
    for _, path in folders.segments(folder):
        try:
            with closing(segment.connect(path, writer=False, closed=True)) as connection:
                for row in segment.rows_after(connection, path, 0):
                    record = _judged(row, ledger, public)
                    found.through = max(found.through, row.signed.seq)
                    if record is None:
                        continue
                    yield row.signed, record
        except LedgerError as error:
            _log.warning("salvage_stopped", segment=path.name, why=str(error))


def _judged(row: segment.Row, ledger: str, public: bytes) -> Record | None:
    signed = row.signed
    if records.digest(signed.data) != row.hash:
        return None
    try:
        verify(RECORD_TYPE, signed.data, signed.sig, public)
        record = records.decode(signed.data)
    except (TrustError, RecordUnreadableError):
        return None
    return record if (record.ledger, record.seq) == (ledger, signed.seq) else None
