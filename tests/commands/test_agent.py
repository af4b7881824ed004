"""The agent between commands and the machine, and its transport key that another follows."""

import contextlib
import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk import cloud
from kiosk.envelope import key_id
from kiosk.keys import load_or_create, public_bytes
from kiosk.wire import Attach, FromAgent, Hello
from sync.agent.client import Client
from sync.agent.errands import Errands
from sync.agent.keyring import KeyRing
from sync.agent.link import Link
from sync.agent.signing import Signer
from sync.endpoint import commands, decisions
from sync.endpoint.database import sqlite_url
from sync.endpoint.operator import Operator
from sync.endpoint.tables import retired_keys
from tests.commands.turning import ask, beats, rotated, rotation
from tests.sync.controller import FakeController
from tests.sync.liar import Liar, Lie
from tests.sync.machine import Machine
from tests.sync.peer import Peer
from tests.sync.places import (
    CLOCK,
    QUICK,
    AgentProcess,
    make_config,
    make_desk,
    running_agent,
    running_endpoint,
)

DAY_MS = 24 * 3600 * 1000
CLOSE = cloud.CloseCompartment("paper-1")


@contextlib.contextmanager
def settled(tmp_path: Path, liar_url: str, desk: Operator) -> Iterator[FakeController]:
    """An enrolled machine with a running agent; everything it had is in the books."""
    settings, machine = make_config(tmp_path), Machine()
    machine.deposit()
    with (
        FakeController(tmp_path / "run" / "agent.sock", machine) as controller,
        running_agent(settings),
    ):
        controller.show_code(desk.new_code("yard-07"), liar_url)
        controller.wait_acked(3)
        yield controller


@pytest.fixture
def database(desk: Operator) -> str:
    """One kind is enough here; what is asked of databases is in test_keys."""
    return sqlite_url(desk.directory)


@pytest.fixture
def desk(tmp_path: Path) -> Operator:
    return make_desk(tmp_path / "desk", "http://127.0.0.1:1", interval_s=1)


def test_commands_reach_the_controller_and_diagnostics_the_cloud(
    tmp_path: Path, desk: Operator
) -> None:
    data = b"facts"
    sha256 = hashlib.sha256(data).hexdigest()
    with running_endpoint(desk.directory) as url, settled(tmp_path, url, desk) as controller:
        controller.upload(sha256, data)
        controller.wait(lambda: controller.uploaded == [sha256])
        commands.issue(desk, "yard-07-01", CLOSE, DAY_MS, "Li")
        controller.wait(lambda: controller.commands)
        assert commands.read(controller.commands[0], desk.root_public).order == CLOSE
    assert (desk.directory / "uploads" / "yard-07-01" / sha256).read_bytes() == data


def test_an_upload_that_fails_is_tried_again(tmp_path: Path, desk: Operator) -> None:
    data = b"facts"
    sha256 = hashlib.sha256(data).hexdigest()
    with (
        running_endpoint(desk.directory) as url,
        Liar(int(url.rpartition(":")[2])) as liar,
        settled(tmp_path, liar.url, desk) as controller,
    ):
        failures = 2

        def refuse(path: str, _body: bytes) -> Lie | None:
            nonlocal failures
            if "blobs" not in path or failures == 0:
                return None
            failures -= 1
            return Lie(500)

        liar.refuse = refuse
        controller.upload(sha256, data)
        controller.wait(lambda: controller.uploaded == [sha256])
        assert liar.count("blobs") == 3


def test_the_operators_interval_is_kept(tmp_path: Path, desk: Operator) -> None:
    """The server says every second; the operator commanded every hour."""
    with (
        running_endpoint(desk.directory) as url,
        Liar(int(url.rpartition(":")[2])) as liar,
        settled(tmp_path, liar.url, desk) as controller,
    ):
        controller.interval_s = 3600
        before = liar.count("status")
        controller.announce()
        liar.wait_count("status", before + 1)
        beats = liar.count("status")
        controller.machine.deposit()
        controller.announce()
        controller.wait_acked(5)
        # Nothing but time would bring another: the machine's own interval is an hour now.
        assert liar.count("status") <= beats + 1


# ---- the transport key ----


class KilledError(BaseException):
    """As by kill -9."""


