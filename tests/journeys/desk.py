"""The real controller on the simulated world in virtual time: no threads, no sleeps.

Scales speak their bytes and are heard by the real decoders; doors are moved by the real drives
through the world's hatches; ledger, trust and tokens are real files. Only sockets, pins and ptys
are left out: their tests are in tests/drivers and tests/roles. A power cut drops the controller
and everything it had not made durable.
"""

import random
import shutil
import uuid
from collections import deque
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

from drivers.errors import PortError
from drivers.scale.link import ScaleTalk
from drivers.sim.scales import ByteDevice, MtSicsScale, StGsScale
from drivers.sim.world import BinSpec, World
from kiosk import views as v
from kiosk import wire
from kiosk.board import BoardWatch
from kiosk.caps import Tallies
from kiosk.commands import CommandBook
from kiosk.config import Compartment
from kiosk.controller import Controller
from kiosk.disk import DiskWatch
from kiosk.events import AgentAttached, EnrolmentAnswered, Event, LabelScanned, Ticked, Touched
from kiosk.gauges import Gauges
from kiosk.keys import load_or_create
from kiosk.ledger import Ledger
from kiosk.operator_link import OperatorLink
from kiosk.outlets import Outlets
from kiosk.parameters import Parameters, in_ledger
from kiosk.parts import Parts
from kiosk.product_shelf import ProductShelf
from kiosk.reception import Reception
from kiosk.records import Body, Deposit, decode
from kiosk.refusal_book import RefusalBook
from kiosk.service.book import ServiceBook
from kiosk.stamping import StampMaker
from kiosk.tokens import SeenTokens
from kiosk.trust import Trust
from kiosk.units import CompartmentId, Seq
from tests.journeys.operator import KIOSK, Operator
from tests.journeys.virtual import VirtualClock, VirtualDoors, VirtualLine, VirtualScale
from tests.journeys.wiring import TRAVEL_MS, configuration

STEP_MS = 10
FLOOR_MS = 1_795_392_000_000


