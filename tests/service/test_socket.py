"""The technicians' socket and command, over a real Unix socket."""

import io
import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import wire
from kiosk.cli import service
from kiosk.cli.main import main
from kiosk.events import Event, ServiceAsked, ServiceLeft
from kiosk.roles.service import ServiceRole
from kiosk.service.client import ServiceError
from kiosk.wire import ServiceSaid
from tests.controller.test_config import GOOD
from tests.controller.test_roles import LIMIT_S, Peer

Events = queue.Queue[Event]
CHECK = wire.CheckMass("paper", 5_000, "Wang")


@pytest.fixture
def events() -> Events:
    return queue.Queue()


@pytest.fixture
def role(tmp_path: Path, events: Events) -> Iterator[ServiceRole]:
    role = ServiceRole(tmp_path, events.put)
    role.start()
    yield role
    role.stop()


def asked(events: Events) -> ServiceAsked:
    event = events.get(timeout=LIMIT_S)
    assert isinstance(event, ServiceAsked)
    return event


def test_each_answer_goes_to_who_asked(role: ServiceRole, events: Events, tmp_path: Path) -> None:
    peers = [Peer(tmp_path / "service.sock") for _ in range(2)]
    lines = []
    for peer in peers:
        peer.say(CHECK)
        event = asked(events)
        assert event.request == CHECK
        lines.append(event.line)
    role.answer(lines[1], ServiceSaid("second"))
    role.answer(lines[0], ServiceSaid("first", True))
    assert b'"first"' in peers[0].line()
    assert b'"second"' in peers[1].line()
    peers[0].close()
    assert events.get(timeout=LIMIT_S) == ServiceLeft(lines[0])
    role.answer(lines[0], ServiceSaid("nobody hears this"))
    peers[1].close()


@pytest.mark.parametrize(
    "line",
    [
        b"nonsense\n",
        b'{"type":"open_door","compartment":"paper"}\n',
        b'{"type":"check_mass","compartment":"paper","grams":0,"who":"W"}\n',
        b'{"type":"accept_mass","compartment":"paper","who":"","why":"x"}\n',
    ],
)
def test_what_is_no_request_is_refused(
    role: ServiceRole, events: Events, tmp_path: Path, line: bytes
) -> None:
    peer = Peer(tmp_path / "service.sock")
    peer.sock.sendall(line)
    assert b"not understood" in peer.line()
    assert peer.line() == b""
    peer.close()
    assert isinstance(events.get(timeout=LIMIT_S), ServiceLeft)


def test_the_command_prints_every_sentence(
    role: ServiceRole, events: Events, tmp_path: Path
) -> None:
    def technician_is_answered() -> None:
        line = asked(events).line
        role.answer(line, ServiceSaid("adjust it", asks=True))
        assert asked(events).request == wire.Proceed()
        role.answer(line, ServiceSaid("recorded", True))

    machine = threading.Thread(target=technician_is_answered)
    machine.start()
    out = io.StringIO()
    request = wire.Calibrate("paper", 5_000, "Wang", "yearly")
    assert service.converse(tmp_path / "service.sock", request, io.StringIO("\n"), out) == 0
    machine.join(LIMIT_S)
    assert out.getvalue() == "adjust it\npress Enter when that is done: recorded\n"


def test_a_refusal_is_exit_status_1(role: ServiceRole, events: Events, tmp_path: Path) -> None:
    def machine_refuses() -> None:
        role.answer(asked(events).line, ServiceSaid("somebody is being served", False))

    machine = threading.Thread(target=machine_refuses)
    machine.start()
    out = io.StringIO()
    assert service.converse(tmp_path / "service.sock", CHECK, io.StringIO(), out) == 1
    machine.join(LIMIT_S)


def test_a_controller_that_ends_meanwhile(events: Events, tmp_path: Path) -> None:
    role = ServiceRole(tmp_path, events.put)
    role.start()

    def machine_ends() -> None:
        asked(events)
        role.stop()

    machine = threading.Thread(target=machine_ends)
    machine.start()
    with pytest.raises(ServiceError, match="ended before it was done"):
        service.converse(tmp_path / "service.sock", CHECK, io.StringIO(), io.StringIO())
    machine.join(LIMIT_S)


def test_nobody_to_ask_is_exit_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "kiosk.toml"
    path.write_text(GOOD.replace("/run/kiosk", str(tmp_path)), encoding="utf-8")
    words = ["service", "accept-mass", "paper", "--why", "bag changed", "--config", str(path)]
    assert main(words) == 2
    assert "is the controller running" in capsys.readouterr().err
