"""What a ledger still has to tell the holders of tokens: found in its last records, bounded."""

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as changed
from pytest_mock import MockerFixture

from kiosk import earlier
from kiosk.earlier import EarlierDeposits
from kiosk.ledger import Draft, Ledger
from kiosk.records import Correction, Resent
from kiosk.trust import Trust
from kiosk.views import Earlier
from tests.ledger.samples import STAMP, anchor, draft, held, ledger_in, opened, pay, stored

ME = opened(1).subject or ""


def hold(ledger: Ledger, number: int, session: str = "s", **changes: object) -> int:
    """Record a HELD deposit; returns the number of its outcome."""
    begun = changed(opened(number, ledger.last_gross.get("paper", 10_000)), **changes)
    (first,) = ledger.append([Draft(session, "touch", begun)], STAMP)
    (last,) = ledger.append([Draft(session, "start", held(begun, first.seq))], STAMP)
    return last.seq


def decide(ledger: Ledger, seq: int, amount: int, of_ledger: str = "") -> None:
    closed = Correction(
        of_ledger=of_ledger or ledger.id,
        of_seq=seq,
        receipt="",
        amount_minor=amount,
        currency="CNY",
        who="Ms Li",
        why="the bag's mass fits",
        version=1,
    )
    ledger.append([draft(closed)], STAMP)


def index(ledger: Ledger, tmp_path: Path) -> EarlierDeposits:
    found = EarlierDeposits(Trust(tmp_path / "trust.json"))
    found.load(ledger)
    return found


def test_a_decision_goes_before_what_waits_and_each_is_told_once(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    seqs = [hold(ledger, number) for number in (1, 2, 3)]
    found = index(ledger, tmp_path)
    assert found.notices[ME] == Earlier("R-3", "2026-11-23", True, None, "CNY")
    for seq, amount in zip(seqs[:2], (80, 0), strict=True):
        decide(ledger, seq, amount)
    found = index(ledger, tmp_path)
    ledger.close()
    told = []
    for _ in range(4):
        news = found.notices[ME]
        told.append((news.receipt, news.amount_minor))
        found.told(ME, news.receipt)
    assert told == [("R-1", 80), ("R-2", 0), ("R-3", None), ("R-3", None)]


def test_each_later_visit_with_a_deposit_has_heard_one_decision(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    for number in (1, 2):
        decide(ledger, hold(ledger, number), 80)
    hold(ledger, 3, "next visit")
    hold(ledger, 4, "next visit")
    found = index(ledger, tmp_path)
    ledger.close()
    assert found.notices[ME].receipt == "R-2"


def test_gifts_and_numbers_are_nobodys_news(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    hold(ledger, 1, id_level="phone")
    hold(ledger, 2, id_level="donation", subject=None, token=None)
    pay(ledger, 3)
    found = index(ledger, tmp_path)
    ledger.close()
    assert found.notices == {}


def test_what_an_earlier_ledger_held_is_told_and_decided_too(tmp_path: Path) -> None:
    old = ledger_in(tmp_path / "old")
    seq = hold(old, 1)
    signed = next(one for one in stored(tmp_path / "old") if one.seq == seq)
    old.close()
    ledger = ledger_in(tmp_path / "new")
    resent = Resent(ledger=old.id, seq=seq, hash="0" * 64, data=signed.data, sig=signed.sig)
    ledger.append([draft(resent)], STAMP)
    waiting = index(ledger, tmp_path).notices[ME]
    decide(ledger, seq, 80, old.id)
    decided = index(ledger, tmp_path).notices[ME]
    ledger.close()
    assert (waiting.receipt, waiting.amount_minor, decided.amount_minor) == ("R-1", None, 80)


def test_a_machine_that_did_not_know_the_day_says_none(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    begun = opened(1)
    unset = replace(STAMP, utc=None, clk="U")
    (first,) = ledger.append([draft(begun)], unset)
    ledger.append([draft(held(begun, first.seq))], STAMP)
    found = index(ledger, tmp_path)
    ledger.close()
    # The day of the power's return is not that of the deposit.
    assert found.notices[ME].date == ""


def test_it_looks_back_so_far_and_keeps_so_many(tmp_path: Path, mocker: MockerFixture) -> None:
    mocker.patch.object(earlier, "LOOK_BACK", 20)
    mocker.patch.object(earlier, "PAGE", 7)
    mocker.patch.object(earlier, "KEPT_MAX", 2)
    ledger = ledger_in(tmp_path)
    for number in range(5):
        hold(ledger, number, subject=f"person-{number}")
    assert set(index(ledger, tmp_path).notices) == {"person-3", "person-4"}
    ledger.append([anchor(number) for number in range(18)], STAMP)
    assert set(index(ledger, tmp_path).notices) == {"person-4"}
    ledger.append([anchor(number) for number in range(20)], STAMP)
    assert index(ledger, tmp_path).notices == {}
    ledger.close()


@pytest.mark.parametrize("receipt", ["R-9", ""])
def test_telling_what_is_not_there_changes_nothing(tmp_path: Path, receipt: str) -> None:
    ledger = ledger_in(tmp_path)
    hold(ledger, 1)
    found = index(ledger, tmp_path)
    ledger.close()
    found.told(ME, receipt)
    found.told("somebody", receipt)
    assert set(found.notices) == {ME}
