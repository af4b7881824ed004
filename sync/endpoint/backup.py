"""Copies of the operator's directory and books, and what to do after one is put back."""

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import load_profile
from sync.endpoint.tables import counters

RESTORED_STEP = 1_000_000_000
"""The feed goes on this much further: whatever the wallet has read, new rows lie beyond it."""

_FOLDERS = ("documents", "codes", "approvals", "claims", "commands", "blobs")


def copy(directory: Path, target: Path) -> None:
    """Copy a desk, and its SQLite books as they are between two commits, while it is served.

    Raises EndpointError. Books in PostgreSQL are copied by pg_dump instead.
    """
    load_profile(directory)
    try:
        target.mkdir(mode=0o700, parents=True)
        if (directory / "endpoint.db").exists():
            _copy_books(directory / "endpoint.db", target / "endpoint.db")
        # After the books: what came to the desk since is simply taken in again.
        for path in (
            *directory.glob("*.key"),
            *directory.glob("*.pub"),
            directory / "operator.json",
        ):
            shutil.copy2(path, target / path.name)
        for name in _FOLDERS:
            if (directory / name).is_dir():
                shutil.copytree(directory / name, target / name)
        _flush(target)
    except (OSError, sqlite3.Error) as error:
        raise EndpointError(f"{directory} cannot be copied to {target}: {error}") from error


async def restored(connection: AsyncConnection) -> None:
    """Tell older books that they were put back: the feed's numbers go on beyond any given."""
    further = update(counters).where(counters.c.name == "credits")
    await connection.execute(further.values(last=counters.c.last + RESTORED_STEP))


def _copy_books(source: Path, target: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        contextlib.closing(sqlite3.connect(target)) as copied,
    ):
        live.backup(copied)
        (found,) = copied.execute("PRAGMA quick_check").fetchone()
    if found != "ok":
        raise EndpointError(f"the copy {target} is damaged: {found}")
    target.chmod(0o600)


def _flush(target: Path) -> None:
    for path in (*target.rglob("*"), target):
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
