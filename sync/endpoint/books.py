"""What the books hold, read for people and for the operator's wallet."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from sync.endpoint.tables import credits_, deposits, ledgers, machines, records


@dataclass(frozen=True, slots=True)
class Books:
    """One consistent look: deposits and credits newest first."""

    machines: tuple[Row[Any], ...]
    totals: tuple[Row[Any], ...]
    deposits: tuple[Row[Any], ...]
    credits: tuple[Row[Any], ...]
    suspects: int


async def read(connection: AsyncConnection, most: int) -> Books:
    """Read everything a page shows, with the newest ``most`` deposits and credits."""
    newest = func.max(ledgers.c.generation).label("generation")
    latest = select(ledgers.c.kiosk, newest).group_by(ledgers.c.kiosk).subquery()
    kiosks = (
        select(machines, ledgers.c.ledger, ledgers.c.acked_through)
        .join(latest, latest.c.kiosk == machines.c.kiosk)
        .join(
            ledgers,
            (ledgers.c.kiosk == machines.c.kiosk) & (ledgers.c.generation == latest.c.generation),
        )
        .order_by(machines.c.kiosk)
    )
    # Only what is paid is summed: HELD, UNPRICED and VOID are not the resident's yet, or ever.
    totals = (
        select(
            deposits.c.material,
            deposits.c.currency,
            func.count().label("paid"),
            func.sum(deposits.c.net_g).label("net_g"),
            func.sum(deposits.c.amount_minor).label("amount_minor"),
        )
        .where(deposits.c.outcome == "PAID")
        .group_by(deposits.c.material, deposits.c.currency)
        .order_by(deposits.c.material)
    )
    suspects = select(func.count()).select_from(records).where(text("suspect != ''"))
    return Books(
        machines=await _rows(connection, kiosks),
        totals=await _rows(connection, totals),
        deposits=await _rows(connection, select(deposits).order_by(*_newest(deposits)).limit(most)),
        credits=await _rows(
            connection, select(credits_).order_by(credits_.c.cursor.desc()).limit(most)
        ),
        suspects=(await connection.execute(suspects)).scalar_one(),
    )


async def newest_of(connection: AsyncConnection, kiosk: str, most: int) -> tuple[Row[Any], ...]:
    """Return the newest deposits of one machine."""
    of_kiosk = select(deposits).where(deposits.c.kiosk == kiosk)
    return await _rows(connection, of_kiosk.order_by(*_newest(deposits)).limit(most))


def _newest(table: Table) -> tuple[Any, ...]:
    of = table.c
    return of.stored_ms.desc(), of.kiosk.desc(), of.ledger.desc(), of.seq.desc()


async def _rows(connection: AsyncConnection, query: Any) -> tuple[Row[Any], ...]:
    return tuple((await connection.execute(query)).all())
