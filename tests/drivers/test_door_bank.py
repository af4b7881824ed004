"""The bank on fake pins: what happens to motors when it stops, and to a door without pins."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drivers.doors.bank import DoorBank
from drivers.errors import DriverError
from drivers.pins import InputPin, OutputPin
from kiosk.events import DoorFailed, DoorHalted, DoorMotion, DoorPosition, DoorReported
from kiosk.ports import DoorOrder
from tests.drivers.bench import METAL, PAPER, Events, a_clock, a_door


class FakePin:
    """A pin that is what it was set to."""

    def __init__(self, on: bool) -> None:
        self.on = on
        self.changed: Callable[[], None] = lambda: None

    def active(self) -> bool:
        return self.on

    def set(self, on: bool) -> None:
        self.on = on


class FakePins:
    """Closed doors with a clear way; a broken number can't be claimed."""

    def __init__(self, broken: int | None = None) -> None:
        self.pins: dict[int, FakePin] = {}
        self.broken = broken
        self.closed = False

    def input(self, number: int, on_edge: Callable[[], None]) -> InputPin:
        if number == self.broken:
            raise DriverError(f"GPIO{number} cannot be used: busy")
        self.pins[number] = FakePin(on=False)
        self.pins[number].changed = on_edge
        return self.pins[number]

    def output(self, number: int) -> OutputPin:
        self.pins[number] = FakePin(on=False)
        return self.pins[number]

    def close(self) -> None:
        self.closed = True

    def change(self, number: int, on: bool) -> None:
        """Move an input from outside."""
        self.pins[number].on = on
        self.pins[number].changed()


DOOR = a_door(2)
OTHER = a_door(10)


class Fixture:
    """A bank with its pins and events."""

    def __init__(self, root: Path, broken: int | None = None) -> None:
        self.pins = FakePins(broken)
        self.events = Events()
        self.bank = DoorBank({PAPER: DOOR, METAL: OTHER}, self.pins, self.events, a_clock(root))

    def until(self, motion: DoorMotion) -> DoorReported:
        """Wait for paper's door to report a motion."""
        return self.events.wait(
            DoorReported, lambda event: event.compartment == PAPER and event.motion is motion
        )


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Fixture]:
    """A started bank whose paper door is open and clear."""
    fixture = Fixture(tmp_path)
    fixture.bank.start()
    fixture.events.wait(DoorReported, lambda event: event.compartment == METAL)
    fixture.pins.change(DOOR.closed_switch_pin, True)
    fixture.pins.change(DOOR.beam_pin, True)
    fixture.events.wait(
        DoorReported,
        lambda event: event.position is DoorPosition.CLOSED and not event.blocked,
    )
    yield fixture
    fixture.bank.stop()


def test_every_door_reports_once_at_start(tmp_path: Path) -> None:
    fixture = Fixture(tmp_path)
    fixture.bank.start()
    names = {fixture.events.wait(DoorReported).compartment for _ in range(2)}
    fixture.bank.stop()
    assert names == {PAPER, METAL}
    assert fixture.pins.closed


def test_stopping_the_bank_stops_the_motor(doors: Fixture) -> None:
    doors.bank.order(DoorOrder(PAPER, "1", "open"))
    doors.until(DoorMotion.OPENING)
    doors.bank.stop()
    assert not doors.pins.pins[DOOR.open_pin].on


def test_halting_stops_the_motor_and_drops_waiting_orders(doors: Fixture) -> None:
    doors.bank.order(DoorOrder(PAPER, "1", "open"))
    doors.bank.order(DoorOrder(PAPER, "2", "open"))
    doors.until(DoorMotion.OPENING)
    doors.bank.halt(PAPER)
    doors.until(DoorMotion.STOPPED)
    assert doors.events.wait(DoorHalted).compartment == PAPER
    assert not doors.pins.pins[DOOR.open_pin].on
    doors.bank.order(DoorOrder(METAL, "3", "open"))
    moved = doors.events.wait(DoorReported, lambda event: event.motion is DoorMotion.OPENING)
    assert moved.compartment == METAL, "order 2 is forgotten"


def test_pins_that_break_stop_every_motor_and_every_order_is_answered(doors: Fixture) -> None:
    doors.bank.order(DoorOrder(PAPER, "1", "open"))
    doors.until(DoorMotion.OPENING)

    def broken() -> bool:
        raise OSError("the chip is gone")

    doors.pins.pins[OTHER.beam_pin].active = broken  # type: ignore[method-assign]  # it breaks
    failed = doors.events.wait(DoorFailed, lambda event: event.compartment == PAPER)
    assert "the chip is gone" in failed.reason
    assert not doors.pins.pins[DOOR.open_pin].on
    doors.bank.order(DoorOrder(METAL, "2", "open"))
    assert doors.events.wait(DoorFailed, lambda event: event.order == "2").compartment == METAL


def test_an_edge_is_noticed_without_an_order(doors: Fixture) -> None:
    doors.pins.change(DOOR.beam_pin, False)
    assert doors.events.wait(DoorReported).blocked


def test_a_door_without_pins_is_out_and_the_other_works(tmp_path: Path) -> None:
    fixture = Fixture(tmp_path, broken=DOOR.beam_pin)
    fixture.bank.start()
    assert fixture.events.wait(DoorReported).position is DoorPosition.UNKNOWN
    failed = fixture.events.wait(DoorFailed)
    assert (failed.compartment, failed.order) == (PAPER, "")
    assert "cannot be used" in failed.reason
    fixture.bank.order(DoorOrder(PAPER, "1", "open"))
    assert fixture.events.wait(DoorFailed).order == "1"
    fixture.bank.halt(PAPER)
    assert fixture.events.wait(DoorHalted).compartment == PAPER
    fixture.bank.order(DoorOrder(METAL, "2", "open"))
    moved = fixture.events.wait(DoorReported, lambda event: event.motion is DoorMotion.OPENING)
    assert moved.compartment == METAL
    fixture.bank.stop()


def test_a_repeated_order_is_normal_and_carried_out_once(
    doors: Fixture, caplog: pytest.LogCaptureFixture
) -> None:
    """The controller looks its outputs up after every event and sends them again."""
    for _ in range(50):
        doors.bank.order(DoorOrder(PAPER, "1", "open"))
    doors.until(DoorMotion.OPENING)
    doors.bank.halt(PAPER)
    doors.until(DoorMotion.STOPPED)
    doors.bank.order(DoorOrder(PAPER, "1", "open"))
    doors.bank.order(DoorOrder(METAL, "2", "open"))
    moved = doors.events.wait(DoorReported, lambda event: event.motion is DoorMotion.OPENING)
    assert moved.compartment == METAL
    assert [record for record in caplog.records if record.levelname == "WARNING"] == []
