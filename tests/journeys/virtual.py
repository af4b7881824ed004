"""What stands around the real controller at the desk: time, doors and lines, in virtual time."""

from collections import deque
from dataclasses import dataclass

from drivers.doors.drive import DoorDrive, Inputs
from drivers.scale.link import ScaleTalk
from drivers.serial_port import SerialPort
from drivers.sim.scales import ByteDevice
from drivers.sim.world import World
from kiosk.clock import ClockQuality, WallTime
from kiosk.config import Compartment, Config
from kiosk.events import Event
from kiosk.ports import DoorOrder
from kiosk.units import CompartmentId, Millis

START_UTC_MS = 1_795_500_000_000


class VirtualClock:
    """Time that passes only when the desk says so."""

    def __init__(self) -> None:
        self.now_ms = 10_000
        self.utc_ms: int | None = START_UTC_MS
        self.quality: ClockQuality = "S"

    def monotonic_ms(self) -> Millis:
        return Millis(self.now_ms)

    def wall(self) -> WallTime:
        return WallTime(self.utc_ms, self.quality)

    def pass_ms(self, dt_ms: int) -> None:
        self.now_ms += dt_ms
        if self.utc_ms is not None:
            self.utc_ms += dt_ms


class VirtualDoors:
    """The real drives, one in motion at a time, on the world's hatches."""

    def __init__(self, config: Config, world: World) -> None:
        self._world = world
        self._drives = {
            CompartmentId(one.id): DoorDrive(CompartmentId(one.id), one.door)
            for one in config.compartment
        }
        self._waiting: deque[DoorOrder] = deque()
        self._seen: dict[CompartmentId, Inputs] = {}
        self._now = Millis(0)
        self.done: list[DoorOrder] = []
        self.silent = False
        """The drives hear nothing and say nothing any more."""

    @property
    def busy(self) -> bool:
        """An order waits or is being carried out."""
        return bool(self._waiting) or any(drive.busy for drive in self._drives.values())

    def start(self) -> None:
        pass

    def stop(self) -> None:
        self._world.stop_motors()

    def halt(self, compartment: CompartmentId) -> None:
        self._waiting = deque(one for one in self._waiting if one.compartment != compartment)
        self._drives[compartment].halt(self._now)

    def order(self, order: DoorOrder) -> None:
        if all(one.id != order.id for one in self.done):
            self.done.append(order)
            self._waiting.append(order)

    def step(self, now: Millis) -> list[Event]:
        self._now = now
        if self.silent:
            return []
        if self._waiting and not any(drive.busy for drive in self._drives.values()):
            order = self._waiting.popleft()
            self._drives[order.compartment].begin(order, now)
        told: list[Event] = []
        for name, drive in self._drives.items():
            hatch = self._world.hatches[name]
            inputs = Inputs(hatch.opened_switch, hatch.closed_switch, hatch.beam_clear)
            at_an_end = inputs.opened != inputs.closed
            if at_an_end and not drive.busy and inputs == self._seen.get(name):
                continue  # at rest where it was: it would move nothing and say nothing
            self._seen[name] = inputs
            outputs, events = drive.step(now, inputs)
            self._world.drive_motor(name, opening=outputs.opening, closing=outputs.closing)
            hatch.beam_sender = not outputs.beam_test
            told.extend(events)
        return told


class VirtualLine(SerialPort):
    """The far end of a scale's cable, without a pty."""

    def __init__(self, device: ByteDevice) -> None:
        self._device = device
        self._heard = b""

    def pass_ms(self, dt_ms: int) -> None:
        self._heard += self._device.advance(dt_ms)

    def write(self, data: bytes) -> None:
        self._heard += self._device.receive(data)

    def read(self, wait_ms: int) -> bytes:
        heard, self._heard = self._heard, b""
        return heard


@dataclass
class VirtualScale:
    """One scale's conversation, reopened as the real link would, a moment after a loss."""

    one: Compartment
    talk: ScaleTalk
    line: VirtualLine | None = None
    retry_ms: int = 0
