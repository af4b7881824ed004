"""Records of an earlier ledger that a machine sends again (cloud.md, "Restore, swap, clone").

Whatever way a deposit came, it counts once, by the hash of the record that says it. It counts under
the number of the ``resent`` record that carried it here: the number it had may be taken by another
record, when the machine's disk was an older copy.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.records import decode
from kiosk.wire import SignedRecord
from sync.endpoint.batches import Examined, judge
from sync.endpoint.database import insert_new
from sync.endpoint.rows import deposit_row
from sync.endpoint.tables import deposits, machines, origins, records

MARK = b'"kind":"resent"'


async def first_only(
    connection: AsyncConnection,
    kiosk: str,
    several: tuple[Examined, ...],
    now_ms: int,
    *,
    accepted: bool,
) -> tuple[Examined, ...]:
    """Take the deposit out of each resent record whose origin has come before.

    Of a ledger that waits for approval nothing counts yet: :func:`settle` looks again then.
    """
    if not any(one.origin for one in several):
        return several
    if not accepted:
        return tuple(replace(one, deposit=None) if one.origin else one for one in several)
    known = await _stored(connection, kiosk, several)
    kept: list[Examined] = []
    for one in several:
        origin = one.origin
        if origin is not None:
            row = {
                "kiosk": kiosk,
                "hash": origin.hash,
                "ledger": origin.ledger,
                "seq": origin.seq,
                "stored_ms": now_ms,
            }
            again = origin.hash in known or await insert_new(connection, origins, [row]) == 0
            one = replace(one, deposit=None) if again else one
        kept.append(one)
    return tuple(kept)


async def settle(connection: AsyncConnection, kiosk: str, ledger: str, now_ms: int) -> None:
    """Enter the deposits of a ledger's resent records, once it has been approved."""
    key = (await connection.execute(select(machines).where(machines.c.kiosk == kiosk))).one()
    rows = await connection.execute(
        select(records.c.seq, records.c.data, records.c.sig)
        .where(records.c.kiosk == kiosk, records.c.ledger == ledger, records.c.suspect == "")
        .order_by(records.c.seq)
    )
    signed = [SignedRecord(row.seq, row.data, row.sig) for row in rows if MARK in row.data]
    several = tuple(judge(one, decode(one.data), kiosk, key.record_key) for one in signed)
    first = await first_only(connection, kiosk, several, now_ms, accepted=True)
    whole = {"kiosk": kiosk, "ledger": ledger, "stored_ms": now_ms}
    found = [whole | row for one in first if one.origin and (row := deposit_row(one)) is not None]
    await insert_new(connection, deposits, found)


async def _stored(
    connection: AsyncConnection, kiosk: str, several: Sequence[Examined]
) -> frozenset[str]:
    """The hashes among the origins that are in the books under their own number."""
    wanted = [(one.origin.ledger, one.origin.seq) for one in several if one.origin]
    rows = await connection.execute(
        select(records.c.hash).where(
            records.c.kiosk == kiosk, tuple_(records.c.ledger, records.c.seq).in_(wanted)
        )
    )
    return frozenset(rows.scalars())
