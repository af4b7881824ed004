"""Connections: every commit is on the disk before it is answered, on SQLite and on PostgreSQL.

SQLite before 3.51.3 has a WAL corruption bug with two writing connections, so there is exactly
one (dependencies.md). PostgreSQL takes the same statements on as many connections as it is given;
what must not run side by side locks the row it is about.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import ARRAY, Table, bindparam, column, event, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from sync.endpoint.direct import Direct
from sync.endpoint.errors import EndpointError
from sync.endpoint.migrate import upgrade

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

_MIGRATION_LOCK = 0x6B696F736B
"""PostgreSQL advisory lock: of two servers that start together, one makes the tables."""

WAIT_S = 5
"""Longest wait for a connection: a machine must hear 503 before it gives up (away.py)."""

_SESSION = {"synchronous_commit": "on", "application_name": "kiosk-endpoint"}


class Database:
    """Two engines on one database. ``open`` makes the tables; ``close`` lets go of everything."""

    direct: Direct | None = None
    """PostgreSQL's short way, while it is open."""

    def __init__(self, url: str) -> None:
        self._url = _checked(url)
        if self._url.get_backend_name() == "sqlite":
            self.writer = _sqlite(self._url, _WRITER, "BEGIN IMMEDIATE", pool_size=1)
            self.reader = _sqlite(self._url, _READER, "BEGIN", pool_size=4)
        else:
            self.writer = _postgresql(self._url, pool_size=4)
            # All queries of a page see the same books.
            self.reader = _postgresql(
                self._url,
                pool_size=4,
                isolation_level="REPEATABLE READ",
                postgresql_readonly=True,
            )
        self.glance = self.reader.execution_options(isolation_level="AUTOCOMMIT")
        """The readers' connections, for a single query without a transaction around it."""

    async def open(self) -> None:
        """Make or migrate the tables and check that commits are flushed. Raises EndpointError."""
        try:
            async with self.writer.begin() as connection:
                if connection.dialect.name == "postgresql":
                    await connection.execute(
                        text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK}
                    )
                else:
                    await self._check_flushes(connection)
                await connection.run_sync(upgrade)
            if self._url.get_backend_name() == "postgresql":
                self.direct = await Direct.open(self._url, _SESSION, WAIT_S)
        except (SQLAlchemyError, asyncpg.PostgresError, OSError) as error:
            where = self._url.render_as_string(hide_password=True)
            raise EndpointError(f"the database {where} cannot be used: {error}") from error

    async def close(self) -> None:
        """Close every connection; SQLite's last one folds the WAL into the file."""
        if self.direct is not None:
            await self.direct.close()
            self.direct = None
        await self.reader.dispose()
        await self.writer.dispose()

    async def _check_flushes(self, connection: AsyncConnection) -> None:
        mode = (await connection.exec_driver_sql("PRAGMA journal_mode")).scalar_one()
        flushes = (await connection.exec_driver_sql("PRAGMA synchronous")).scalar_one()
        if (mode, flushes) != ("wal", 2):
            raise EndpointError(
                f"{self._url.database} is on a file system where SQLite cannot keep WAL and FULL "
                f"({mode}, {flushes}); put the operator's directory on a local disk"
            )


def sqlite_url(directory: Path) -> str:
    """Return the address of the database that needs no setting: a file at the operator's desk."""
    return URL.create(
        "sqlite+aiosqlite", database=str(directory / "endpoint.db")
    ).render_as_string()


async def insert_new(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]
) -> int:
    """Insert what is not there yet, in one statement; return how many rows were new.

    PostgreSQL takes each column as one array: 60 rows cost what one does, and the statement stays
    the same, so that it is planned once.
    """
    if not rows:
        return 0
    if connection.dialect.name != "postgresql":
        statement = sqlite.insert(table).on_conflict_do_nothing()
        return (await connection.execute(statement, list(rows))).rowcount
    names = tuple(rows[0])
    columns = {name: [row[name] for row in rows] for name in names}
    return (await connection.execute(_from_arrays(table, names), columns)).rowcount


@cache
def _from_arrays(table: Table, names: tuple[str, ...]) -> postgresql.Insert:
    arrays = (bindparam(name, type_=ARRAY(table.c[name].type, dimensions=1)) for name in names)
    given = func.unnest(*arrays).table_valued(*(column(name) for name in names))
    whole = select(*given.render_derived(name="given").c)
    return postgresql.insert(table).from_select(names, whole).on_conflict_do_nothing()


def _checked(url: str) -> URL:
    try:
        made = make_url(url)
    except ArgumentError as error:
        raise EndpointError(f"the database's address cannot be read: {error}") from error
    if made.drivername not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
        raise EndpointError(
            f"the database {made.drivername}: is not one of ours; "
            "write postgresql+asyncpg://USER:PASSWORD@HOST/NAME, or leave it out for SQLite"
        )
    return made


def _postgresql(url: URL, pool_size: int, **options: Any) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=WAIT_S,
        connect_args={"server_settings": _SESSION, "timeout": 10, "command_timeout": 30},
        execution_options=options,
    )


def _sqlite(url: URL, pragmas: tuple[str, ...], begin: str, pool_size: int) -> AsyncEngine:
    engine = create_async_engine(url, pool_size=pool_size, max_overflow=0, pool_timeout=WAIT_S)
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
