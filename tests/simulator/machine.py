"""The real machine in virtual time, in strides as long as nothing can happen in between.

Ten milliseconds are the desk's step; a year has three thousand million of them. So: 200 ms while a
drive is busy, a weight settles or is waited for, or a start has something to do (the scale in use
sends five frames a second, the others one every 1.4 s); 400 ms while a door moves and no hand is
near; a second while somebody is here and nothing has moved for some time; and while nobody is
here, no drive is busy and every scale rests, up to the next thing that is due. Then each scale
sends one frame a stride and the ones in between, which would say the same, are left out: nothing
follows from them (docs/decisions/0070). Beams and switches are looked at once a stride.
"""

import random
import shutil
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from drivers.sim.scales import ByteDevice, StGsScale
from drivers.sim.world import World
from kiosk import views as v
from kiosk.config import Compartment
from kiosk.controller import TICK_MS
from kiosk.events import Ticked
from kiosk.ledger.reader import LedgerReader
from kiosk.session.outlook import weighs
from kiosk.session.states import Idle
from kiosk.units import CompartmentId
from tests.journeys.desk import Desk
from tests.simulator.carrier import Carrier, FiledRing
from tests.simulator.cloud import Cloud
from tests.simulator.disk import Disk

VISIT_MS = 200
MOTION_MS = 400
STILL_MS = 4_000
"""What has lain so still was weighed meanwhile: more frames say the same."""
SLOW_MS = 1_400
REST_MS = 900_000
OFF_MS = 10_000
WAKING_MS = 90_000
"""So long after a start the machine is looked at closely: recovery has 60 s."""


class _SlowStream(StGsScale):
    """An indicator set to five frames a second."""

    PERIOD_MS = VISIT_MS


class Noise(ByteDevice):
    """A line that garbles bytes while ``per_mille`` is above 0."""

    def __init__(self, device: ByteDevice, seed: str) -> None:
        self._device = device
        self._chance = random.Random(seed)
        self.per_mille = 0

    def advance(self, dt_ms: int) -> bytes:
        return self._garbled(self._device.advance(dt_ms))

    def receive(self, data: bytes) -> bytes:
        return self._garbled(self._device.receive(data))

    def _garbled(self, data: bytes) -> bytes:
        if not self.per_mille:
            return data
        chance = self._chance
        return bytes(
            byte ^ (1 << chance.randrange(8)) if chance.randrange(1000) < self.per_mille else byte
            for byte in data
        )


