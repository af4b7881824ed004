"""What the endpoint says that a machine's records add up to, and when it says nothing."""

from typing import Any

import msgspec
import pytest

from kiosk.cloud import TOTALS_TYPE, LedgerTotals
from kiosk.envelope import unseal
from kiosk.keys import public_bytes
from kiosk.records import (
    Calibration,
    Collection,
    LedgerOpened,
    MassChange,
    SegmentOpened,
    SoftwareStarted,
    Totals,
    TotalsTaken,
    digest,
)
from sync.endpoint import reckoning
from sync.endpoint.operator import Operator
from tests.sync.machine import Machine, weighing
from tests.sync.peer import Peer, problem, taken
from tests.sync.test_copies import approve
from tests.sync.test_resent import NEW, follow, resent

FIVE = Totals("paper-1", "cardboard", "CNY", 5, 9_000, 720)
GROSS = {"paper-1": 11_800}


def asked(peer: Peer) -> Any:
    return peer.call("GET", f"/v1/ledgers/{peer.machine.ledger}/totals")


@pytest.fixture
def totals(desk: Operator) -> Any:
    """What a controller reads, signature verified."""

    def read(peer: Peer) -> LedgerTotals:
        answer = asked(peer)
        assert answer.status == 200, answer.body
        payload = unseal(answer.body, TOTALS_TYPE, (public_bytes(desk.endpoint_key),))
        return msgspec.json.decode(payload, type=LedgerTotals)

    return read


def many(count: int) -> tuple[Totals, ...]:
    return (Totals("paper-1", "cardboard", "CNY", count, count * 1_800, count * 144),)


def reopened(peer: Peer, **claims: Any) -> None:
    """The new ledger's machine says what it took over, in its first record."""
    machine = peer.machine
    machine.records.clear()
    machine.append(LedgerOpened(b"k" * 32, machine.board, "a1" * 16, "restored", **claims))


def test_a_ledger_that_followed_nothing(peer: Peer, totals: Any) -> None:
    taken(peer.send(peer.machine.records))
    said = totals(peer)
    last = peer.machine.records[-1]
    about = (said.kiosk, said.ledger, said.through, said.head_hash)
    assert about == (peer.machine.kiosk, peer.machine.ledger, 11, digest(last.data))
    assert (said.totals, said.since, said.gross) == ((FIVE,), (FIVE,), GROSS)


