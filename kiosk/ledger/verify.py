"""Checks a whole ledger again, record by record, for anybody who doubts it.

Numbers, links and signatures; exactly one outcome for every opened deposit (P1); that the totals
carried from segment to segment are the sums of the deposits. Nothing is taken from the machine's
memory: only from the bytes. A ledger whose first segments were pruned begins with the first
record that is left: a ``segment_opened``, which carries the sums of all before it.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path

from kiosk.ledger import folders, marks, segment
from kiosk.ledger.audit import Audit, Report, deposit_row
from kiosk.ledger.chain import Owner, owner_of
from kiosk.ledger.errors import LedgerDamagedError, LedgerError, from_os
from kiosk.ledger.salvage import salvage
from kiosk.ledger.signatures import Signatures
from kiosk.wire import SignedRecord

__all__ = ["Audit", "Report", "deposit_row", "owner_in", "verify", "verify_stream"]

CHUNK = 512
"""Records whose signatures are checked while the main thread follows their links."""


def verify(directory: Path, public: bytes | None = None) -> Report:
    """Verify the ledger in use in ``directory`` (``<data_dir>/ledger``) from its files.

    Only while no controller runs: hold a shared ``DataLock``. ``public`` is the record key that
    is expected, if known. Raises LedgerError when there is no ledger or nothing can be read.
    """
    folder = folders.current(directory)
    segments = folders.segments(folder) if folder is not None else []
    if folder is None or not segments:
        raise LedgerError(f"{directory}: holds no ledger")
    try:
        audit = Audit(_owner(segments))
    except LedgerDamagedError as error:
        return _nobodys(folder.name.removeprefix("ledger-"), error)
    audit.require(public)
    with Signatures() as signatures:
        for first_seq, path in segments:
            try:
                closed = path != segments[-1][1]
                _take_segment(audit, first_seq, path, signatures, closed=closed)
            except LedgerDamagedError as error:
                audit.problems.append(str(error))
    mark = marks.kept(folder)
    audit.take_acknowledged(0 if mark is None else mark.acked_through)
    return audit.report(told_aside(directory, audit.owner.public))


def told_aside(directory: Path, public: bytes) -> tuple[str, ...]:
    """Name every ledger that was set aside, why, and what of it is whole. Nobody uses their files
    any more, so this may be asked beside a running controller."""
    told: list[str] = []
    for place in folders.aside(directory):
        found = salvage(place, public)
        why = folders.why_aside(place).why
        told.append(
            f"{place.name}: {why}; {found.whole} whole records, {found.lost} lost, acknowledged "
            f"through {found.acked_through}, {len(found.resend)} to be sent again"
        )
    return tuple(told)


def owner_in(directory: Path) -> Owner:
    """Tell whose the ledger in use in ``directory`` is. Raises LedgerError."""
    folder = folders.current(directory)
    segments = folders.segments(folder) if folder is not None else []
    if not segments:
        raise LedgerError(f"{directory}: holds no ledger")
    return _owner(segments)


def verify_stream(
    records: Iterable[SignedRecord],
    public: bytes | None = None,
    *,
    owner: Owner | None = None,
    acked_through: int | None = None,
) -> Report:
    """Verify a whole ledger from its records, first to last, as a running controller sends them.

    ``owner`` is whose the sender says it is, which counts only for a ledger whose first record
    was pruned, and only if its records are signed so. Raises LedgerError when there are none.
    """
    audit: Audit | None = None
    with Signatures() as signatures:
        for chunk in _chunks(records):
            if audit is None:
                try:
                    audit = Audit(_owner_of_stream(chunk[0], owner))
                except LedgerDamagedError as error:
                    return _nobodys("unknown", error)
                audit.require(public)
            checking = signatures.begin(chunk, audit.owner.public)
            audit.take(chunk, checking)
    if audit is None:
        raise LedgerError("no records were received")
    if acked_through is not None:
        audit.take_acknowledged(acked_through)
    return audit.report()


def _chunks(records: Iterable[SignedRecord]) -> Iterator[list[SignedRecord]]:
    source = iter(records)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _owner_of_stream(first: SignedRecord, owner: Owner | None) -> Owner:
    if first.seq > 1 and owner is not None:
        return owner
    return owner_of(first.data, first.sig)


def _nobodys(ledger: str, error: LedgerDamagedError) -> Report:
    """Without a first record that can be believed there is no key to check the others with."""
    return Audit(Owner(ledger, b"", "unknown"), [str(error)]).report()


def _owner(segments: list[tuple[int, Path]]) -> Owner:
    _, path = segments[-1]
    with closing(segment.connect(path, writer=False)) as connection:
        return owner_of(*segment.whose(connection, path))


def _take_segment(
    audit: Audit, first_seq: int, path: Path, signatures: Signatures, *, closed: bool
) -> None:
    try:
        connection = segment.connect(path, writer=False, closed=closed)
    except OSError as error:
        raise from_os(path, error) from error
    with closing(connection):
        try:
            segment.quick_check(connection, path)
        except LedgerDamagedError as error:
            # Said; what can still be read is looked at even so.
            audit.problems.append(str(error))
        audit.begin_segment(path.name, first_seq, segment.whose(connection, path))
        audit.take_carried(segment.carried(connection, path), first_seq)
        rows = segment.rows_after(connection, path, 0)
        while chunk := _whole_rows(rows, audit):
            records = [row.signed for row in chunk]
            checking = signatures.begin(records, audit.owner.public)
            audit.take(records, checking, [row.hash for row in chunk])


def _whole_rows(rows: Iterator[segment.Row], audit: Audit) -> list[segment.Row]:
    """The next rows. What stands before a place that cannot be read is still looked at."""
    chunk: list[segment.Row] = []
    try:
        for row in islice(rows, CHUNK):
            chunk.append(row)
    except LedgerDamagedError as error:
        audit.problems.append(str(error))
    return chunk
