"""Enrolment: a code is good once, for a day, for a site, and binds both keys."""

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.keys import public_bytes
from sync.agent.http import Answer, Http
from sync.endpoint.operator import CODE_LIFE_MS, CodeOnFile, Operator, hash_code, write_durably
from tests.sync.machine import Machine
from tests.sync.peer import Peer, enrol, problem, taken
from tests.sync.places import CLOCK


def test_a_code_is_good_once_but_its_answer_may_be_asked_for_again(
    desk: Operator, url: str, http: Http
) -> None:
    machine, transport = Machine(), Ed25519PrivateKey.generate()
    code = desk.new_code("yard-07").code
    statement = machine.statement("yard-07", code, public_bytes(transport))
    first, again = (enrol(http, url, statement, code) for _ in range(2))
    assert (first.status, again.status) == (201, 201) and first.body == again.body
    # The server has taken the code in; the desk keeps none lying about.
    assert list((desk.directory / "codes").iterdir()) == []
    thief = Machine(ledger="c3" * 16)
    stolen = thief.statement("yard-07", code, public_bytes(Ed25519PrivateKey.generate()))
    assert "used" in problem(enrol(http, url, stolen, code), 403)["title"]


def test_codes_that_are_not_good(desk: Operator, url: str, http: Http) -> None:
    transport = public_bytes(Ed25519PrivateKey.generate())

    def ask(site: str, code: str) -> Answer:
        return enrol(http, url, Machine().statement(site, code, transport), code)

    assert "not known" in problem(ask("yard-07", "guess"), 403)["title"]
    assert "another site" in problem(ask("yard-08", desk.new_code("yard-07").code), 403)["title"]
    now_ms = CLOCK.wall().utc_ms
    assert now_ms is not None
    old = CodeOnFile(hash_code("old"), "yard-07", now_ms - 1)
    write_durably(desk.directory / "codes" / "old.json", msgspec.json.encode(old))
    assert "expired" in problem(ask("yard-07", "old"), 403)["title"]
    assert CODE_LIFE_MS == 86_400_000


def test_statements_that_do_not_hold(desk: Operator, url: str, http: Http) -> None:
    code = desk.new_code("yard-07").code
    transport = public_bytes(Ed25519PrivateKey.generate())
    good = Machine().statement("yard-07", code, transport)
    forged = good.replace(b'"sig":"', b'"sig":"AA')
    other = Machine().statement("yard-07", "another", transport)
    for statement in (b"", b"{}", forged, other):
        problem(enrol(http, url, statement, code), 422)
    # None of them used the code up.
    assert enrol(http, url, good, code).status == 201


def test_a_machine_that_is_enrolled_again_keeps_its_name(
    peer: Peer, desk: Operator, url: str, http: Http
) -> None:
    code = desk.new_code("yard-07").code
    fresh = Ed25519PrivateKey.generate()
    statement = peer.machine.statement("yard-07", code, public_bytes(fresh))
    answer = enrol(http, url, statement, code)
    assert msgspec.json.decode(answer.body)["kiosk"] == peer.machine.kiosk
    assert problem(peer.send(peer.machine.records), 401)
    taken(peer.send(peer.machine.records, key=fresh))


def test_two_machines_of_a_site_are_told_apart(
    peer: Peer, desk: Operator, url: str, http: Http
) -> None:
    code = desk.new_code("yard-07").code
    second = Machine(ledger="d4" * 16)
    transport = public_bytes(Ed25519PrivateKey.generate())
    answer = enrol(http, url, second.statement("yard-07", code, transport), code)
    assert msgspec.json.decode(answer.body)["kiosk"] == "yard-07-02"
    third_code = desk.new_code("yard-07").code
    squatter = Machine(ledger=peer.machine.ledger)
    statement = squatter.statement("yard-07", third_code, public_bytes(peer.transport))
    assert problem(enrol(http, url, statement, third_code), 403)
    other = public_bytes(Ed25519PrivateKey.generate())
    statement = squatter.statement("yard-07", third_code, other)
    assert problem(enrol(http, url, statement, third_code), 409)
