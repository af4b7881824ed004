"""The ledgers of a simulated fleet are real ones."""

from pathlib import Path
from random import Random

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import views as v
from kiosk.cli.fleet import FleetPen
from kiosk.keys import public_bytes
from kiosk.ledger.audit import Audit
from kiosk.ledger.chain import owner_of
from kiosk.records import Deposit, DepositOpened, Enrolled, decode, digest
from kiosk.units import CompartmentId
from sync.fleet.deposits import visit
from sync.fleet.ledger import BEGINNING, SimLedger
from tests.journeys.desk import Desk

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
VISITS = 60


@pytest.fixture
def ledger() -> SimLedger:
    """A machine's day: 60 visits."""
    ledger = SimLedger(7, KEY, FleetPen, "sim-7")
    ledger.begin(Enrolled("yard-07-01", "yard-07", "http://x", bytes(32), bytes(32)), 10**12)
    for number in range(VISITS):
        ledger.deposit(10**12 + 60_000 * (number + 1))
    return ledger


def test_the_products_own_audit_accepts_it(ledger: SimLedger) -> None:
    records = ledger.after(0, 1000)
    assert [one.seq for one in records] == list(range(1, ledger.head_seq + 1))
    audit = Audit(owner_of(records[0].data, records[0].sig))
    audit.require(public_bytes(KEY))
    audit.take(records)
    report = audit.report()
    assert report.ok, report.problems
    assert report.records == BEGINNING + 2 * VISITS and not report.open


def test_what_was_forgotten_is_written_again_the_same(ledger: SimLedger) -> None:
    whole, owed = ledger.after(0, 1000), dict(ledger.owed)
    ledger.acknowledged(100)
    assert ledger.after(100, 10) == whole[100:110]
    assert ledger.after(3, 50) == whole[3:53]
    ledger.acknowledged(ledger.head_seq)
    assert ledger.head_hash == digest(whole[-1].data)
    assert ledger.after(0, 1000) == whole and ledger.owed == owed


def test_owed_is_what_paid_deposits_of_residents_say(ledger: SimLedger) -> None:
    bodies = {one.seq: decode(one.data).body for one in ledger.after(0, 1000)}
    paid = {
        seq: body.amount_minor
        for seq, body in bodies.items()
        if isinstance(body, Deposit) and body.outcome == "PAID" and body.subject
    }
    assert {seq: owed.amount_minor for seq, owed in ledger.owed.items()} == paid
    assert 40 < len(paid) < VISITS


def test_every_outcome_is_there_and_fits_its_opening() -> None:
    outcomes = set()
    for number in range(2_000):
        found = visit(Random(number), "a" * 32, 5, 1_000)
        opened, deposit = found.opened, found.deposit
        outcomes.add(deposit.outcome)
        assert (opened.receipt, opened.subject, opened.before) == (
            deposit.receipt, deposit.subject, deposit.before)  # fmt: skip
        assert isinstance(msgspec.json.decode(msgspec.json.encode(opened), type=DepositOpened),
                          DepositOpened)  # fmt: skip
        if deposit.outcome == "PAID":
            assert deposit.after is not None
            assert deposit.after.gross_g - deposit.before.gross_g == deposit.net_g
    assert outcomes == {"PAID", "UNPRICED", "HELD", "VOID"}


def test_deposits_are_as_long_as_those_of_the_real_machine(tmp_path: Path) -> None:
    """Otherwise a measured load would be another one."""
    desk = Desk(tmp_path)
    desk.scan(desk.token("resident-00007"))
    desk.until(lambda: isinstance(desk.screen, v.Choose))
    desk.touch("compartment:paper")
    desk.until(lambda: isinstance(desk.screen, v.Depositing))
    desk.world.put(CompartmentId("paper"), 1_800)
    desk.touch("done")
    desk.until(lambda: isinstance(desk.screen, v.Result))
    kinds = (DepositOpened, Deposit)
    real = sum(len(msgspec.json.encode(one)) for one in desk.records() if isinstance(one, kinds))
    several = [visit(Random(number), "a" * 32, 15, 80_000) for number in range(500)]
    ours = [
        len(msgspec.json.encode(one.opened)) + len(msgspec.json.encode(one.deposit))
        for one in several
        if one.deposit.outcome == "PAID" and one.deposit.subject
    ]
    assert sum(ours) / len(ours) == pytest.approx(real, rel=0.15)
