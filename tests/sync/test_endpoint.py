"""The endpoint against requests that are forged, damaged, repeated or out of order."""

import gzip
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from kiosk.cloud import LedgerRequest, StatusRequest
from kiosk.records import SoftwareStarted, digest, encode
from kiosk.wire import SignedRecord
from sync.agent import signing
from sync.agent.answers import peek_mark
from sync.agent.http import Http
from sync.agent.signing import Signer
from sync.endpoint.tables import forks
from tests.sync.books import rows
from tests.sync.machine import Machine, deposit
from tests.sync.peer import GZIP, JSON, Peer, problem, taken
from tests.sync.places import CLOCK, get_json


def test_duplicates_are_told_and_change_nothing(peer: Peer) -> None:
    records = peer.machine.records
    assert taken(peer.send(records[:7])).exceptions == ()
    before = get_json(f"{peer.url}/books.json")["deposits"]
    again = taken(peer.send(records[:7]))
    assert {one.verdict for one in again.exceptions} == {"duplicate"}
    assert get_json(f"{peer.url}/books.json")["deposits"] == before
    # Cut differently: records 5 to 7 are known, the rest is new.
    mixed = taken(peer.send(records[4:]))
    assert [one.seq for one in mixed.exceptions] == [5, 6, 7]
    assert peek_mark(mixed.mark).acked_through == 11
    # Never more than was sent, whatever is stored.
    assert peek_mark(taken(peer.send(records[:3])).mark).acked_through == 3
    assert len(get_json(f"{peer.url}/v1/credits?after=0")["credits"]) == 5


def test_a_gap_names_the_expected_record(peer: Peer) -> None:
    taken(peer.send(peer.machine.records[:3]))
    found = problem(peer.send(peer.machine.records[5:]), 409)
    assert found["type"] == "urn:kiosk:problem:gap" and found["expected_seq"] == 4


def test_a_fork_keeps_both_and_credits_neither_twice(peer: Peer, database: str) -> None:
    machine = peer.machine
    taken(peer.send(machine.records))
    other = deposit(11, subject="thief")
    prev = digest(machine.records[9].data)
    forked = machine.signed(11, encode(machine.record(11, prev, other)))
    for _ in range(2):
        found = problem(peer.send([*machine.records[8:10], forked]), 409)
        assert found["type"] == "urn:kiosk:problem:fork"
    credits_ = get_json(f"{peer.url}/v1/credits?after=0")["credits"]
    assert len(credits_) == 5 and {one["subject"] for one in credits_} == {"resident-1"}
    kept = rows(database, select(forks.c.seq, forks.c.hash))
    assert kept == [(11, digest(forked.data))]


def test_a_broken_chain_is_refused_whole(peer: Peer) -> None:
    records = list(peer.machine.records)
    stray = encode(peer.machine.record(4, "0" * 64, SoftwareStarted("x", 0)))
    records[3] = peer.machine.signed(4, stray)
    assert problem(peer.send(records), 422)["type"] == "urn:kiosk:problem:chain"
    assert get_json(f"{peer.url}/books.json")["acked_through"] == 0


def test_a_record_signed_by_another_key_is_refused_whole(peer: Peer) -> None:
    records = list(peer.machine.records[:4])
    records[3] = Machine().signed(4, records[3].data)
    found = problem(peer.send(records), 422)
    assert found["type"] == "urn:kiosk:problem:record-signature"
    assert get_json(f"{peer.url}/books.json")["acked_through"] == 0


def test_a_changed_amount_breaks_the_chain_wherever_it_stands(peer: Peer) -> None:
    for place in (4, 10):
        records = list(peer.machine.records)
        richer = records[place].data.replace(b'"amount_minor":144', b'"amount_minor":999')
        assert richer != records[place].data
        records[place] = SignedRecord(place + 1, richer, records[place].sig)
        assert problem(peer.send(records), 422)
    assert get_json(f"{peer.url}/books.json")["acked_through"] == 0


def test_a_record_before_an_unreadable_one_vouches_for_itself(peer: Peer) -> None:
    """The chain is broken where nobody can read ``prev``: what is before it is judged alone."""
    records = list(peer.machine.records[:2])
    richer = deposit(3, subject="thief")
    forged = encode(peer.machine.record(3, digest(records[1].data), richer))
    records.append(Machine().signed(3, forged))
    records.append(peer.machine.signed(4, b"\xff nobody reads this"))
    assert problem(peer.send(records), 422)["type"] == "urn:kiosk:problem:record-signature"
    records[2] = peer.machine.signed(3, forged)
    assert taken(peer.send(records)).exceptions[0].seq == 4


