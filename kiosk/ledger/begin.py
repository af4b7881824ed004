"""Which ledger a start goes on with: the one that is there, or a new one that says why."""

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import logs, records
from kiosk.keys import public_bytes
from kiosk.ledger import boot, folders, segment
from kiosk.ledger.drafts import Draft, Pen, Stamp
from kiosk.ledger.errors import LedgerDamagedError
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
        try:
            return boot.load(folder, public, board)
        except (LedgerDamagedError, boot.ForeignLedgerError) as error:
            place = folders.set_aside(directory, folder, str(error))
            _log.error("ledger_set_aside", place=place.name, why=str(error))
    return boot.load(_begin(directory, key, board, stamp), public, board)


def _begin(directory: Path, key: Ed25519PrivateKey, board: str, stamp: Stamp) -> Path:
    """Make a ledger's folder with its first segment and record, all or nothing."""
    before = folders.last_set_aside(directory)
    ledger = secrets.token_hex(16)
    body = LedgerOpened(
        record_key=public_bytes(key),
        board=board,
        previous=before.ledger if before else None,
        why=before.why if before else NO_LEDGER,
    )
    pen = Pen(ledger, key)
    first, _ = pen.write(Draft(None, "start", body), stamp, 1, GENESIS)
    fresh = directory / _NEW
    fresh.mkdir(mode=0o700)
    whose = segment.Signed(first.data, first.sig)
    segment.create(fresh / folders.segment_name(1), first, whose, pen.carry(1, {}))
    folder = directory / f"ledger-{ledger}"
    os.rename(fresh, folder)
    folders.fsync(directory)
    _log.event("ledger_opened", ledger=ledger, why=body.why, head=records.digest(first.data))
    return folder
