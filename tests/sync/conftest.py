"""What the tests of agent and endpoint start from."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.cloud import EnrolAnswer
from kiosk.keys import public_bytes
from sync.agent.http import Http
from sync.endpoint.database import sqlite_url
from sync.endpoint.operator import Operator
from tests.sync.machine import Machine
from tests.sync.peer import Peer, enrol
from tests.sync.places import CLOCK, make_desk, running_endpoint
from tests.sync.postgres import Postgres, programs


@pytest.fixture
def desk(tmp_path: Path) -> Operator:
    return make_desk(tmp_path / "desk", "http://127.0.0.1:1")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    # Tests kill processes, never the kernel; benches measure with fsync.
    with Postgres(fsync=False) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, desk: Operator) -> Iterator[str]:
    """An empty database of each kind the endpoint runs on."""
    if request.param == "sqlite":
        yield sqlite_url(desk.directory)
        return
    server: Postgres = request.getfixturevalue("postgres")
    address = server.new_database()
    yield address
    server.give_back(address)


@pytest.fixture
def url(desk: Operator, database: str) -> Iterator[str]:
    with running_endpoint(desk.directory, database) as url:
        yield url


@pytest.fixture
def http() -> Iterator[Http]:
    http = Http(CLOCK)
    yield http
    http.close()


@pytest.fixture
def peer(desk: Operator, url: str, http: Http) -> Peer:
    """An enrolled machine with five deposits: 11 records."""
    machine, transport = Machine(), Ed25519PrivateKey.generate()
    code = desk.new_code("yard-07")
    statement = machine.statement("yard-07", code.code, public_bytes(transport))
    answer = enrol(http, url, statement, code.code)
    assert answer.status == 201, answer.body
    machine.kiosk = msgspec.json.decode(answer.body, type=EnrolAnswer).kiosk
    for _ in range(5):
        machine.deposit()
    return Peer(url, machine, http, transport)
