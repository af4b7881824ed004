"""Deposits of a site and a period as CSV, for the operator's own accounts."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.clock import utc_text
from kiosk.money import money_text, price_text
from kiosk.units import MinorUnits, PriceE4
from sync.endpoint.errors import EndpointError
from sync.endpoint.rows import UNCLAIMED
from sync.endpoint.tables import adjudications, credits_, deposits, machines

_PIECE = 1000

COLUMNS = (
    "site",
    "kiosk",
    "ledger",
    "seq",
    "receipt",
    "booked",
    "recorded",
    "compartment",
    "material",
    "net_g",
    "unit_price",
    "amount",
    "currency",
    "outcome",
    "reason",
    "adjudicated_amount",
    "adjudicated_by",
)

TOTALS_COLUMNS = (
    "site",
    "material",
    "outcome",
    "deposits",
    "net_g",
    "amount",
    "adjudicated_amount",
    "currency",
)

UNCLAIMED_COLUMNS = (
    "kiosk",
    "ledger",
    "seq",
    "booked",
    "receipt",
    "amount",
    "currency",
    "subject",
)


@dataclass(frozen=True, slots=True)
class Period:
    """From one moment, up to another and not including it: milliseconds since 1970 UTC.

    It goes by when a deposit was booked, so that a closed month stays closed: a machine that was
    off-line books its deposits of last month in this one.
    """

    from_ms: int
    to_ms: int


def period(first: str, last: str) -> Period:
    """Read two days like 2026-11-01, both included, in the server's time. Raises EndpointError."""
    try:
        days = [date.fromisoformat(text) for text in (first, last)]
        begin = datetime.combine(days[0], time()).astimezone()
        end = datetime.combine(date.fromordinal(days[1].toordinal() + 1), time()).astimezone()
    except (ValueError, OverflowError) as error:
        raise EndpointError(f"{first!r} to {last!r}: write days like 2026-11-01") from error
    if end <= begin:
        raise EndpointError(f"{first} is after {last}")
    return Period(*(int(moment.astimezone(UTC).timestamp()) * 1000 for moment in (begin, end)))


async def deposits_csv(
    connection: AsyncConnection, site: str | None, when: Period
) -> AsyncIterator[str]:
    """Return the lines of the file, a piece at a time: a year of a city is long."""
    yield _line(COLUMNS)
    of = deposits.c
    its = (
        adjudications.c.kiosk == of.kiosk,
        adjudications.c.ledger == of.ledger,
        adjudications.c.seq == of.seq,
    )
    query = (
        select(
            deposits,
            machines.c.site,
            adjudications.c.amount_minor.label("decided_minor"),
            adjudications.c.who,
        )
        .join(machines, machines.c.kiosk == of.kiosk)
        .outerjoin(adjudications, and_(*its))
        .where(of.stored_ms >= when.from_ms, of.stored_ms < when.to_ms)
        .order_by(of.stored_ms, of.kiosk, of.ledger, of.seq)
        .execution_options(yield_per=_PIECE)
    )
    if site is not None:
        query = query.where(machines.c.site == site)
    async for row in await connection.stream(query):
        yield _line(_cells(row))


async def totals_csv(
    connection: AsyncConnection, site: str | None, when: Period
) -> AsyncIterator[str]:
    """Return sums by site, material and outcome. Money and what people decided stand apart."""
    yield _line(TOTALS_COLUMNS)
    of = deposits.c
    its = (
        adjudications.c.kiosk == of.kiosk,
        adjudications.c.ledger == of.ledger,
        adjudications.c.seq == of.seq,
    )
    groups = (machines.c.site, of.material, of.outcome, of.currency)
    query = (
        select(
            *groups,
            func.count().label("several"),
            func.sum(of.net_g).label("net_g"),
            func.sum(of.amount_minor).label("minor"),
            func.sum(adjudications.c.amount_minor).label("decided_minor"),
        )
        .join(machines, machines.c.kiosk == of.kiosk)
        .outerjoin(adjudications, and_(*its))
        .where(of.stored_ms >= when.from_ms, of.stored_ms < when.to_ms)
        .group_by(*groups)
        .order_by(*groups)
    )
    if site is not None:
        query = query.where(machines.c.site == site)
    async for row in await connection.stream(query):
        money = (row.minor, row.decided_minor)
        amount, decided = (money_text(MinorUnits(int(minor or 0))) for minor in money)
        net_g = int(row.net_g or 0)
        yield _line(
            (row.site, row.material, row.outcome, row.several, net_g, amount, decided, row.currency)
        )


async def balances_csv(connection: AsyncConnection) -> AsyncIterator[str]:
    """Return what every resident is owed in all, by the pseudonym the wallet knows them by.

    What nobody has claimed is not in it: see ``unclaimed_csv``.
    """
    yield _line(("subject", "currency", "credits", "amount"))
    of = credits_.c
    query = (
        select(
            of.subject,
            of.currency,
            func.count().label("several"),
            func.sum(of.amount_minor).label("minor"),
        )
        .where(or_(of.cursor.is_(None), of.cursor != UNCLAIMED))
        .group_by(of.subject, of.currency)
        .order_by(of.subject, of.currency)
    )
    async for row in await connection.stream(query):
        yield _line(
            (row.subject, row.currency, row.several, money_text(MinorUnits(int(row.minor))))
        )


async def unclaimed_csv(connection: AsyncConnection) -> AsyncIterator[str]:
    """Return every credit to a sealed phone number that nobody has claimed, the oldest first."""
    yield _line(UNCLAIMED_COLUMNS)
    of = credits_.c
    query = select(credits_).where(of.cursor == UNCLAIMED)
    query = query.order_by(of.stored_ms, of.kiosk, of.ledger, of.seq)
    async for row in await connection.stream(query.execution_options(yield_per=_PIECE)):
        amount = money_text(MinorUnits(row.amount_minor))
        booked = utc_text(row.stored_ms)
        yield _line(
            (row.kiosk, row.ledger, row.seq, booked, row.receipt, amount, row.currency, row.subject)
        )


def _cells(row: Row[Any]) -> tuple[Any, ...]:
    decided = row.decided_minor
    return (
        row.site,
        row.kiosk,
        row.ledger,
        row.seq,
        row.receipt,
        utc_text(row.stored_ms),
        row.utc or "",
        row.compartment,
        row.material,
        "" if row.net_g is None else row.net_g,
        price_text(PriceE4(row.price_e4)),
        money_text(MinorUnits(row.amount_minor)),
        row.currency,
        row.outcome,
        row.reason or "",
        "" if decided is None else money_text(MinorUnits(decided)),
        row.who or "",
    )


def _line(cells: tuple[Any, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([_harmless(cell) for cell in cells])
    return text.getvalue()


def _harmless(cell: Any) -> Any:
    """A spreadsheet runs what begins like a formula; these texts come from machines."""
    if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{cell}"
    return cell
