"""A look into the endpoint's database from outside, while it serves."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncConnection

from sync.endpoint.database import Database

Result = TypeVar("Result")


def look(url: str, work: Callable[[AsyncConnection], Awaitable[Result]]) -> Result:
    """Do something with a connection that only reads."""

    async def run() -> Result:
        database = Database(url)
        try:
            async with database.reader.begin() as connection:
                return await work(connection)
        finally:
            await database.close()

    return asyncio.run(run())


def rows(url: str, query: Executable) -> list[tuple[Any, ...]]:
    """Return what a query finds."""

    async def ask(connection: AsyncConnection) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in (await connection.execute(query)).all()]

    return look(url, ask)


def change(url: str, *statements: Executable) -> None:
    """Change the books behind the endpoint's back, as a thief or a bad disk would."""

    async def run() -> None:
        database = Database(url)
        try:
            async with database.writer.begin() as connection:
                for statement in statements:
                    await connection.execute(statement)
        finally:
            await database.close()

    asyncio.run(run())
