"""Ledgers in the books: one transaction a batch, committed before it is answered."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, Text, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.cloud import LEDGER_UNKNOWN, STALE_GENERATION, Batch, Verdict
from kiosk.records import Collection, CommandDone
from sync.endpoint import adjudication, bags, commands, origins
from sync.endpoint.batches import WHOLE_MAX, Examined, Head, check_signature, place
from sync.endpoint.database import insert_new
from sync.endpoint.machines import Machine
from sync.endpoint.problems import RefusedError
from sync.endpoint.rows import credit_row, deposit_row, record_row
from sync.endpoint.tables import credits_, deposits, forks, ledgers, records


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch. ``forked`` is the number of the first forked record, or None."""

    acked_through: int
    head_hash: str
    exceptions: tuple[Verdict, ...]
    forked: int | None


# Every batch needs these: they are put together once.
_KIOSK, _LEDGER = bindparam("of_kiosk", type_=Text), bindparam("of_ledger", type_=Text)
_others = ledgers.alias()
_newest = (
    select(func.max(_others.c.generation))
    .where(_others.c.kiosk == _KIOSK, _others.c.state == "accepted")
    .scalar_subquery()
    .label("newest")
)
_LOOKED_AT = select(ledgers, _newest).where(ledgers.c.kiosk == _KIOSK, ledgers.c.ledger == _LEDGER)
_LOCKED = _LOOKED_AT.with_for_update(of=ledgers)
_ADVANCE = (
    update(ledgers)
    .where(ledgers.c.kiosk == _KIOSK, ledgers.c.ledger == _LEDGER)
    .values(acked_through=bindparam("acked_through"), head_hash=bindparam("head_hash"))
)
_SETTLED = select(deposits.c.opened_seq).where(
    deposits.c.kiosk == _KIOSK,
    deposits.c.ledger == _LEDGER,
    deposits.c.opened_seq.in_(bindparam("opened", expanding=True)),
)


async def find(
    connection: AsyncConnection, machine: Machine, ledger: str, *, lock: bool = False
) -> Row[Any]:
    """Return a ledger's row and the machine's ``newest`` accepted generation.

    ``lock``: nobody else takes a batch of this ledger until this transaction ends. Raises
    RefusedError 404.
    """
    # PostgreSQL cannot even ask for a text with NUL in it.
    asked = {"of_kiosk": machine.kiosk, "of_ledger": ledger}
    query = _LOCKED if lock else _LOOKED_AT
    found = None if "\0" in ledger else (await connection.execute(query, asked)).one_or_none()
    if found is None:
        raise RefusedError(
            404, LEDGER_UNKNOWN, "This ledger is not open here", "open it with POST /v1/ledgers"
        )
    return found


async def take(
    connection: AsyncConnection,
    machine: Machine,
    ledger: str,
    batch: Batch,
    examined: tuple[Examined, ...],
    now_ms: int,
) -> Taken:
    """Store what is new of a batch. Raises RefusedError 404, 409 (gap, generation) or 422."""
    row = await find(connection, machine, ledger, lock=True)
    # The generation is a fencing number: an older copy of a machine must not go on.
    fenced = row.state == "accepted" and row.generation != row.newest
    if fenced or batch.generation != row.generation:
        raise RefusedError(409, STALE_GENERATION, "This ledger was followed by another")
    stored: dict[int, str] = {}
    if batch.first_seq <= row.acked_through:
        stored = await _stored(connection, machine, ledger, batch)
    forked, new = place(examined, Head(row.acked_through, row.head_hash), stored)
    if forked:
        for one in forked:
            check_signature(one, machine.record_key)
        await _keep_forks(connection, machine, ledger, forked, now_ms)
        return Taken(row.acked_through, row.head_hash, (), forked[0].seq)
    new = await _suspect_second_outcomes(connection, machine, ledger, new)
    credited = row.state == "accepted"
    new = await origins.first_only(connection, machine.kiosk, new, now_ms, accepted=credited)
    await _store(connection, machine, ledger, new, now_ms, credited=credited)
    for one in new:
        what = one.correction
        if isinstance(what, Collection):
            origin = one.hash if one.origin is None else one.origin.hash
            await bags.enter(connection, machine.kiosk, origin, what, one.utc, now_ms)
        elif isinstance(what, CommandDone):
            if 0 < what.number <= WHOLE_MAX:
                await commands.close(connection, machine.kiosk, what, ledger, one.seq, now_ms)
        elif what is not None and 0 < what.of_seq <= WHOLE_MAX:
            of_ledger = what.of_ledger.replace("\0", "")
            await adjudication.close(connection, machine.kiosk, of_ledger, what.of_seq, one.seq)
    if new:
        head = {"acked_through": new[-1].seq, "head_hash": new[-1].hash}
        await connection.execute(_ADVANCE, head | {"of_kiosk": machine.kiosk, "of_ledger": ledger})
    verdicts = [Verdict(one.seq, "duplicate", "") for one in examined if one.seq in stored]
    verdicts += [Verdict(one.seq, "stored_suspect", one.suspect) for one in new if one.suspect]
    # Never more than was sent, though more may be stored: the agent refuses anything else.
    last = examined[-1]
    return Taken(last.seq, last.hash, tuple(verdicts), None)


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
    ]
    await insert_new(connection, forks, rows)


async def _suspect_second_outcomes(
    connection: AsyncConnection, machine: Machine, ledger: str, new: tuple[Examined, ...]
) -> tuple[Examined, ...]:
    """An opened deposit has one outcome (P1): a second one is kept, never credited."""
    found = [one.deposit for one in new if one.deposit is not None]
    if not found:
        return new
    opened = [deposit.opened_seq for deposit in found]
    settled = set(
        (
            await connection.execute(
                _SETTLED, {"of_kiosk": machine.kiosk, "of_ledger": ledger, "opened": opened}
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
    *,
    credited: bool,
) -> None:
    key = {"kiosk": machine.kiosk, "ledger": ledger, "stored_ms": now_ms}
    rows = [record_row(one) for one in new]
    found = [row for one in new if (row := deposit_row(one)) is not None]
    owed = [row for one in new if credited and (row := credit_row(one)) is not None]
    for table, several in ((records, rows), (deposits, found), (credits_, owed)):
        if await insert_new(connection, table, [key | row for row in several]) != len(several):
            # The ledger's row is locked, so this cannot be; if it is, nothing of it counts.
            raise RefusedError(503, "conflict", f"Rows of {table.name} were there already")
