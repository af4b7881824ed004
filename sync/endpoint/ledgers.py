"""Ledgers in the books: one transaction a batch, committed before it is answered."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.cloud import LEDGER_UNKNOWN, STALE_GENERATION, Batch, Verdict
from sync.endpoint.batches import Examined, Head, place
from sync.endpoint.machines import Machine
from sync.endpoint.problems import RefusedError
from sync.endpoint.tables import credits_, deposits, forks, ledgers, records


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch. ``forked`` is the number of the first forked record, or None."""

    acked_through: int
    head_hash: str
    exceptions: tuple[Verdict, ...]
    forked: int | None


async def find(connection: AsyncConnection, machine: Machine, ledger: str) -> Row[Any]:
    """Return a ledger's row, locked for this transaction. Raises RefusedError 404."""
    of_ledger = (
        select(ledgers)
        .where(ledgers.c.kiosk == machine.kiosk, ledgers.c.ledger == ledger)
        .with_for_update()
    )
    row = (await connection.execute(of_ledger)).one_or_none()
    if row is None:
        raise RefusedError(
            404, LEDGER_UNKNOWN, "This ledger is not open here", "open it with POST /v1/ledgers"
        )
    return row


async def take(
    connection: AsyncConnection,
    machine: Machine,
    ledger: str,
    batch: Batch,
    examined: tuple[Examined, ...],
    now_ms: int,
) -> Taken:
    """Store what is new of a batch. Raises RefusedError 404, 409 (gap, generation) or 422."""
    row = await find(connection, machine, ledger)
    await _refuse_stale(connection, machine, row, batch)
    stored = await _stored(connection, machine, ledger, batch)
    forked, new = place(examined, Head(row.acked_through, row.head_hash), stored)
    if forked:
        await _keep_forks(connection, machine, ledger, forked, now_ms)
        return Taken(row.acked_through, row.head_hash, (), forked[0].seq)
    new = await _suspect_second_outcomes(connection, machine, ledger, new)
    await _store(connection, machine, ledger, new, now_ms)
    if new:
        await connection.execute(
            update(ledgers)
            .where(ledgers.c.kiosk == machine.kiosk, ledgers.c.ledger == ledger)
            .values(acked_through=new[-1].seq, head_hash=new[-1].hash)
        )
    verdicts = [Verdict(one.seq, "duplicate", "") for one in examined if one.seq in stored]
    verdicts += [Verdict(one.seq, "stored_suspect", one.suspect) for one in new if one.suspect]
    # Never more than was sent, though more may be stored: the agent refuses anything else.
    last = examined[-1]
    return Taken(last.seq, last.hash, tuple(verdicts), None)


async def _refuse_stale(
    connection: AsyncConnection, machine: Machine, row: Row[Any], batch: Batch
) -> None:
    """The generation is a fencing number: an older copy of a machine must not go on."""
    later = select(ledgers.c.ledger).where(
        ledgers.c.kiosk == machine.kiosk, ledgers.c.generation > row.generation
    )
    newer = (await connection.execute(later.limit(1))).scalar_one_or_none()
    if newer is not None or batch.generation != row.generation:
        raise RefusedError(
            409, STALE_GENERATION, "This ledger was followed by another", newer or ""
        )


async def _stored(
    connection: AsyncConnection, machine: Machine, ledger: str, batch: Batch
) -> dict[int, str]:
    rows = await connection.execute(
        select(records.c.seq, records.c.hash).where(
            records.c.kiosk == machine.kiosk,
            records.c.ledger == ledger,
            records.c.seq.between(batch.first_seq - 1, batch.last_seq),
        )
    )
    return {row.seq: row.hash for row in rows}


async def _keep_forks(
    connection: AsyncConnection,
    machine: Machine,
    ledger: str,
    forked: tuple[Examined, ...],
    now_ms: int,
) -> None:
    known = select(forks.c.hash).where(forks.c.kiosk == machine.kiosk, forks.c.ledger == ledger)
    kept = set((await connection.execute(known)).scalars())
    rows = [
        {
            "kiosk": machine.kiosk,
            "ledger": ledger,
            "seq": one.seq,
            "hash": one.hash,
            "data": one.data,
            "sig": one.sig,
            "stored_ms": now_ms,
        }
        for one in forked
        if one.hash not in kept
    ]
    if rows:
        await connection.execute(insert(forks), rows)


async def _suspect_second_outcomes(
    connection: AsyncConnection, machine: Machine, ledger: str, new: tuple[Examined, ...]
) -> tuple[Examined, ...]:
    """An opened deposit has one outcome (P1): a second one is kept, never credited."""
    found = [one.deposit for one in new if one.deposit is not None]
    opened = [deposit.opened_seq for deposit in found]
    settled = set(
        (
            await connection.execute(
                select(deposits.c.opened_seq).where(
                    deposits.c.kiosk == machine.kiosk,
                    deposits.c.ledger == ledger,
                    deposits.c.opened_seq.in_(opened),
                )
            )
        ).scalars()
    )
    kept = []
    for one in new:
        deposit = one.deposit
        if deposit is not None and deposit.opened_seq in settled:
            kept.append(replace(one, suspect="second-outcome", deposit=None))
            continue
        if deposit is not None:
            settled.add(deposit.opened_seq)
        kept.append(one)
    return tuple(kept)


async def _store(
    connection: AsyncConnection,
    machine: Machine,
    ledger: str,
    new: tuple[Examined, ...],
    now_ms: int,
) -> None:
    key = {"kiosk": machine.kiosk, "ledger": ledger}
    rows: list[dict[str, Any]] = []
    found: list[dict[str, Any]] = []
    owed: list[dict[str, Any]] = []
    for one in new:
        rows.append(
            key
            | {
                "seq": one.seq,
                "hash": one.hash,
                "data": one.data,
                "sig": one.sig,
                "suspect": one.suspect,
                "stored_ms": now_ms,
            }
        )
        if one.deposit is not None:
            found.append(key | _deposit_row(one, now_ms))
            if (credit := _credit_row(one)) is not None:
                owed.append(key | credit)
    for table, several in ((records, rows), (deposits, found), (credits_, owed)):
        if several:
            await connection.execute(insert(table), several)


def _deposit_row(one: Examined, now_ms: int) -> dict[str, Any]:
    deposit = one.deposit
    assert deposit is not None
    return {
        "seq": one.seq,
        "opened_seq": deposit.opened_seq,
        "receipt": deposit.receipt,
        "subject": deposit.subject,
        "compartment": deposit.compartment,
        "material": deposit.material,
        "net_g": deposit.net_g,
        "price_e4": deposit.price_e4,
        "amount_minor": deposit.amount_minor,
        "currency": deposit.currency,
        "outcome": deposit.outcome,
        "reason": deposit.reason,
        "utc": one.utc,
        "stored_ms": now_ms,
    }


def _credit_row(one: Examined) -> dict[str, Any] | None:
    """Only a PAID deposit of somebody, worth something, is owed to anybody."""
    deposit = one.deposit
    assert deposit is not None
    if deposit.outcome != "PAID" or deposit.subject is None or deposit.amount_minor <= 0:
        return None
    return {
        "seq": one.seq,
        "subject": deposit.subject,
        "amount_minor": deposit.amount_minor,
        "currency": deposit.currency,
        "receipt": deposit.receipt,
    }
