"""The credit feed: what to pay to whom, in an order that never changes once it was read.

On PostgreSQL numbers drawn while transactions run side by side do not appear in their order: a
reader that has seen 8 may have missed 7, which commits later, and would never pay it. So a batch
stores what is owed without a number, and the numbers are given afterwards, to committed rows only,
by one transaction at a time.
"""

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.cloud import Credit, Credits
from sync.endpoint.database import Database
from sync.endpoint.tables import counters, credits_

CREDITS_MOST = 500
"""Rows of the feed in one answer; the reader asks again after ``next``."""

POSTED_MOST = 5000
"""Rows numbered in one transaction."""


async def post(database: Database) -> None:
    """Give every committed credit its place in the feed."""
    unposted = select(credits_.c.seq).where(credits_.c.cursor.is_(None)).limit(1)
    while True:
        async with database.reader.begin() as connection:
            if (await connection.execute(unposted)).first() is None:
                return
        async with database.writer.begin() as connection:
            await _number(connection)


async def _number(connection: AsyncConnection) -> None:
    # The lock comes first: what the next statement sees is then committed, and later numbers
    # are given to rows that this one does not see.
    locked = select(counters.c.last).where(counters.c.name == "credits").with_for_update()
    last = (await connection.execute(locked)).scalar_one()
    of = credits_.c
    waiting = (
        select(of.kiosk, of.ledger, of.seq)
        .where(of.cursor.is_(None))
        .order_by(of.stored_ms, of.kiosk, of.ledger, of.seq)
        .limit(POSTED_MOST)
    )
    rows = (await connection.execute(waiting)).all()
    if not rows:
        return
    one = update(credits_).where(
        of.kiosk == bindparam("k"), of.ledger == bindparam("l"), of.seq == bindparam("s")
    )
    await connection.execute(
        one.values(cursor=bindparam("c")),
        [
            {"k": row.kiosk, "l": row.ledger, "s": row.seq, "c": last + place}
            for place, row in enumerate(rows, 1)
        ],
    )
    counted = update(counters).where(counters.c.name == "credits").values(last=last + len(rows))
    await connection.execute(counted)


async def read(connection: AsyncConnection, after: int) -> Credits:
    """Return the feed after a cursor: the same rows each time it is read."""
    of = credits_.c
    rows = (
        await connection.execute(
            select(credits_).where(of.cursor > after).order_by(of.cursor).limit(CREDITS_MOST)
        )
    ).all()
    found = tuple(
        Credit(
            cursor=row.cursor,
            key=f"{row.ledger}/{row.seq}",
            kiosk=row.kiosk,
            subject=row.subject,
            amount_minor=row.amount_minor,
            currency=row.currency,
            receipt=row.receipt,
        )
        for row in rows
    )
    return Credits(found, found[-1].cursor if found else after)
