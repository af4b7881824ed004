"""An ordinary batch, on PostgreSQL: everything about it in one statement, one transaction.

Nearly every batch simply follows what is stored. Asking and storing for it one table after the
other costs eight round trips, each of which wakes two processes; this costs one. Any other batch
(sent before, a gap, a fork, a fence, a pending board, something suspect, a second outcome)
changes nothing here and goes the long way, ``sync.endpoint.ledgers``, which says what is wrong.

How it can be one statement: all its parts see the books as they were when it began, and nothing
else in a ledger changes without its row in ``ledgers``. ``moved`` waits for that row and, if
another batch was faster, looks at it again, finds another head, and is empty; what hangs on it
then stores nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    Table,
    Text,
    bindparam,
    column,
    exists,
    func,
    literal_column,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.selectable import CTE

from kiosk.cloud import Batch
from sync.endpoint.batches import Examined, Head, place
from sync.endpoint.direct import Direct, Prepared
from sync.endpoint.machines import Machine
from sync.endpoint.rows import credit_row, deposit_row, record_row
from sync.endpoint.tables import credits_, deposits, ledgers, records

_RECORD = ("seq", "hash", "data", "sig", "suspect")
_DEPOSIT = (
    "seq", "opened_seq", "receipt", "subject", "compartment", "material", "net_g", "price_e4",
    "amount_minor", "currency", "outcome", "reason", "utc",
)  # fmt: skip
_CREDIT = ("seq", "subject", "amount_minor", "currency", "receipt", "cursor")


async def take(
    direct: Direct,
    machine: Machine,
    ledger: str,
    batch: Batch,
    examined: tuple[Examined, ...],
    now_ms: int,
) -> bool:
    """Store a batch that simply follows, and tell whether it did; else nothing has changed.

    Raises RefusedError 422 for a chain that is broken within the batch.
    """
    first, last = examined[0], examined[-1]
    if first.prev is None or "\0" in ledger or not all(one.is_ordinary for one in examined):
        return False
    place(examined, Head(first.seq - 1, first.prev), {})
    opened = [one.deposit.opened_seq for one in examined if one.deposit is not None]
    if len(set(opened)) < len(opened):
        return False
    values = {
        "kiosk": machine.kiosk,
        "ledger": ledger,
        "generation": batch.generation,
        "before_seq": first.seq - 1,
        "before_hash": first.prev,
        "head_seq": last.seq,
        "head_hash": last.hash,
        "now_ms": now_ms,
        "opened": opened,
    }
    values |= _columns("records", _RECORD, map(record_row, examined))
    values |= _columns("deposits", _DEPOSIT, map(deposit_row, examined))
    values |= _columns("credits", _CREDIT, map(credit_row, examined))
    try:
        moved = await direct.first(_TAKE, values)
    except (asyncpg.UniqueViolationError, asyncpg.DataError):
        # Nothing of it is stored. The long way says what stood in the way.
        return False
    return moved is not None


def _columns(
    of: str, names: Sequence[str], rows: Iterable[Mapping[str, Any] | None]
) -> dict[str, list[Any]]:
    kept = [row for row in rows if row is not None]
    return {f"{of}_{name}": [row[name] for row in kept] for name in names}


def _put_together() -> Select[Any]:
    """Return the statement: one row if the mark moved, and then everything is stored."""
    kiosk, ledger = bindparam("kiosk", type_=Text), bindparam("ledger", type_=Text)
    now_ms = bindparam("now_ms", type_=BigInteger)
    its: tuple[ColumnElement[bool], ...] = (ledgers.c.kiosk == kiosk, ledgers.c.ledger == ledger)
    others = ledgers.alias()
    accepted: ColumnElement[str] = literal_column("'accepted'")
    newest = select(func.max(others.c.generation)).where(
        others.c.kiosk == kiosk, others.c.state == accepted
    )
    settled = exists().where(
        deposits.c.kiosk == kiosk,
        deposits.c.ledger == ledger,
        deposits.c.opened_seq == func.any(bindparam("opened", type_=ARRAY(BigInteger))),
    )
    moved = (
        update(ledgers)
        .where(
            *its,
            ledgers.c.state == accepted,
            ledgers.c.generation == bindparam("generation", type_=BigInteger),
            ledgers.c.generation == newest.scalar_subquery(),
            ledgers.c.acked_through == bindparam("before_seq", type_=BigInteger),
            ledgers.c.head_hash == bindparam("before_hash", type_=Text),
            ~settled,
        )
        .values(
            acked_through=bindparam("head_seq", type_=BigInteger),
            head_hash=bindparam("head_hash", type_=Text),
        )
        .returning(ledgers.c.kiosk, ledgers.c.ledger, now_ms.label("stored_ms"))
        .cte("moved")
    )
    statement = select(moved.c.kiosk)
    for table, names in ((records, _RECORD), (deposits, _DEPOSIT), (credits_, _CREDIT)):
        statement = statement.add_cte(_stored(moved, table, names))
    return statement


def _stored(moved: CTE, table: Table, names: tuple[str, ...]) -> CTE:
    """Return the part that stores rows given as one array a column, if the mark moved."""
    arrays = (
        bindparam(f"{table.name}_{name}", type_=ARRAY(table.c[name].type, dimensions=1))
        for name in names
    )
    given = func.unnest(*arrays).table_valued(*(column(name) for name in names))
    given = given.render_derived(name=f"given_{table.name}")
    whole = select(*moved.c, *given.c).select_from(moved.join(given, true()))
    into = postgresql.insert(table).from_select([*(one.name for one in moved.c), *names], whole)
    return into.cte(f"stored_{table.name}")


_TAKE = Prepared(_put_together())
