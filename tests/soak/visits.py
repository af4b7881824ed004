"""Residents come and go for simulated days, power fails at any moment, and the books must close.

`python -m tests.soak visits [VISITS] [SEED]` (part of `make soak`) runs the real controller on the
simulated world in virtual time, as the journeys do; a seed tells the same story again. Ends
non-zero, naming the seed and the visit, at the first promise broken (P1, P2, P4, P7).
"""

import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from drivers.errors import ImpossibleError
from kiosk import views as v
from kiosk.ledger.verify import verify
from kiosk.records import Deposit
from kiosk.units import CompartmentId
from tests.journeys.desk import Desk

VISITS = 100
READY_MS_MAX = 900_000
EMPTY_ABOVE_G = 15_000
HABITS = ("good", "good", "good", "walks away", "puts nothing", "hand in the way", "power fails")


class BrokenPromiseError(AssertionError):
    """A promise did not hold; the message says which, at which visit."""


class Soak:
    """A desk, and chance."""

    def __init__(self, directory: Path, seed: int) -> None:
        self.desk = Desk(directory, seed=seed)
        self.chance = random.Random(seed)
        self.told: Counter[str] = Counter()
        self._steps = {CompartmentId(one.id): one.scale.e_g for one in self.desk.config.compartment}

    def visit(self) -> None:
        """One resident from greeting to idle, with one of the habits of people and power."""
        desk, chance = self.desk, self.chance
        habit = chance.choice(HABITS)
        where = chance.choice(sorted(self._steps))
        grams = chance.randint(1, 3_000)
        known = len(desk.deposits())
        self.told[habit] += 1
        desk.scan(desk.token(f"resident-{chance.randint(1, 50)}"))
        desk.until(lambda: isinstance(desk.screen, v.Choose))
        desk.touch(f"compartment:{where}")
        if habit == "power fails":
            self._power_fails(where, grams)
        else:
            self._deposit(habit, where, grams)
        desk.until(desk.ready, READY_MS_MAX)
        self._check(habit, where, grams, desk.deposits()[known:])
        if desk.world.pans[where].grams > EMPTY_ABOVE_G:
            desk.world.empty(where)
            desk.wait(10_000)

    def _deposit(self, habit: str, where: CompartmentId, grams: int) -> None:
        desk = self.desk
        desk.until(lambda: isinstance(desk.screen, v.Depositing))
        if habit != "puts nothing":
            desk.world.put(where, grams)
            desk.wait(2_000)
        if habit == "walks away":
            return
        desk.touch("done")
        if habit == "hand in the way":
            desk.wait(self.chance.randint(0, 200) * 10)
            self._hold_hand(where)
        desk.until(lambda: isinstance(desk.screen, v.Result))
        desk.touch("finish")

    def _hold_hand(self, where: CompartmentId) -> None:
        try:
            self.desk.world.hold_hand(where, held=True)
        except ImpossibleError:
            return  # too late: the door is closed
        self.desk.wait(self.chance.randint(50, 400) * 10)
        self.desk.world.hold_hand(where, held=False)

    def _power_fails(self, where: CompartmentId, grams: int) -> None:
        desk = self.desk
        for part in (grams // 2, grams - grams // 2):
            desk.wait(self.chance.randint(0, 600) * 10)
            try:
                desk.world.put(where, max(1, part))
            except ImpossibleError:
                continue  # the door is not open at this moment
        desk.power_cut()
        desk.wait(self.chance.randint(1, 600) * 10)
        desk.power_on()

    def _check(self, habit: str, where: CompartmentId, grams: int, new: list[Deposit]) -> None:
        if len(new) != 1 and not (habit == "power fails" and not new):
            raise BrokenPromiseError(f"P1: {habit}: {len(new)} outcomes of one deposit")
        if self.desk.world.hatches[where].position != 0:
            raise BrokenPromiseError(f"P4: {habit}: idle, and the door of {where} is open")
        for one in new:
            self.told[one.outcome] += 1
            expected = 0 if habit == "puts nothing" else grams
            if one.outcome == "PAID" and habit != "power fails":
                off = abs((one.net_g or 0) - expected)
                if off > self._steps[where]:
                    raise BrokenPromiseError(f"P7: {habit}: {off} g off in {where}")

    def close_the_books(self) -> None:
        """Check every record again from its bytes, after the machine has stopped."""
        self.desk.power_cut()
        report = verify(self.desk.config.machine.data_dir / "ledger")
        if not report.ok or report.open:
            raise BrokenPromiseError(f"P1: {report.problems}, open: {report.open}")


def main(words: list[str]) -> int:
    """Run so many visits with this seed."""
    visits = int(words[0]) if words else VISITS
    seed = int(words[1]) if len(words) > 1 else random.SystemRandom().randrange(1 << 32)
    with tempfile.TemporaryDirectory(prefix="kiosk-soak-") as directory:
        soak = Soak(Path(directory), seed)
        start_ms = soak.desk.clock.now_ms
        for number in range(1, visits + 1):
            try:
                soak.visit()
            except AssertionError as error:
                again = f"again with: python -m tests.soak visits {number} {seed}"
                sys.stderr.write(f"visit {number}: {error}\n{again}\n")
                return 1
        soak.close_the_books()
        hours = (soak.desk.clock.now_ms - start_ms) / 3_600_000
    told = ", ".join(f"{count} {what}" for what, count in sorted(soak.told.items()))
    sys.stdout.write(f"{visits} visits, {hours:.1f} hours of the machine, seed {seed}: {told}\n")
    return 0
