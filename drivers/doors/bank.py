"""All doors of the machine on one thread: pins in, drives asked, pins out, events told.

The thread waits on a queue that orders and pin edges wake; while something moves it looks every
``TICK_MS``. One door moves at a time, the others' orders wait (D-13). An order id is carried out
once and never again (D-15).

No performance level (EN ISO 13849-1) is claimed: this is software on Linux standing in for a door
drive of its own, and the start-up log says so (doors.md).
"""

import queue
import threading
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass

from drivers.doors.debouncer import Debouncer
from drivers.doors.drive import DoorDrive, DoorEvent, Inputs, Outputs
from drivers.errors import DriverError
from drivers.pins import InputPin, OutputPin, PinFactory
from kiosk import logs
from kiosk.clock import Clock
from kiosk.config import Door
from kiosk.events import DoorFailed, DoorHalted, DoorMotion, DoorPosition, DoorReported
from kiosk.ports import DoorOrder, EventSink
from kiosk.units import CompartmentId

TICK_MS = 10
"""A blocked beam stops the motor within this time and the thread's delay (D-06: 100 ms)."""
IDLE_MS = 1000
SWITCH_MS = 20
BEAM_CLEAR_MS = 50
"""Blocked is believed at once, clear only when it holds."""
ORDERS_REMEMBERED = 4096
JOIN_S = 5


@dataclass(frozen=True, slots=True)
class _Halt:
    compartment: CompartmentId


class _Wake:
    """A pin changed: look."""


class _Stop:
    """End the thread."""


_Message = DoorOrder | _Halt | _Wake | _Stop


class _WiredDoor:
    """One drive with its pins; used by the bank's thread only."""

    def __init__(
        self, drive: DoorDrive, settings: Door, pins: PinFactory, wake: queue.SimpleQueue[_Message]
    ) -> None:
        self.drive = drive

        def claim(number: int) -> InputPin:
            return pins.input(number, lambda: wake.put(_Wake()))

        self._opened, self._closed = (
            claim(settings.opened_switch_pin),
            claim(settings.closed_switch_pin),
        )
        self._beam = claim(settings.beam_pin)
        self._opening, self._closing = (
            pins.output(settings.open_pin),
            pins.output(settings.close_pin),
        )
        self._beam_test: OutputPin | None = None
        if settings.beam_test_pin is not None:
            self._beam_test = pins.output(settings.beam_test_pin)
        self._believed_opened = Debouncer(on_ms=SWITCH_MS, off_ms=SWITCH_MS)
        self._believed_closed = Debouncer(on_ms=SWITCH_MS, off_ms=SWITCH_MS)
        self._believed_clear = Debouncer(on_ms=BEAM_CLEAR_MS, off_ms=0)

    @property
    def restless(self) -> bool:
        """Look again soon: something moves, or an input is not believed yet."""
        debouncers = (self._believed_opened, self._believed_closed, self._believed_clear)
        return self.drive.busy or any(debouncer.pending for debouncer in debouncers)

    def step(self, clock: Clock) -> tuple[DoorEvent, ...]:
        """Read the pins, ask the drive, set the pins."""
        now = clock.monotonic_ms()
        inputs = Inputs(
            opened=self._believed_opened.update(self._opened.active(), now),
            closed=self._believed_closed.update(self._closed.active(), now),
            beam_clear=self._believed_clear.update(self._beam.active(), now),
        )
        outputs, events = self.drive.step(now, inputs)
        self.set(outputs)
        return events

    def set(self, outputs: Outputs) -> None:
        """Set the pins; what goes off goes off before anything goes on."""
        directions = ((self._opening, outputs.opening), (self._closing, outputs.closing))
        for pin, on in sorted(directions, key=lambda direction: direction[1]):
            pin.set(on)
        if self._beam_test is not None:
            self._beam_test.set(outputs.beam_test)


