"""The role sockets, over real Unix sockets."""

import os
import queue
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from pytest_mock import MockerFixture

from kiosk import views as v
from kiosk import wire
from kiosk.events import (
    AgentAttached,
    AgentDetached,
    Event,
    MarkOffered,
    ScreenAttached,
    ScreenDetached,
    Touched,
)
from kiosk.lines import encode
from kiosk.roles.agent import AgentRole
from kiosk.roles.screen import ScreenRole
from kiosk.roles.server import OUTBOX_LINES_MAX, RoleError
from kiosk.roles.status import StatusRole
from tests.journeys.desk import Desk

LIMIT_S = 10
VIEW = v.View(1, "zh", v.Starting(), None, None, None, "")


class Peer:
    """The far end of a role socket."""

    def __init__(self, path: Path) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(LIMIT_S)
        self.sock.connect(str(path))
        self._lines = self.sock.makefile("rb")

    def line(self) -> bytes:
        return self._lines.readline()

    def say(self, message: object) -> None:
        self.sock.sendall(encode(message))

    def close(self) -> None:
        self._lines.close()
        self.sock.close()


@pytest.fixture
def events() -> "queue.Queue[Event]":
    return queue.Queue()


@pytest.fixture
def screen(tmp_path: Path, events: "queue.Queue[Event]") -> Iterator[ScreenRole]:
    role = ScreenRole(tmp_path, events.put)
    role.start()
    yield role
    role.stop()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "desk")


@pytest.fixture
def agent(tmp_path: Path, events: "queue.Queue[Event]", desk: Desk) -> Iterator[AgentRole]:
    role = AgentRole(tmp_path, events.put, desk.ledger, desk.products)
    role.start()
    yield role
    role.stop()


def test_a_screen_is_told_and_answers(
    tmp_path: Path, screen: ScreenRole, events: "queue.Queue[Event]"
) -> None:
    peer = Peer(tmp_path / "screen.sock")
    assert events.get(timeout=LIMIT_S) == ScreenAttached()
    screen.show(VIEW)
    assert msgspec.json.decode(peer.line(), type=v.View) == VIEW
    peer.say(wire.Touch(1, "start"))
    assert events.get(timeout=LIMIT_S) == Touched(1, "start")
    peer.close()
    assert events.get(timeout=LIMIT_S) == ScreenDetached()


@pytest.mark.parametrize("line", [b"nonsense\n", b"{}\n", b'{"view": 1, "choice": 2}\n', b"\xff\n"])
def test_a_screen_that_talks_nonsense_is_closed(
    tmp_path: Path, screen: ScreenRole, events: "queue.Queue[Event]", line: bytes
) -> None:
    peer = Peer(tmp_path / "screen.sock")
    peer.sock.sendall(line)
    assert peer.line() == b""
    seen = [events.get(timeout=LIMIT_S), events.get(timeout=LIMIT_S)]
    assert seen == [ScreenAttached(), ScreenDetached()]
    peer.close()


def test_an_endless_line_is_closed(tmp_path: Path, screen: ScreenRole) -> None:
    peer = Peer(tmp_path / "screen.sock")
    with pytest.raises(OSError, match=r"Broken pipe|reset"):
        for _ in range(64):
            peer.sock.sendall(b"x" * 65536)
    peer.close()


def test_a_lagging_screen_gets_the_latest_view_only(
    tmp_path: Path, screen: ScreenRole, events: "queue.Queue[Event]"
) -> None:
    """A peer that does not read costs the deciding thread nothing."""
    peer = Peer(tmp_path / "screen.sock")
    assert events.get(timeout=LIMIT_S) == ScreenAttached()
    for number in range(100_000):
        screen.show(msgspec.structs.replace(VIEW, id=number))
    last = -1
    while last < 99_999:
        shown = msgspec.json.decode(peer.line(), type=v.View)
        assert shown.id > last
        last = shown.id
    peer.close()


def test_strangers_are_refused(tmp_path: Path, screen: ScreenRole, mocker: MockerFixture) -> None:
    """SO_PEERCRED: neither root, nor us, nor in the role's group (we are root here: pretend)."""
    mocker.patch("os.geteuid", return_value=12345)
    nobody = mocker.Mock(size=12, unpack=mocker.Mock(return_value=(1, 65534, 65534)))
    mocker.patch("kiosk.roles.server._CREDENTIALS", nobody)
    peer = Peer(tmp_path / "screen.sock")
    assert peer.line() == b""
    peer.close()


