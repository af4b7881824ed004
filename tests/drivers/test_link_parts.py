"""Agreement, echo, sparse log and spy: the small parts of a scale's link."""

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scale import capture
from drivers.scale.agreement import Agreement
from drivers.scale.echo import Echo
from drivers.scale.spy import BYTES_MAX, Spy
from drivers.sparse_log import AT_ONCE, EVERY_MS, SparseLog
from kiosk import logs
from kiosk.config import Serial
from kiosk.readings import Defect, Reading
from kiosk.units import Grams, Millis
from tests.drivers.bench import PAPER
from tests.drivers.test_scale_talk import HandClock

E_G = 5


def a_reading(grams: int | None, *, stable: bool | None = True) -> Reading:
    """One frame's reading; None is an overload."""
    defect = None if grams is not None else Defect.OVERLOAD
    mass = None if grams is None else Grams(grams)
    return Reading(PAPER, 1, Millis(0), mass, defect, stable, 1, b"")


def told(agreement: Agreement, *grams: int | None) -> list[tuple[int | None, bool | None] | None]:
    """What becomes of readings in a row: mass and flag, or nothing."""
    judged = [agreement.judge(a_reading(one)) for one in grams]
    return [None if one is None else (one.grams, one.stable) for one in judged]


def test_a_value_counts_from_its_second_frame_on_and_is_shown_at_once() -> None:
    agreement = Agreement(2, E_G)
    assert told(agreement, 1235, 1235, 1235) == [(1235, False), (1235, True), (1235, True)]
    assert told(agreement, 2000, 2000) == [(2000, False), (2000, True)]


def test_a_single_damaged_frame_never_counts() -> None:
    agreement = Agreement(2, E_G)
    told(agreement, 1235, 1235)
    assert told(agreement, 9235) == [(9235, False)]
    assert told(agreement, 1230) == [None], "within e nobody would see it: it waits for a second"
    assert told(agreement, 1235) == [(1235, True)]


def test_a_scale_that_flickers_between_two_neighbours_stays_payable() -> None:
    agreement = Agreement(2, E_G)
    flicker = told(agreement, 1235, 1235, 1240, 1235, 1240, 1240, 1235)
    assert [one for one in flicker[1:] if one and one[1] is False] == []
    assert flicker[-1] == (1235, True)


def test_an_overload_and_motion_begin_afresh() -> None:
    agreement = Agreement(2, E_G)
    assert told(agreement, 1235, 1235, None, 1235) == [
        (1235, False),
        (1235, True),
        (None, True),
        (1235, False),
    ]
    moving = a_reading(1235, stable=False)
    assert agreement.judge(moving) == moving
    assert told(agreement, 1235) == [(1235, False)]


def test_a_frame_without_a_flag_keeps_none_once_agreed() -> None:
    agreement = Agreement(3, E_G)
    flags = []
    for _ in range(4):
        judged = agreement.judge(a_reading(500, stable=None))
        assert judged is not None
        flags.append(judged.stable)
    assert flags == [False, False, None, None], "M-32: the host's verdict, named as such"


@given(st.lists(st.integers(0, 20).map(lambda step: step * E_G), max_size=60), st.integers(2, 4))
def test_what_counts_was_sent_that_often(sent: list[int], frames: int) -> None:
    agreement = Agreement(frames, E_G)
    for at, grams in enumerate(sent):
        judged = agreement.judge(a_reading(grams))
        if judged is not None and judged.stable:
            assert sent[max(0, at - 2 * frames + 1) : at + 1].count(grams) >= frames


def test_the_echo_is_taken_off_wherever_it_is_split() -> None:
    for cut in range(9):
        echo = Echo(expected=True)
        echo.sent(b"READ\r\n")
        heard = b"READ\r\nST,GS"
        assert echo.strip(heard[:cut]) + echo.strip(heard[cut:]) == b"ST,GS"
        assert echo.strip(b"READ\r\n") == b"READ\r\n", "only once for each request"


def test_what_is_not_the_echo_is_kept_whole() -> None:
    echo = Echo(expected=True)
    echo.sent(b"READ\r\n")
    assert echo.strip(b"RE") + echo.strip(b"XT") == b"REXT"
    silent = Echo(expected=False)
    silent.sent(b"W")
    assert silent.strip(b"W") == b"W"


def test_a_reopened_line_owes_no_echo() -> None:
    echo = Echo(expected=True)
    echo.sent(b"READ\r\n")
    echo.strip(b"RE")
    echo.reset()
    assert echo.strip(b"ST") == b"ST"


def test_a_repeated_event_is_told_a_few_times_and_then_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = HandClock()
    log = SparseLog(logs.get("test.sparse"), clock)
    caplog.set_level(logging.INFO)
    for _ in range(EVERY_MS // 100 + AT_ONCE + 5):
        log.event("again", key="one")
        clock.at = Millis(clock.at + 100)
    log.event("again", key="other")
    told_fields = [record.__dict__["kiosk_fields"] for record in caplog.records]
    assert len(told_fields) == AT_ONCE + 2
    assert told_fields[AT_ONCE]["untold"] > EVERY_MS // 100 - 10


def test_texts_that_all_differ_share_one_allowance(caplog: pytest.LogCaptureFixture) -> None:
    log = SparseLog(logs.get("test.sparse"), HandClock())
    caplog.set_level(logging.INFO)
    for number in range(10_000):
        log.warning("odd", key=f"reason {number}")
    assert len(caplog.records) < 30


def test_a_spy_writes_a_recording_of_both_sides(tmp_path: Path) -> None:
    clock = HandClock()
    spy = Spy(tmp_path / "spy.jsonl", Serial(port=Path("/dev/scale"), baud=4800), clock)
    spy.sent(b"SI\r\n")
    clock.at = Millis(clock.at + 70)
    spy.heard(b"")
    spy.heard(b"S I\r\n")
    with (tmp_path / "spy.jsonl").open("rb") as file:
        recording = capture.read(file, "spy")
    assert recording.head.baud == 4800
    assert recording.pieces == (
        capture.Piece(0, "host", b"SI\r\n".hex()),
        capture.Piece(70, "device", b"S I\r\n".hex()),
    )


def test_a_spy_never_grows_beyond_two_files(tmp_path: Path) -> None:
    spy = Spy(tmp_path / "spy", Serial(port=Path("/dev/scale")), HandClock())
    for _ in range(3 * BYTES_MAX // 8192):
        spy.heard(b"x" * 4096)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["spy", "spy.1"]
    assert all(one.stat().st_size < BYTES_MAX + 10_000 for one in tmp_path.iterdir())


def test_a_spy_that_cannot_write_costs_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spy = Spy(tmp_path / "missing" / "spy", Serial(port=Path("/dev/scale")), HandClock())
    for _ in range(100):
        spy.heard(b"x")
    assert len(caplog.records) == 1
