"""Transport keys follow one another: signed by both, the old one accepted for a week more.

An answer may be lost and the machine may be killed anywhere, so asking again with either key gives
the same answer. A key that was followed starts nothing: a copy of it cannot push the new one out.
"""

from dataclasses import replace

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.cloud import KEY_OVERLAP_MS, KEYS_TYPE, KeyAnswer, KeyRequest, KeyRotation
from kiosk.envelope import PUBLIC_BYTES, TrustError, key_id, unseal
from sync.endpoint.database import Database
from sync.endpoint.machines import Machine
from sync.endpoint.problems import RefusedError
from sync.endpoint.tables import machines, retired_keys


class _Wrapping(msgspec.Struct, frozen=True):
    """An envelope, read only to learn which keys it claims."""

    payload: bytes


def read(asked: KeyRequest) -> KeyRotation:
    """Return what both keys signed. Raises RefusedError 422."""
    try:
        claimed = msgspec.json.decode(asked.rotation, type=_Wrapping).payload
        rotation = msgspec.json.decode(claimed, type=KeyRotation)
        for public in (rotation.old_key, rotation.new_key):
            if len(public) != PUBLIC_BYTES:
                raise TrustError(f"a transport key has {PUBLIC_BYTES} bytes")
            unseal(asked.rotation, KEYS_TYPE, (public,))
    except (msgspec.DecodeError, UnicodeDecodeError, TrustError) as error:
        raise RefusedError(
            422, "rotation", "The rotation is not signed by both keys", str(error)
        ) from error
    if rotation.old_key == rotation.new_key:
        raise RefusedError(422, "rotation", "The new key is the old one")
    return rotation


async def rotate(
    connection: AsyncConnection, machine: Machine, rotation: KeyRotation, now_ms: int
) -> KeyAnswer:
    """Let the new key follow the old one, once. Raises RefusedError 403 or 409."""
    if rotation.kiosk != machine.kiosk:
        raise RefusedError(403, "rotation", "The rotation is for another machine")
    mine = select(machines.c.transport_key).where(machines.c.kiosk == machine.kiosk)
    current = bytes((await connection.execute(mine.with_for_update())).scalar_one())
    old, new = key_id(rotation.old_key), key_id(rotation.new_key)
    if current == rotation.new_key:
        until_ms = await _retired_until(connection, machine.kiosk, old)
        if until_ms is not None:
            return KeyAnswer(new, until_ms)
    if current != rotation.old_key:
        raise RefusedError(409, "rotation", "Another key is in use", key_id(current))
    await _refuse_used(connection, new)
    until_ms = now_ms + KEY_OVERLAP_MS
    row = {"key_id": old, "kiosk": machine.kiosk, "transport_key": rotation.old_key}
    await connection.execute(insert(retired_keys).values(**row, until_ms=until_ms))
    await connection.execute(
        update(machines)
        .where(machines.c.kiosk == machine.kiosk)
        .values(transport_key=rotation.new_key, key_id=new)
    )
    return KeyAnswer(new, until_ms)


async def find_retired(database: Database, signing_key_id: str, now_ms: int) -> Machine | None:
    """Return the machine whose key before this was, while it is accepted still."""
    query = (
        select(machines, retired_keys.c.transport_key.label("old_key"))
        .join(retired_keys, retired_keys.c.kiosk == machines.c.kiosk)
        .where(retired_keys.c.key_id == signing_key_id, retired_keys.c.until_ms > now_ms)
    )
    async with database.glance.connect() as connection:
        row = (await connection.execute(query)).one_or_none()
    if row is None:
        return None
    known = Machine(row.kiosk, row.site, row.board, row.record_key, row.transport_key)
    return replace(known, transport_key=bytes(row.old_key))


async def _retired_until(connection: AsyncConnection, kiosk: str, old: str) -> int | None:
    query = select(retired_keys.c.until_ms).where(
        retired_keys.c.kiosk == kiosk, retired_keys.c.key_id == old
    )
    found: int | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def _refuse_used(connection: AsyncConnection, new: str) -> None:
    """A key that ever was somebody's is nobody's new one."""
    for table in (machines, retired_keys):
        known = select(table.c.kiosk).where(table.c.key_id == new)
        if (await connection.execute(known)).first() is not None:
            raise RefusedError(403, "key", "This transport key was used before")
