"""The demo as a person starts it: one deposit by itself, Ctrl-C, a taken port, a broken start."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.demo.conftest import demo_command, demo_environment, start_demo
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


@pytest.mark.timeout(ONCE_S)
def test_once_plays_a_deposit_that_ledger_and_cloud_tell_alike(short_tmp: Path) -> None:
    done = once(short_tmp)
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
    assert list(short_tmp.iterdir()) == []


@pytest.mark.timeout(2 * ONCE_S)
def test_a_machine_in_a_kept_directory_goes_on_where_it_was(short_tmp: Path) -> None:
    home = short_tmp / "machine"
    first = once(short_tmp, "--dir", str(home))
    assert first.returncode == 0, first.stderr
    second = once(short_tmp, "--dir", str(home))
    assert second.returncode == 0, second.stderr
    deposits = json.loads(second.stdout)["ledger"]["deposits"]
    assert [one["net_g"] for one in deposits] == [1800, 1800]
    assert list(short_tmp.iterdir()) == [home]
    assert not list(home.rglob("*.sock"))


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


def test_no_process_outlives_a_demo_killed_outright(short_tmp: Path) -> None:
    with start_demo(short_tmp) as demo:
        children = demo.children()
        demo.process.kill()
        eventually(lambda: not any(is_alive(pid) for pid in children))


def test_a_killed_process_comes_back_by_itself(short_tmp: Path) -> None:
    with start_demo(short_tmp) as demo:
        before = demo.children()
        os.kill(before[0], signal.SIGKILL)
        eventually(lambda: len(demo.children()) == 4 and before[0] not in demo.children())


def test_a_taken_port_is_a_clear_error_with_exit_status_2(short_tmp: Path) -> None:
    with start_demo(short_tmp) as demo:
        port = demo.url.rstrip("/").rpartition(":")[2]
        second = subprocess.run(
            demo_command("--port", port),
            env=demo_environment(short_tmp),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert second.returncode == 2
    assert second.stdout == ""
    assert second.stderr.startswith(f"kiosk: port {port} on 127.0.0.1 is taken")
    assert "--port N" in second.stderr
    assert second.stderr.count("\n") == 1


def test_two_demos_in_one_directory_are_refused(short_tmp: Path) -> None:
    home = short_tmp / "machine"
    with start_demo(short_tmp, "--dir", str(home)):
        second = once(short_tmp, "--dir", str(home))
    assert second.returncode == 2
    assert "another demo runs" in second.stderr


def test_a_directory_that_cannot_be_made_is_a_clear_error(short_tmp: Path) -> None:
    (short_tmp / "file").write_text("not a directory")
    done = once(short_tmp, "--dir", str(short_tmp / "file" / "machine"))
    assert done.returncode == 2
    assert done.stderr.startswith("kiosk: ")
    assert "--dir" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_listens_on_this_computer_only(short_tmp: Path) -> None:
    with start_demo(short_tmp) as demo:
        pids = {demo.process.pid, *demo.children()}
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
