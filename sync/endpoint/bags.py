"""Bags that were taken out of machines: what the books say, what was weighed, and by whom (M-34).

The machine weighs a bag by the scale that weighed its deposits. The transfer station's scale is
another one, so its weight of the same bag, by its code, is entered here beside the machine's.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.records import Collection
from sync.endpoint.database import insert_new
from sync.endpoint.errors import EndpointError
from sync.endpoint.tables import bags

STATION_MOST_G = 2_000_000
"""No bag weighs more, so more is a slip of the pen."""


async def enter(
    connection: AsyncConnection,
    kiosk: str,
    origin: str,
    said: Collection,
    utc: str | None,
    now_ms: int,
) -> None:
    """Book a bag once, by the hash of the record that says it, whatever way that came."""
    row = {
        "kiosk": kiosk,
        "origin": origin,
        "compartment": said.compartment,
        "bag": said.bag_out,
        "next_bag": said.bag_in,
        "deposits": said.deposits,
        "sum_g": said.sum_g,
        "removed_g": said.removed_g,
        "tolerance_g": said.tolerance_g,
        "difference_g": said.difference_g,
        "who": said.who,
        "utc": utc,
        "stored_ms": now_ms,
        "station_g": None,
        "station_who": None,
        "station_ms": None,
    }
    await insert_new(connection, bags, [row])


async def newest(connection: AsyncConnection, kiosk: str | None, most: int) -> Sequence[Row[Any]]:
    """Return the bags that came last, of one machine or of all."""
    query = select(bags).order_by(bags.c.stored_ms.desc(), bags.c.origin).limit(most)
    if kiosk is not None:
        query = query.where(bags.c.kiosk == kiosk)
    return (await connection.execute(query)).all()


async def weighed(
    connection: AsyncConnection, kiosk: str, bag: str, grams: int, who: str, now_ms: int
) -> Row[Any]:
    """Enter what the transfer station's scale says of a bag without the bag itself, in grams.

    The newest bag of that code counts; a later entry replaces an earlier one. Raises EndpointError.
    """
    if not 0 <= grams <= STATION_MOST_G:
        raise EndpointError(f"{grams} g: a bag holds 0 to {STATION_MOST_G} g")
    its = (bags.c.kiosk == kiosk, bags.c.bag == bag)
    query = select(bags).where(*its).order_by(bags.c.stored_ms.desc(), bags.c.origin).limit(1)
    row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise EndpointError(f"no bag {bag} of {kiosk} was taken out; see: kiosk endpoint bags")
    await connection.execute(
        update(bags)
        .where(bags.c.kiosk == kiosk, bags.c.origin == row.origin)
        .values(station_g=grams, station_who=who, station_ms=now_ms)
    )
    return row
