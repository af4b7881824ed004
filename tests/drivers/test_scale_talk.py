"""The conversation with a scale, on a scripted line and virtual time."""

import itertools
from collections import deque
from pathlib import Path
from typing import cast

import pytest

from drivers.errors import PortError
from drivers.scale.link import ANSWER_MS, ScaleTalk
from drivers.serial_link import GOOD_SESSION_MS, RETRY_MS, RETRY_MS_MAX, Backoff
from drivers.serial_port import SerialPort
from kiosk.clock import WallTime
from kiosk.events import Event, ScaleLost, ScaleReady, WeightRead
from kiosk.units import Millis
from tests.drivers.bench import PAPER, a_scale

FRAME = b"ST,GS,+  1.235KG\r\n"


class HandClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.at = Millis(1000)

    def monotonic_ms(self) -> Millis:
        return self.at

    def wall(self) -> WallTime:
        return WallTime(None, "U")


class ScriptedPort:
    """A line that takes as long as it is allowed to and then gives the next piece."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.pieces: deque[bytes] = deque()
        self.sent: list[tuple[int, bytes]] = []

    def read(self, wait_ms: int) -> bytes:
        if self.pieces:
            return self.pieces.popleft()
        self._clock.at = Millis(self._clock.at + wait_ms)
        return b""

    def write(self, data: bytes) -> None:
        self.sent.append((self._clock.at, data))


class Line:
    """A talk on a scripted port."""

    def __init__(self, dialect: str = "st-gs", **changes: object) -> None:
        self.clock = HandClock()
        self.events: list[Event] = []
        self.script = ScriptedPort(self.clock)
        self.port = cast(SerialPort, self.script)
        settings = a_scale(Path("/dev/scale"), dialect=dialect, silence_ms=2000, **changes)
        self.talk = ScaleTalk(settings, PAPER, self.events.append, self.clock)

    def hear(self, *pieces: bytes) -> None:
        """Let pieces arrive."""
        self.script.pieces.extend(pieces)
        while self.script.pieces:
            self.talk.step(self.port)


def test_ready_comes_with_the_first_frame_of_an_opening_and_counts_openings() -> None:
    line = Line()
    for opens in (1, 2):
        line.events.clear()
        line.talk.opened()
        line.hear(b"5KG\r\n")
        assert line.events == []
        line.hear(FRAME[:7], FRAME[7:], FRAME)
        ready, *read = line.events
        assert ready == ScaleReady(PAPER, opens, line.clock.at)
        readings = [event.reading for event in read if isinstance(event, WeightRead)]
        assert [one.grams for one in readings] == [1235, 1235]
        assert {one.link_opens for one in readings} == {opens}
        assert readings[0].raw == FRAME.rstrip()
    assert readings[1].sequence == 4


def test_half_a_frame_does_not_survive_a_reopening() -> None:
    line = Line()
    line.talk.opened()
    line.hear(FRAME[:9])
    line.talk.opened()
    line.hear(FRAME[9:])
    assert line.events == []


def test_silence_is_a_loss_and_garbage_is_silence() -> None:
    line = Line()
    line.talk.opened()
    line.hear(FRAME)
    heard_at = line.clock.at
    with pytest.raises(PortError, match=r"no st-gs frame for 2000 ms"):
        while True:
            line.hear(b"\xff\xff,,\r\n")
            line.talk.step(line.port)
    assert 2000 < line.clock.at - heard_at <= 2200


def test_a_loss_is_told_once_until_frames_return() -> None:
    line = Line()
    for _ in range(3):
        line.talk.lost("it is missing")
    assert line.events == [ScaleLost(PAPER, "it is missing", line.clock.at)]
    line.talk.opened()
    line.talk.lost("it broke")
    assert len(line.events) == 1
    line.talk.opened()
    line.hear(FRAME)
    line.talk.lost("it broke")
    assert isinstance(line.events[-1], ScaleLost)


def test_a_polled_scale_is_asked_again_only_after_its_answer_or_its_time() -> None:
    line = Line("mt-sics", unit="g", poll_ms=100)
    line.talk.opened()
    start = line.clock.at
    while line.clock.at < start + ANSWER_MS * 2:
        line.talk.step(line.port)
    assert [at - start for at, _ in line.script.sent] == [0, ANSWER_MS]
    assert {data for _, data in line.script.sent} == {b"SI\r\n"}
    line.script.sent.clear()
    asked_at = line.clock.at
    for _ in range(3):
        line.talk.step(line.port)
        line.hear(b"S D     129.05 g\r\n")
    asked = [at - asked_at for at, _ in line.script.sent]
    assert all(later - earlier >= 100 for earlier, later in itertools.pairwise(asked))


def test_a_power_on_line_breaks_the_session_only_if_there_was_one() -> None:
    line = Line("mt-sics", unit="g")
    line.talk.opened()
    line.hear(b'I4 A "1234567"\r\n')
    line.hear(b"S S        125 g\r\n")
    with pytest.raises(PortError, match="switched on again"):
        line.hear(b'I4 A "1234567"\r\n')


def test_back_off_grows_with_short_sessions_and_forgets_after_a_good_one() -> None:
    backoff = Backoff()
    assert [backoff.wait_ms(50) for _ in range(4)] == [250, 500, 800, 800]
    assert backoff.wait_ms(GOOD_SESSION_MS) == RETRY_MS
    # A port that is not there costs nothing to look for.
    assert [backoff.wait_ms(None) for _ in range(3)] == [RETRY_MS] * 3
    assert RETRY_MS_MAX < 1000
