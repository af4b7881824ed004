"""One segment: an SQLite file that takes records at its end and gives up nothing.

STRICT tables; triggers refuse to change, delete or replace a row; WAL with ``synchronous=FULL``,
so that one append is one flush and what was acknowledged survives a power cut (cloud.md, "Local
store": NORMAL lost 11 % of acknowledged records, FULL none). Exactly one connection writes;
readers are told ``query_only`` and never checkpoint.
"""

import os
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from kiosk import records
from kiosk.ledger import folders
from kiosk.ledger.errors import SQLITE_ERRORS, LedgerDamagedError, LedgerError, from_os, from_sqlite
from kiosk.wire import SignedRecord

SCHEMA_VERSION = 1
BUSY_SECONDS = 5

_SCHEMA = (
    """CREATE TABLE records(
    seq INTEGER PRIMARY KEY,
    data BLOB NOT NULL,
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    sig BLOB NOT NULL CHECK (length(sig) = 64)
) STRICT""",
    """CREATE TRIGGER records_stay BEFORE UPDATE ON records
    BEGIN SELECT RAISE(ABORT, 'a record is never changed'); END""",
    """CREATE TRIGGER records_remain BEFORE DELETE ON records
    BEGIN SELECT RAISE(ABORT, 'a record is never deleted'); END""",
    """CREATE TRIGGER records_follow BEFORE INSERT ON records
    WHEN NEW.seq <= (SELECT max(seq) FROM records)
    BEGIN SELECT RAISE(ABORT, 'a record is never replaced'); END""",
    # Signed as well, and small: what a start must know without another file.
    """CREATE TABLE kept(
    name TEXT NOT NULL,
    data BLOB NOT NULL,
    sig BLOB NOT NULL
) STRICT""",
)
_INSERT = "INSERT INTO records(seq, data, hash, sig) VALUES (?, ?, ?, ?)"
_WHOSE = "whose"
_CARRIED = "carried"


class Pragma(NamedTuple):
    """A setting and what SQLite must answer when it is read back."""

    name: str
    value: str
    answer: str | int


COMMON = (
    Pragma("foreign_keys", "ON", 1),
    Pragma("trusted_schema", "OFF", 0),
    Pragma("cell_size_check", "ON", 1),
    Pragma("mmap_size", "0", 0),
)
WRITER = (
    *COMMON,
    Pragma("journal_mode", "WAL", "wal"),
    Pragma("synchronous", "FULL", 2),
    Pragma("journal_size_limit", str(4 << 20), 4 << 20),
    Pragma("wal_autocheckpoint", "1000", 1000),
)
READER = (*COMMON, Pragma("query_only", "ON", 1), Pragma("wal_autocheckpoint", "0", 0))


class Row(NamedTuple):
    """A record as it is stored, with the hash beside it."""

    signed: SignedRecord
    hash: str


def connect(path: Path, *, writer: bool, closed: bool = False) -> sqlite3.Connection:
    """Open a segment's file that exists. Raises LedgerError, also when a setting did not take.

    ``closed``: nothing writes it any more. Then a reader leaves no files beside it and writes
    nothing, unless a WAL was left that belongs to it.
    """
    mode = "rw" if writer else "ro"
    still = "&immutable=1" if closed and not has_wal(path) else ""
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}{still}",
            uri=True,
            isolation_level=None,
            timeout=BUSY_SECONDS,
            check_same_thread=False,
        )
        try:
            _set(connection, WRITER if writer else READER, path)
        except BaseException:  # boundary: whatever it was, the connection must not leak
            connection.close()
            raise
    except SQLITE_ERRORS as error:
        raise from_sqlite(path, error) from error
    return connection


def _set(connection: sqlite3.Connection, pragmas: Sequence[Pragma], path: Path) -> None:
    """Set every pragma and read it back: a journal mode, for one, can silently stay as it was."""
    for name, value, answer in pragmas:
        connection.execute(f"PRAGMA {name}={value}").fetchall()
        got = connection.execute(f"PRAGMA {name}").fetchone()
        # An SQLite built without memory mapping has nothing to answer about it.
        if got != (answer,) and (name, got) != ("mmap_size", None):
            raise LedgerError(f"{path}: SQLite answered {got} to {name}={value}")


class Signed(NamedTuple):
    """Exact bytes and their signature."""

    data: bytes
    sig: bytes


