"""The operator's side of HELD deposits: read the queue, decide, sign, drop it for the server."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from kiosk.cloud import APPROVAL_TYPE, Approval
from kiosk.documents import Adjudication, Adjudications
from kiosk.envelope import seal
from sync.endpoint import adjudication, approval
from sync.endpoint.adjudication import Held
from sync.endpoint.database import Database
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator, make_folder, write_durably
from sync.endpoint.problems import RefusedError

QUEUE_MOST = 1000

Found = TypeVar("Found")


def look(url: str, read: Callable[[AsyncConnection], Awaitable[Found]]) -> Found:
    """Read the books from beside the server. Raises EndpointError."""
    return _with_books(url, lambda books: books.reader, read)


def change(url: str, work: Callable[[AsyncConnection], Awaitable[Found]]) -> Found:
    """Change the books while no server runs. Raises EndpointError."""
    return _with_books(url, lambda books: books.writer, work)


def _with_books(
    url: str,
    engine: Callable[[Database], AsyncEngine],
    work: Callable[[AsyncConnection], Awaitable[Found]],
) -> Found:
    async def run() -> Found:
        database = Database(url)
        try:
            async with engine(database).begin() as connection:
                return await work(connection)
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
    decision = Adjudication(
        ledger=ledger,
        seq=seq,
        hash=held.hash,
        amount_minor=amount_minor,
        currency=held.row.currency,
        who=who,
        why=why,
        decided_ms=_now_ms(desk),
    )
    body = Adjudications((*before, decision))
    return desk.publish("adjudications", body, f"kiosk:{held.kiosk}")


def approve(desk: Operator, url: str, ledger: str, approved: bool, who: str, why: str) -> Approval:
    """Sign whether a board is the machine it says it is, and drop it for the server.

    Raises EndpointError when no such ledger waits.
    """
    waiting = look(url, approval.waiting)
    boards = [row.board for row in waiting if row.ledger == ledger]
    if not boards:
        raise EndpointError(f"ledger {ledger} waits for no approval")
    said = Approval(ledger, boards[0], approved, who, why, _now_ms(desk))
    envelope = seal(APPROVAL_TYPE, msgspec.json.encode(said), desk.root_key)
    folder = desk.directory / "approvals"
    make_folder(folder)
    write_durably(folder / f"{ledger}.json", envelope)
    return said


def _now_ms(desk: Operator) -> int:
    now_ms = desk.clock.wall().utc_ms
    if now_ms is None:
        raise EndpointError("this computer does not know the time; set its clock and try again")
    return now_ms
