"""The ordinary batch in one statement must do exactly what the long way does, or nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from sqlalchemy import delete, insert, select, update

from kiosk.cloud import Batch
from kiosk.keys import public_bytes
from kiosk.records import Correction, SoftwareStarted
from sync.endpoint import ledgers, machines, ordinary, tables
from sync.endpoint.batches import examine
from sync.endpoint.database import Database
from sync.endpoint.problems import RefusedError
from tests.sync.machine import Machine as Peer
from tests.sync.machine import deposit
from tests.sync.postgres import Postgres

KIOSK = machines.Machine("yard-07-01", "yard-07", "board-1", b"r" * 32, b"t" * 32)
STORED = (tables.records, tables.deposits, tables.credits_, tables.ledgers)


def peer() -> Peer:
    """Deposits of every outcome, with and without anybody to be paid."""
    made = Peer(kiosk=KIOSK.kiosk)
    made.deposit()
    made.deposit(outcome="HELD")
    made.deposit(subject=None)
    made.deposit()
    return made


def batch_of(made: Peer, first: int = 1, generation: int = 1) -> Batch:
    """Everything from a record on."""
    return Batch(1, generation, first, made.head_seq, tuple(made.records[first - 1 :]))


async def opened(url: str, made: Peer) -> Database:
    """Books that know the machine and its ledger."""
    database = Database(url)
    await database.open()
    row = {
        "kiosk": KIOSK.kiosk, "site": KIOSK.site, "board": KIOSK.board,
        "record_key": KIOSK.record_key, "transport_key": KIOSK.transport_key, "key_id": "k",
        "enrolled_ms": 1, "seen_ms": 1, "version": "", "head_seq": 0,
    }  # fmt: skip
    async with database.writer.begin() as connection:
        await connection.execute(insert(tables.machines).values(row))
        await machines.open_ledger(connection, KIOSK, made.ledger, None, "", KIOSK.board)
    return database


def examined(made: Peer, batch: Batch) -> Any:
    return examine(batch, KIOSK.kiosk, made.ledger, public_bytes(made.key))


async def swift(database: Database, made: Peer, batch: Batch) -> bool:
    assert database.direct is not None
    return await ordinary.take(
        database.direct, KIOSK, made.ledger, batch, examined(made, batch), 7_000
    )


async def content(database: Database) -> list[Any]:
    found = []
    async with database.reader.begin() as connection:
        for table in STORED:
            rows = await connection.execute(select(table).order_by(*table.primary_key.columns))
            found.append([tuple(row) for row in rows])
    return found


def run(url: str, made: Peer, work: Callable[[Database], Awaitable[None]]) -> None:
    async def whole() -> None:
        database = await opened(url, made)
        try:
            await work(database)
        finally:
            await database.close()

    asyncio.run(whole())


@pytest.fixture
def books(postgres: Postgres) -> Iterator[str]:
    address = postgres.new_database()
    yield address
    postgres.give_back(address)


def test_it_stores_what_the_long_way_stores(books: str, postgres: Postgres) -> None:
    made, found = peer(), []

    async def short(database: Database) -> None:
        assert await swift(database, made, batch_of(made))
        made.deposit()
        assert await swift(database, made, batch_of(made, 10))
        found.append(await content(database))

    async def long(database: Database) -> None:
        for first, last in ((1, 9), (10, 11)):
            batch = Batch(1, 1, first, last, tuple(made.records[first - 1 : last]))
            async with database.writer.begin() as connection:
                await ledgers.take(
                    connection, KIOSK, made.ledger, batch, examined(made, batch), 7_000
                )
        found.append(await content(database))

    run(books, made, short)
    run(postgres.new_database(), made, long)
    assert found[0] == found[1]
    assert [len(rows) for rows in found[0]] == [11, 5, 3, 1]


def test_of_many_at_once_one_is_stored(books: str) -> None:
    made = peer()

    async def race(database: Database) -> None:
        batch = batch_of(made)
        done = await asyncio.gather(*(swift(database, made, batch) for _ in range(12)))
        assert sum(done) == 1
        assert [len(rows) for rows in await content(database)] == [9, 4, 2, 1]

    run(books, made, race)


def fenced() -> Any:
    later = {"kiosk": KIOSK.kiosk, "ledger": "b2" * 16, "generation": 2, "reason": "", "board": "b"}
    later |= {"acked_through": 0, "head_hash": "", "state": "accepted"}
    return insert(tables.ledgers).values(later)


CHANGES = {
    "no such ledger": delete(tables.ledgers),
    "a pending board": update(tables.ledgers).values(state="pending"),
    "another head": update(tables.ledgers).values(head_hash="f" * 64),
    "a gap": update(tables.ledgers).values(acked_through=5),
    "a later ledger": fenced(),
    "an outcome that is there": insert(tables.deposits).values(
        kiosk=KIOSK.kiosk, ledger="a1" * 16, seq=900, opened_seq=2, receipt="r", compartment="c",
        material="m", price_e4=1, amount_minor=1, currency="CNY", outcome="PAID", stored_ms=1,
    ),
    "a number that is there": insert(tables.records).values(
        kiosk=KIOSK.kiosk, ledger="a1" * 16, seq=4, hash="h", data=b"", sig=b"", suspect="",
        stored_ms=1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", list(CHANGES))
def test_what_does_not_follow_changes_nothing(books: str, what: str) -> None:
    made = peer()

    async def refuse(database: Database) -> None:
        async with database.writer.begin() as connection:
            await connection.execute(CHANGES[what])
        before = await content(database)
        assert not await swift(database, made, batch_of(made))
        assert await content(database) == before

    run(books, made, refuse)


def odd(what: str) -> tuple[Peer, Batch]:
    made = peer()
    if what == "a correction":
        made.append(
            Correction(
                of_ledger=made.ledger, of_seq=5, receipt="R000005", amount_minor=100,
                currency="CNY", who="Wang", why="seen", version=1,
            )
        )  # fmt: skip
    elif what == "two outcomes":
        made.append(msgspec.structs.replace(deposit(made.head_seq + 1), opened_seq=2))
    elif what == "another machine":
        made.kiosk = "yard-08-01"
        made.append(SoftwareStarted("0.1.0", 0))
    batch = batch_of(made)
    return made, (batch_of(made, generation=2**70) if what == "no generation" else batch)


@pytest.mark.parametrize(
    "what", ["a correction", "two outcomes", "another machine", "no generation"]
)
def test_what_is_out_of_the_ordinary_goes_the_long_way(books: str, what: str) -> None:
    made, batch = odd(what)

    async def pass_on(database: Database) -> None:
        assert not await swift(database, made, batch)
        assert [len(rows) for rows in await content(database)] == [0, 0, 0, 1]

    run(books, made, pass_on)


def test_a_chain_broken_within_the_batch_is_refused(books: str) -> None:
    made = peer()

    async def refuse(database: Database) -> None:
        batch = batch_of(made)
        cut = tuple(
            replace(one, prev="9" * 64) if one.seq == 4 else one for one in examined(made, batch)
        )
        assert database.direct is not None
        with pytest.raises(RefusedError, match="record 4 does not follow"):
            await ordinary.take(database.direct, KIOSK, made.ledger, batch, cut, 7_000)

    run(books, made, refuse)
