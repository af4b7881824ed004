"""An endpoint that cannot keep up says so, at once and with a time to come back."""

import asyncio
import queue
import sqlite3
import threading

import asyncpg
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from starlette.requests import Request

from kiosk.cloud import StatusRequest
from kiosk.keys import public_bytes
from sync.agent import answers
from sync.agent.answers import trouble
from sync.agent.http import Answer, Http
from sync.agent.outcomes import Busy
from sync.endpoint import away, database
from sync.endpoint.database import sqlite_url
from sync.endpoint.operator import Operator
from tests.sync.machine import Machine
from tests.sync.peer import Peer, enrol
from tests.sync.places import CLOCK, running_endpoint


def test_who_would_wait_too_long_for_the_books_is_sent_away(
    desk: Operator, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "WAIT_S", 0.05)
    machine, transport = Machine(), Ed25519PrivateKey.generate()
    code = desk.new_code("yard-07").code
    status = msgspec.json.encode(StatusRequest("0.1.0", machine.ledger, 1, 0, {}))
    found: queue.Queue[Answer] = queue.Queue()

    with running_endpoint(desk.directory) as url:
        statement = machine.statement("yard-07", code, public_bytes(transport))
        assert enrol(http, url, statement, code).status == 201

        def ask() -> None:
            own = Http(CLOCK)
            found.put(Peer(url, machine, own, transport).call("POST", "/v1/status", status))
            own.close()

        books = sqlite3.connect(
            make_url(sqlite_url(desk.directory)).database or "", isolation_level=None
        )
        books.execute("BEGIN IMMEDIATE")
        asking = [threading.Thread(target=ask) for _ in range(2)]
        for one in asking:
            one.start()
        # One holds the only connection that writes and waits for the lock; the other for it.
        refused = found.get(timeout=20)
        books.execute("ROLLBACK")
        books.close()
        for one in asking:
            one.join(20)
        heard = found.get(timeout=20)
    assert (refused.status, heard.status) == (503, 200)
    problem = answers.problem_of(refused)
    assert problem is not None and problem.type == "urn:kiosk:problem:busy"
    assert trouble(refused) == Busy(away.RETRY_AFTER_S * 1000)


@pytest.mark.parametrize(
    ("error", "away_now"),
    [
        (OperationalError("SELECT", {}, Exception("database is locked")), True),
        (DBAPIError("SELECT", {}, Exception("terminated"), connection_invalidated=True), True),
        (TimeoutError(), True),
        (ConnectionRefusedError(), True),
        (asyncpg.CannotConnectNowError("the database system is starting up"), True),
        (IntegrityError("INSERT", {}, Exception("a bug of ours")), False),
        (DBAPIError("SELECT", {}, Exception("a bug of ours")), False),
    ],
)
def test_a_bug_is_not_taken_for_a_database_that_is_away(error: Exception, away_now: bool) -> None:
    request = Request({"type": "http", "headers": []})
    assert any(isinstance(error, kind) for kind in away.TROUBLES)
    if away_now:
        answer = asyncio.run(away.answer_away(request, error))
        assert (answer.status_code, answer.headers["retry-after"]) == (
            503,
            str(away.RETRY_AFTER_S),
        )
        return
    with pytest.raises(type(error)):
        asyncio.run(away.answer_away(request, error))