def create(path: Path, first: SignedRecord, whose: Signed, carried: Signed) -> None:
    """Make a segment with its first record, all or nothing: it appears under its name complete.

    ``whose`` is the ledger's first record again, ``carried`` the last gross of each compartment.

    Raises LedgerError; what is left of a failed try is removed by the next start.
    """
    fresh = path.with_name(f"{folders.UNFINISHED}{path.name}")
    try:
        folders.remove_unfinished(path.parent)
        fresh.touch(0o600)
        with closing(connect(fresh, writer=True)) as connection:
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            connection.execute("BEGIN IMMEDIATE")
            kept = ((_WHOSE, *whose), (_CARRIED, *carried))
            connection.executemany("INSERT INTO kept VALUES (?, ?, ?)", kept)
            _insert(connection, (Row(first, records.digest(first.data)),))
            connection.execute("COMMIT")
            truncate_wal(connection)
        folders.fsync(fresh)
        os.rename(fresh, path)
        folders.fsync(path.parent)
    except SQLITE_ERRORS as error:
        raise from_sqlite(path, error) from error
    except OSError as error:
        raise from_os(path, error) from error


def _insert(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    connection.executemany(_INSERT, [(one.seq, one.data, digest, one.sig) for one, digest in rows])


def append(connection: sqlite3.Connection, path: Path, rows: Sequence[Row]) -> None:
    """Add records in one transaction with one flush; they are durable when this returns.

    Raises LedgerError; whether they are durable is then unknown, and only a new start tells.
    """
    try:
        if len(rows) == 1:
            # A statement by itself is a transaction by itself, and two calls less.
            one, digest = rows[0]
            connection.execute(_INSERT, (one.seq, one.data, digest, one.sig)).close()
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            _insert(connection, rows)
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
    except SQLITE_ERRORS as error:
        raise from_sqlite(path, error) from error


def truncate_wal(connection: sqlite3.Connection) -> None:
    """Move all of the WAL into the file, as far as readers let us. Raises sqlite3.Error."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def has_wal(path: Path) -> bool:
    """Whether anything stands in the WAL; truncating an empty one would be a write for nothing."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size > 0
    except FileNotFoundError:
        return False


def quick_check(connection: sqlite3.Connection, path: Path) -> None:
    """Let SQLite look through the file. Raises LedgerDamagedError or LedgerError."""
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        found = connection.execute("PRAGMA quick_check(3)").fetchall()
        schema = [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema")]
    except SQLITE_ERRORS as error:
        raise from_sqlite(path, error) from error
    if found != [("ok",)]:
        raise LedgerDamagedError(f"{path}: SQLite found {'; '.join(str(one[0]) for one in found)}")
    if version != SCHEMA_VERSION:
        raise LedgerDamagedError(f"{path}: schema version {version}, not {SCHEMA_VERSION}")
    if tuple(schema) != _SCHEMA:
        raise LedgerDamagedError(f"{path}: its tables or triggers are not as they were made")


def rows_after(
    connection: sqlite3.Connection, path: Path, seq: int, most: int = -1
) -> Generator[Row]:
    """Yield the records after ``seq`` in order; ``most`` below 0 means all.

    Raises LedgerError. The reading ends when the iterator is exhausted or closed: keep it short
    beside a writer, or the WAL grows.
    """
    try:
        cursor = connection.execute(
            "SELECT seq, data, hash, sig FROM records WHERE seq > ? ORDER BY seq LIMIT ?",
            (seq, most),
        )
        with closing(cursor):
            for number, data, digest, sig in cursor:
                # A damaged file may answer with other types than its table has.
                if not (isinstance(data, bytes) and isinstance(sig, bytes)):
                    raise LedgerDamagedError(f"{path}: record {number} holds no bytes")
                yield Row(SignedRecord(number, data, sig), digest)
    except SQLITE_ERRORS as error:
        raise from_sqlite(path, error) from error


def whose(connection: sqlite3.Connection, path: Path) -> Signed:
    """Return the ledger's first record, kept in each segment. Raises LedgerError."""
    return _kept(connection, path, _WHOSE)


def carried(connection: sqlite3.Connection, path: Path) -> Signed:
    """Return the last weights when the segment began, still to be verified. Raises LedgerError."""
    return _kept(connection, path, _CARRIED)


def _kept(connection: sqlite3.Connection, path: Path, name: str) -> Signed:
    try:
        found = connection.execute("SELECT data, sig FROM kept WHERE name = ?", (name,)).fetchall()
    except SQLITE_ERRORS as error:
        raise from_sqlite(path, error) from error
    if len(found) != 1 or not all(isinstance(value, bytes) for value in found[0]):
        raise LedgerDamagedError(f"{path}: does not say {name!r}")
    return Signed(*found[0])
