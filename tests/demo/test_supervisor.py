"""The supervisor with real, tiny processes: readiness, restarts, order, and no survivors."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.clock import SystemClock
from kiosk.demo.errors import DemoError, OverdueError
from kiosk.demo.patience import Patience
from kiosk.demo.supervisor import Program, Supervisor
from tests.demo.processes import READY, STUBBORN, WAIT, eventually, is_alive, note_the_end, program

CLOCK = SystemClock(Path("/nonexistent"), floor_ms=0)
LIMIT_MS = 20_000
Make = Callable[..., Supervisor]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Supervisor] = []

    def begin(*programs: Program) -> Supervisor:
        supervisor = Supervisor(programs, tmp_path, tmp_path, CLOCK)
        made.append(supervisor)
        supervisor.start()
        supervisor.run(*(one.name for one in programs))
        return supervisor

    yield begin
    for supervisor in made:
        supervisor.stop()


def pid_of(supervisor: Supervisor, name: str) -> int:
    pid = supervisor.health(name).pid
    assert pid is not None
    return pid


def test_ready_is_what_the_process_says(make: Make) -> None:
    supervisor = make(program("says", READY + WAIT), program("silent", "import signal\n" + WAIT))
    with Patience(CLOCK) as patience:
        supervisor.wait_ready(["says"], LIMIT_MS, patience)
        assert not supervisor.health("silent").ready
        with pytest.raises(OverdueError, match="silent"):
            supervisor.wait_ready(["says", "silent"], 50, patience)


def test_a_process_that_ends_by_itself_is_started_again(make: Make) -> None:
    supervisor = make(program("one", READY + WAIT))
    with Patience(CLOCK) as patience:
        supervisor.wait_ready(["one"], LIMIT_MS, patience)
        first = pid_of(supervisor, "one")
        os.kill(first, signal.SIGKILL)
        eventually(lambda: supervisor.health("one").pid not in (None, first))
        supervisor.wait_ready(["one"], LIMIT_MS, patience)
    assert supervisor.health("one").ends == 1


def test_killed_processes_stay_dead_until_wanted_again(make: Make) -> None:
    supervisor = make(program("one", READY + STUBBORN + WAIT), program("two", READY + WAIT))
    with Patience(CLOCK) as patience:
        supervisor.wait_ready(["one", "two"], LIMIT_MS, patience)
        pids = [pid_of(supervisor, "one"), pid_of(supervisor, "two")]
        supervisor.kill("one", "two")
        assert not any(is_alive(pid) for pid in pids)
        assert supervisor.health("one").pid is None
        assert supervisor.health("one").ends == 0
        supervisor.run("one")
        supervisor.wait_ready(["one"], LIMIT_MS, patience)
    assert supervisor.health("two").pid is None


def test_they_end_one_after_the_other_and_a_stubborn_one_is_killed(
    make: Make, tmp_path: Path
) -> None:
    order = tmp_path / "order"
    supervisor = make(
        program("one", READY + note_the_end(order, "one") + WAIT),
        program("two", READY + note_the_end(order, "two") + WAIT),
        program("mule", STUBBORN.join(["import signal\n", READY]) + WAIT),
    )
    with Patience(CLOCK) as patience:
        # Ready is said before the handler is set: wait until each has asked for its signal.
        supervisor.wait_ready(["one", "two", "mule"], LIMIT_MS, patience)
        pids = [pid_of(supervisor, name) for name in ("one", "two", "mule")]
        eventually(lambda: all(catches_term(pid) for pid in pids[:2]))
    supervisor.end(["two", "one", "mule"], 500)
    assert order.read_text().split() == ["two", "one"]
    assert not any(is_alive(pid) for pid in pids)


def catches_term(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status").read_text()
    (caught,) = (line.split()[1] for line in status.splitlines() if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


def test_a_process_that_cannot_start_is_told_with_its_files_its_log_and_its_last_words(
    make: Make, tmp_path: Path
) -> None:
    code = "raise SystemExit('endpoint.db: file is not a database')"
    supervisor = make(replace(program("bad", code), notifies=False, keeps=tmp_path / "books"))
    told = rf"files in {tmp_path}/books\).*{tmp_path}/bad\.log ends:\n.*endpoint\.db"
    with Patience(CLOCK) as patience, pytest.raises(DemoError, match=told):
        supervisor.wait_until(lambda: False, LIMIT_MS, patience, lambda: "no answer")


def test_a_process_that_cannot_be_started_now_is_started_later(make: Make, tmp_path: Path) -> None:
    in_the_way = tmp_path / "one.log"
    in_the_way.mkdir()
    supervisor = make(program("one", READY + WAIT))
    with Patience(CLOCK) as patience:
        with pytest.raises(OverdueError):
            supervisor.wait_ready(["one"], 150, patience)
        in_the_way.rmdir()
        supervisor.wait_ready(["one"], LIMIT_MS, patience)


def test_the_signals_of_the_demo_are_not_blocked_in_its_children(make: Make) -> None:
    with Patience(CLOCK) as patience:
        supervisor = make(program("one", READY + WAIT))
        supervisor.wait_ready(["one"], LIMIT_MS, patience)
        pid = pid_of(supervisor, "one")
        status = Path(f"/proc/{pid}/status").read_text()
    assert "SigBlk:\t0000000000000000" in status


KILLED = """
import sys
from pathlib import Path
from kiosk.clock import SystemClock
from kiosk.demo.patience import Patience
from kiosk.demo.supervisor import Supervisor
from tests.demo.processes import READY, WAIT, program
clock = SystemClock(Path("/nonexistent"), floor_ms=0)
here = Path(sys.argv[1])
with Patience(clock) as patience:
    supervisor = Supervisor([program("one", READY + WAIT)], here, here, clock)
    supervisor.start()
    supervisor.run("one")
    supervisor.wait_ready(["one"], 20_000, patience)
    sys.stdout.write(f"{supervisor.health('one').pid}\\n")
    sys.stdout.flush()
    patience.forever()
"""


def test_no_process_outlives_a_demo_that_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as demo:
        assert demo.stdout is not None
        pid = int(demo.stdout.readline())
        assert is_alive(pid)
        demo.kill()
        eventually(lambda: not is_alive(pid))
