"""All machines: they enrol, lose the network for a while, come back, and are done.

Real time: enrolment and everything after the network's return, request for request. Virtual time:
the outage itself (``sync.fleet.outage``), in which nothing is sent.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Self

from kiosk.clock import Clock, WallTime
from kiosk.cloud import EnrolmentCode
from kiosk.units import Millis
from sync.agent import policy
from sync.fleet import outage
from sync.fleet.errors import FleetError
from sync.fleet.machine import Setting, SimMachine
from sync.fleet.outage import Outage, Tries
from sync.fleet.tally import Tally
from sync.fleet.together import Together

Tell = Callable[[str], None]
"""Takes one line of progress."""

DAY_MS = 86_400_000
DEPOSITS_A_DAY = (19, 60)
"""How many deposits a machine takes a day (architecture.md)."""
RESTARTED_SHARE = 0.02
"""Agents that start again while the network is away, and so know no word of the cloud."""
SETUP_AT_ONCE = 16
TOLD_EVERY_S = 0.5
SEEDS_A_FLEET = 1_000_000


class FleetClock:
    """A clock whose monotonic time can be put forward: the night that was only computed."""

    def __init__(self, real: Clock) -> None:
        self._real = real
        self._ahead_ms = 0

    def monotonic_ms(self) -> Millis:
        """The fleet's time."""
        return Millis(self._real.monotonic_ms() + self._ahead_ms)

    def wall(self) -> WallTime:
        """The real wall time."""
        return self._real.wall()

    def put_forward(self, to_ms: int) -> None:
        """It is ``to_ms`` now."""
        self._ahead_ms += to_ms - self.monotonic_ms()


@dataclass(frozen=True, slots=True)
class Drained:
    """The way back of the whole fleet, in seconds since the network's return."""

    backlog: int
    """Records that were waiting."""
    tally: Tally
    took_s: float
    """Until the last acknowledgement, of deposits made meanwhile, too."""
    done_s: tuple[float, ...]
    """When each machine's backlog was acknowledged, in order."""