POINTS = ("key made", "request sent", "answer read", "file replaced")


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_the_agent_goes_on(
    point: str, tmp_path: Path, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the kill, whatever is on the disk signs requests the cloud accepts, and the rotation
    ends with one key on both sides."""
    home = tmp_path / "agent"
    home.mkdir()
    os.link(_written(tmp_path, peer.transport), home / "transport.key")
    link, hello = _Ear(), _hello(peer)
    with monkeypatch.context() as patch:
        _kill_at(point, patch)
        with pytest.raises(KilledError):
            _errands(home, peer).renew(link, hello)
    left = KeyRing(home)
    assert beats(peer, left.key) == 200, "what it finds is accepted"
    _errands(home, peer).renew(link, hello)
    after = KeyRing(home)
    assert after.following is None and after.id != hello.replace_key
    assert beats(peer, after.key) == 200
    assert not (home / "transport.next.key").exists()
    if point != "file replaced":
        assert link.attached == [after.public]


def test_an_answer_lost_longer_than_the_overlap_is_asked_for_by_the_new_key(
    tmp_path: Path, peer: Peer, database: str
) -> None:
    home = tmp_path / "agent"
    home.mkdir()
    os.link(_written(tmp_path, peer.transport), home / "transport.key")
    following = KeyRing(home).begin()
    rotated(ask(peer, rotation(peer, peer.transport, following), peer.transport))

    async def forget(connection: AsyncConnection) -> None:
        await connection.execute(update(retired_keys).values(until_ms=1))

    decisions.change(database, forget)
    assert beats(peer, peer.transport) == 401
    link = _Ear()
    _errands(home, peer).renew(link, _hello(peer))
    assert link.attached == [public_bytes(following)]
    assert beats(peer, KeyRing(home).key) == 200


def test_the_agents_process_is_killed_while_it_waits_for_the_answer(
    tmp_path: Path, desk: Operator
) -> None:
    settings, machine = make_config(tmp_path), Machine()
    with (
        running_endpoint(desk.directory) as url,
        Liar(int(url.rpartition(":")[2])) as liar,
        FakeController(tmp_path / "run" / "agent.sock", machine) as controller,
    ):
        asked, dead = threading.Event(), threading.Event()

        def hold(path: str, _body: bytes, _truth: Lie) -> Lie | None:
            if "keys" in path and not dead.is_set():
                asked.set()
                dead.wait(20)
            return None

        liar.tell = hold
        process = AgentProcess(tmp_path)
        controller.show_code(desk.new_code("yard-07"), liar.url)
        controller.wait_acked(1)
        first = controller.transport_key
        assert first is not None
        controller.replace_key = key_id(first)
        controller.announce()
        assert asked.wait(20)
        process.kill()
        dead.set()
        with running_agent(settings):
            controller.wait(lambda: controller.transport_key not in (None, first))
            controller.machine.deposit()
            controller.announce()
            controller.wait_acked(3)


# ---- pieces ----


class _Ear(Link):
    """The line to a controller that only listens."""

    def __init__(self) -> None:
        self.attached: list[bytes] = []

    def send(self, message: FromAgent) -> None:
        assert isinstance(message, Attach)
        self.attached.append(message.transport_key)


def _written(tmp_path: Path, key: Ed25519PrivateKey) -> Path:
    path = tmp_path / "made.key"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
    assert public_bytes(load_or_create(path)) == public_bytes(key)
    return path


def _errands(home: Path, peer: Peer) -> Errands:
    """As a started agent has them: the keys as the disk holds them."""
    ring = KeyRing(home)
    client = Client(peer.http, Signer(ring.key, CLOCK))
    return Errands(ring, client, CLOCK, Random(1), QUICK)


def _hello(peer: Peer) -> Hello:
    return Hello(
        kiosk=peer.machine.kiosk,
        url=peer.url,
        ledger=peer.machine.ledger,
        board=peer.machine.board,
        record_key=public_bytes(peer.machine.key),
        head_seq=1,
        acked_through=0,
        documents={},
        replace_key=key_id(public_bytes(peer.transport)),
    )


def _kill_at(point: str, patch: pytest.MonkeyPatch) -> None:
    rotate, finish = Client.rotate, KeyRing.finish

    def cut_rotate(self: Client, *told: Any) -> None:
        if point == "request sent":
            rotate(self, *told)
        raise KilledError

    def cut_finish(self: KeyRing) -> None:
        if point == "file replaced":
            finish(self)
        raise KilledError

    if point in ("key made", "request sent"):
        patch.setattr(Client, "rotate", cut_rotate)
    else:
        patch.setattr(KeyRing, "finish", cut_finish)
