"""Every signature and every link: for audits and disputes; batches do not pay for it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.envelope import TrustError, verify
from kiosk.records import GENESIS, RECORD_TYPE, RecordUnreadableError, decode, digest
from sync.endpoint.tables import ledgers, machines, records

_PIECE = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    kiosk: str
    ledger: str
    seq: int
    what: str


async def audit(connection: AsyncConnection, kiosk: str | None = None) -> tuple[int, list[Finding]]:
    """Check all records of a machine, or of all; return how many there were, and the findings."""
    of = select(ledgers, machines.c.record_key).join(machines, machines.c.kiosk == ledgers.c.kiosk)
    if kiosk is not None:
        of = of.where(ledgers.c.kiosk == kiosk)
    count, found = 0, []
    for row in (await connection.execute(of.order_by(ledgers.c.kiosk, ledgers.c.ledger))).all():
        seq, before = 0, GENESIS
        async for record in _records(connection, row.kiosk, row.ledger):
            count += 1
            for what in _judge(record, seq + 1, before, row.record_key):
                found.append(Finding(row.kiosk, row.ledger, record.seq, what))
            seq, before = record.seq, record.hash
        if (seq, before) != (row.acked_through, row.head_hash):
            what = f"the books end at {seq}, though {row.acked_through} were acknowledged"
            found.append(Finding(row.kiosk, row.ledger, row.acked_through, what))
    return count, found


@dataclass(frozen=True, slots=True)
class _Stored:
    seq: int
    hash: str
    data: bytes
    sig: bytes
    suspect: str


async def _records(connection: AsyncConnection, kiosk: str, ledger: str) -> AsyncIterator[_Stored]:
    """A piece at a time: a ledger of a million records must not need a gigabyte."""
    of, after = records.c, 0
    while True:
        piece = (
            await connection.execute(
                select(of.seq, of.hash, of.data, of.sig, of.suspect)
                .where(of.kiosk == kiosk, of.ledger == ledger, of.seq > after)
                .order_by(of.seq)
                .limit(_PIECE)
            )
        ).all()
        for row in piece:
            yield _Stored(row.seq, row.hash, bytes(row.data), bytes(row.sig), row.suspect)
        if len(piece) < _PIECE:
            return
        after = piece[-1].seq


def _judge(record: _Stored, expected: int, before: str, record_key: bytes) -> list[str]:
    found = []
    if record.seq != expected:
        found.append(f"records {expected} to {record.seq - 1} are missing")
    if digest(record.data) != record.hash:
        found.append("the bytes are not those that were stored")
    if record.suspect == "quarantined":
        return found
    try:
        verify(RECORD_TYPE, record.data, record.sig, record_key)
    except TrustError:
        found.append("the signature is not this machine's")
    try:
        if decode(record.data).prev != before:
            found.append("it does not follow the record before it")
    except RecordUnreadableError:
        pass  # Stored as suspect: told apart already.
    return found
