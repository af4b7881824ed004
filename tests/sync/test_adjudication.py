"""HELD deposits: decided once, credited once, told to the machine, closed by its correction."""

import argparse
import threading
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from kiosk import documents
from kiosk.cli import endpoint as command
from kiosk.documents import Adjudication, Adjudications, Document, unsettled
from kiosk.envelope import unseal
from kiosk.records import Correction, digest
from sync.agent.http import Answer
from sync.endpoint import decisions
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator
from sync.endpoint.tables import adjudications
from tests.sync.books import rows
from tests.sync.peer import JSON, Peer, problem, taken
from tests.sync.places import CLOCK, get_json


@pytest.fixture
def held(peer: Peer) -> Peer:
    """A machine with record 13 HELD and sent."""
    peer.machine.deposit(outcome="HELD")
    taken(peer.send(peer.machine.records))
    return peer


def credits_of(peer: Peer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get_json(f"{peer.url}/v1/credits?after=5")["credits"]
    return found


def decision(peer: Peer, **changes: Any) -> Adjudication:
    made = Adjudication(
        ledger=peer.machine.ledger,
        seq=13,
        hash=digest(peer.machine.records[12].data),
        amount_minor=144,
        currency="CNY",
        who="Wang",
        why="seen on the photograph",
        decided_ms=1_795_420_800_000,
    )
    return msgspec.structs.replace(made, **changes)


def envelope(desk: Operator, *decided: Adjudication, scope: str = "kiosk:yard-07-01") -> bytes:
    version = desk.publish("adjudications", Adjudications(decided), scope)
    path = desk.directory / "documents" / f"adjudications-{version:08d}.json"
    found = path.read_bytes()
    path.unlink()  # Posted, not dropped.
    return found


def post(peer: Peer, body: bytes) -> Answer:
    return peer.http.exchange("POST", f"{peer.url}/v1/adjudications", JSON, body)


def test_a_decision_credits_once_and_comes_down(held: Peer, desk: Operator) -> None:
    assert credits_of(held) == []
    body = envelope(desk, decision(held))
    for _ in range(2):
        assert post(held, body).status == 201
    (credit,) = credits_of(held)
    assert credit["key"] == f"{held.machine.ledger}/13" and credit["amount_minor"] == 144
    found = held.call("GET", "/v1/documents/adjudications")
    document = documents.check(
        found.body,
        desk.root_public,
        kiosk="yard-07-01",
        site="yard-07",
        now=CLOCK.wall(),
        adopted=None,
    )
    assert isinstance(document.body, Adjudications)
    settled = {(held.machine.ledger, 13)}
    assert [one.seq for one in unsettled(document.body, set())] == [13]
    assert unsettled(document.body, settled) == ()


def test_only_the_first_decision_stands(held: Peer, desk: Operator, database: str) -> None:
    assert post(held, envelope(desk, decision(held))).status == 201
    richer = envelope(desk, decision(held, amount_minor=999))
    assert problem(post(held, richer), 409)["type"] == "urn:kiosk:problem:decided"
    assert [one["amount_minor"] for one in credits_of(held)] == [144]
    assert rows(database, select(adjudications.c.amount_minor)) == [(144,)]
    # The refused document is not in force either.
    found = held.call("GET", "/v1/documents/adjudications")
    assert b"999" not in unseal(found.body, documents.DOCUMENT_TYPE, (desk.root_public,))


def test_two_who_decide_at_once_credit_once(held: Peer, desk: Operator) -> None:
    bodies = [envelope(desk, decision(held, amount_minor=100 + n, who=f"w{n}")) for n in range(4)]
    statuses: list[int] = []
    begin = threading.Barrier(len(bodies))

    def decide(body: bytes) -> None:
        begin.wait(10)
        peer = Peer(held.url, held.machine, type(held.http)(CLOCK), held.transport)
        statuses.append(post(peer, body).status)
        peer.http.close()

    threads = [threading.Thread(target=decide, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(statuses) == [201, 409, 409, 409]
    assert len(credits_of(held)) == 1


def test_rejected_is_decided_without_a_credit(held: Peer, desk: Operator) -> None:
    assert post(held, envelope(desk, decision(held, amount_minor=0))).status == 201
    assert credits_of(held) == []
    assert problem(post(held, envelope(desk, decision(held))), 409)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"seq": 12}, 404),
        ({"seq": 11}, 404),
        ({"ledger": "00" * 16}, 404),
        ({"hash": "0" * 64}, 422),
        ({"currency": "EUR"}, 422),
    ],
)
def test_decisions_about_something_else_are_refused(
    held: Peer, desk: Operator, changes: dict[str, Any], status: int
) -> None:
    """11 is PAID: never reversed, never paid again."""
    good = decision(held)
    body = envelope(desk, good, decision(held, **changes))
    problem(post(held, body), status)
    assert credits_of(held) == [], "all or none"


