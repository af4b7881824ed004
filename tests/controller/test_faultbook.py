"""Faults that come and go stay raised, so that they neither fill the disk nor fool a resident."""

import pytest

from kiosk.faultbook import CALM_MS, COUNTED_MS, FaultBook
from kiosk.faults import DOOR_BLOCKED, MASS_STEP, SCALE_LOST, Fault
from kiosk.records import FaultCleared, FaultRaised
from kiosk.units import CompartmentId, Millis

PAPER, METAL = CompartmentId("paper"), CompartmentId("metal")
ENDS = (FaultCleared("scale_lost", "paper"),)


def flaps(book: FaultBook, times: int, every_ms: int, fault: Fault = SCALE_LOST) -> int:
    """Comes and goes so often from time 0 on; returns how many records that made."""
    records = 0
    for at in range(0, times * every_ms, every_ms):
        records += len(book.due(Millis(at)))
        records += len(book.raise_fault(fault, PAPER, "unplugged", Millis(at)))
        records += len(book.clear_fault(fault, PAPER, Millis(at + every_ms // 2)))
        records += len(book.due(Millis(at + every_ms // 2)))
    return records


def test_a_fault_is_raised_once_and_cleared_once() -> None:
    book = FaultBook()
    raised = (FaultRaised("scale_lost", "paper", "unplugged"),)
    assert book.raise_fault(SCALE_LOST, PAPER, "unplugged", Millis(0)) == raised
    assert book.raise_fault(SCALE_LOST, PAPER, "silent", Millis(1)) == ()
    assert book.of(PAPER) == (SCALE_LOST,) and book.of(METAL) == book.of(None) == ()
    assert book.clear_fault(SCALE_LOST, PAPER, Millis(2)) == ENDS
    assert book.clear_fault(SCALE_LOST, PAPER, Millis(3)) == ()
    assert book.of(PAPER) == ()


def test_the_third_time_it_stays_until_it_is_calm() -> None:
    book = FaultBook()
    assert flaps(book, 2, 4_000) == 4
    said = book.raise_fault(SCALE_LOST, PAPER, "unplugged", Millis(9_000))
    assert said == (
        FaultRaised("scale_lost", "paper", "unplugged; 3 times in an hour: held for 5 min"),
    )
    assert book.clear_fault(SCALE_LOST, PAPER, Millis(10_000)) == ()
    assert book.clear_fault(SCALE_LOST, PAPER, Millis(20_000)) == ()
    assert book.due(Millis(10_000 + CALM_MS - 1)) == ()
    assert book.of(PAPER) == (SCALE_LOST,)
    assert book.due(Millis(10_000 + CALM_MS)) == ENDS
    assert book.of(PAPER) == () and book.due(Millis(10_000 + 2 * CALM_MS)) == ()


def test_whatever_it_does_for_a_day_makes_few_records() -> None:
    """Once every four seconds it would be 43 000."""
    assert flaps(FaultBook(), 21_600, 4_000) == 5
    assert max(flaps(FaultBook(), 86_400_000 // ms, ms) for ms in (301_000, 602_000)) <= 600


def test_what_is_seldom_is_told_each_time() -> None:
    assert flaps(FaultBook(), 24, COUNTED_MS // 2 + 1) == 48


@pytest.mark.parametrize("other", [MASS_STEP])
def test_what_a_technician_clears_is_cleared(other: Fault) -> None:
    book = FaultBook()
    assert flaps(book, 20, 1_000, other) == 40


def test_faults_and_compartments_are_counted_apart() -> None:
    book = FaultBook()
    flaps(book, 5, 1_000)
    assert book.raise_fault(DOOR_BLOCKED, PAPER, "", Millis(6_000)) != ()
    assert book.clear_fault(DOOR_BLOCKED, PAPER, Millis(6_001)) != ()
    assert book.raise_fault(SCALE_LOST, METAL, "", Millis(6_000)) != ()
    assert book.clear_fault(SCALE_LOST, METAL, Millis(6_001)) != ()
