"""What a machine sends again from an earlier ledger counts once, by its hash."""

from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.cloud import LedgerRequest
from kiosk.records import Resent, SoftwareStarted, digest
from kiosk.wire import SignedRecord
from sync.endpoint.operator import Operator
from tests.sync.machine import Machine
from tests.sync.peer import Peer, taken
from tests.sync.places import get_json
from tests.sync.test_copies import approve

NEW = "b2" * 16


def resent(machine: Machine, signed: SignedRecord, **changes: Any) -> Resent:
    whole = Resent(
        ledger=machine.ledger,
        seq=signed.seq,
        hash=digest(signed.data),
        data=signed.data,
        sig=signed.sig,
    )
    return msgspec.structs.replace(whole, **changes)


def credits_of(peer: Peer) -> list[str]:
    return [one["key"] for one in get_json(f"{peer.url}/v1/credits?after=0")["credits"]]


def follow(peer: Peer, ledger: str = NEW, board: str = "board-1") -> Peer:
    """The machine opens another ledger."""
    old = peer.machine
    fresh = Machine(ledger=ledger, kiosk=old.kiosk, board=board, key=old.key)
    after = Peer(peer.url, fresh, peer.http, peer.transport)
    asked = LedgerRequest(ledger, old.ledger, "restored", board)
    assert after.call("POST", "/v1/ledgers", msgspec.json.encode(asked)).status == 200
    return after


@pytest.fixture
def known(peer: Peer) -> Peer:
    """All but the last deposit of a machine are in the books."""
    taken(peer.send(peer.machine.records[:-1]))
    return peer


def test_what_was_not_acknowledged_is_credited_and_the_rest_is_not_again(known: Peer) -> None:
    before, old = credits_of(known), known.machine
    after = follow(known)
    for signed in old.records[1:]:
        after.machine.append(resent(old, signed))
    answer = taken(after.send(after.machine.records, generation=2))
    assert answer.exceptions == ()
    assert credits_of(known) == [*before, f"{NEW}/{len(old.records)}"]


def test_a_third_ledger_that_sends_it_once_more_credits_nothing(known: Peer) -> None:
    old = known.machine
    after = follow(known)
    after.machine.append(resent(old, old.records[-1]))
    taken(after.send(after.machine.records, generation=2))
    once = credits_of(known)
    third = follow(after, "c3" * 16)
    third.machine.append(resent(old, old.records[-1]))
    third.machine.append(resent(old, old.records[-1]))
    taken(third.send(third.machine.records, generation=3))
    assert credits_of(known) == once


def test_another_record_of_the_same_number_is_credited_for_itself(known: Peer) -> None:
    """A restored disk goes on selling under numbers that the cloud knows as others."""
    old = known.machine
    before = credits_of(known)
    twin = Machine(kiosk=old.kiosk, key=old.key)
    twin.append(SoftwareStarted("restored", 0))
    twin.deposit()
    assert digest(twin.records[2].data) != digest(old.records[2].data)
    after = follow(known)
    after.machine.append(resent(twin, twin.records[-1]))
    taken(after.send(after.machine.records, generation=2))
    assert len(credits_of(known)) == len(before) + 1


def test_of_a_board_that_waits_nothing_counts_until_it_is_approved(
    known: Peer, desk: Operator
) -> None:
    old, before = known.machine, credits_of(known)
    copy = follow(known, board="board-2")
    copy.machine.append(resent(old, old.records[-1]))
    fresh = Machine(ledger=old.ledger, kiosk=old.kiosk, key=old.key)
    fresh.append(SoftwareStarted("copy", 0))
    fresh.deposit()
    copy.machine.append(resent(fresh, fresh.records[-1]))
    taken(copy.send(copy.machine.records, generation=2))
    assert credits_of(known) == before
    # The machine it was copied from sends the one itself meanwhile; the other is the copy's own.
    taken(known.send(old.records[-1:]))
    once = [*before, f"{old.ledger}/{len(old.records)}"]
    assert credits_of(known) == once
    assert approve(desk, known).status == 204
    assert credits_of(known) == [*once, f"{NEW}/3"]


@pytest.mark.parametrize("what", ["hash", "ledger", "seq", "sig", "data", "stranger"])
def test_what_this_machine_did_not_sign_so_is_suspect(known: Peer, what: str) -> None:
    old, before = known.machine, credits_of(known)
    last = old.records[-1]
    stranger = Machine(key=Ed25519PrivateKey.generate())
    stranger.deposit()
    changes: dict[str, dict[str, Any]] = {
        "hash": {"hash": "00" * 32},
        "ledger": {"ledger": "dd" * 16},
        "seq": {"seq": last.seq + 1},
        "sig": {"sig": bytes(64)},
        "data": {"data": last.data.replace(b"144", b"944")},
        "stranger": {"data": stranger.records[-1].data, "sig": stranger.records[-1].sig},
    }
    after = follow(known)
    after.machine.append(resent(old, last, **changes[what]))
    answer = taken(after.send(after.machine.records, generation=2))
    assert [one.type for one in answer.exceptions] == ["origin"]
    assert credits_of(known) == before