class DoorBank:
    """A ``kiosk.ports.Doors``. Orders may come from any thread; events leave from one."""

    def __init__(
        self,
        settings: Mapping[CompartmentId, Door],
        pins: PinFactory,
        sink: EventSink,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._pins = pins
        self._sink = sink
        self._clock = clock
        self._inbox: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._doors: dict[CompartmentId, _WiredDoor] = {}
        self._waiting: deque[DoorOrder] = deque()
        self._carried_out: OrderedDict[str, None] = OrderedDict()
        self._log = logs.get(__name__)
        self._thread = threading.Thread(target=self._run, name="doors", daemon=True)

    def start(self) -> None:
        """Claim the pins and report every door once; a door without pins is DoorFailed."""
        self._log.event(
            "doors_started",
            doors=len(self._settings),
            performance_level="none claimed: the software moves the motors itself",
        )
        for compartment, settings in self._settings.items():
            drive = DoorDrive(compartment, settings)
            try:
                self._doors[compartment] = _WiredDoor(drive, settings, self._pins, self._inbox)
            except DriverError as error:
                self._out_of_service(compartment, str(error))
        self._thread.start()

    def stop(self) -> None:
        """Stop every motor, end the thread, let go of the pins."""
        self._inbox.put(_Stop())
        if self._thread.is_alive():
            self._thread.join(JOIN_S)
        self._pins.close()

    def order(self, order: DoorOrder) -> None:
        """Carry out ``order`` when its turn comes; see ``drivers.doors.drive`` for what follows."""
        self._inbox.put(order)

    def halt(self, compartment: CompartmentId) -> None:
        """Stop the door where it is, forget its orders, and tell when it rests."""
        self._inbox.put(_Halt(compartment))

    # ---- the thread ----

    def _run(self) -> None:
        try:
            self._look()
            while not self._drain():
                self._give_next()
                self._look()
        except Exception as error:  # boundary: whatever broke, the motors stop and it is told
            self._log.exception("doors_failed")
            self._give_up(f"the doors' control failed: {type(error).__name__}: {error}")
        finally:
            self._all_off()

    def _give_up(self, reason: str) -> None:
        """Stop everything, and answer every later order with a failure until ``stop``."""
        self._all_off()
        for compartment in self._doors:
            self._out_of_service(compartment, reason)
        self._doors = {}
        while not self._drain():
            pass

    def _all_off(self) -> None:
        for door in self._doors.values():
            try:
                door.set(Outputs())
            except Exception:  # boundary: the other doors must be switched off too
                self._log.exception("door_stuck_on", compartment=door.drive.compartment)

    def _drain(self) -> bool:
        """Wait for messages, take them all; True when told to stop."""
        restless = any(door.restless for door in self._doors.values())
        wait_ms = TICK_MS if restless else IDLE_MS
        try:
            message = self._inbox.get(timeout=wait_ms / 1000)
            while True:
                if isinstance(message, _Stop):
                    return True
                self._take(message)
                message = self._inbox.get_nowait()
        except queue.Empty:
            return False

    def _take(self, message: _Message) -> None:
        if isinstance(message, _Halt):
            kept = [order for order in self._waiting if order.compartment != message.compartment]
            self._waiting = deque(kept)
            if message.compartment in self._doors:
                self._doors[message.compartment].drive.halt(self._clock.monotonic_ms())
            else:
                # Without working pins no motor of it runs, and none ever will.
                self._sink(DoorHalted(message.compartment))
        elif isinstance(message, DoorOrder):
            self._accept(message)

    def _accept(self, order: DoorOrder) -> None:
        if order.id in self._carried_out:
            return  # normal: the controller looks its outputs up after every event and re-sends
        self._carried_out[order.id] = None
        if len(self._carried_out) > ORDERS_REMEMBERED:
            self._carried_out.popitem(last=False)
        if order.compartment in self._doors:
            self._waiting.append(order)
        else:
            self._sink(DoorFailed(order.compartment, order.id, "this door has no working pins"))

    def _give_next(self) -> None:
        """D-13: the next order begins when no door is busy."""
        if self._waiting and not any(door.drive.busy for door in self._doors.values()):
            order = self._waiting.popleft()
            self._doors[order.compartment].drive.begin(order, self._clock.monotonic_ms())

    def _look(self) -> None:
        for door in self._doors.values():
            for event in door.step(self._clock):
                self._sink(event)
                self._note(door.drive, event)

    def _note(self, drive: DoorDrive, event: DoorEvent) -> None:
        if isinstance(event, DoorReported):
            fields = {"position": event.position.value, "motion": event.motion.value}
            self._log.event("door", compartment=drive.compartment, **fields)
            return
        if isinstance(event, DoorHalted):
            self._log.event("door_halted", compartment=drive.compartment)
            return
        counts = drive.counts
        self._log.warning(
            "door_trouble",
            compartment=drive.compartment,
            reason=event.reason if isinstance(event, DoorFailed) else "reversed",
            cycles=counts.cycles,
            reversals=counts.reversals,
            failures=counts.failures,
        )

    def _out_of_service(self, compartment: CompartmentId, reason: str) -> None:
        now = self._clock.monotonic_ms()
        unknown = (DoorPosition.UNKNOWN, DoorMotion.STOPPED, True)
        self._sink(DoorReported(compartment, *unknown, at_ms=now))
        self._sink(DoorFailed(compartment, "", reason))
