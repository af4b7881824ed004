"""The operator's side of HELD deposits: read the queue, decide, sign, drop it for the server."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.documents import Adjudication, Adjudications
from sync.endpoint import adjudication
from sync.endpoint.adjudication import Held
from sync.endpoint.database import Database
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator
from sync.endpoint.problems import RefusedError

QUEUE_MOST = 1000

Found = TypeVar("Found")


def look(url: str, read: Callable[[AsyncConnection], Awaitable[Found]]) -> Found:
    """Read the books from beside the server. Raises EndpointError."""

    async def run() -> Found:
        database = Database(url)
        try:
            async with database.reader.begin() as connection:
                return await read(connection)
        except (SQLAlchemyError, OSError) as error:
            raise EndpointError(f"the books cannot be read: {error}") from error
        except RefusedError as error:
            raise EndpointError(str(error)) from error
        finally:
            await database.close()

    return asyncio.run(run())


def queue(url: str) -> tuple[Held, ...]:
    """Return the HELD deposits that nobody has decided about, the longest waiting first."""
    return look(url, lambda connection: adjudication.queue(connection, QUEUE_MOST))


def decide(
    desk: Operator, url: str, ledger: str, seq: int, amount_minor: int, who: str, why: str
) -> int:
    """Sign a decision about a HELD deposit; return the document's version.

    ``amount_minor`` 0 rejects it. Raises EndpointError when there is no such deposit, or when it
    was decided already.
    """

    async def facts(connection: AsyncConnection) -> tuple[Held, tuple[Adjudication, ...]]:
        held = await adjudication.find(connection, ledger, seq)
        if await adjudication.is_decided(connection, held):
            raise EndpointError(f"{ledger}/{seq} was decided already; a decision is for good")
        return held, await adjudication.open_decisions(connection, held.kiosk)

    held, before = look(url, facts)
    now_ms = desk.clock.wall().utc_ms
    if now_ms is None:
        raise EndpointError("this computer does not know the time; set its clock and try again")
    decision = Adjudication(
        ledger=ledger,
        seq=seq,
        hash=held.hash,
        amount_minor=amount_minor,
        currency=held.row.currency,
        who=who,
        why=why,
        decided_ms=now_ms,
    )
    body = Adjudications((*before, decision))
    return desk.publish("adjudications", body, f"kiosk:{held.kiosk}")
