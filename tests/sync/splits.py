"""A machine's real ledger whose disk is copied, put back and set aside, the endpoint's real books,
and a plain model of what all records add up to: whatever was lost with a disk, and nothing else,
is missing from it."""

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select

from kiosk import cloud
from kiosk.envelope import seal
from kiosk.keys import public_bytes
from kiosk.ledger import Draft, Ledger
from kiosk.records import (
    Body,
    Collection,
    Deposit,
    DepositOpened,
    MassChange,
    Resent,
    SoftwareStarted,
    TotalsTaken,
    decode,
    digest,
)
from kiosk.units import Seq
from sync.endpoint import ledgers, machines, reckoning, tables
from sync.endpoint.batches import examine
from sync.endpoint.database import Database
from sync.endpoint.problems import RefusedError
from tests.ledger.samples import BOARD, KEY, STAMP, held, opened, outcome, weighing

BATCH = 7
"""Few records a batch, so that answers are lost in the middle of things."""
ENDPOINT_KEY = Ed25519PrivateKey.from_private_bytes(b"e" * 32)
MACHINE = machines.Machine(STAMP.kiosk, "site", BOARD, public_bytes(KEY), b"t" * 32)

Sums = dict[tuple[str, str, str], tuple[int, int, int]]
"""Deposits, grams, money by compartment, material, currency."""
Hung = dict[str, str]
"""Which bag hangs in each compartment."""


class Split:
    """One machine and one cloud. Every method is something that happens to them."""

    def __init__(self, directory: Path, database: Database) -> None:
        self.here, self.copy = directory / "ledger", directory / "copy"
        self.database = database
        self.mass = {"paper": 2_000, "metal": 5_000}
        self.wrote: list[tuple[str, Body]] = []
        """Every record's hash and body, in the order in which it happened."""
        self.number = 0
        self.starts = 0
        self.copied = ""
        self.ledger = self._start()

    async def enrol(self) -> None:
        async with self.database.writer.begin() as connection:
            row = {"kiosk": MACHINE.kiosk, "site": MACHINE.site, "board": MACHINE.board,
                   "record_key": MACHINE.record_key, "transport_key": MACHINE.transport_key,
                   "key_id": "0" * 16, "enrolled_ms": 0, "seen_ms": 0, "version": "",
                   "head_seq": 0}  # fmt: skip
            await connection.execute(insert(tables.machines).values(**row))

    # ---- what people do ----

    def open(self, where: str) -> DepositOpened:
        self.number += 1
        begun = opened(self.number, self.mass[where], where, self.ledger.bag_in(where).code)
        self._write(begun)
        return begun

    def pay(self, where: str, grams: int, end: str) -> None:
        begun = self.open(where)
        changes: dict[str, Any] = {"outcome": end}
        if end == "VOID":
            grams = 0
        elif end == "PAID":
            # Nobody is paid for what was taken out (kiosk.ledger.fair).
            grams = abs(grams)
        self.mass[where] += grams
        self._write(outcome(begun, self.ledger.head_seq, grams, **changes))

    def collect(self, where: str) -> None:
        bag = [one for one in self.ledger.since_collection if one.compartment == where]
        hung = self.ledger.bag_in(where)
        self.mass[where] = 1_000
        self.number += 1
        self._write(
            Collection(
                compartment=where,
                bag_out=hung.code,
                bag_in=f"{where}-{self.number}",
                tare_out_g=hung.tare_g,
                deposits=sum(one.deposits for one in bag),
                sum_g=sum(one.net_g for one in bag),
                removed_g=None,
                tolerance_g=0,
                difference_g=None,
                gross_g=self.mass[where],
            )
        )

    def accept_mass(self, where: str, moved_g: int) -> None:
        self.mass[where] += moved_g
        self._write(
            MassChange(
                compartment=where,
                old_g=self.ledger.last_gross.get(where),
                gross=weighing(self.mass[where]),
                who="technician",
                why="bag",
            )
        )

    # ---- what happens to the disk ----

    def keep_copy(self) -> None:
        self.ledger.close()
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.here, self.copy)
        self.ledger = self._start()
        self.copied = self.ledger.id

    def restore(self) -> None:
        """Put the copy back; one of an earlier ledger would be for people to look at."""
        if self.copied != self.ledger.id:
            return
        self.ledger.close()
        shutil.rmtree(self.here)
        shutil.copytree(self.copy, self.here)
        self.ledger = self._start()

    def follow(self, why: str = "damaged") -> None:
        self.ledger.disown(why)
        self.ledger.close()
        self.ledger = self._start()

    # ---- the cloud ----

    async def contact(self, *, answers: int) -> None:
        """Bring everything; after so many batches the line is cut, if there are as many."""
        while True:
            row = await self._open()
            if row.acked_through > self.ledger.head_seq:
                self.follow("restored")
                continue
            sent = await self._bring(row.generation, answers)
            if sent == "forked":
                self.follow("fork")
            elif sent == "cut" or not await self.take_totals():
                return

    async def take_totals(self) -> bool:
        """As agent and controller do: through the head, by the cloud's signed statement."""
        if self.ledger.totals_source != "earlier":
            return False
        said = await self.totals()
        assert (said.through, said.head_hash) == (self.ledger.head_seq, self.ledger.head_hash)
        statement = seal(cloud.TOTALS_TYPE, msgspec.json.encode(said), ENDPOINT_KEY)
        taken = TotalsTaken(
            statement=statement,
            totals=said.totals,
            since=said.since,
            gross=said.gross,
            bags=said.bags,
        )
        self._write(taken)
        return True

    async def totals(self) -> cloud.LedgerTotals:
        async with self.database.reader.begin() as connection:
            return await reckoning.reckon(connection, MACHINE, self.ledger.id, 0)

    async def _open(self) -> Any:
        async with self.database.writer.begin() as connection:
            return await machines.open_ledger(
                connection, MACHINE, self.ledger.id, None, "attached", BOARD
            )

    async def _bring(self, generation: int, answers: int) -> str:
        after = int(self.ledger.acked_through)
        while after < self.ledger.head_seq:
            if answers == 0:
                return "cut"
            answers -= 1
            reader = self.ledger.reader()
            several = reader.after(Seq(after), BATCH, 1 << 20)
            reader.close()
            batch = cloud.Batch(1, generation, several[0].seq, several[-1].seq, several)
            found = examine(batch, MACHINE.kiosk, self.ledger.id, MACHINE.record_key)
            try:
                async with self.database.writer.begin() as connection:
                    taken = await ledgers.take(connection, MACHINE, self.ledger.id, batch, found, 0)
            except RefusedError as error:
                assert error.problem.expected_seq is not None, error
                after = error.problem.expected_seq - 1
                continue
            if taken.forked is not None:
                return "forked"
            after = taken.acked_through
            if answers != 0:
                mark = cloud.Mark(MACHINE.kiosk, self.ledger.id, after, taken.head_hash, 0)
                self.ledger.keep_mark(b"", mark)
        return "all"

    # ---- what must be true ----

    async def expected(self) -> tuple[Sums, Sums, Hung]:
        """Life, bag and what hangs, of every record that came to the cloud, whichever way."""
        async with self.database.reader.begin() as connection:
            rows = (await connection.execute(select(tables.records.c.data))).scalars()
            bodies = [(digest(data), decode(data).body) for data in rows]
        came = {hashed for hashed, _ in bodies}
        came |= {body.hash for _, body in bodies if isinstance(body, Resent)}
        return add_up(body for hashed, body in self.wrote if hashed in came)

    def shown(self) -> tuple[Sums, Sums, Hung]:
        hung = {where: self.ledger.bag_in(where).code for where in self.mass}
        return plain(self.ledger.totals), plain(self.ledger.since_collection), hung

    def _start(self) -> Ledger:
        """As a controller does: note the start, and what was open gets its one outcome."""
        self.starts += 1
        self.stamp = replace(STAMP, boot_id=f"boot-{self.starts}")
        self.ledger = Ledger.open(
            self.here, KEY, BOARD, self.stamp, records_max=12, reserve_bytes=0
        )
        self._write(SoftwareStarted("test", len(self.ledger.open_deposits)))
        for seq, record in self.ledger.open_deposits:
            assert isinstance(record.body, DepositOpened)
            self._write(held(record.body, seq))
        return self.ledger

    def _write(self, body: Body) -> None:
        for signed in self.ledger.append([Draft(None, "test", body)], self.stamp):
            self.wrote.append((digest(signed.data), body))


