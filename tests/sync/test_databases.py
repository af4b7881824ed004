"""What the endpoint asks of a database, on each kind it runs on."""

import asyncio
import random
from typing import Any

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, UniqueConstraint, insert, select, text, update

from kiosk.cloud import Credit
from sync.endpoint import feed
from sync.endpoint.audit import audit
from sync.endpoint.database import Database
from sync.endpoint.errors import EndpointError
from sync.endpoint.tables import PER_KIOSK, credits_, deposits, metadata, records
from tests.sync.books import change, look, rows
from tests.sync.machine import deposit
from tests.sync.peer import Peer, taken
from tests.sync.places import get_json
from tests.sync.postgres import Postgres


def credit(kiosk: str, seq: int) -> dict[str, Any]:
    """A row that somebody is owed."""
    key = {"kiosk": kiosk, "ledger": "a1" * 16, "seq": seq}
    owed = {"subject": "s", "amount_minor": seq, "currency": "CNY", "receipt": "r"}
    return key | owed | {"stored_ms": 1}


async def opened(url: str) -> Database:
    database = Database(url)
    await database.open()
    return database


def test_the_steps_make_what_the_code_expects(database: str) -> None:
    def differences(connection: Connection) -> Any:
        return compare_metadata(MigrationContext.configure(connection), metadata)

    async def run() -> Any:
        books = await opened(database)
        await books.close()
        books = await opened(database)  # nothing to do the second time
        async with books.reader.connect() as connection:
            found = await connection.run_sync(differences)
        await books.close()
        return found

    assert asyncio.run(run()) == []


def test_tables_that_no_step_made_are_left_alone(database: str) -> None:
    async def run() -> None:
        books = Database(database)
        try:
            async with books.writer.begin() as connection:
                await connection.execute(text("CREATE TABLE records (seq INTEGER)"))
            with pytest.raises(EndpointError, match="cannot be migrated"):
                await books.open()
        finally:
            await books.close()

    asyncio.run(run())


def test_servers_that_start_together_make_the_tables_once(database: str) -> None:
    async def run() -> None:
        several = await asyncio.gather(*(opened(database) for _ in range(3)))
        for books in several:
            await books.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://root@db/books", "postgresql.asyncpg://"),
        ("postgresql://root@db/books", "postgresql.asyncpg://"),
        ("nonsense", "cannot be read"),
    ],
)
def test_other_databases_are_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(EndpointError, match=words):
        Database(url)


def test_a_database_that_is_not_there_is_told(postgres: Postgres) -> None:
    address = postgres.address("nothing").replace("kiosk@", "kiosk:secret@")
    with pytest.raises(EndpointError, match=r"cannot be used.*nothing") as told:
        asyncio.run(opened(address))
    assert "secret" not in str(told.value)


def test_what_grows_is_ready_to_be_partitioned_by_kiosk(postgres: Postgres) -> None:
    """PostgreSQL itself refuses a key that the partitions could not keep unique."""
    parted = MetaData()
    for table in PER_KIOSK:
        copy = table.to_metadata(parted)
        copy.dialect_options["postgresql"]["partition_by"] = "HASH (kiosk)"
        uniques = [one for one in copy.constraints if isinstance(one, UniqueConstraint)]
        assert all("kiosk" in unique.columns for unique in uniques)

    async def run() -> int:
        books = Database(postgres.new_database())
        async with books.writer.begin() as connection:
            await connection.run_sync(parted.create_all)
            for table in PER_KIOSK:
                for part in range(4):
                    await connection.execute(
                        text(
                            f"CREATE TABLE {table.name}_{part} PARTITION OF {table.name} "
                            f"FOR VALUES WITH (MODULUS 4, REMAINDER {part})"
                        )
                    )
            await connection.execute(insert(credits_), [credit(f"k{n}", 1) for n in range(50)])
            used = text("SELECT count(DISTINCT tableoid) FROM credits")
            found: int = (await connection.execute(used)).scalar_one()
        await books.close()
        return found

    assert asyncio.run(run()) == 4


def test_a_late_commit_is_never_behind_a_reader_of_the_feed(postgres: Postgres) -> None:
    """The wallet reads what is committed; a transaction that began earlier commits later."""

    async def run() -> tuple[list[Credit], list[Credit]]:
        books = await opened(postgres.new_database())
        async with books.writer.connect() as slow:
            await slow.execute(insert(credits_), [credit("slow", 1)])
            async with books.writer.begin() as quick:
                await quick.execute(insert(credits_), [credit("quick", 2)])
            await feed.post(books)
            async with books.reader.begin() as reader:
                first = await feed.read(reader, 0)
            await slow.commit()
        await feed.post(books)
        async with books.reader.begin() as reader:
            second = await feed.read(reader, first.next)
        await books.close()
        return list(first.credits), list(second.credits)

    first, second = asyncio.run(run())
    assert [(one.kiosk, one.cursor) for one in first] == [("quick", 1)]
    assert [(one.kiosk, one.cursor) for one in second] == [("slow", 2)]


def test_readers_beside_writers_see_each_credit_once(database: str) -> None:
    dice = random.Random(7)

    async def write(books: Database, kiosk: str) -> None:
        for seq in range(1, 26):
            async with books.writer.begin() as connection:
                await connection.execute(insert(credits_), [credit(kiosk, seq)])
                for _ in range(dice.randint(0, 3)):
                    await asyncio.sleep(0)

    async def follow(books: Database, done: asyncio.Event) -> list[str]:
        after, seen = 0, []
        while True:
            last = done.is_set()
            await feed.post(books)
            async with books.reader.begin() as connection:
                found = await feed.read(connection, after)
            seen += [f"{one.kiosk}/{one.key}" for one in found.credits]
            after = found.next
            if last and not found.credits:
                return seen

    async def run() -> list[list[str]]:
        books, done = await opened(database), asyncio.Event()
        readers = [asyncio.create_task(follow(books, done)) for _ in range(3)]
        await asyncio.gather(*(write(books, f"k{n}") for n in range(4)))
        done.set()
        seen = await asyncio.gather(*readers)
        await books.close()
        return seen

    first, *others = asyncio.run(run())
    assert len(first) == len(set(first)) == 100
    assert all(other == first for other in others)


def test_an_audit_finds_what_was_changed_in_the_books(peer: Peer, database: str) -> None:
    taken(peer.send(peer.machine.records))
    assert look(database, audit) == (11, [])
    changed = records.c.seq == 5
    # With its name: a hash may hold these three digits, too.
    altered = peer.machine.records[4].data.replace(b'"amount_minor":144', b'"amount_minor":999')
    change(database, update(records).where(changed).values(data=altered))
    _, found = look(database, audit)
    assert {(one.seq, one.what.split()[1]) for one in found} == {(5, "bytes"), (5, "signature")}


def test_text_that_no_database_holds_is_suspect(peer: Peer, database: str) -> None:
    odd = msgspec.structs.replace(deposit(12), receipt="R\0")
    peer.machine.append(odd)
    answer = taken(peer.send(peer.machine.records))
    assert [(one.seq, one.verdict) for one in answer.exceptions] == [(12, "stored_suspect")]
    assert len(rows(database, select(deposits.c.seq))) == 5
    assert get_json(f"{peer.url}/books.json")["acked_through"] == 12