class Desk:
    """A whole kiosk in one hand. ``directory`` survives its power cuts."""

    line_ms = STEP_MS
    """How much time passes on a serial line between two looks at it."""
    board = "board-1"
    """The serial number of the computer that the disk is in."""

    def __init__(self, directory: Path, *, enrolled: bool = True, seed: int = 1) -> None:
        self.directory = directory
        self.config = configuration(directory)
        specs = {
            CompartmentId(one.id): BinSpec(
                e_g=one.scale.e_g, max_g=one.scale.max_g, travel_ms=TRAVEL_MS, start_g=2_000
            )
            for one in self.config.compartment
        }
        self.world = World(specs, seed)
        self.clock = VirtualClock()
        self.operator = Operator()
        self._ids = random.Random(seed)
        self.views: list[v.View] = []
        self.told: list[wire.ToAgent] = []
        self.status: wire.Status | None = None
        self.said: list[wire.ServiceSaid] = []
        self._boots = 0
        self.boot()
        if enrolled:
            self.enrol()
            self.until(self.ready)

    def after_a_cut(self, copy: Path) -> "Desk":
        """The same machine as it would be after a power cut now, on a copy of its disk.

        The copy is what was written; the world is as it is: masses, doors, hands.
        """
        shutil.copytree(self.directory, copy)
        for shared in copy.rglob("*-shm"):
            # Shared memory of SQLite does not outlive a power cut.
            shared.unlink()
        twin = object.__new__(Desk)
        twin.directory = copy
        twin.config = configuration(copy)
        twin.world = deepcopy(self.world)
        twin.world.power(False)
        twin.world.power(True)
        twin.clock = VirtualClock()
        twin.clock.now_ms, twin.clock.utc_ms = self.clock.now_ms + 5_000, self.clock.utc_ms
        twin.operator = self.operator
        twin._ids = random.Random(99)
        twin.views, twin.told, twin.status, twin._boots = [], [], None, self._boots
        twin.said = []
        return twin

    # ---- power ----

    def boot(self) -> None:
        """Start the controller on whatever is in the directory."""
        self._boots += 1
        data = self.config.machine.data_dir
        data.mkdir(parents=True, exist_ok=True)
        key = load_or_create(data / "record.key")
        self.trust = Trust(data / "trust.json")
        boot = f"boot-{self._boots}"
        opening = StampMaker(self.config, self.trust, None, self.clock, boot, "test")
        self.ledger = Ledger.open(data / "ledger", key, self.board, opening.stamp(offline=True))
        kept = data / "parameters.json"
        told = in_ledger(self.ledger, self.trust.counter, kept)
        self.parameters = Parameters(kept, self.config, told)
        stamps = StampMaker(self.config, self.trust, self.parameters, self.clock, boot, "test")
        self.doors = VirtualDoors(self.config, self.world)
        self.products = ProductShelf(data / "products")
        self.commands = CommandBook(data, FLOOR_MS)
        link = OperatorLink(
            self.trust,
            self.ledger,
            self.products,
            self.commands,
            key,
            self.board,
            self.clock,
            self.told.append,
        )
        memory = self.config.machine.runtime_dir
        shutil.rmtree(memory, ignore_errors=True)
        memory.mkdir(parents=True)
        tallies = Tallies(
            memory / "caps.json",
            self.clock,
            lambda: None if self.trust.settings is None else self.trust.settings.caps,
        )
        parts = Parts(
            settings=self.config,
            clock=self.clock,
            ledger=self.ledger,
            record_key=key,
            trust=self.trust,
            link=link,
            reception=Reception(
                self.trust, SeenTokens(data / "seen"), tallies, self.clock, FLOOR_MS
            ),
            tallies=tallies,
            products=self.products,
            commands=self.commands,
            parameters=self.parameters,
            service=ServiceBook(data / "service.json"),
            refusal=RefusalBook(data / "refusal.json"),
            stamps=stamps,
            disk=DiskWatch(data, self.config.machine.reserve_mib),
            gauges=Gauges(BoardWatch(self.directory / "sys"), self.ledger),
            version="test",
            legal="1-test",
            recent_log=lambda: ('{"event":"started"}',),
            fresh_id=lambda: str(uuid.UUID(int=self._ids.getrandbits(128))),
        )
        self.controller = Controller(
            parts, Outlets(self.doors, self.views.append, self._published, self._answered)
        )
        self._events: deque[Event] = deque()
        self._scales = [
            VirtualScale(
                one,
                ScaleTalk(one.scale, CompartmentId(one.id), self._events.append, self.clock),
            )
            for one in self.config.compartment
        ]
        self.controller.start()
        self._ticked_ms = self.clock.now_ms
        self.running = True

    def power_cut(self) -> None:
        """Everything stops where it is; the ledger's lock is the kernel's to take back."""
        self.running = False
        self.world.power(False)
        self.ledger.close()

    def power_on(self) -> None:
        self.world.power(True)
        self.boot()

    def enrol(self) -> None:
        """As a technician does: agent there, code shown, the cloud's answer verified."""
        self.controller.handle(AgentAttached(b"t" * 32))
        self.scan(self.operator.code())
        from_cloud = EnrolmentAnswered(KIOSK, self.root_public, self.operator.documents())
        self.controller.handle(from_cloud)

    @property
    def root_public(self) -> bytes:
        return self.operator.root.public_key().public_bytes_raw()

    @property
    def record_public(self) -> bytes:
        return (
            load_or_create(self.config.machine.data_dir / "record.key")
            .public_key()
            .public_bytes_raw()
        )

    # ---- time ----

    def wait(self, ms: int) -> None:
        """Let time pass for world, devices and controller alike."""
        for _ in range(ms // STEP_MS):
            self._step()

    def until(self, holds: Callable[[], bool], limit_ms: int = 300_000) -> None:
        """Let time pass until something holds; fails the test after ``limit_ms``."""
        for _ in range(limit_ms // STEP_MS):
            if holds():
                return
            self._step()
        raise AssertionError(f"did not come within {limit_ms} ms; the screen shows {self.screen}")

    def _step(self) -> None:
        self.clock.pass_ms(STEP_MS)
        self.world.advance(STEP_MS)
        if not self.running:
            return
        for scale in self._scales:
            self._exchange(scale)
        self._events.extend(self.doors.step(self.clock.monotonic_ms()))
        while self._events:
            self.controller.handle(self._events.popleft())
        if self.clock.now_ms - self._ticked_ms >= self.controller.wait_ms():
            self._ticked_ms = self.clock.now_ms
            self.controller.handle(Ticked())

    def _exchange(self, scale: VirtualScale) -> None:
        live = self.world.is_live(World.scale_name(CompartmentId(scale.one.id)))
        if not live:
            if scale.line is not None or scale.retry_ms == 0:
                scale.line, scale.retry_ms = None, self.clock.now_ms
                scale.talk.lost("unplugged")
            return
        if scale.line is None:
            scale.line = VirtualLine(self._device(scale.one))
            scale.talk.opened()
        scale.line.pass_ms(self.line_ms)
        try:
            scale.talk.step(scale.line)
        except PortError as error:
            scale.line = None
            scale.talk.lost(str(error))

    def _device(self, one: Compartment) -> ByteDevice:
        pan = self.world.pans[CompartmentId(one.id)]
        if one.scale.dialect == "mt-sics":
            return MtSicsScale(pan, one.scale.unit)
        return StGsScale(pan, one.scale.unit, "cas-22")

    def ready(self) -> bool:
        """Every compartment is open and nobody is here."""
        shown = self.screen
        return isinstance(shown, v.Idle) and all(one.state == "open" for one in shown.offers)

    # ---- what people do and see ----

    @property
    def screen(self) -> v.Screen:
        return self.views[-1].screen

    def touch(self, choice: str, view: int | None = None) -> None:
        answered = self.views[-1].id if view is None else view
        self.controller.handle(Touched(answered, choice))

    def scan(self, data: bytes) -> None:
        self.controller.handle(LabelScanned(data, "Q1", self.clock.monotonic_ms()))

    def token(self, subject: str = "anna") -> bytes:
        assert self.clock.utc_ms is not None
        return self.operator.token(subject, self.clock.utc_ms)

    # ---- what the books say ----

    def records(self) -> list[Body]:
        reader = self.ledger.reader()
        signed = reader.after(Seq(0), 1000, 1 << 24)
        reader.close()
        return [decode(one.data).body for one in signed]

    def deposits(self) -> list[Deposit]:
        return [one for one in self.records() if isinstance(one, Deposit)]

    def _answered(self, line: int, said: wire.ServiceSaid) -> None:
        self.said.append(said)

    def _published(self, status: wire.Status) -> None:
        self.status = status
