"""Tiny programs for the supervisor to run, and a patient eye."""

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from kiosk.demo.supervisor import Program

READY = (
    "import os, socket, signal\n"
    "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
    "s.sendto(b'READY=1', os.environ['NOTIFY_SOCKET'])\n"
)
WAIT = "signal.pause()\n"
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"


def program(name: str, code: str) -> Program:
    """A program of a few lines of Python."""
    return Program(name, (sys.executable, "-IS", "-c", code))


def note_the_end(path: Path, name: str) -> str:
    """Code that notes the order of ending in a file."""
    return (
        "def end(*_):\n"
        f"    open({str(path)!r}, 'a').write({name!r} + '\\n')\n"
        "    raise SystemExit\n"
        "signal.signal(signal.SIGTERM, end)\n"
    )


def eventually(happened: Callable[[], bool], limit_s: float = 20) -> None:
    """Wait for real processes; fails when it does not happen."""
    end = time.monotonic() + limit_s
    never = threading.Event()
    while not happened():
        assert time.monotonic() < end, "it did not happen in time"
        never.wait(0.01)


def is_alive(pid: int) -> bool:
    """Tell whether a process exists and is no zombie."""
    try:
        os.kill(pid, 0)
        status = Path(f"/proc/{pid}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
