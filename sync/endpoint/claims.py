"""Whose unclaimed credits are: the operator says so, once each, and the wallet hears of them.

A resident who typed a phone number is known here by its sealing only. Where the private key for
phone numbers is kept, the operator opens the sealings (``kiosk endpoint open-phones``) and finds
the accounts; what comes back is which account each credit goes to. The deposit keeps its sealing,
so nothing here tells a number; whoever has to be forgotten is forgotten by the operator's list.
"""

import csv
import io
import re
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.records import digest
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import make_folder, write_durably
from sync.endpoint.rows import SEALED, UNCLAIMED
from sync.endpoint.tables import credits_

COLUMNS = ("kiosk", "ledger", "seq", "resident")
FOLDER = "claims"
RESIDENT_MAX = 200


class Claim(Struct, frozen=True, forbid_unknown_fields=True):
    """One credit and the subject whose wallet it goes to."""

    kiosk: str
    ledger: str
    seq: int
    resident: str


class ClaimsOnFile(Struct, frozen=True, forbid_unknown_fields=True):
    """claims/*.json, as the server takes it in."""

    claims: tuple[Claim, ...]


def read_csv(text: str) -> tuple[Claim, ...]:
    """Read the list with a filled-in column ``resident``; rows without one are left for later.

    Raises EndpointError naming the line.
    """
    rows = csv.DictReader(io.StringIO(text))
    if lacking := [name for name in COLUMNS if name not in (rows.fieldnames or ())]:
        raise EndpointError(
            f"the list has no column {lacking[0]}; take that of: kiosk endpoint unclaimed, "
            "and add the column resident"
        )
    found = []
    for row in rows:
        resident = (row["resident"] or "").strip()
        if not resident:
            continue
        if len(resident) > RESIDENT_MAX or "\0" in resident or resident.startswith(SEALED):
            raise EndpointError(f"line {rows.line_num}: {resident[:40]!r} is no resident")
        kiosk, ledger, seq = (row[name] or "" for name in COLUMNS[:3])
        if not re.fullmatch(r"[0-9]{1,15}", seq, re.ASCII) or "\0" in kiosk + ledger:
            raise EndpointError(f"line {rows.line_num}: {seq[:40]!r} is no number of a record")
        found.append(Claim(kiosk, ledger, int(seq), resident))
    return tuple(found)


def drop(directory: Path, claims: tuple[Claim, ...]) -> None:
    """Leave them for the server, which is the only one that writes. Raises EndpointError."""
    make_folder(directory / FOLDER)
    content = msgspec.json.encode(ClaimsOnFile(claims))
    write_durably(directory / FOLDER / f"{digest(content)[:32]}.json", content)


async def book(connection: AsyncConnection, claims: tuple[Claim, ...]) -> int:
    """Give unclaimed credits to residents; return how many. What is claimed stays as it is."""
    of, count = credits_.c, 0
    for one in claims:
        its = (of.kiosk == one.kiosk, of.ledger == one.ledger, of.seq == one.seq)
        given = update(credits_).where(*its, of.cursor == UNCLAIMED)
        # Without a number it waits for its place at the end of the feed, like any new credit.
        done = await connection.execute(given.values(subject=one.resident, cursor=None))
        count += done.rowcount
    return count


async def unknown(connection: AsyncConnection, claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """Return those that name no unclaimed credit: a mistake, or claimed before."""
    of, found = credits_.c, []
    for one in claims:
        its = (of.kiosk == one.kiosk, of.ledger == one.ledger, of.seq == one.seq)
        if (await connection.execute(select(of.cursor).where(*its))).scalars().first() != UNCLAIMED:
            found.append(one)
    return tuple(found)