def test_other_scopes_names_and_signatures_are_refused(held: Peer, desk: Operator) -> None:
    problem(post(held, envelope(desk, decision(held), scope="*")), 422)
    problem(post(held, envelope(desk, decision(held), scope="kiosk:other")), 422)
    tariff = (desk.directory / "documents" / "tariff-00000001.json").read_bytes()
    problem(post(held, tariff), 403)
    body = envelope(desk, decision(held))
    problem(post(held, body.replace(b'"sig":"', b'"sig":"AAAA')), 403)
    document = Document("adjudications", "kiosk:x", 9, 0, None, Adjudications(()))
    strange = documents.issue(document, desk.issuer_key)
    problem(post(held, strange), 403)
    problem(post(held, b"{}"), 403)
    assert credits_of(held) == []


def test_a_correction_closes_it_and_credits_nothing(
    held: Peer, desk: Operator, database: str
) -> None:
    assert post(held, envelope(desk, decision(held))).status == 201
    correction = Correction(
        of_ledger=held.machine.ledger,
        of_seq=13,
        receipt="R000013",
        amount_minor=144,
        currency="CNY",
        who="Wang",
        why="seen on the photograph",
        version=1,
    )
    held.machine.append(correction)
    taken(held.send(held.machine.records[13:]))
    assert rows(database, select(adjudications.c.corrected_seq)) == [(14,)]
    assert len(credits_of(held)) == 1


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.run(parser.parse_args(words))


def test_the_command_line_lists_decides_and_audits(
    held: Peer, desk: Operator, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    where = (str(desk.directory), "--database", database)
    of = ("--ledger", held.machine.ledger, "--seq", "13", "--who", "Wang", "--why", "seen")
    assert run("held", *where) == 0
    assert f"{held.machine.ledger} 13  yard-07-01" in capsys.readouterr().out
    assert run("adjudicate", *where, *of, "--amount", "1.44") == 0
    # A heartbeat makes the server look at the desk.
    beat = {"version": "1", "ledger": "", "head_seq": 1, "acked_through": 0, "documents": {}}
    answer = held.call("POST", "/v1/status", msgspec.json.encode(beat))
    assert msgspec.json.decode(answer.body)["documents"]["adjudications"] == 1
    assert len(credits_of(held)) == 1
    with pytest.raises(EndpointError, match="for good"):
        run("adjudicate", *where, *of, "--reject")
    capsys.readouterr()
    assert run("held", *where) == 0 and capsys.readouterr().out == ""
    assert run("audit", *where) == 0
    assert "13 records checked, 0 findings" in capsys.readouterr().out


def test_later_decisions_carry_the_earlier_ones_along(
    held: Peer, desk: Operator, database: str
) -> None:
    """A machine that was off-line fetches only the newest version."""
    held.machine.deposit(outcome="HELD")
    taken(held.send(held.machine.records[13:]))
    ledger = held.machine.ledger
    for seq in (13, 15):
        decisions.decide(desk, database, ledger, seq, seq, "Wang", "seen")
        beat = {"version": "1", "ledger": "", "head_seq": 1, "acked_through": 0, "documents": {}}
        assert held.call("POST", "/v1/status", msgspec.json.encode(beat)).status == 200
    found = held.call("GET", "/v1/documents/adjudications")
    payload = unseal(found.body, documents.DOCUMENT_TYPE, (desk.root_public,))
    body = msgspec.json.decode(payload, type=Document).body
    assert isinstance(body, Adjudications) and [one.seq for one in body.decided] == [13, 15]
    assert [one["amount_minor"] for one in credits_of(held)] == [13, 15]