def test_signed_but_unreadable_records_are_stored_as_suspect(peer: Peer) -> None:
    machine = peer.machine
    taken(peer.send(machine.records))
    prev = digest(machine.records[-1].data)
    future = msgspec.json.decode(encode(machine.record(12, prev, deposit(12))))
    future["body"]["kind"] = "deposit_of_the_future"
    twelfth = machine.signed(12, msgspec.json.encode(future))
    thirteenth = machine.signed(13, b"\xff not JSON at all")
    last = encode(machine.record(14, digest(thirteenth.data), SoftwareStarted("x", 0)))
    answer = taken(peer.send([twelfth, thirteenth, machine.signed(14, last)]))
    assert [(one.seq, one.verdict) for one in answer.exceptions] == [
        (12, "stored_suspect"),
        (13, "stored_suspect"),
    ]
    assert peek_mark(answer.mark).acked_through == 14
    books = get_json(f"{peer.url}/books.json")
    assert books["suspects"] == 2 and len(books["deposits"]) == 5


def test_a_quarantined_record_is_stored_unread(peer: Peer) -> None:
    records = peer.machine.records
    taken(peer.send(records[:2]))
    broken = SignedRecord(3, records[2].data, b"no signature")
    assert problem(peer.send([broken]), 422)
    answer = taken(peer.send([broken], quarantined=(3,)))
    assert [(one.verdict, one.type) for one in answer.exceptions] == [
        ("stored_suspect", "quarantined")
    ]
    taken(peer.send(records[3:]))
    books = get_json(f"{peer.url}/books.json")
    assert books["acked_through"] == 11
    assert [one["seq"] for one in books["deposits"]] == [5, 7, 9, 11]


def test_a_second_outcome_of_one_deposit_is_never_credited(peer: Peer) -> None:
    machine = peer.machine
    machine.append(replace_opened(deposit(12), opened_seq=10))
    machine.append(replace_opened(deposit(13), opened_seq=12))
    machine.append(replace_opened(deposit(14), opened_seq=12))
    answer = taken(peer.send(machine.records))
    assert [(one.seq, one.type) for one in answer.exceptions] == [
        (12, "second-outcome"),
        (14, "second-outcome"),
    ]
    assert len(get_json(f"{peer.url}/v1/credits?after=0")["credits"]) == 6


def replace_opened(body: Any, opened_seq: int) -> Any:
    return msgspec.structs.replace(body, opened_seq=opened_seq)


def test_only_what_is_paid_is_credited_whatever_its_amount_says(peer: Peer) -> None:
    machine = peer.machine
    for seq, outcome in ((12, "HELD"), (13, "VOID"), (14, "UNPRICED"), (15, "PAID")):
        body = replace_opened(deposit(seq), opened_seq=100 + seq)
        amount_minor = 0 if outcome == "PAID" else 144
        machine.append(msgspec.structs.replace(body, outcome=outcome, amount_minor=amount_minor))
    assert taken(peer.send(machine.records)).exceptions == ()
    credited = get_json(f"{peer.url}/v1/credits?after=0")["credits"]
    assert [one["receipt"] for one in credited] == [f"R{seq:06d}" for seq in (3, 5, 7, 9, 11)]
    assert get_json(f"{peer.url}/v1/credits?after=3")["credits"] == credited[3:]


def test_numbers_no_database_holds_are_suspect(peer: Peer) -> None:
    huge = msgspec.structs.replace(deposit(12), amount_minor=2**80)
    peer.machine.append(huge)
    answer = taken(peer.send(peer.machine.records))
    assert [one.seq for one in answer.exceptions] == [12]
    record = SignedRecord(2**70, b"x", b"")
    assert problem(peer.send([record]), 400)


def test_the_bodys_digest_and_signature_are_checked(peer: Peer) -> None:
    records = peer.machine.records
    for how in (
        {"sent": b"another body"},
        {"after": {"Content-Digest": "sha-256=:AAAA:"}},
        {"after": {"Content-Encoding": "identity"}},
        {"after": {"Signature": "kiosk=:AAAA:"}},
        {"after": {"Signature-Input": "kiosk=()"}},
        {"after": {"Signature": ""}},
    ):
        assert problem(peer.send(records, **how), 401), how
    assert problem(peer.http.exchange("POST", f"{peer.url}/v1/status", JSON, b"{}"), 401)
    assert get_json(f"{peer.url}/books.json")["acked_through"] == 0


def test_a_signature_for_one_path_does_not_open_another(peer: Peer) -> None:
    body = gzip.compress(b"{}", mtime=0)
    signed = Signer(peer.transport, CLOCK).sign("POST", f"{peer.url}/v1/status", GZIP, body)
    answer = peer.http.exchange("POST", f"{peer.url}/v1/ledgers", signed, body)
    assert problem(answer, 401)


