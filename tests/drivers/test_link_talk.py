"""What the settings of a scale change in its conversation, and what a rejected scale may log."""

import io
import logging
from collections.abc import Iterator

import pytest

from drivers.errors import PortError
from drivers.scale.link import ANSWER_MS
from kiosk import logs
from kiosk.events import WeightRead
from kiosk.readings import Defect
from kiosk.units import Millis
from tests.drivers.bench_frames import FRAMES
from tests.drivers.test_scale_talk import FRAME, HandClock, Line

DAY_MS = 86_400_000


def readings(line: Line) -> list[tuple[int | None, Defect | None, bool | None]]:
    """Everything that was told of weights."""
    told = [event.reading for event in line.events if isinstance(event, WeightRead)]
    return [(one.grams, one.defect, one.stable) for one in told]


def test_frames_must_agree_again_after_each_opening() -> None:
    line = Line()
    for _ in range(2):
        line.talk.opened()
        line.hear(FRAME, FRAME)
    assert [stable for _, _, stable in readings(line)] == [False, True, False, True]


def test_net_is_refused_until_the_settings_take_it() -> None:
    net = FRAME.replace(b"GS", b"NT")
    told = {}
    for accept in (False, True):
        line = Line(accept_net=accept)
        line.talk.opened()
        line.hear(net, net)
        told[accept] = readings(line)[-1]
    assert told == {False: (None, Defect.NET, True), True: (1235, None, True)}


def test_an_rs485_echo_is_no_answer() -> None:
    line = Line("modbus-0050", echo=True, e_g=10)
    line.talk.opened()
    line.talk.step(line.port)
    (_, request) = line.script.sent[0]
    line.hear(request + FRAMES["modbus-0050"].encode(1980)[:4])
    line.hear(FRAMES["modbus-0050"].encode(1980)[4:])
    assert [grams for grams, _, _ in readings(line)] == [1980]


def test_a_device_set_to_stream_is_never_asked() -> None:
    line = Line("mt-sics", stream=True)
    line.talk.opened()
    line.hear(b"S S      1.235 kg\r\n")
    for _ in range(10):
        line.talk.step(line.port)
    assert line.script.sent == []
    assert readings(line)[0][0] == 1235


def test_a_streaming_dialect_may_be_asked_with_a_request_of_its_own() -> None:
    line = Line(request=b"READ\r\n".hex())
    line.talk.opened()
    line.talk.step(line.port)
    assert [data for _, data in line.script.sent] == [b"READ\r\n"]


def test_an_answer_that_was_cut_is_not_finished_by_the_next() -> None:
    line = Line("mt-sics", unit="g")
    line.talk.opened()
    line.hear(b"S S        9")
    asked = len(line.script.sent)
    while len(line.script.sent) == asked:
        line.talk.step(line.port)
    line.hear(b"25 g\r\n", b"S S        125 g\r\n")
    assert [grams for grams, _, _ in readings(line)] == [125]


def test_a_handshake_goes_on_without_waiting_for_the_poll() -> None:
    """ENQ, ACK, DC1, block (CAS PD-II p23): the second half is asked for at once."""
    line = Line("cas-soh", poll_ms=1000)
    line.talk.opened()
    start = line.clock.at
    line.talk.step(line.port)
    line.hear(b"\x06")
    line.talk.step(line.port)
    assert [data for _, data in line.script.sent] == [b"\x05", b"\x11"]
    assert line.clock.at - start < ANSWER_MS


class Journal:
    """The machine's real log, into memory."""

    def __init__(self, clock: HandClock) -> None:
        self.stream = io.StringIO()
        root = logging.getLogger()
        self._before, self._level = root.handlers[:], root.level
        logs.setup("controller", clock, self.stream)

    def close(self) -> None:
        root = logging.getLogger()
        for handler in root.handlers[:]:
            if handler not in self._before:
                root.removeHandler(handler)
        root.setLevel(self._level)


@pytest.fixture
def line() -> Iterator[tuple[Line, Journal]]:
    """A line whose log is written as on a machine."""
    one = Line()
    journal = Journal(one.clock)
    yield one, journal
    journal.close()


@pytest.mark.parametrize(
    "noise", [b"nonsense\r\n", b"ST,GS,+1.2/6kg\r\n", b"I am a printer\r\n" * 5]
)
def test_a_rejected_scale_logs_less_than_a_megabyte_a_day(
    line: tuple[Line, Journal], noise: bytes
) -> None:
    """Ten frames a second, none of them understood, for a simulated hour."""
    talk, journal = line
    talk.talk.opened()
    hour_ms = DAY_MS // 24
    end = talk.clock.at + hour_ms
    while talk.clock.at < end:
        try:
            talk.hear(noise)
        except PortError:
            talk.talk.lost("no frame")
            talk.talk.opened()
        talk.clock.at = Millis(talk.clock.at + 100)
    a_day = len(journal.stream.getvalue()) * 24
    assert 0 < a_day < 1_000_000
