"""One scale device on one line: a busy port, a silent one, and what a reopened line still holds."""

import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.scale.decoded import Decoded
from drivers.scale.link import ScaleDevice
from drivers.scale.st_gs import StGs
from drivers.serial_port import SerialPort
from drivers.sim.cable import Cable
from kiosk.config import Scale
from kiosk.events import Event, ScaleLost, ScaleReady, WeightRead
from tests.drivers.bench import PAPER, a_clock, a_scale

FRAME = b"ST,GS,+  1.235KG\r\n"


class Fixture:
    """A cable, and a device that may be started on it."""

    def __init__(self, root: Path) -> None:
        self.cable = Cable(root / "scale")
        self.settings: Scale = a_scale(root / "scale")
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.device = ScaleDevice(self.settings, PAPER, self.events.put, a_clock(root))

    def stream_until_heard(self) -> Event:
        """Send a frame every 50 ms until something is reported."""
        for _ in range(100):
            self.cable.write(FRAME)
            try:
                return self.events.get(timeout=0.05)
            except queue.Empty:
                pass
        raise AssertionError("nobody heard the scale")


@pytest.fixture
def scale(tmp_path: Path) -> Iterator[Fixture]:
    """The fixture, cleared up."""
    fixture = Fixture(tmp_path)
    yield fixture
    fixture.device.stop()
    fixture.cable.pull()


def test_a_busy_port_is_told_and_taken_when_it_is_free(scale: Fixture) -> None:
    thief = SerialPort(scale.settings.line)
    scale.device.start()
    lost = scale.events.get(timeout=5)
    assert isinstance(lost, ScaleLost)
    assert "is busy" in lost.reason
    thief.close()
    ready = scale.stream_until_heard()
    assert isinstance(ready, ScaleReady)
    assert ready.link_opens == 1


def test_a_silent_line_is_a_loss_and_is_heard_again_without_a_plug(scale: Fixture) -> None:
    scale.device.start()
    lost = scale.events.get(timeout=5)
    assert isinstance(lost, ScaleLost)
    assert "no st-gs frame for 600 ms" in lost.reason
    ready = scale.stream_until_heard()
    assert isinstance(ready, ScaleReady)
    assert ready.link_opens >= 2
    weight = scale.events.get(timeout=5)
    assert isinstance(weight, WeightRead)
    assert weight.reading.grams == 1235
    assert weight.reading.link_opens == ready.link_opens


def test_a_frame_in_single_bytes_is_one_frame(scale: Fixture) -> None:
    scale.device.start()
    assert isinstance(scale.stream_until_heard(), ScaleReady)
    while not scale.events.empty():
        scale.events.get()
    for byte in FRAME.replace(b"1.235", b"2.350"):
        scale.cable.write(bytes((byte,)))
    while isinstance(event := scale.events.get(timeout=5), WeightRead):
        if event.reading.grams == 2350:
            break
        assert event.reading.grams == 1235
    assert isinstance(event, WeightRead)


def test_a_bug_in_a_decoder_is_a_loss_and_not_a_silent_scale(
    scale: Fixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    scale.device.start()
    assert isinstance(scale.stream_until_heard(), ScaleReady)

    def stumble(self: StGs, data: bytes) -> list[Decoded]:
        raise ZeroDivisionError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(StGs, "feed", stumble)
        while not isinstance(event := scale.events.get(timeout=5), ScaleLost):
            pass
        assert "a bug" in event.reason
    assert isinstance(scale.stream_until_heard(), ScaleReady)


def test_stopping_frees_the_port_at_once(scale: Fixture) -> None:
    scale.device.start()
    assert isinstance(scale.stream_until_heard(), ScaleReady)
    scale.device.stop()
    SerialPort(scale.settings.line).close()
