"""Which ledger a start goes on with: the one that is there, or a new one that says why."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import logs, records
from kiosk.keys import public_bytes
from kiosk.ledger import boot, folders, segment
from kiosk.ledger.books import sorted_totals
from kiosk.ledger.drafts import Draft, Pen, Stamp
from kiosk.ledger.errors import SQLITE_ERRORS, LedgerDamagedError, from_sqlite
from kiosk.ledger.salvage import Salvaged, salvage
from kiosk.records import GENESIS, LedgerOpened

NO_LEDGER = "there was none"
_NEW = f"{folders.UNFINISHED}ledger"

_log = logs.get(__name__)


def open_or_begin(
    directory: Path, key: Ed25519PrivateKey, board: str, stamp: Stamp
) -> boot.Current:
    """Open the ledger in use; set aside one that cannot be gone on with, and begin another.

    Raises LedgerError (or OSError) for trouble with the disk: that says nothing against the
    ledger, which stays as it is.
    """
    public = public_bytes(key)
    folders.remove_unfinished(directory)
    folder = folders.current(directory)
    if folder is not None:
        folders.remove_unfinished(folder)
        why = folders.disowned(folder)
        try:
            if why is None:
                return boot.load(folder, public, board)
        except (LedgerDamagedError, boot.ForeignLedgerError) as error:
            why = str(error)
        place = folders.set_aside(directory, folder, why)
        _log.error("ledger_set_aside", place=place.name, why=why)
    return boot.load(_begin(directory, key, board, stamp), public, board)


def _begin(directory: Path, key: Ed25519PrivateKey, board: str, stamp: Stamp) -> Path:
    """Make a ledger's folder with its first segment and record, all or nothing."""
    before, public = folders.last_set_aside(directory), public_bytes(key)
    places = folders.aside(directory)
    found = salvage(places[-1], public) if places else Salvaged()
    ledger = secrets.token_hex(16)
    body = LedgerOpened(
        record_key=public,
        board=board,
        previous=before.ledger if before else None,
        why=before.why if before else _none(stamp),
        totals=sorted_totals(found.books.totals.values()),
        since=sorted_totals(found.books.since.values()),
        bags=found.books.bags,
    )
    pen = Pen(ledger, key)
    first, _ = pen.write(Draft(None, "start", body), stamp, 1, GENESIS)
    fresh = directory / _NEW
    fresh.mkdir(mode=0o700)
    whose, path = segment.Signed(first.data, first.sig), fresh / folders.segment_name(1)
    segment.create(path, first, whose, pen.carry(1, found.books.last_gross))
    _resend(path, pen, found, stamp, records.digest(first.data))
    folder = directory / f"ledger-{ledger}"
    os.rename(fresh, folder)
    folders.fsync(directory)
    _log.event(
        "ledger_opened",
        ledger=ledger,
        why=body.why,
        head=records.digest(first.data),
        resent=len(found.resend),
        lost=found.lost,
    )
    return folder


def _none(stamp: Stamp) -> str:
    """Why nothing is followed. A machine with a name had a ledger: somebody took it away, and its
    lifetime totals with it; only the operator's books still have them (P7)."""
    if not stamp.kiosk:
        return NO_LEDGER
    return f"{NO_LEDGER}, though this machine is {stamp.kiosk} already: it was taken away"


def _resend(path: Path, pen: Pen, found: Salvaged, stamp: Stamp, prev: str) -> None:
    """Write what the cloud has not acknowledged of the ledger before, into the folder that is not
    in its place yet: either the new ledger has all of it, or there is no new ledger."""
    rows: list[segment.Row] = []
    for seq, body in enumerate(found.resend, start=2):
        signed, _ = pen.write(Draft(None, "resent", body), stamp, seq, prev)
        prev = records.digest(signed.data)
        rows.append(segment.Row(signed, prev))
    if not rows:
        return
    connection = segment.connect(path, writer=True)
    try:
        segment.append(connection, path, rows)
        segment.truncate_wal(connection)
    except SQLITE_ERRORS as error:
        raise from_sqlite(path, error) from error
    finally:
        connection.close()
    folders.fsync(path)
    folders.fsync(path.parent)
