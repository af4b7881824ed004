"""The agent as a process of its own: ready, watched, and gone at once when told to go."""

import os
import select
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.agent.errors import UnreachableError
from sync.agent.http import Http
from sync.agent.stop import Stop
from sync.endpoint import serve
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator
from tests.sync.controller import FakeController
from tests.sync.machine import Machine
from tests.sync.places import CLOCK, AgentProcess, EndpointProcess, get_json, make_config
from tests.sync.postgres import Postgres
from tests.sync.relay import Relay


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(20)
        yield listener


def test_sigterm_ends_it_in_the_middle_of_a_request(tmp_path: Path, silent: socket.socket) -> None:
    make_config(tmp_path)
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(str(tmp_path / "notify"))
    notify.settimeout(20)
    with notify, FakeController(tmp_path / "run" / "agent.sock", Machine()) as controller:
        controller.kiosk = "yard-07-01"
        controller.url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        agent = AgentProcess(tmp_path, {"NOTIFY_SOCKET": str(tmp_path / "notify")})
        try:
            said = [notify.recv(200).decode().splitlines()[0] for _ in range(2)]
            assert said == ["READY=1", "WATCHDOG=1"]
            peer, _ = silent.accept()
            with peer:
                assert peer.recv(20).startswith(b"POST /v1/status")
                agent.process.send_signal(signal.SIGTERM)
                assert agent.process.wait(5) == 0
        finally:
            errors = agent.kill()
    assert b"Traceback" not in errors
    assert oct((tmp_path / "agent" / "transport.key").stat().st_mode & 0o777) == "0o600"


def test_killed_between_the_clouds_commit_and_the_mark(
    tmp_path: Path, desk: Operator, url: str
) -> None:
    make_config(tmp_path)
    machine = Machine()
    machine.deposit()
    with (
        FakeController(tmp_path / "run" / "agent.sock", machine) as controller,
        Relay(int(url.rpartition(":")[2])) as relay,
    ):
        agent = AgentProcess(tmp_path)
        try:
            controller.show_code(desk.new_code("yard-07"), f"http://127.0.0.1:{relay.port}")
            controller.wait_acked(3)
            for kill in range(1, 3):
                relay.lose(1)
                machine.deposit()
                controller.announce()
                relay.wait(lambda lost=kill: relay.lost == lost)  # type: ignore[misc]
                agent.kill()
                agent = AgentProcess(tmp_path)
                controller.wait_acked(machine.head_seq)
        finally:
            agent.kill()
    books = get_json(f"{url}/books.json")
    assert [one["seq"] for one in books["deposits"]] == [3, 5, 7]
    assert [one["receipt"] for one in books["credits"]] == ["R000003", "R000005", "R000007"]


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/", "http://[::1]:1/", "https://127.0.0.1:1/", "http://", "gopher://x/"],
)
def test_no_librarys_exception_gets_out(url: str) -> None:
    http = Http(CLOCK)
    with pytest.raises(UnreachableError):
        http.exchange("GET", url, {}, None)
    http.close()


def test_the_environments_proxy_is_not_used(
    monkeypatch: pytest.MonkeyPatch, silent: socket.socket
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{silent.getsockname()[1]}")
    http = Http(CLOCK)
    with pytest.raises(UnreachableError):
        http.exchange("GET", "http://127.0.0.1:1/", {}, None)
    http.close()
    silent.setblocking(False)
    with pytest.raises(BlockingIOError):
        silent.accept()


def test_stop_can_be_waited_for() -> None:
    stop = Stop()
    assert not stop.is_set()
    stop.set()
    assert stop.is_set() and os.eventfd_read(stop.fileno()) == 1
    stop.close()


def test_workers_share_the_port_and_end_with_the_first(
    desk: Operator, postgres: Postgres, http: Http
) -> None:
    endpoint = EndpointProcess(desk.directory, postgres.new_database(), workers=3)
    children = Path(f"/proc/{endpoint.pid}/task/{endpoint.pid}/children").read_text().split()
    watched = [os.pidfd_open(int(child)) for child in children]
    assert len(watched) == 2
    for _ in range(30):
        # A fresh connection each time: the kernel deals them out.
        assert http.exchange("GET", f"http://127.0.0.1:{endpoint.port}/healthz",
                             {"Connection": "close"}, None).status == 200  # fmt: skip
    endpoint.kill()
    for child in watched:
        ended, _, _ = select.select([child], [], [], 20)
        os.close(child)
        assert ended, "a worker outlived the server"


def test_the_server_ends_when_a_worker_does(desk: Operator, postgres: Postgres) -> None:
    endpoint = EndpointProcess(desk.directory, postgres.new_database(), workers=2)
    children = Path(f"/proc/{endpoint.pid}/task/{endpoint.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)
    assert endpoint.wait() == 1
    endpoint.kill()


@pytest.mark.parametrize(("workers", "why"), [(2, "one writer"), (0, "1 at least")])
def test_sqlite_has_one_writer(desk: Operator, workers: int, why: str) -> None:
    with pytest.raises(EndpointError, match=why):
        serve.run(desk.directory, "127.0.0.1", 0, CLOCK, lambda _: None, workers=workers)
