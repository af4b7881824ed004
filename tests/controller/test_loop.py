"""The deciding thread's loop: time passes for the controller however much happens."""

from pathlib import Path

import pytest

from kiosk import durable, loop
from kiosk.clock import WallTime
from kiosk.controller import Controller
from kiosk.eventqueue import EventQueue
from kiosk.events import Event, ScannerReady, StopRequested, Ticked
from kiosk.notify import Notifier
from kiosk.timefloor import BUILT_MS, TimeFloor
from kiosk.units import Millis

FRAME_MS = 100
"""A streaming scale is heard ten times a second."""


class Listener(Controller):
    """Hears events and decides nothing."""

    def __init__(self) -> None:
        self.heard: list[Event] = []

    def start(self) -> None:
        pass

    def handle(self, event: Event) -> None:
        self.heard.append(event)

    def wait_ms(self) -> int:
        return 1_000

    @property
    def restarting(self) -> bool:
        return False


class Stream(EventQueue):
    """Something happens every ``FRAME_MS``, and at the end a stop; the clock is its own."""

    def __init__(self, frames: int) -> None:
        super().__init__()
        self.left = frames
        self.now_ms = 0

    def get(self, wait_ms: int) -> Event | None:
        self.now_ms += FRAME_MS
        self.left -= 1
        return ScannerReady() if self.left >= 0 else StopRequested()

    def monotonic_ms(self) -> Millis:
        return Millis(self.now_ms)

    def wall(self) -> WallTime:
        return WallTime(BUILT_MS + 10_000_000 + self.now_ms, "S")


def run(frames: int, floor: TimeFloor) -> list[Event]:
    listener, stream = Listener(), Stream(frames)
    loop.run(listener, stream, stream, Notifier({}), floor)
    return listener.heard


def test_time_passes_while_scales_stream(tmp_path: Path) -> None:
    """Upkeep, deadlines and the time floor hang on ticks; four scales never leave a pause."""
    heard = run(100, TimeFloor(tmp_path / "floor"))
    assert 9 <= sum(isinstance(one, Ticked) for one in heard) <= 11
    assert TimeFloor(tmp_path / "floor").floor_ms > BUILT_MS


def test_a_floor_that_cannot_be_saved_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P5: on a full disk the machine goes on and says so; the floor can wait."""

    def refuse(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable, "replace", refuse)
    heard = run(30, TimeFloor(tmp_path / "floor"))
    assert isinstance(heard[-1], StopRequested)