@pytest.mark.parametrize("left_out", ["@method", "@authority", "@path", "@query", "content-type"])
def test_a_signature_that_covers_too_little_is_refused(
    peer: Peer, monkeypatch: pytest.MonkeyPatch, left_out: str
) -> None:
    for name in ("SIGNED_COMPONENTS", "SIGNED_BODY_COMPONENTS"):
        covered = tuple(one for one in getattr(signing, name) if one != left_out)
        monkeypatch.setattr(signing, name, covered)
    found = problem(peer.send(peer.machine.records), 401)
    assert "not covered" in found["detail"]


def test_an_unknown_machine_is_refused(peer: Peer) -> None:
    stranger = Ed25519PrivateKey.generate()
    found = problem(peer.send(peer.machine.records, key=stranger), 401)
    assert found["type"] == "urn:kiosk:problem:unknown-machine"


def test_bombs_and_giants_are_refused_early(peer: Peer) -> None:
    path = f"/v1/ledgers/{peer.machine.ledger}/batches"
    bomb = gzip.compress(bytes(64 * 1024 * 1024), mtime=0)
    assert problem(peer.call("POST", path, bomb, headers=GZIP), 413)
    giant = bytes(600 * 1024)
    assert problem(peer.call("POST", path, giant, headers=JSON), 413)
    assert problem(peer.call("POST", path, b"not gzip", headers=GZIP), 400)
    assert problem(peer.call("POST", path, gzip.compress(b"{}")[:-4], headers=GZIP), 400)
    assert problem(peer.call("POST", path, gzip.compress(b"[]") * 2, headers=GZIP), 400)
    brotli = JSON | {"Content-Encoding": "br"}
    assert problem(peer.call("POST", path, b"{}", headers=brotli), 415)
    many = [SignedRecord(n, b"x", b"") for n in range(1, 202)]
    assert problem(peer.send(many), 413)
    assert problem(peer.send([peer.machine.records[0], peer.machine.records[2]]), 400)


def test_another_schema_is_told_what_is_offered(peer: Peer) -> None:
    path = f"/v1/ledgers/{peer.machine.ledger}/batches"
    body = msgspec.json.encode({"schema": 2, "parcels": []})
    found = problem(peer.call("POST", path, body), 426)
    assert found["type"] == "urn:kiosk:problem:schema" and found["schemas"] == [1]
    for nonsense in (b'{"schema":"2"}', b'{"schema":1}', b"{}", b"[]"):
        assert problem(peer.call("POST", path, nonsense), 400)


def test_a_ledger_that_was_followed_by_another_is_stale(peer: Peer) -> None:
    newer = LedgerRequest("b2" * 16, peer.machine.ledger, "restored", "board-1")
    answer = peer.call("POST", "/v1/ledgers", msgspec.json.encode(newer))
    assert answer.status == 200
    assert msgspec.json.decode(answer.body)["generation"] == 2
    found = problem(peer.send(peer.machine.records), 409)
    assert found["type"] == "urn:kiosk:problem:stale-generation"


def test_an_unknown_ledger_is_told_so(peer: Peer) -> None:
    assert problem(peer.call("GET", "/v1/ledgers/none"), 404)
    shown = peer.call("GET", f"/v1/ledgers/{peer.machine.ledger}")
    assert msgspec.json.decode(shown.body)["acked_through"] == 0


def test_documents_have_tags(peer: Peer) -> None:
    first = peer.call("GET", "/v1/documents/tariff")
    tag = {"If-None-Match": first.headers["etag"]}
    assert first.status == 200
    assert peer.call("GET", "/v1/documents/tariff", after=tag).status == 304
    assert problem(peer.call("GET", "/v1/documents/nothing"), 404)


def test_status_is_answered_with_versions(peer: Peer) -> None:
    status = StatusRequest("0.1.0", peer.machine.ledger, 11, 0, {})
    answer = peer.call("POST", "/v1/status", msgspec.json.encode(status))
    assert msgspec.json.decode(answer.body)["documents"]["tariff"] == 1


def test_a_heartbeat_may_name_any_number(peer: Peer) -> None:
    status = {"version": "0.1.0", "ledger": "", "documents": {"tariff": 2**70}}
    for number in (2**70, -(2**70)):
        beat = status | {"head_seq": number, "acked_through": number, "commands_through": number}
        assert peer.call("POST", "/v1/status", msgspec.json.encode(beat)).status == 200


def test_unknown_paths_and_methods_are_problems(url: str, http: Http) -> None:
    assert problem(http.exchange("GET", f"{url}/nothing", {}, None), 404)
    assert problem(http.exchange("POST", f"{url}/v1/enrol/", JSON, b"{}"), 404)
    answer = http.exchange("GET", f"{url}/v1/enrol", {}, None)
    assert problem(answer, 405) and answer.headers["allow"] == "POST"
    assert problem(http.exchange("GET", f"{url}/v1/credits?after=x", {}, None), 400)