@dataclass
class Fleet:
    """``share``: deposits a day and machine, from and to. ``limit_s`` bounds the way back."""

    setting: Setting
    clock: FleetClock
    codes: Sequence[EnrolmentCode]
    seed: int
    tell: Tell
    share: tuple[int, int] = DEPOSITS_A_DAY
    limit_s: float = 3600.0
    tries: Tries = field(default_factory=Tries)
    machines: list[SimMachine] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let go of every connection, however it ended."""
        for machine in self.machines:
            await machine.close()

    async def enrol(self) -> Tally:
        """Enrol every machine and bring its first records. Raises FleetError."""
        tally = Tally(asyncio.get_running_loop().time())
        first = self.seed * SEEDS_A_FLEET
        self.machines = [
            SimMachine(self.setting, first + number, code, tally)
            for number, code in enumerate(self.codes)
        ]
        waiting, done = list(reversed(self.machines)), 0

        async def settle() -> None:
            nonlocal done
            while waiting:
                machine = waiting.pop()
                await machine.enrol()
                while await machine.turn() is None:
                    pass
                if not machine.delivered:
                    raise FleetError(f"{machine.kiosk}: its first records were not taken")
                done += 1

        async with Together() as group:
            working = [group.create_task(settle()) for _ in range(SETUP_AT_ONCE)]
            while any(not one.done() for one in working):
                await asyncio.wait(working, timeout=TOLD_EVERY_S)
                self.tell(f"enrolled {done} of {len(self.machines)} machines")
        return tally

    def lose_network(self, lasting_ms: int) -> int:
        """Let an outage pass in virtual time; return how many records wait after it."""
        now_ms = self.clock.monotonic_ms()
        away = Outage(now_ms, now_ms + lasting_ms)
        wall_ms = (self.clock.wall().utc_ms or 0) - lasting_ms
        dice = Random(f"{self.seed}/outage")
        for number, machine in enumerate(self.machines, 1):
            visits = self._visits(dice, lasting_ms)
            for visit_ms in visits:
                machine.ledger.deposit(wall_ms + visit_ms)
            self._endure(machine, away, visits, dice)
            if number % 100 == 0:
                self.tell(f"the network is away: {number} of {len(self.machines)} machines")
        self.clock.put_forward(away.to_ms)
        return sum(one.ledger.head_seq - one.acked_through for one in self.machines)

    async def drain(self) -> Drained:
        """The network is back: everyone goes on, in real time, until all is acknowledged."""
        loop = asyncio.get_running_loop()
        tally = Tally(loop.time())
        goals = {one: one.ledger.head_seq for one in self.machines}
        backlog = sum(goal - one.acked_through for one, goal in goals.items())
        done_s: list[float] = []
        async with Together() as group:
            living = []
            for machine in self.machines:
                machine.tally = tally
                living.append(group.create_task(machine.live()))
            visitors = group.create_task(self._go_on_depositing())
            while goals and loop.time() - tally.began_s < self.limit_s:
                await _pause(TOLD_EVERY_S)
                now_s = loop.time() - tally.began_s
                reached = [one for one, goal in goals.items() if one.acked_through >= goal]
                for machine in reached:
                    del goals[machine]
                    done_s.append(now_s)
                self.tell(_progress(tally, now_s, len(done_s), len(self.machines)))
            visitors.cancel()
            await self._finish(tally.began_s + self.limit_s)
            for one in living:
                one.cancel()
        return Drained(backlog, tally, loop.time() - tally.began_s, tuple(done_s))

    async def _finish(self, until_s: float) -> None:
        loop = asyncio.get_running_loop()
        while not all(one.delivered for one in self.machines) and loop.time() < until_s:
            await _pause(TOLD_EVERY_S / 10)

    async def _go_on_depositing(self) -> None:
        """Residents do not wait for the cloud."""
        dice = Random(f"{self.seed}/visitors")
        mean_s = DAY_MS / 1000 / (sum(self.share) / 2 * len(self.machines))
        while True:
            await _pause(dice.expovariate(1 / mean_s))
            machine = dice.choice(self.machines)
            machine.ledger.deposit(self.clock.wall().utc_ms or 0)
            machine.news.set()

    def _visits(self, dice: Random, lasting_ms: int) -> list[int]:
        """When residents came, in milliseconds since the outage began."""
        count = round(dice.randint(*self.share) * lasting_ms / DAY_MS)
        return sorted(dice.randrange(lasting_ms) for _ in range(count))

    def _endure(
        self, machine: SimMachine, away: Outage, visits: Sequence[int], dice: Random
    ) -> None:
        assert machine.course is not None, "enrol() comes first"
        # Setting up took minutes; heartbeats of a fleet that runs are spread over the interval.
        due_ms = away.from_ms + dice.randrange(machine.course.interval_ms)
        course = replace(machine.course, status_due_ms=due_ms)
        news = [away.from_ms + visit_ms for visit_ms in visits]
        acked, pace = machine.acked_through, self.setting.pace
        if dice.random() < RESTARTED_SHARE:
            again_ms = dice.randrange(away.from_ms, away.to_ms)
            before = Outage(away.from_ms, again_ms)
            outage.endure(course, before, acked, news, machine.dice, pace, self.tries)
            course, away = policy.start(again_ms, acked, pace), Outage(again_ms, away.to_ms)
        machine.course = outage.endure(course, away, acked, news, machine.dice, pace, self.tries)


async def _pause(seconds: float) -> None:
    """Give way to the others for a while."""
    try:
        async with asyncio.timeout(seconds):
            await asyncio.Event().wait()
    except TimeoutError:
        return


def _progress(tally: Tally, now_s: float, done: int, machines: int) -> str:
    batches = tally.count("batch")
    return (
        f"{now_s:5.0f} s: {done} of {machines} machines drained, {tally.records} records in "
        f"{batches} batches, {tally.count('status')} heartbeats, {tally.failed} failed"
    )
