"""What a machine's records add up to, whichever of its ledgers brought them (cloud.md, "Restore,
swap, clone"): the totals that a ledger takes over when it follows another.

A machine's accepted ledgers are read oldest first, from the newest record that says sums of all
before it. What a ledger sends again of an earlier one counts unless it came before: under its own
number, or sent again already. So nothing counts twice and nothing is left out, however the records
were split between the copy of a disk, the cloud and what was sent again. Nothing is written.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.cloud import STALE_GENERATION, TOTALS_NOT_READY, LedgerTotals
from kiosk.envelope import TrustError, verify
from kiosk.records import (
    RECORD_TYPE,
    LedgerOpened,
    Record,
    RecordUnreadableError,
    Resent,
    SegmentOpened,
    TotalsTaken,
    decode,
)
from sync.endpoint.ledgers import find
from sync.endpoint.machines import Machine
from sync.endpoint.problems import RefusedError
from sync.endpoint.sums import Sums, in_order
from sync.endpoint.tables import ledgers, records

_PIECE = 500
_RESENT = b'"kind":"resent"'
_SAYING = tuple(b'"kind":"%b"' % kind for kind in (b"ledger_opened", b"segment_opened"))
_SAYING += (b'"kind":"totals_taken"',)
COUNTED = (b'"deposit', b'"collection"', b'"mass_change"', b'"calibration"', b'"resent"')
"""Only records with one of these words in them can change a sum."""

Saying = LedgerOpened | SegmentOpened | TotalsTaken


@dataclass
class _Known:
    """Which resent records came before."""

    ledgers: frozenset[str]
    """Every ledger that is counted: what is stored there came under its own number."""
    carried: set[str] = field(default_factory=set)
    """Hashes of origins that a ledger before sent again."""


async def reckon(
    connection: AsyncConnection, machine: Machine, ledger: str, now_ms: int
) -> LedgerTotals:
    """Add up this machine's records through the mark of its newest accepted ledger.

    Raises RefusedError 404, or 409 for a ledger that is not the machine's newest accepted one, or
    whose resent records are not all here yet.
    """
    row = await find(connection, machine, ledger)
    if row.state != "accepted":
        raise RefusedError(
            409, TOTALS_NOT_READY, "This ledger does not count", f"the ledger is {row.state}"
        )
    if row.generation != row.newest:
        raise RefusedError(409, STALE_GENERATION, "This ledger was followed by another")
    await _check_whole(connection, row)
    lines = await _accepted(connection, row)
    sums = await _add_up(connection, machine, lines)
    return LedgerTotals(
        kiosk=machine.kiosk,
        ledger=ledger,
        through=row.acked_through,
        head_hash=row.head_hash,
        totals=in_order(sums.totals.values()),
        since=in_order(sums.since.values()),
        gross=sums.gross,
        bags=sums.bags,
        server_time_ms=now_ms,
    )


async def _check_whole(connection: AsyncConnection, row: Row[Any]) -> None:
    """A ledger begins with what it sends again; another record after that shows that all came."""
    head = select(records.c.data).where(
        records.c.kiosk == row.kiosk,
        records.c.ledger == row.ledger,
        records.c.seq == row.acked_through,
    )
    last = (await connection.execute(head)).scalar_one_or_none()
    if row.acked_through < 2 or last is None or _RESENT in last:
        raise RefusedError(
            409,
            TOTALS_NOT_READY,
            "Not all that this ledger sends again is here yet",
            f"through record {row.acked_through}",
        )


async def _accepted(connection: AsyncConnection, row: Row[Any]) -> list[Row[Any]]:
    """The machine's ledgers through this one that count, newest first."""
    of = (
        select(ledgers)
        .where(
            ledgers.c.kiosk == row.kiosk,
            ledgers.c.state == "accepted",
            ledgers.c.generation <= row.generation,
            ledgers.c.acked_through > 0,
        )
        .order_by(ledgers.c.generation.desc())
    )
    return list((await connection.execute(of)).all())


async def _add_up(connection: AsyncConnection, machine: Machine, lines: Sequence[Row[Any]]) -> Sums:
    sums, known = Sums(), _Known(frozenset(line.ledger for line in lines))
    behind: list[Row[Any]] = []
    for line in lines:
        start = await _start(connection, line, oldest=line is lines[-1])
        if start is None:
            behind.append(line)
            continue
        seq, said = start
        sums.begin(said)
        # What it sent again before is in the sums that it says.
        async for record in _records(connection, machine, line, after=seq):
            if not isinstance(record.body, Resent):
                sums.take(record.body)
        break
    for line in lines[len(behind) :]:
        known.carried |= await _carried(connection, machine, line)
    for line in reversed(behind):
        async for record in _records(connection, machine, line, after=1):
            body: Any = record.body
            if isinstance(body, Resent):
                body = await _origin(connection, line.kiosk, body, known)
            sums.take(body)
    return sums


