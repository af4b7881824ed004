"""What systemd is told, through a real datagram socket."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.notify import Notifier


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """The name for NOTIFY_SOCKET, and where the messages arrive."""
    name = f"@kiosk-test-{os.getpid()}" if request.param == "abstract" else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(name.replace("@", "\0", 1))
        sock.settimeout(5)
        yield name, sock


def test_each_message_arrives(systemd: tuple[str, socket.socket]) -> None:
    name, sock = systemd
    notifier = Notifier({"NOTIFY_SOCKET": name})
    notifier.ready()
    notifier.ready("4 compartments")
    notifier.watchdog()
    notifier.status("two\nlines")
    notifier.stopping()
    assert [sock.recv(4096) for _ in range(5)] == [
        b"READY=1",
        b"READY=1\nSTATUS=4 compartments",
        b"WATCHDOG=1",
        b"STATUS=two lines",
        b"STOPPING=1",
    ]


def test_without_systemd_or_with_a_dead_one_nothing_happens(tmp_path: Path) -> None:
    for env in ({}, {"NOTIFY_SOCKET": str(tmp_path / "gone")}):
        Notifier(env).ready()
        Notifier(env).watchdog()


def test_a_supervisor_that_does_not_read_blocks_nobody(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify")})
        for _ in range(2000):
            notifier.watchdog()


@pytest.mark.parametrize(
    ("env", "half_ms"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "10000000"}, 5000),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": str(os.getpid())}, 5000),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "1"}, 1),
    ],
)
def test_the_watchdog_is_fed_twice_as_often_as_asked(
    env: dict[str, str], half_ms: int | None
) -> None:
    assert Notifier(env).watchdog_ms == half_ms
