"""Connections: one that writes, some that only read; every commit is on the disk.

SQLite before 3.51.3 has a WAL corruption bug with two writing connections, so there is exactly
one (dependencies.md); PostgreSQL needs none of this and takes the same statements.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from sync.endpoint.errors import EndpointError
from sync.endpoint.tables import metadata

_WRITER = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA mmap_size=0",
    "PRAGMA journal_size_limit=4194304",
    "PRAGMA busy_timeout=5000",
)
_READER = ("PRAGMA query_only=ON", "PRAGMA busy_timeout=5000")


class Database:
    """Two engines on one file. ``open`` makes the tables; ``close`` lets go of everything."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.writer = _engine(path, _WRITER, "BEGIN IMMEDIATE", pool_size=1)
        self.reader = _engine(path, _READER, "BEGIN", pool_size=4)

    async def open(self) -> None:
        """Make the tables and check that commits are really flushed. Raises EndpointError."""
        async with self.writer.begin() as connection:
            await connection.run_sync(metadata.create_all)
            mode = (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar_one()
            flushes = (await connection.exec_driver_sql("PRAGMA synchronous")).scalar_one()
        if (mode, flushes) != ("wal", 2):
            raise EndpointError(
                f"{self._path} is on a file system where SQLite cannot keep WAL and FULL "
                f"({mode}, {flushes}); put the operator's directory on a local disk"
            )

    async def close(self) -> None:
        """Close every connection; the last one folds the WAL into the file."""
        await self.reader.dispose()
        await self.writer.dispose()


def _engine(path: Path, pragmas: tuple[str, ...], begin: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}", pool_size=pool_size, max_overflow=0, pool_timeout=30
    )
    event.listen(engine.sync_engine, "connect", _on_connect(pragmas))
    event.listen(engine.sync_engine, "begin", _on_begin(begin))
    return engine


def _on_connect(pragmas: tuple[str, ...]) -> Callable[[Any, Any], None]:
    def prepare(connection: Any, _record: Any) -> None:
        # Python's own habit of opening transactions by itself is switched off: _on_begin does.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    return prepare


def _on_begin(statement: str) -> Callable[[Any], None]:
    def begin(connection: Any) -> None:
        connection.exec_driver_sql(statement)

    return begin
