"""What can go wrong with the ledger, in plain words.

LedgerError               cannot be opened, read or appended to: the controller exits
 +-- LedgerDamagedError   the content contradicts itself: set aside at the next start
 +-- LedgerFullError      the disk is full: nothing was written
 +-- LedgerMisuseError    the records asked for would break the books: a bug, nothing written
 +-- MarkRefusedError     an acknowledgement does not fit the chain: the ledger goes on
"""

import sqlite3
from pathlib import Path

from kiosk.errors import KioskError

_NOT_THE_FILE = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk reported an error",
    sqlite3.SQLITE_READONLY: "the file may not be written",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_BUSY: "another process is using the file",
    sqlite3.SQLITE_LOCKED: "another process is using the file",
    sqlite3.SQLITE_PROTOCOL: "another process is using the file",
    sqlite3.SQLITE_PERM: "the file may not be used",
    sqlite3.SQLITE_NOMEM: "there is no memory left",
}
"""Troubles that say nothing against what the file holds. Everything else does: a flipped byte in
a schema, say, comes as "no such column"."""

SQLITE_ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What Python's sqlite3 raises; the latter for a damaged file whose damage is part of a message."""


class LedgerError(KioskError):
    """The ledger cannot be opened, read or appended to."""


class LedgerDamagedError(LedgerError):
    """What a ledger's file holds contradicts itself or its signatures."""


class LedgerFullError(LedgerError):
    """The disk is full: SQLite took the write back."""


class LedgerMisuseError(LedgerError):
    """These records would break the books, so nothing was written."""


class AlreadyRunningError(LedgerError):
    """Another process is using this ledger."""


class MarkRefusedError(LedgerError):
    """An acknowledgement names records this ledger does not have."""


def from_sqlite(path: Path, error: Exception) -> LedgerError:
    """Say in words what SQLite reported; damage is told apart from trouble with the disk."""
    code = getattr(error, "sqlite_errorcode", None)
    # The low byte of an extended code is its kind (sqlite.org/rescode.html).
    words = None if code is None else _NOT_THE_FILE.get(code & 0xFF)
    if code is None or words is None:
        return LedgerDamagedError(f"{path}: the file is damaged ({error})")
    kind = LedgerFullError if code & 0xFF == sqlite3.SQLITE_FULL else LedgerError
    return kind(f"{path}: {words} ({error})")


def from_os(path: Path, error: OSError) -> LedgerError:
    """Say in words what the operating system reported."""
    return LedgerError(f"{path}: {error.strerror or error}")