async def _start(
    connection: AsyncConnection, line: Row[Any], *, oldest: bool
) -> tuple[int, Saying] | None:
    """The newest record of a ledger that says sums of all before it, which can be gone on from.

    Those that a ledger took over from an earlier one, off an older copy of its disk, cannot: the
    earlier ledger is in the books itself. Unless it is not, and its word is all there is.
    """
    before = line.acked_through + 1
    while before > 1:
        piece = await connection.execute(
            select(records.c.seq, records.c.data)
            .where(
                records.c.kiosk == line.kiosk,
                records.c.ledger == line.ledger,
                records.c.seq < before,
                records.c.suspect == "",
            )
            .order_by(records.c.seq.desc())
            .limit(_PIECE)
        )
        rows = piece.all()
        for row in rows:
            if not any(word in row.data for word in _SAYING):
                continue
            body = decode(row.data).body
            if isinstance(body, Saying) and (oldest or _is_whole(body)):
                return row.seq, body
        before = rows[-1].seq if len(rows) == _PIECE else 1
    # A ledger whose first record cannot be read says nothing: it is counted from there.
    return (0, LedgerOpened(b"", "", None, "")) if oldest else None


def _is_whole(said: Saying) -> bool:
    match said:
        case LedgerOpened(previous=previous):
            return previous is None
        case SegmentOpened(source=source):
            return source in ("records", "cloud")
        case TotalsTaken():
            return True


async def _records(
    connection: AsyncConnection, machine: Machine, line: Row[Any], *, after: int
) -> AsyncIterator[Record]:
    """The records after a number that may change a sum, in order."""
    async for row in _rows(connection, line, after):
        record = _read(row, machine, line.ledger)
        if record is not None:
            yield record


async def _rows(connection: AsyncConnection, line: Row[Any], after: int) -> AsyncIterator[Row[Any]]:
    """A piece at a time: a ledger of a million records must not need a gigabyte."""
    of = records.c
    while True:
        piece = await connection.execute(
            select(of.seq, of.data, of.sig, of.suspect)
            .where(
                of.kiosk == line.kiosk,
                of.ledger == line.ledger,
                of.seq > after,
                of.suspect.in_(("", "quarantined")),
            )
            .order_by(of.seq)
            .limit(_PIECE)
        )
        rows: list[Any] = list(piece.all())
        for row in rows:
            yield row
        if len(rows) < _PIECE:
            return
        after = rows[-1].seq


def _read(row: Row[Any], machine: Machine, ledger: str) -> Record | None:
    """A record that may change a sum. A quarantined one was stored unread: whoever sent it may
    have called any record so, and it counts if this machine signed it."""
    if not any(word in row.data for word in COUNTED):
        return None
    try:
        if row.suspect:
            verify(RECORD_TYPE, row.data, bytes(row.sig), machine.record_key)
        record = decode(row.data)
    except (TrustError, RecordUnreadableError):
        return None
    return record if (record.ledger, record.seq) == (ledger, row.seq) else None


async def _carried(connection: AsyncConnection, machine: Machine, line: Row[Any]) -> set[str]:
    """Hashes of what a ledger sent again: all of it stands at its beginning."""
    found: set[str] = set()
    async for row in _rows(connection, line, 1):
        if _RESENT not in row.data:
            break
        record = _read(row, machine, line.ledger)
        if record is not None and isinstance(record.body, Resent):
            found.add(record.body.hash)
    return found


async def _origin(connection: AsyncConnection, kiosk: str, resent: Resent, known: _Known) -> Any:
    """What a resent record says, if it did not come before; else None."""
    if resent.hash in known.carried:
        return None
    known.carried.add(resent.hash)
    if resent.ledger in known.ledgers:
        here = select(records.c.hash).where(
            records.c.kiosk == kiosk,
            records.c.ledger == resent.ledger,
            records.c.seq == resent.seq,
        )
        if (await connection.execute(here)).scalar_one_or_none() == resent.hash:
            return None
    try:
        return decode(resent.data).body
    except RecordUnreadableError:
        return None
