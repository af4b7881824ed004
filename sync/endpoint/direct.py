"""PostgreSQL by asyncpg itself, for the two statements that every batch needs.

They are put together by SQLAlchemy like all others, once; but running them through it costs more
processor time than the statements themselves (decision 0060).
"""

from collections.abc import Mapping
from typing import Any, Self

import asyncpg
from sqlalchemy import Executable
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.engine import URL
from sqlalchemy.sql.elements import CompilerElement

CONNECTIONS = 4
"""More of them than processors only make each wait longer for its turn."""


class Prepared:
    """A statement as text, with its parameters by name."""

    def __init__(self, statement: Executable) -> None:
        assert isinstance(statement, CompilerElement)
        compiled: Any = statement.compile(dialect=dialect())  # type: ignore[no-untyped-call]
        self.sql = str(compiled)
        self._given: Mapping[str, Any] = compiled.params
        self._order: tuple[str, ...] = tuple(compiled.positiontup)

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the values as the text numbers them; those in the statement itself are known."""
        every = {**self._given, **values}
        return [every[name] for name in self._order]


class Direct:
    """A few connections in autocommit: each statement is a transaction of its own."""

    def __init__(self, pool: Any, wait_s: float) -> None:
        self._pool = pool
        self._wait_s = wait_s

    @classmethod
    async def open(cls, url: URL, settings: dict[str, str], wait_s: float) -> Self:
        """Connect; a statement waits ``wait_s`` for a connection. Raises OSError or
        asyncpg.PostgresError."""
        _, where = dialect().create_connect_args(url)  # type: ignore[no-untyped-call]
        pool = await asyncpg.create_pool(
            **where,
            min_size=0,
            max_size=CONNECTIONS,
            server_settings=settings,
            timeout=10,
            command_timeout=30,
            reset=_leave,
        )
        return cls(pool, wait_s)

    async def first(self, what: Prepared, values: Mapping[str, Any]) -> Any | None:
        """Run a statement, prepared once a connection; return its first row or None.

        Raises TimeoutError or asyncpg.PostgresError; then nothing of it has happened.
        """
        async with self._pool.acquire(timeout=self._wait_s) as connection:
            return await connection.fetchrow(what.sql, *what.arguments(values))

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()


async def _leave(_connection: Any) -> None:
    """Nothing here changes a connection, so that nothing has to be put back."""
