"""Bags in a ledger: which hangs where, and what a collection may say of one (P7, M-34)."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.ledger import Ledger, LedgerMisuseError
from kiosk.ledger.bags import weighed_out
from kiosk.ledger.verify import verify
from kiosk.records import Bag, Collection
from tests.ledger.samples import STAMP, draft, ledger_in, opened, pay, weighing

FIRST = Collection(
    compartment="paper",
    bag_out="paper-1",
    bag_in="B2",
    deposits=1,
    sum_g=1_800,
    removed_g=1_820,
    tolerance_g=45,
    difference_g=20,
    gross_g=10_000,
    tare_in_g=300,
    full=weighing(11_820),
    empty=weighing(9_700),
    fresh=weighing(10_000),
    who="Li",
)
SECOND = msgspec.structs.replace(
    FIRST,
    bag_out="B2",
    bag_in="B3",
    sum_g=500,
    removed_g=500,
    difference_g=0,
    gross_g=9_900,
    tare_out_g=300,
    tare_in_g=200,
    full=weighing(10_500),
    empty=weighing(9_700),
    fresh=weighing(9_900),
)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """One deposit of 1.8 kg into the first bag."""
    ledger = ledger_in(tmp_path)
    pay(ledger, 1)
    return ledger


def collected(ledger: Ledger, said: Collection, **changes: Any) -> None:
    ledger.append([draft(msgspec.structs.replace(said, **changes))], STAMP)


def test_a_bag_hangs_until_it_is_collected(ledger: Ledger) -> None:
    assert ledger.bag_in("paper") == Bag("paper-1")
    collected(ledger, FIRST)
    assert ledger.bag_in("paper") == Bag("B2", 300)
    pay(ledger, 2, 500)
    collected(ledger, SECOND)
    assert ledger.bag_in("paper") == Bag("B3", 200)
    assert ledger.bag_in("metal") == Bag("metal-1")


def test_the_mass_of_a_weighed_bag_is_taken_off_and_of_another_that_of_the_new_one() -> None:
    assert weighed_out(full_g=10_500, empty_g=9_700, fresh_g=9_900, tare_out_g=300) == 500
    assert weighed_out(full_g=11_820, empty_g=9_700, fresh_g=10_000, tare_out_g=None) == 1_820


def test_bags_outlive_a_start_and_a_segment(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path, records_max=4)
    pay(ledger, 1)
    collected(ledger, FIRST)
    pay(ledger, 2, 500)
    collected(ledger, SECOND)
    ledger.close()
    again = ledger_in(tmp_path, records_max=4)
    assert again.bag_in("paper") == Bag("B3", 200)
    pay(again, 3, 700)
    again.close()
    report = verify(tmp_path)
    assert (report.ok, report.problems) == (True, ())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bag_out": "B1"}, "bag B1 was taken out, but B2 hung there weighing 300 g"),
        ({"tare_out_g": 301}, "bag B2 was taken out, but B2 hung there weighing 300 g"),
        ({"gross_g": 9_901}, "not the gross of the new bag's weighing"),
        ({"gross_g": None}, "not the gross of the new bag's weighing"),
        ({"tare_in_g": 201}, "not the mass of the new bag by its weighings"),
        ({"removed_g": 510, "difference_g": 10}, "not the mass that its weighings show"),
        ({"full": None}, "not the mass that its weighings show"),
        ({"empty": None}, "not the mass of the new bag by its weighings"),
        ({"empty": None, "tare_in_g": None}, "not the mass that its weighings show"),
    ],
)
def test_a_collection_that_contradicts_itself_is_not_written(
    ledger: Ledger, changes: dict[str, Any], words: str
) -> None:
    collected(ledger, FIRST)
    pay(ledger, 2, 500)
    with pytest.raises(LedgerMisuseError) as caught:
        collected(ledger, SECOND, **changes)
    assert str(caught.value) == f"record {ledger.head_seq + 1}: {words}"
    # What could not be weighed need not be said.
    collected(ledger, SECOND, removed_g=None, difference_g=None, tare_in_g=None)


def test_a_bag_that_was_not_weighed_is_told_by_its_name(ledger: Ledger) -> None:
    collected(ledger, FIRST, tare_in_g=None)
    pay(ledger, 2, 500)
    with pytest.raises(LedgerMisuseError) as caught:
        collected(ledger, SECOND, bag_out="B1")
    assert str(caught.value) == "record 7: bag B1 was taken out, but B2 hung there"


def test_a_deposit_names_the_bag_that_hangs_there(ledger: Ledger) -> None:
    collected(ledger, FIRST)
    with pytest.raises(LedgerMisuseError, match="a deposit into bag paper-1, but B2 hangs there"):
        ledger.append([draft(opened(2, 10_000, bag="paper-1"))], STAMP)
    ledger.append([draft(opened(2, 10_000, bag="B2"))], STAMP)
