"""The real demo as a subprocess, for the tests that start it."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.demo.processes import eventually

START_S = 60


class RunningDemo:
    """``kiosk demo`` in a private temporary directory."""

    def __init__(
        self, process: subprocess.Popen[str], url: str, temporary: Path, looks: tuple[str, ...]
    ) -> None:
        self.process = process
        self.url = url
        self.temporary = temporary
        self.home = temporary / "machine"
        """Where it keeps everything if it was started with ``--dir``; see ``shared_demo``."""
        self.looks = looks
        """The commands that it says to look at it with."""

    @property
    def port(self) -> str:
        """Of its page."""
        return self.url.rstrip("/").rpartition(":")[2]

    def children(self) -> list[int]:
        """The processes it started, by the kernel's account."""
        return [int(pid) for pid in _children_file(self.process.pid).split()]

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self.process.send_signal(signal.SIGINT)


def _children_file(pid: int) -> str:
    return " ".join(path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children"))


def demo_command(*options: str) -> list[str]:
    """The command a person types."""
    return [sys.executable, "-m", "kiosk.cli.main", "demo", *options]


def demo_environment(temporary: Path) -> dict[str, str]:
    """Temporary directories of the demo go where the test can look."""
    return {**os.environ, "TMPDIR": str(temporary)}


@contextmanager
def start_demo(temporary: Path, *options: str) -> Iterator[RunningDemo]:
    """Start it on a free port, wait for its address, and end it whatever happens."""
    process = subprocess.Popen(
        demo_command("--port", "0", *options),
        env=demo_environment(temporary),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stderr is not None
            first = process.stderr.readline()
            assert first.startswith("http://127.0.0.1:"), first + process.stderr.read()
            second = process.stderr.readline()
            assert second.startswith("first picture after"), second + process.stderr.read()
            assert process.stderr.readline().startswith("everything is in ")
            looks = tuple(process.stderr.readline().strip() for _ in range(2))
            yield RunningDemo(process, first.split()[0], temporary, looks)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                eventually(lambda: process.poll() is not None, START_S)


@pytest.fixture(scope="session")
def shared_demo() -> Iterator[RunningDemo]:
    """One demo for every test that leaves it as it found it: idle, whole, and alive."""
    with tempfile.TemporaryDirectory(prefix="kd-", dir="/tmp") as name:
        temporary = Path(name)
        options = ("--dir", str(temporary / "machine"), "--pieces", "--quick")
        with start_demo(temporary, *options) as running:
            yield running


@pytest.fixture
def short_tmp() -> Iterator[Path]:
    """A temporary directory with a short name, for the paths of sockets."""
    with tempfile.TemporaryDirectory(prefix="kd-", dir="/tmp") as name:
        yield Path(name)
