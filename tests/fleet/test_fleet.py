"""A small fleet through a whole outage, against a real endpoint over HTTP."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from kiosk.cli.fleet import FleetPen
from kiosk.cloud import Credit
from sync.endpoint import operator
from sync.endpoint.database import sqlite_url
from sync.endpoint.tables import credits_, ledgers
from sync.fleet import report
from sync.fleet.books import Verdict, compare, differences_in
from sync.fleet.errors import FleetError
from sync.fleet.fleet import Drained, Fleet, FleetClock
from sync.fleet.ledger import Owed
from sync.fleet.machine import Setting
from tests.sync.books import change
from tests.sync.liar import Liar, Lie
from tests.sync.places import CLOCK, QUICK, make_desk, running_endpoint

KIOSKS = 8
AWAY_MS = 60_000
SHARE = (20_000, 40_000)
"""Deposits a day: a minute's outage is enough, for agents who try again every second."""


def a_fleet(desk: operator.Operator, url: str, limit_s: float = 60.0) -> Fleet:
    """Machines as patient as the tests are."""
    clock = FleetClock(CLOCK)
    setting = Setting(url, clock, QUICK, FleetPen, lead_ms=AWAY_MS)
    codes = [desk.new_code("yard-07") for _ in range(KIOSKS)]
    return Fleet(setting, clock, codes, 3, lambda _line: None, SHARE, limit_s=limit_s)


async def through(fleet: Fleet) -> tuple[int, Drained, Verdict]:
    async with fleet:
        await fleet.enrol()
        backlog = fleet.lose_network(AWAY_MS)
        drained = await fleet.drain()
        return backlog, drained, await compare(fleet.setting.base, fleet.machines)


async def compared(fleet: Fleet, url: str) -> Verdict:
    async with fleet:
        return await compare(url, fleet.machines)


def test_a_fleet_drains_and_every_book_agrees(tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    with running_endpoint(desk.directory) as url:
        fleet = a_fleet(desk, url)
        backlog, drained, verdict = asyncio.run(through(fleet))
        assert backlog == drained.backlog == drained.tally.records > KIOSKS * 2 * 4
        assert verdict.agrees, verdict.differences
        assert verdict.records == backlog + KIOSKS * 3 and verdict.credits > backlog / 4
        assert len(drained.done_s) == KIOSKS and drained.tally.failed == 0
        assert drained.tally.count("batch") == KIOSKS
        told = "\n".join([*report.measured(fleet, 60, drained), *report.compared(verdict)])
        assert "none lost, none doubled" in told and "NOT" not in told

        # What is compared is really compared.
        books, ledger = sqlite_url(desk.directory), fleet.machines[0].ledger
        seq = min(fleet.machines[1].ledger.owed)
        change(
            books,
            update(ledgers).where(ledgers.c.ledger == ledger.id).values(head_hash="0" * 64),
            delete(credits_).where(
                credits_.c.ledger == fleet.machines[1].ledger.id, credits_.c.seq == seq
            ),
        )
        found = asyncio.run(compared(fleet, url)).differences
        assert len(found) == 2
        assert "with another record" in found[0] and "is missing from the feed" in found[1]


def test_a_network_that_garbles_and_refuses_loses_nothing(tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    told: dict[str, int] = {}

    def lie(path: str, _body: bytes, truth: Lie) -> Lie | None:
        told[path] = told.get(path, 0) + 1
        if told[path] > 3 or "credits" in path or "enrol" in path:
            return None
        if told[path] == 3 and "batches" in path:
            return Lie(503, {"Retry-After": "0"})
        # Kept by the endpoint, and nobody hears of it.
        return Lie(truth.status, truth.headers, truth.body[:-5], cut_short=5)

    with running_endpoint(desk.directory) as url, Liar(int(url.rpartition(":")[2])) as liar:
        fleet = a_fleet(desk, liar.url)

        async def garbled() -> tuple[Drained, Verdict]:
            async with fleet:
                await fleet.enrol()
                fleet.lose_network(AWAY_MS)
                liar.tell = lie
                drained = await fleet.drain()
                return drained, await compare(liar.url, fleet.machines)

        drained, verdict = asyncio.run(garbled())
    assert verdict.agrees, verdict.differences
    assert drained.tally.troubles["batch Busy"] == KIOSKS
    assert drained.tally.troubles["batch Failed"] == 2 * KIOSKS
    assert drained.tally.worst_second > 0


def test_a_fleet_that_is_not_heard_is_told(tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    with running_endpoint(desk.directory) as url, Liar(int(url.rpartition(":")[2])) as liar:
        fleet = a_fleet(desk, liar.url, limit_s=1.0)

        async def unheard() -> tuple[Drained, Verdict]:
            async with fleet:
                await fleet.enrol()
                fleet.lose_network(AWAY_MS)
                liar.refuse = lambda path, _body: Lie(500) if "batches" in path else None
                drained = await fleet.drain()
                return drained, await compare(liar.url, fleet.machines)

        drained, verdict = asyncio.run(unheard())
    assert not drained.done_s
    assert sum("the books hold 3" in one for one in verdict.differences) == KIOSKS
    assert any("is missing from the feed" in one for one in verdict.differences)
    told = "\n".join([*report.measured(fleet, 60, drained), *report.compared(verdict)])
    assert "NOT" in told and "DIFFERENCES" in told


def test_the_network_goes_at_some_moment_between_heartbeats(tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")

    async def lose(fleet: Fleet) -> None:
        async with fleet:
            await fleet.enrol()
            # Setting up thousands of machines takes minutes: everybody's heartbeat is overdue.
            fleet.clock.put_forward(fleet.clock.monotonic_ms() + 600_000)
            fleet.lose_network(AWAY_MS)

    with running_endpoint(desk.directory) as url:
        fleet = replace(a_fleet(desk, url), share=(0, 0))
        asyncio.run(lose(fleet))
    assert fleet.tries.in_second[0] < fleet.tries.worst_second / 2


def test_a_stranger_is_no_cloud(tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    with pytest.raises(FleetError, match="cannot be reached"):
        asyncio.run(a_fleet(desk, "http://127.0.0.1:1").enrol())


def test_what_may_be_wrong_with_a_feed() -> None:
    def credit(key: str, amount: int) -> Credit:
        return Credit(1, key, "yard-07-01", "r", amount, "CNY", "R1")

    owed = {key: Owed("r", 5, "CNY", "R1") for key in ("l/5", "l/7", "l/9")}
    assert differences_in([credit(key, 5) for key in owed], owed) == []
    feed = [credit("l/5", 5), credit("l/5", 5), credit("l/6", 5), credit("l/7", 6)]
    assert differences_in(feed, owed) == [
        "credit l/5 is in the feed twice",
        "credit l/6 is owed to nobody",
        "credit l/7 differs from the deposit",
        "credit l/9 is missing from the feed",
    ]
