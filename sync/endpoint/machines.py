"""Machines: enrolled with a one-time code, known by their transport key afterwards."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.cloud import (
    OTHER_BOARD,
    STATEMENT_TYPE,
    EnrolRequest,
    LedgerState,
    Statement,
    StatusRequest,
)
from kiosk.envelope import TrustError, key_id, unseal
from kiosk.records import GENESIS
from sync.endpoint.batches import WHOLE_MAX
from sync.endpoint.database import Database
from sync.endpoint.direct import Prepared
from sync.endpoint.operator import hash_code
from sync.endpoint.problems import RefusedError
from sync.endpoint.tables import codes, counters, ledgers, machines

_LEDGER = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Machine:
    """An enrolled machine."""

    kiosk: str
    site: str
    board: str
    record_key: bytes
    transport_key: bytes


_BY = {
    column.name: select(machines).where(column == bindparam("wanted"))
    for column in (
        machines.c.kiosk,
        machines.c.key_id,
        machines.c.record_key,
        machines.c.transport_key,
    )
}


_PREPARED = Prepared(_BY["key_id"])


class _Wrapping(Struct, frozen=True):
    """An envelope, read only to learn which key its statement claims."""

    payload: bytes


def read_statement(request: EnrolRequest) -> Statement:
    """Return the statement, signed by the very record key it names. Raises RefusedError 422."""
    try:
        claimed = msgspec.json.decode(request.statement, type=_Wrapping).payload
        public = msgspec.json.decode(claimed, type=Statement).record_key
        payload = unseal(request.statement, STATEMENT_TYPE, (public,))
        statement = msgspec.json.decode(payload, type=Statement)
    except (msgspec.DecodeError, UnicodeDecodeError, TrustError) as error:
        raise RefusedError(
            422, "statement", "The statement is not signed by its record key", str(error)
        ) from error
    if statement.code != request.code:
        raise RefusedError(422, "statement", "The statement is for another code")
    if len(statement.transport_key) != 32:
        raise RefusedError(422, "statement", "The statement lacks a transport key")
    check_ledger(statement.ledger)
    if "\0" in statement.site + statement.board:
        raise RefusedError(422, "statement", "The statement has a NUL in its text")
    return statement


def check_ledger(ledger: str) -> None:
    """Raise RefusedError 422 for anything but 128 bits in hexadecimal."""
    if _LEDGER.fullmatch(ledger) is None:
        raise RefusedError(422, "ledger-id", "A ledger's id is 32 hexadecimal digits")


async def enrol(connection: AsyncConnection, statement: Statement, now_ms: int) -> Machine:
    """Use up the code and bind the keys. Raises RefusedError 403 for a code that is not good.

    Asking again with the same keys gives the same answer: the first one may have been lost.
    """
    # One enrolment at a time: names are counted up, and a code is used once.
    await connection.execute(
        select(counters.c.last).where(counters.c.name == "machines").with_for_update()
    )
    hashed = hash_code(statement.code)
    code = (
        await connection.execute(select(codes).where(codes.c.code_sha256 == hashed))
    ).one_or_none()
    if code is None:
        raise RefusedError(403, "code", "This enrolment code is not known here")
    if code.site != statement.site:
        raise RefusedError(403, "code", "This enrolment code is for another site", code.site)
    if code.kiosk is not None:
        machine = await _by(connection, machines.c.kiosk, code.kiosk)
        if machine is not None and (machine.record_key, machine.transport_key) == (
            statement.record_key,
            statement.transport_key,
        ):
            return machine
        raise RefusedError(403, "code", "This enrolment code was used by another machine")
    if now_ms > code.expires_ms:
        raise RefusedError(403, "code", "This enrolment code has expired", "ask for a new one")
    machine = await _bind(connection, statement, now_ms)
    used = update(codes).where(codes.c.code_sha256 == hashed).values(kiosk=machine.kiosk)
    await connection.execute(used)
    await open_ledger(connection, machine, statement.ledger, None, "enrolled", statement.board)
    return machine


async def _bind(connection: AsyncConnection, statement: Statement, now_ms: int) -> Machine:
    """Make the machine known, or give one that is known already its new transport key."""
    known = await _by(connection, machines.c.record_key, statement.record_key)
    same = await _by(connection, machines.c.transport_key, statement.transport_key)
    if same is not None and (known is None or known.kiosk != same.kiosk):
        raise RefusedError(403, "key", "This transport key belongs to another machine")
    kiosk = known.kiosk if known else await _new_name(connection, statement.site)
    values: dict[str, Any] = {
        "site": statement.site,
        "board": statement.board[:200],
        "transport_key": statement.transport_key,
        "key_id": key_id(statement.transport_key),
        "seen_ms": now_ms,
    }
    if known:
        await connection.execute(update(machines).where(machines.c.kiosk == kiosk).values(**values))
    else:
        values |= {"record_key": statement.record_key, "enrolled_ms": now_ms}
        values |= {"version": "", "head_seq": 0}
        await connection.execute(insert(machines).values(kiosk=kiosk, **values))
    return Machine(
        kiosk, statement.site, statement.board[:200], statement.record_key, statement.transport_key
    )


async def _new_name(connection: AsyncConnection, site: str) -> str:
    count = select(func.count()).select_from(machines).where(machines.c.site == site)
    number = (await connection.execute(count)).scalar_one() + 1
    # A machine that moved away left its number taken.
    while await _by(connection, machines.c.kiosk, f"{site}-{number:02d}") is not None:
        number += 1
    return f"{site}-{number:02d}"


async def find(database: Database, signing_key_id: str) -> Machine | None:
    """Return the machine whose transport key has this id: asked for every request."""
    asked = {"wanted": signing_key_id}
    if database.direct is not None:
        return _machine(await database.direct.first(_PREPARED, asked))
    async with database.glance.connect() as connection:
        row = (await connection.execute(_BY["key_id"], asked)).one_or_none()
    return _machine(row._mapping if row else None)


async def saw(
    connection: AsyncConnection, machine: Machine, status: StatusRequest, now_ms: int
) -> None:
    """Note a heartbeat."""
    await connection.execute(
        update(machines)
        .where(machines.c.kiosk == machine.kiosk)
        .values(
            seen_ms=now_ms,
            version=status.version[:64],
            head_seq=min(max(status.head_seq, 0), WHOLE_MAX),
        )
    )


async def open_ledger(
    connection: AsyncConnection,
    machine: Machine,
    ledger: str,
    previous: str | None,
    reason: str,
    board: str,
) -> Any:
    """Return the row of a ledger, made if it is new; a new one is one generation on.

    One that another board opens is ``pending``: it fences nothing off, so that a copy of a disk
    cannot silence the machine it was copied from, and credits nothing until it is approved.
    Raises RefusedError 409 when another machine, or another board, has this ledger.
    """
    board = board[:200]
    check_ledger(ledger)
    mine = select(machines.c.kiosk).where(machines.c.kiosk == machine.kiosk)
    await connection.execute(mine.with_for_update())
    of_ledger = select(ledgers).where(ledgers.c.ledger == ledger)
    row = (await connection.execute(of_ledger)).one_or_none()
    if row is not None and row.kiosk != machine.kiosk:
        raise RefusedError(409, "ledger-taken", "This ledger belongs to another machine")
    if row is not None and row.board != board:
        raise RefusedError(
            409, OTHER_BOARD, "This ledger was opened on another board", "open a new ledger"
        )
    if row is None:
        last = select(func.max(ledgers.c.generation)).where(ledgers.c.kiosk == machine.kiosk)
        generation = ((await connection.execute(last)).scalar_one() or 0) + 1
        await connection.execute(
            insert(ledgers).values(
                kiosk=machine.kiosk,
                ledger=ledger,
                generation=generation,
                previous=previous,
                reason=reason[:200],
                board=board,
                acked_through=0,
                head_hash=GENESIS,
                state="accepted" if board == machine.board else "pending",
            )
        )
        row = (await connection.execute(of_ledger)).one()
    return row


async def state_of(connection: AsyncConnection, machine: Machine, ledger: str) -> LedgerState:
    """Return what the operator thinks of a machine's ledger; one that is not open yet is fine."""
    of_ledger = select(ledgers.c.state).where(
        ledgers.c.kiosk == machine.kiosk, ledgers.c.ledger == ledger
    )
    found: LedgerState = (await connection.execute(of_ledger)).scalar_one_or_none() or "accepted"
    return found


async def _by(connection: AsyncConnection, column: Any, value: Any) -> Machine | None:
    query = _BY[column.name]
    row = (await connection.execute(query, {"wanted": value})).one_or_none()
    return _machine(row._mapping if row else None)


def _machine(row: Any) -> Machine | None:
    """A row of SQLAlchemy or of asyncpg."""
    if row is None:
        return None
    keys = bytes(row["record_key"]), bytes(row["transport_key"])
    return Machine(row["kiosk"], row["site"], row["board"], *keys)
