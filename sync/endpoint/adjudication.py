"""HELD deposits: the queue for people, and their decisions, each of which credits once.

A decision travels inside the document ``adjudications`` of one machine, signed under the
operator's root: the endpoint books it, the machine hears of it and answers with a correction. The
first decision about a deposit stands; another one is refused with the document that brings it.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.documents import Adjudication, Adjudications, Document
from sync.endpoint.database import insert_new
from sync.endpoint.problems import RefusedError
from sync.endpoint.rows import feed_place
from sync.endpoint.tables import adjudications, credits_, deposits, machines, records


@dataclass(frozen=True, slots=True)
class Held:
    """A deposit that waits for a person, with what its decision has to name."""

    kiosk: str
    site: str
    ledger: str
    seq: int
    hash: str
    row: Row[Any]


async def queue(connection: AsyncConnection, most: int) -> tuple[Held, ...]:
    """Return what waits for a decision, the longest waiting first."""
    rows = await connection.execute(
        _held().where(adjudications.c.seq.is_(None)).order_by(deposits.c.stored_ms).limit(most)
    )
    return tuple(_of(row) for row in rows)


async def find(connection: AsyncConnection, ledger: str, seq: int) -> Held:
    """Return the HELD deposit of this number, decided or not. Raises RefusedError 404."""
    of_deposit = _held().where(deposits.c.ledger == ledger, deposits.c.seq == seq)
    row = (await connection.execute(of_deposit)).one_or_none()
    if row is None:
        raise RefusedError(404, "held", "There is no such HELD deposit", f"{ledger}/{seq}")
    return _of(row)


async def is_decided(connection: AsyncConnection, held: Held) -> bool:
    """Tell whether somebody decided about this deposit."""
    return await _known(connection, held.kiosk, held.ledger, held.seq) is not None


async def open_decisions(connection: AsyncConnection, kiosk: str) -> tuple[Adjudication, ...]:
    """Return what was decided about a machine's deposits and is not closed by a correction."""
    of = adjudications.c
    rows = await connection.execute(
        select(adjudications)
        .where(of.kiosk == kiosk, of.corrected_seq.is_(None))
        .order_by(of.decided_ms, of.ledger, of.seq)
    )
    return tuple(_decision(row) for row in rows)


async def book(connection: AsyncConnection, document: Document, now_ms: int) -> None:
    """Book every decision of a document, all or none. Raises RefusedError 404, 409 or 422."""
    kind, _, kiosk = document.scope.partition(":")
    if not isinstance(document.body, Adjudications) or kind != "kiosk":
        raise RefusedError(422, "adjudications", "Decisions are for one machine: kiosk:NAME")
    for decision in document.body.decided:
        await _book(connection, kiosk, decision, now_ms)


async def close(connection: AsyncConnection, kiosk: str, ledger: str, seq: int, by: int) -> None:
    """The machine's record ``by`` closed a decision; the first correction counts."""
    of = adjudications.c
    await connection.execute(
        update(adjudications)
        .where(of.kiosk == kiosk, of.ledger == ledger, of.seq == seq, of.corrected_seq.is_(None))
        .values(corrected_seq=by)
    )


async def _book(
    connection: AsyncConnection, kiosk: str, decision: Adjudication, now_ms: int
) -> None:
    held = await find(connection, decision.ledger, decision.seq)
    where = f"{decision.ledger}/{decision.seq}"
    facts = (held.kiosk, held.hash, held.row.currency)
    if facts != (kiosk, decision.hash, decision.currency):
        raise RefusedError(
            422, "adjudications", "The decision is about another record", f"{where} is {facts}"
        )
    row = {
        "kiosk": kiosk,
        "ledger": decision.ledger,
        "seq": decision.seq,
        "hash": decision.hash,
        "amount_minor": decision.amount_minor,
        "currency": decision.currency,
        "who": decision.who,
        "why": decision.why,
        "decided_ms": decision.decided_ms,
    }
    if await insert_new(connection, adjudications, [row]) == 0:
        if await _known(connection, kiosk, decision.ledger, decision.seq) != decision:
            raise RefusedError(409, "decided", "Somebody decided this already", where)
        return
    if decision.amount_minor > 0 and held.row.subject is not None:
        owed = {
            "kiosk": kiosk,
            "ledger": decision.ledger,
            "seq": decision.seq,
            "subject": held.row.subject,
            "amount_minor": decision.amount_minor,
            "currency": decision.currency,
            "receipt": held.row.receipt,
            "cursor": feed_place(held.row.subject),
            "stored_ms": now_ms,
        }
        # The same permanent key as any credit of this deposit: there can be one only.
        await insert_new(connection, credits_, [owed])


async def _known(
    connection: AsyncConnection, kiosk: str, ledger: str, seq: int
) -> Adjudication | None:
    of = adjudications.c
    of_deposit = select(adjudications).where(of.kiosk == kiosk, of.ledger == ledger, of.seq == seq)
    row = (await connection.execute(of_deposit)).one_or_none()
    return None if row is None else _decision(row)


def _held() -> Any:
    same = (
        adjudications.c.kiosk == deposits.c.kiosk,
        adjudications.c.ledger == deposits.c.ledger,
        adjudications.c.seq == deposits.c.seq,
    )
    its = (
        records.c.kiosk == deposits.c.kiosk,
        records.c.ledger == deposits.c.ledger,
        records.c.seq == deposits.c.seq,
    )
    return (
        select(deposits, records.c.hash, machines.c.site)
        .join(records, and_(*its))
        .join(machines, machines.c.kiosk == deposits.c.kiosk)
        .outerjoin(adjudications, and_(*same))
        .where(deposits.c.outcome == "HELD")
    )


def _of(row: Row[Any]) -> Held:
    return Held(row.kiosk, row.site, row.ledger, row.seq, row.hash, row)


def _decision(row: Row[Any]) -> Adjudication:
    return Adjudication(
        ledger=row.ledger,
        seq=row.seq,
        hash=row.hash,
        amount_minor=row.amount_minor,
        currency=row.currency,
        who=row.who,
        why=row.why,
        decided_ms=row.decided_ms,
    )
