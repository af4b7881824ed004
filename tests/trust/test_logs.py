"""Events are JSON lines, limited in number, and silent about people."""

import errno
import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kiosk import logs
from kiosk.clock import WallTime
from kiosk.units import Millis


class HandClock:
    """Time stands still until it is moved."""

    def __init__(self) -> None:
        self.now_ms = 5000
        self.utc_ms: int | None = 1_795_000_000_000

    def monotonic_ms(self) -> Millis:
        return Millis(self.now_ms)

    def wall(self) -> WallTime:
        return WallTime(self.utc_ms, "U" if self.utc_ms is None else "S")


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@contextmanager
def put_back() -> Iterator[None]:
    """The process's logging is afterwards what it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def stream(clock: HandClock) -> Iterator[io.StringIO]:
    """Where the lines go; the process's logging is put back afterwards."""
    with put_back():
        stream = io.StringIO()
        logs.setup("controller", clock, stream)
        yield stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_line_with_its_fields(stream: io.StringIO, clock: HandClock) -> None:
    logs.get("kiosk.door").event("door_opened", compartment="paper", tries=2, path=Path("/run"))
    clock.utc_ms = None
    logs.get("kiosk.door").warning("slow", raw=b"\x00")
    logs.get("kiosk.door").error("bad", text="line\nbreak")
    first, second, third = lines(stream)
    assert first == {
        "time": "2026-11-18T11:06:40.000Z",
        "clk": "S",
        "mono_ms": 5000,
        "process": "controller",
        "level": "info",
        "logger": "kiosk.door",
        "event": "door_opened",
        "compartment": "paper",
        "tries": 2,
        "path": "/run",
    }
    assert (second["time"], second["clk"], second["level"]) == (None, "U", "warning")
    assert (third["level"], third["text"]) == ("error", "line\nbreak")


def test_people_and_secrets_are_withheld(stream: io.StringIO) -> None:
    logs.get("kiosk").event("seen", token="K1:ABC", subject="r-7f3a", phone="13800000000")
    assert not {"K1:ABC", "r-7f3a", "13800000000"} & set(lines(stream)[0].values())


def test_a_flood_is_counted_not_written(stream: io.StringIO, clock: HandClock) -> None:
    log = logs.get("kiosk.scale")
    for _ in range(1000):
        log.event("frame_refused")
    log.event("another")
    assert len(lines(stream)) == logs.WINDOW_EVENTS_MAX + 1
    clock.now_ms += logs.WINDOW_MS
    log.event("frame_refused")
    assert lines(stream)[-1]["dropped"] == 1000 - logs.WINDOW_EVENTS_MAX
    clock.now_ms += logs.WINDOW_MS
    log.event("frame_refused")
    assert "dropped" not in lines(stream)[-1]


def test_a_field_never_hides_a_fact_of_the_line(stream: io.StringIO) -> None:
    logs.get("kiosk").event("odd", event="other", time=1)
    (line,) = lines(stream)
    assert (line["event"], line["event_"], line["time_"]) == ("odd", "other", 1)


def test_a_traceback_is_bounded_and_within_the_line(stream: io.StringIO) -> None:
    try:
        raise ValueError("x" * 100_000)
    except ValueError:
        logs.get("kiosk").exception("failed")
    (line,) = lines(stream)
    assert (line["event"], line["level"]) == ("failed", "error")
    assert len(line["traceback"]) <= logs.TEXT_CHARS_MAX


def test_libraries_log_lines_too_within_one_budget(stream: io.StringIO) -> None:
    for number in range(100):
        logging.getLogger("uvicorn.error").warning("request %d", number)
    assert len(lines(stream)) == logs.WINDOW_EVENTS_MAX
    assert lines(stream)[3]["text"] == "request 3"


def test_set_up_twice_writes_once_and_the_journal_gets_priorities(
    stream: io.StringIO, clock: HandClock
) -> None:
    second = io.StringIO()
    logs.setup("screen", clock, second, journal=True)
    logs.get("kiosk").event("a")
    logs.get("kiosk").error("b")
    logging.getLogger("x").critical("c")
    assert stream.getvalue() == ""
    assert [line[:3] for line in second.getvalue().splitlines()] == ["<6>", "<3>", "<2>"]


class FullDisk(io.StringIO):
    """A stream that takes nothing while the disk is full."""

    def __init__(self) -> None:
        super().__init__()
        self.full = True

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(text)


def test_a_full_disk_is_silent_and_told_afterwards(
    clock: HandClock, capfd: pytest.CaptureFixture[str]
) -> None:
    with put_back():
        disk = FullDisk()
        logs.setup("demo", clock, disk)
        for _ in range(3):
            logs.get("kiosk.demo").error("process_not_started", reason="No space left on device")
        disk.full = False
        logs.get("kiosk.demo").event("one")
        logs.get("kiosk.demo").event("two")
    first, second = lines(disk)
    assert first["lost"] == 3
    assert "lost" not in second
    assert capfd.readouterr() == ("", "")


def test_a_closed_stream_and_a_librarys_mistake_are_silent(
    stream: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    (ours,) = [one for one in logging.getLogger().handlers if type(one).__module__ == "kiosk.logs"]
    ours.handle(logging.makeLogRecord({"msg": "%d", "args": ("no number",)}))
    logs.get("kiosk.demo").event("goes_on")
    (line,) = lines(stream)
    assert (line["event"], line["lost"]) == ("goes_on", 1)
    stream.close()
    logs.get("kiosk.demo").event("nobody_reads")
    assert capfd.readouterr() == ("", "")