class SimulatedMachine(Desk):
    """A desk with an agent, whose time passes in strides."""

    line_ms = VISIT_MS

    def __init__(self, directory: Path, seed: int, disk: Disk) -> None:
        self.disk = disk
        self.seed = seed
        self.noisy: dict[str, int] = {}
        self._due: dict[str, int] = {}
        self._heard: dict[str, int] = {}
        self._lines: dict[str, Noise] = {}
        self.reader: LedgerReader | None = None
        self.carrier: Carrier | None = None
        self.booted_ms = 0
        self._still_ms = 0
        """So long no drive was busy and every scale rested."""
        self.in_service_hands = False
        """A technician waits for an answer: nothing is passed over."""
        super().__init__(directory, enrolled=False, seed=seed)
        self.cables = {name: World.scale_name(name) for name in self.world.pans}

    def connect(self, cloud: Cloud) -> None:
        """Give it an agent."""
        key = Ed25519PrivateKey.from_private_bytes(b"transport key of the simulation.")
        # Within the folder whose writes are dropped, torn and cut.
        keys = self.config.machine.data_dir / "agent"
        self.carrier = Carrier(
            cloud, key, self.clock, self.config, self.seed, rings=lambda: FiledRing(keys)
        )
        self.attach()

    def attach(self) -> None:
        """The agent was started and connects."""
        assert self.reader is not None
        if self.carrier is not None:
            self.carrier.attach(self.controller, self.reader, self.products, self.told)

    @property
    def boots(self) -> int:
        """How often the controller was started."""
        return self._boots

    def boot(self) -> None:
        super().boot()
        self.booted_ms = self.clock.now_ms
        self._due.clear()
        if self.reader is not None:
            self.reader.close()
        self.reader = self.ledger.reader()
        self.attach()

    def power_fails(self) -> None:
        """The mains go: what is on the disk now is all there is, torn where a cut tore it."""
        self.running = False
        self.world.power(False)
        data = self.config.machine.data_dir
        left = data.with_name("left")
        self.disk.cut(data, left)
        self._let_go()
        shutil.rmtree(data)
        left.rename(data)
        self.disk.mount(data)
        self.told.clear()

    def stop(self) -> None:
        """The process ends, as it does after a LedgerError; the world goes on."""
        self.running = False
        self.world.stop_motors()
        self._let_go()
        self.told.clear()

    def _let_go(self) -> None:
        if self.reader is not None:
            self.reader.close()
            self.reader = None
        if "ledger" in self.__dict__:
            self.ledger.close()

    # ---- time ----

    def stride_ms(self) -> int:
        """How far nothing can happen that anybody looks at."""
        if not self.running:
            return OFF_MS
        if self._moves_freely():
            return MOTION_MS
        if self._still_ms == 0 or self.in_service_hands:
            return VISIT_MS
        if not isinstance(self.controller.state, Idle):
            wanted = weighs(self.controller.state)
            weighed = self._still_ms >= STILL_MS and not any(self.noisy.values())
            known = wanted is None or (wanted.plateau_g is not None and weighed)
            return TICK_MS if known else VISIT_MS
        if self._recovering() or isinstance(self.screen, v.NotEnrolled):
            return VISIT_MS
        assert self.carrier is not None
        return max(SLOW_MS, min(REST_MS, self.carrier.due_ms - self.clock.now_ms))

    def _moves_freely(self) -> bool:
        hatches = self.world.hatches.values()
        return any(one.motor != "off" for one in hatches) and not any(one.hand for one in hatches)

    def _recovering(self) -> frozenset[str]:
        """Compartments that a start may still have something to do in."""
        if self.status is None or self.clock.now_ms - self.booted_ms > WAKING_MS:
            return frozenset()
        return frozenset(one.id for one in self.status.compartments if one.state == "closed")

    def pass_one(self, dt_ms: int) -> None:
        """Let one stride pass for world, devices and controller. Raises PowerCut."""
        self.clock.pass_ms(dt_ms)
        self.world.advance(dt_ms)
        if not self.running:
            return
        self._hear_scales(dt_ms)
        self._events.extend(self.doors.step(self.clock.monotonic_ms()))
        resting = all(pan.stable for pan in self.world.pans.values())
        self._still_ms = self._still_ms + dt_ms if resting and not self.doors.busy else 0
        quiet = not self._events
        while self._events:
            self.controller.handle(self._events.popleft())
        # As kiosk.loop does.
        waited_ms = self.clock.now_ms - self._ticked_ms
        if waited_ms >= TICK_MS or (quiet and waited_ms >= self.controller.wait_ms()):
            self._ticked_ms = self.clock.now_ms
            self.controller.handle(Ticked())

    def carry(self) -> None:
        """Let the agent do what it can do now."""
        if self.running and self.carrier is not None:
            self.carrier.turn()

    def _hear_scales(self, dt_ms: int) -> None:
        now = self.clock.now_ms
        recovering = self._recovering()
        wanted = weighs(self.controller.state)
        for scale in self._scales:
            name = scale.one.id
            fast = (
                self.in_service_hands
                or name in recovering
                or (wanted is not None and wanted[0] == name)
            )
            waits = now < self._due.get(name, 0) and not fast
            if waits and self.world.is_live(self.cables[CompartmentId(name)]):
                continue
            if now - self._heard.get(name, -SLOW_MS) < VISIT_MS:
                continue
            self._due[name] = now + SLOW_MS
            self._heard[name] = now
            self._exchange(scale)

    def _device(self, one: Compartment) -> ByteDevice:
        pan = self.world.pans[CompartmentId(one.id)]
        plain = (
            super()._device(one)
            if one.scale.dialect == "mt-sics"
            else _SlowStream(pan, one.scale.unit, "cas-22")
        )
        line = Noise(plain, f"{self.seed} {one.id}")
        line.per_mille = self.noisy.get(one.id, 0)
        self._lines[one.id] = line
        return line

    def set_noise(self, where: str, per_mille: int) -> None:
        """Garble so many bytes of a scale's line."""
        self.noisy[where] = per_mille
        if where in self._lines:
            self._lines[where].per_mille = per_mille