def plain(totals: Iterable[Any]) -> Sums:
    """Without rows that say nothing."""
    found = {
        (one.compartment, one.material, one.currency): (one.deposits, one.net_g, one.amount_minor)
        for one in totals
    }
    return {key: row for key, row in found.items() if any(row)}


def add_up(bodies: Iterable[Body]) -> tuple[Sums, Sums, Hung]:
    """The promise in plain words: deposits count but VOID ones, PAID ones pay, a collection empties
    its bag, and mass that moved is in the bag, told from the weight before."""
    life: Sums = {}
    bag: Sums = {}
    gross: dict[str, int] = {}
    hung = {"paper": "paper-1", "metal": "metal-1"}
    for body in bodies:
        if isinstance(body, DepositOpened):
            gross[body.compartment] = body.before.gross_g
        elif isinstance(body, Deposit):
            if body.after is not None:
                gross[body.compartment] = body.after.gross_g
            if body.outcome != "VOID":
                key = (body.compartment, body.material, body.currency)
                money = body.amount_minor if body.outcome == "PAID" else 0
                for sums in (life, bag):
                    count, grams, minor = sums.get(key, (0, 0, 0))
                    sums[key] = (count + 1, grams + (body.net_g or 0), minor + money)
        elif isinstance(body, Collection):
            bag = {key: row for key, row in bag.items() if key[0] != body.compartment}
            gross[body.compartment] = body.gross_g or 0
            hung[body.compartment] = body.bag_in
        elif isinstance(body, MassChange):
            before = gross.get(body.compartment, body.old_g)
            gross[body.compartment] = body.gross.gross_g
            if before is not None:
                key = (body.compartment, "mass_change", "")
                _, grams, _ = bag.get(key, (0, 0, 0))
                bag[key] = (0, grams + body.gross.gross_g - before, 0)
    return (
        {key: row for key, row in life.items() if any(row)},
        {key: row for key, row in bag.items() if any(row)},
        hung,
    )