@pytest.mark.parametrize("piece", [1, 3])
def test_read_in_pieces_of_any_size(
    peer: Peer, totals: Any, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(reckoning, "_PIECE", piece)
    old = peer.machine
    taken(peer.send(old.records[:-1]))
    after = follow(peer)
    reopened(after)
    for signed in old.records[7:]:
        after.machine.append(resent(old, signed))
    after.machine.deposit()
    taken(after.send(after.machine.records, generation=2))
    assert totals(after).totals == many(6)


def test_what_the_machine_claims_is_no_matter(peer: Peer, totals: Any) -> None:
    """Off an older disk it took over two deposits; there were five, and it made one."""
    taken(peer.send(peer.machine.records))
    after = follow(peer)
    reopened(after, totals=many(2), since=many(1))
    after.machine.deposit()
    taken(after.send(after.machine.records, generation=2))
    assert totals(after).totals == totals(after).since == many(6)


def test_a_machine_whose_earlier_ledger_nobody_knows_is_believed(peer: Peer, totals: Any) -> None:
    """Its word is all there is; what it sends again is in it."""
    old = peer.machine
    after = follow(peer)
    reopened(after, totals=many(40), since=many(3))
    after.machine.append(resent(old, old.records[-1]))
    after.machine.deposit()
    taken(after.send(after.machine.records, generation=2))
    assert (totals(after).totals, totals(after).since) == (many(41), many(4))


@pytest.mark.parametrize("source", ["earlier", "cloud"])
def test_sums_that_a_segment_says_count_if_they_are_whole(
    peer: Peer, totals: Any, source: Any
) -> None:
    taken(peer.send(peer.machine.records))
    after = follow(peer)
    reopened(after, totals=many(2), since=many(2))
    head = SegmentOpened("segment-1", many(30), many(20), source, {"paper-1": 400})
    after.machine.append(head)
    taken(after.send(after.machine.records, generation=2))
    said = totals(after)
    if source == "cloud":
        assert (said.totals, said.since, said.gross) == (many(30), many(20), {"paper-1": 400})
    else:
        assert (said.totals, said.since, said.gross) == (many(5), many(5), GROSS)


def test_from_taken_totals_it_goes_on(peer: Peer, totals: Any) -> None:
    taken(peer.send(peer.machine.records))
    after = follow(peer)
    reopened(after)
    after.machine.append(SoftwareStarted("1", 0))
    took = TotalsTaken(statement=b"", totals=many(5), since=many(2), gross={"metal": 7})
    after.machine.append(took)
    after.machine.deposit()
    taken(after.send(after.machine.records, generation=2))
    said = totals(after)
    assert (said.totals, said.since, said.gross) == (many(6), many(3), GROSS | {"metal": 7})


def test_bags_weights_and_outcomes(peer: Peer, totals: Any) -> None:
    machine = peer.machine
    collected = Collection(
        compartment="paper-1", bag_out="a", bag_in="b", deposits=5, sum_g=9_000, removed_g=None,
        tolerance_g=0, difference_g=None, gross_g=900,
    )  # fmt: skip
    machine.append(collected)
    who: dict[str, Any] = {"who": "w", "why": "y"}
    # From the 900 g that are known, whatever the machine remembers.
    machine.append(MassChange(compartment="paper-1", old_g=5, gross=weighing(1_000), **who))
    machine.append(MassChange(compartment="metal", old_g=None, gross=weighing(50), **who))
    machine.append(MassChange(compartment="glass", old_g=70, gross=weighing(50), **who))
    for outcome in ("HELD", "UNPRICED", "VOID"):
        machine.deposit(outcome=outcome)
    adjusted = Calibration(
        compartment="paper-1", old_version=1, new_version=2, old_g=None, gross=weighing(11_790),
        mass_g=1, loaded=weighing(11_791), error_g=0, limit_g=1, passed=True, **who,
    )  # fmt: skip
    machine.append(adjusted)
    taken(peer.send(machine.records))
    said = totals(peer)
    assert said.totals == (Totals("paper-1", "cardboard", "CNY", 7, 10_800, 720),)
    assert said.since == (
        Totals("glass", "mass_change", "", 0, -20, 0),
        Totals("paper-1", "cardboard", "CNY", 2, 1_800, 0),
        Totals("paper-1", "mass_change", "", 0, 100, 0),
    )
    assert said.gross == {"paper-1": 11_790, "metal": 50, "glass": 50}


def test_a_quarantined_record_counts_if_this_machine_signed_it(peer: Peer, totals: Any) -> None:
    """The agent, which is not trusted, says what is quarantined."""
    taken(peer.send(peer.machine.records, quarantined=(3, 5)))
    assert totals(peer).totals == (FIVE,)
    stranger = Machine(ledger=peer.machine.ledger, kiosk=peer.machine.kiosk)
    stranger.records[:] = peer.machine.records
    stranger.deposit()
    taken(peer.send(stranger.records[-2:], quarantined=(12, 13)))
    assert totals(peer).totals == (FIVE,)


def test_nothing_is_said_before_everything_is_here(peer: Peer) -> None:
    old = peer.machine
    taken(peer.send(old.records[:-2]))
    after = follow(peer)
    found = problem(asked(after), 409)
    assert found["type"] == "urn:kiosk:problem:totals"
    for signed in old.records[-2:]:
        after.machine.append(resent(old, signed))
    taken(after.send(after.machine.records[:1], generation=2))
    problem(asked(after), 409)
    taken(after.send(after.machine.records, generation=2))
    problem(asked(after), 409)
    after.machine.append(SoftwareStarted("1", 0))
    taken(after.send(after.machine.records, generation=2))
    assert asked(after).status == 200


def test_of_another_board_only_once_it_is_approved(peer: Peer, desk: Operator, totals: Any) -> None:
    old = peer.machine
    taken(peer.send(old.records[:-1]))
    copy = follow(peer, board="board-2")
    reopened(copy)
    copy.machine.append(resent(old, old.records[-1]))
    copy.machine.deposit()
    taken(copy.send(copy.machine.records, generation=2))
    assert problem(asked(copy), 409)["detail"] == "the ledger is pending"
    # A copy that waits changes nothing for the machine it was copied from.
    assert totals(peer).totals == many(4)
    assert approve(desk, peer).status == 204
    assert totals(copy).totals == many(6)
    assert problem(asked(peer), 409)["type"] == "urn:kiosk:problem:stale-generation"


def test_a_stranger_is_told_nothing(peer: Peer) -> None:
    assert problem(peer.call("GET", f"/v1/ledgers/{NEW}/totals"), 404)
    answer = peer.http.exchange(
        "GET", f"{peer.url}/v1/ledgers/{peer.machine.ledger}/totals", {}, None
    )
    assert answer.status == 401
