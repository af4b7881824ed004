"""The demo as a person starts it: one deposit by itself, Ctrl-C, a taken port, a broken start."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.demo.facts import cloud_books, machine_status
from kiosk.demo.home import Home
from kiosk.demo.layout import Layout
from kiosk.demo.verdict import judge
from tests.demo.conftest import RunningDemo, demo_command, demo_environment, start_demo
from tests.demo.processes import eventually, is_alive

pytestmark = pytest.mark.e2e

ONCE_S = 150
END_S = 2.0


def once(temporary: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        demo_command("--once", *options),
        env=demo_environment(temporary),
        capture_output=True,
        text=True,
        timeout=ONCE_S,
        check=False,
    )


@dataclass(frozen=True)
class Played:
    """A machine in a kept directory after `kiosk demo --once`."""

    temporary: Path
    done: subprocess.CompletedProcess[str]

    @property
    def home(self) -> Path:
        return self.temporary / "machine"


@pytest.fixture(scope="module")
def played() -> Iterator[Played]:
    with tempfile.TemporaryDirectory(prefix="kd-", dir="/tmp") as name:
        temporary = Path(name)
        yield Played(temporary, once(temporary, "--dir", str(temporary / "machine")))


@pytest.mark.timeout(ONCE_S)
def test_once_plays_a_deposit_that_ledger_and_cloud_tell_alike(played: Played) -> None:
    done = played.done
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    told = json.loads(done.stdout)
    (deposit,) = told["ledger"]["deposits"]
    seq = deposit["seq"]
    assert deposit == {
        "seq": seq,
        "outcome": "PAID",
        "net_g": 1800,
        "unit_price": "0.80",
        "amount_minor": 144,
        "currency": "CNY",
    }
    assert told["ledger"]["verified"] is True
    assert told["endpoint"]["acked_through"] == told["ledger"]["records"] >= seq
    assert told["endpoint"]["deposits"] == told["ledger"]["deposits"]
    assert list(played.temporary.iterdir()) == [played.home]
    assert not list(played.home.rglob("*.sock"))


@pytest.mark.timeout(ONCE_S)
def test_a_machine_in_a_kept_directory_goes_on_where_it_was(played: Played, tmp_path: Path) -> None:
    records = json.loads(played.done.stdout)["ledger"]["records"]
    home = tmp_path / "machine"
    shutil.copytree(played.home, home)
    with start_demo(played.temporary, "--dir", str(home)):
        (run,) = played.temporary.glob("kiosk-run-*")
        layout = Layout(home, run)

        def went_on() -> bool:
            status = machine_status(layout.status)
            return status is not None and records < status.head_seq == status.acked_through

        eventually(went_on)
        books = cloud_books(layout.remembered_ports()[1])
    assert books is not None
    verdict = judge(layout.ledger_home, books)
    assert verdict.differences == ()
    assert [one.net_g for one in verdict.told.ledger.deposits] == [1800]
    assert verdict.told.ledger.records > records


def test_ctrl_c_ends_every_process_within_two_seconds_and_leaves_nothing(short_tmp: Path) -> None:
    with start_demo(short_tmp) as demo:
        children = demo.children()
        assert len(children) == 4
        assert len(list(short_tmp.iterdir())) == 2
        began = time.monotonic()
        demo.interrupt()
        assert demo.process.wait(30) == 0
        took = time.monotonic() - began
    assert not [pid for pid in children if is_alive(pid)]
    assert list(short_tmp.iterdir()) == []
    assert took < END_S


def test_sigterm_while_starting_leaves_nothing_either(short_tmp: Path) -> None:
    with subprocess.Popen(
        demo_command("--port", "0"), env=demo_environment(short_tmp), stderr=subprocess.PIPE
    ) as demo:
        eventually(lambda: len(list(short_tmp.iterdir())) == 2)
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(30) == 0
    assert list(short_tmp.iterdir()) == []


def test_a_demo_killed_outright_leaves_no_process_and_no_directory_for_long(
    short_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with start_demo(short_tmp) as demo:
        children = demo.children()
        demo.process.kill()
        eventually(lambda: not any(is_alive(pid) for pid in children))
    assert len(list(short_tmp.iterdir())) == 2
    monkeypatch.setattr(tempfile, "tempdir", str(short_tmp))
    Home.make(None, keep=False).remove()
    assert list(short_tmp.iterdir()) == []


def test_a_killed_process_comes_back_by_itself(shared_demo: RunningDemo) -> None:
    before = shared_demo.children()
    assert len(before) == 4
    os.kill(before[0], signal.SIGKILL)
    eventually(lambda: len(shared_demo.children()) == 4 and before[0] not in shared_demo.children())


def test_a_taken_port_is_a_clear_error_with_exit_status_2(shared_demo: RunningDemo) -> None:
    second = subprocess.run(
        demo_command("--port", shared_demo.port),
        env=demo_environment(shared_demo.temporary),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert second.returncode == 2
    assert second.stdout == ""
    assert second.stderr.startswith(f"kiosk: port {shared_demo.port} on 127.0.0.1 is taken")
    assert "make demo PORT=N" in second.stderr
    assert "--port N" in second.stderr
    assert second.stderr.count("\n") == 1


def test_two_demos_in_one_directory_are_refused_and_the_first_is_left_alone(
    shared_demo: RunningDemo,
) -> None:
    settings = shared_demo.home / "kiosk.toml"
    before = settings.read_bytes()
    second = once(shared_demo.temporary, "--dir", str(shared_demo.home))
    assert second.returncode == 2
    assert "another demo runs" in second.stderr
    assert settings.read_bytes() == before


def test_the_two_commands_that_it_prints_look_at_it(shared_demo: RunningDemo) -> None:
    told = []
    for command in shared_demo.looks:
        _, *words = shlex.split(command)
        done = subprocess.run(
            [sys.executable, "-m", "kiosk.cli.main", *words],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        told.append(done.stdout)
    assert re.match(r" +\d+  \d{4}-\d\d-\d\dT", told[0]), told[0]
    assert "paper" in told[1]


def test_a_directory_that_cannot_be_made_is_a_clear_error(short_tmp: Path) -> None:
    (short_tmp / "file").write_text("not a directory")
    done = once(short_tmp, "--dir", str(short_tmp / "file"))
    assert done.returncode == 2
    assert done.stderr.startswith(f"kiosk: {short_tmp}/file: a file is in the way")
    assert done.stderr.count("\n") == 1


def test_it_listens_on_this_computer_only(shared_demo: RunningDemo) -> None:
    pids = {shared_demo.process.pid, *shared_demo.children()}
    table = Path("/proc/net/tcp").read_text()
    inodes = {
        os.readlink(handle)
        for pid in pids
        for handle in Path(f"/proc/{pid}/fd").iterdir()
        if handle.is_symlink()
    }
    listening = [
        fields
        for fields in (line.split() for line in table.splitlines()[1:])
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes
    ]
    assert listening
    assert all(fields[1].startswith("0100007F:") for fields in listening)
