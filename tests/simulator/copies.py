"""Disks that exist twice: an older copy put back, and a clone that runs beside its original."""

import shutil
from typing import TYPE_CHECKING

from kiosk import views as v
from kiosk.units import CompartmentId, Seq
from tests.simulator.machine import WAKING_MS, SimulatedMachine
from tests.simulator.mishaps import WEATHERS
from tests.simulator.plan import HOUR_MS
from tests.simulator.reference import Memory

if TYPE_CHECKING:
    from tests.simulator.life import Life

LOOK_MS = 200
READ_MOST = 500


class Copies:
    """What people do with copies of one machine's disk."""

    def __init__(self, life: "Life") -> None:
        self.life = life
        self._kept: Memory | None = None
        self._twins = 0

    def keep(self) -> None:
        self.life.power_fails()
        self.life.wait(2 * WAKING_MS)
        if not self._at_rest():
            return
        self.life.machine.power_fails()
        self._kept = self.life.reference.kept(self.life.machine.ledger.id)
        kept = self.life.directory / "kept"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(self.life.machine.config.machine.data_dir, kept)
        self.life.start_again()

    def restore(self) -> None:
        kept, data = self.life.directory / "kept", self.life.machine.config.machine.data_dir
        if self._kept is None or self._kept[0] != self.life.machine.ledger.id:
            return
        old = self.life.machine.ledger.id
        self.life.mishaps.end_all()
        self.life.mishaps.told["disk restored"] += 1
        self.life.machine.power_fails()
        shutil.rmtree(data)
        kept.rename(data)
        self.life.disk.mount(data)
        self.life.reference.restored(self._kept)
        self._kept = None
        self.life.start_again()
        self.life.know_key()
        self._sell(self.life.machine)
        self._follow(old)

    def clone(self) -> None:
        if not self._at_rest():
            return
        old = self.life.machine.ledger.id
        self.life.mishaps.told["disk cloned"] += 1
        self.life.machine.power_fails()
        after = Seq(self.life.reference.chains[self.life.machine.ledger.id].seq)
        self._twins += 1
        place = self.life.directory / f"twin-{self._twins}"
        shutil.copytree(self.life.machine.config.machine.data_dir, place / "data")
        self.life.start_again()
        twin = SimulatedMachine(place, self.life.seed, self.life.disk)
        twin.connect(self.life.cloud)
        self.life.catch_up = lambda: self._read_copy(twin, after)
        self._sell(twin, watched=False)
        self.life.catch_up = self.life.read_records
        twin.power_fails()
        shutil.rmtree(place)
        self.life.know_key()
        self._sell(self.life.machine)
        self._follow(old)

    def _read_copy(self, twin: SimulatedMachine, after: Seq) -> None:
        assert twin.reader is not None
        for one in twin.reader.after(after, READ_MOST, 1 << 24):
            self.life.reference.copy_wrote(one.data)

    def _sell(self, machine: SimulatedMachine, *, watched: bool = True) -> None:
        """One plain sale; a twin's is not watched, but its records are known."""

        def wait_ms(ms: int) -> None:
            if watched:
                self.life.wait(ms)
                return
            end_ms = machine.clock.now_ms + ms
            while machine.clock.now_ms < end_ms:
                machine.pass_one(min(machine.stride_ms(), end_ms - machine.clock.now_ms))
                machine.carry()

        def sees(kind: type[v.Screen]) -> bool:
            for _ in range(200):
                if isinstance(machine.screen, kind):
                    return True
                wait_ms(LOOK_MS)
            return False

        wait_ms(2 * WAKING_MS)
        if not isinstance(machine.screen, v.Idle):
            return
        if watched:
            self.life.reference.office.comes("resident-0")
        machine.scan(machine.operator.token("resident-0", machine.clock.utc_ms or 0))
        if sees(v.Choose):
            machine.touch("compartment:paper")
        if sees(v.Depositing):
            machine.world.put(CompartmentId("paper"), 1_500)
            machine.touch("done")
        wait_ms(200_000)

    def _at_rest(self) -> bool:
        """Nobody is here, and nothing but the network may be wrong."""
        idle = isinstance(self.life.machine.screen, v.Idle)
        return idle and self.life.mishaps.under_way <= WEATHERS.keys()

    def _follow(self, old: str) -> None:
        """Two copies of a ledger live: it must be followed by another, by itself or by people."""
        self.life.wait(2 * HOUR_MS)
        if self.life.machine.ledger.id != old:
            self.life.mishaps.told["ledger followed by itself"] += 1
            return
        if old not in self.life.reference.forked:
            return
        if self.life.machine.carrier is not None and self.life.machine.carrier.barred:
            self.life.told["ledger replaced by people"] += 1
        self.life.machine.power_fails()
        folder = self.life.machine.config.machine.data_dir / "ledger" / f"ledger-{old}"
        shutil.move(folder, self.life.directory / f"old-{old}")
        self.life.disk.mount(folder.parent.parent)
        self.life.reference.taken_away(old)
        self.life.start_again()
