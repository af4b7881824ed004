"""Another board claims to be a known machine: people decide whether it is (cloud.md, "Clone")."""

from typing import Any

import msgspec
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.cloud import APPROVAL_TYPE, Approval
from kiosk.envelope import TrustError, unseal
from sync.endpoint import origins
from sync.endpoint.database import insert_new
from sync.endpoint.problems import RefusedError
from sync.endpoint.rows import feed_place
from sync.endpoint.tables import credits_, deposits, ledgers, machines


def read(envelope: bytes, root_public: bytes) -> Approval:
    """Return what the operator signed. Raises TrustError."""
    payload = unseal(envelope, APPROVAL_TYPE, (root_public,))
    try:
        return msgspec.json.decode(payload, type=Approval)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TrustError(f"not an approval: {error}") from error


async def waiting(connection: AsyncConnection) -> tuple[Row[Any], ...]:
    """Return the ledgers that wait for a decision, with the board their machine is known by."""
    known = machines.c.board.label("known_board")
    of = (
        select(ledgers, known)
        .join(machines, machines.c.kiosk == ledgers.c.kiosk)
        .where(ledgers.c.state == "pending")
        .order_by(ledgers.c.kiosk, ledgers.c.generation)
    )
    return tuple((await connection.execute(of)).all())


async def decide(connection: AsyncConnection, approval: Approval, now_ms: int) -> None:
    """Let a ledger in or keep it out, once. Raises RefusedError 404 or 409.

    Approved, its board is the machine's from here on, what it had paid is credited, and it fences
    off every ledger before it.
    """
    of_ledger = select(ledgers).where(ledgers.c.ledger == approval.ledger).with_for_update()
    row = (await connection.execute(of_ledger)).one_or_none()
    if row is None or row.board != approval.board:
        raise RefusedError(404, "approval", "No such ledger was opened on this board")
    wished = "accepted" if approval.approved else "rejected"
    if row.state == wished:
        return
    if row.state != "pending":
        raise RefusedError(409, "decided", f"This ledger is {row.state} already")
    its = (ledgers.c.kiosk == row.kiosk, ledgers.c.ledger == row.ledger)
    await connection.execute(update(ledgers).where(*its).values(state=wished))
    if approval.approved:
        await connection.execute(
            update(machines).where(machines.c.kiosk == row.kiosk).values(board=row.board)
        )
        await origins.settle(connection, row.kiosk, row.ledger, now_ms)
        await _credit(connection, row.kiosk, row.ledger, now_ms)


async def _credit(connection: AsyncConnection, kiosk: str, ledger: str, now_ms: int) -> None:
    of = deposits.c
    owed = await connection.execute(
        select(of.seq, of.subject, of.amount_minor, of.currency, of.receipt).where(
            of.kiosk == kiosk,
            of.ledger == ledger,
            of.outcome == "PAID",
            of.subject.is_not(None),
            of.amount_minor > 0,
        )
    )
    key = {"kiosk": kiosk, "ledger": ledger, "stored_ms": now_ms}
    rows = [key | dict(row._mapping) | {"cursor": feed_place(row.subject)} for row in owed]
    await insert_new(connection, credits_, rows)