def test_the_socket_is_for_its_role_only(tmp_path: Path, screen: ScreenRole) -> None:
    mode = (tmp_path / "screen.sock").stat().st_mode & 0o777
    assert mode in (0o600, 0o660)


def test_a_path_that_cannot_be_served_is_named(tmp_path: Path) -> None:
    (tmp_path / "screen.sock").mkdir()
    with pytest.raises(RoleError, match=r"screen\.sock: cannot be served"):
        ScreenRole(tmp_path, lambda _: None).start()


def test_status_is_one_line(tmp_path: Path, desk: Desk) -> None:
    role = StatusRole(tmp_path)
    role.start()
    assert desk.status is not None
    role.publish(desk.status)
    peer = Peer(tmp_path / "status.sock")
    assert msgspec.json.decode(peer.line(), type=wire.Status) == desk.status
    assert peer.line() == b""
    peer.close()
    role.stop()
    assert not (tmp_path / "status.sock").exists()


def hello(desk: Desk) -> wire.Hello:
    return next(one for one in reversed(desk.told) if isinstance(one, wire.Hello))


def test_an_agent_attaches_and_gets_exact_bytes(
    tmp_path: Path, agent: AgentRole, events: "queue.Queue[Event]", desk: Desk
) -> None:
    agent.tell(hello(desk))
    peer = Peer(tmp_path / "agent.sock")
    assert msgspec.json.decode(peer.line(), type=wire.ToAgent) == hello(desk)
    peer.say(wire.Attach(b"k" * 32))
    assert events.get(timeout=LIMIT_S) == AgentAttached(b"k" * 32)
    peer.say(wire.Want(0, 3))
    answer = msgspec.json.decode(peer.line(), type=wire.ToAgent)
    assert isinstance(answer, wire.Records)
    reader = desk.ledger.reader()
    assert answer.records == reader.after(0, 3, 1 << 20)
    reader.close()
    peer.say(wire.Mark(b"sealed"))
    assert events.get(timeout=LIMIT_S) == MarkOffered(b"sealed")
    peer.close()
    assert events.get(timeout=LIMIT_S) == AgentDetached()


def test_a_reader_may_read_but_not_speak(
    tmp_path: Path, agent: AgentRole, events: "queue.Queue[Event]"
) -> None:
    """``kiosk ledger`` reads beside the agent; only the attached one brings marks."""
    peer = Peer(tmp_path / "agent.sock")
    peer.say(wire.Mark(b"sealed"))
    peer.say(wire.Want(0, 1))
    answer = msgspec.json.decode(peer.line(), type=wire.ToAgent)
    assert isinstance(answer, wire.Records) and len(answer.records) == 1
    assert events.empty()
    peer.close()


def test_a_second_agent_takes_the_first_ones_place(
    tmp_path: Path, agent: AgentRole, events: "queue.Queue[Event]"
) -> None:
    first = Peer(tmp_path / "agent.sock")
    first.say(wire.Attach(b"1" * 32))
    assert events.get(timeout=LIMIT_S) == AgentAttached(b"1" * 32)
    second = Peer(tmp_path / "agent.sock")
    second.say(wire.Attach(b"2" * 32))
    assert events.get(timeout=LIMIT_S) == AgentAttached(b"2" * 32)
    assert first.line() == b""
    agent.tell(wire.Kept("mark", 5))
    assert msgspec.json.decode(second.line(), type=wire.ToAgent) == wire.Kept("mark", 5)
    first.close()
    second.close()


def test_an_agent_that_leaves_lines_unread_is_closed(
    tmp_path: Path, agent: AgentRole, events: "queue.Queue[Event]"
) -> None:
    peer = Peer(tmp_path / "agent.sock")
    peer.say(wire.Attach(b"1" * 32))
    assert events.get(timeout=LIMIT_S) == AgentAttached(b"1" * 32)
    line = wire.Refused("document", "x" * 60_000)
    for _ in range(OUTBOX_LINES_MAX + 64):
        agent.tell(line)
    # Reading on frees the writer, which then ends what is queued and closes.
    while peer.line():
        pass
    assert events.get(timeout=LIMIT_S) == AgentDetached()
    peer.close()


def test_stopping_ends_every_thread(tmp_path: Path, events: "queue.Queue[Event]") -> None:
    before = set(threading.enumerate())
    role = ScreenRole(tmp_path, events.put)
    role.start()
    peers = [Peer(tmp_path / "screen.sock") for _ in range(3)]
    for _ in peers:
        events.get(timeout=LIMIT_S)
    role.stop()
    assert set(threading.enumerate()) - before == set()
    assert not os.path.lexists(tmp_path / "screen.sock")
    for peer in peers:
        peer.close()
