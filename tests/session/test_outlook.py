"""What is looked up from a state: how long it waits, what the door and the scale are to do."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk.config import Timing
from kiosk.ports import DoorOrder
from kiosk.session import states as s
from kiosk.session.outlook import (
    Wanted,
    busy_compartment,
    countdown,
    deadline_of,
    door_order_of,
    halt_of,
    person_of,
    session_of,
    takes_items,
    takes_scans,
    waits_ms,
    warns,
    weighs,
)
from kiosk.units import Millis, MinorUnits, Seq
from tests.session.worlds import DEAL, METAL, PAPER, PERSON

THEN = Millis(9_000)
BEFORE_MS = DEAL.before.at_ms
ANNOUNCE_MS = 1_011
VISIT = s.Visit("visit-1", "en", s.Subject("token", "subject-1", "token-1", PERSON))
RESULT = s.Result(None, None, MinorUnits(0), "HELD", None)
SHOWING = s.Showing(THEN, VISIT, DEAL, RESULT, Seq(8))
TIMING = Timing(
    identify_ms=60_001,
    choose_ms=45_002,
    before_ms=8_003,
    door_ms=15_004,
    deposit_ms=90_005,
    blocked_dwell_ms=3_006,
    after_ms=10_007,
    result_ms=30_008,
    receipt_ms=15_009,
    warn_ms=25_010,
    before_age_ms=60_011,
)

ALL: dict[str, Any] = {
    "idle": s.Idle("en"),
    "identifying": s.Identifying(THEN, "visit-1", "en", None),
    "typing": s.Typing(THEN, "visit-1", "en"),
    "confirming": s.ConfirmingNumber(THEN, "visit-1", "en", "12"),
    "limited": s.Limited(THEN, VISIT, "money"),
    "choosing": s.Choosing(THEN, VISIT, None),
    "before": s.WeighingBefore(THEN, VISIT, METAL),
    "opening": s.Opening(THEN, VISIT, DEAL),
    "opening now": s.Opening(THEN, VISIT, DEAL, begun=True),
    "halting": s.Halting(THEN, VISIT, DEAL),
    "depositing": s.Depositing(THEN, VISIT, DEAL),
    "closing": s.Closing(THEN, VISIT, DEAL, 2),
    "closing now": s.Closing(THEN, VISIT, DEAL, 2, begun=True),
    "blocked": s.Blocked(THEN, VISIT, DEAL, 2, 0),
    "after": s.WeighingAfter(THEN, VISIT, DEAL),
    "showing": SHOWING,
    "thanking": s.Thanking(THEN, VISIT),
    "asking": s.Asking(THEN, "visit-1", "en", SHOWING),
    "filed": s.Filed(THEN, "visit-1", "en", SHOWING, "help", "T-1"),
    "informing": s.Informing(THEN, "visit-1", "en", SHOWING),
}
OPENED = (
    *("opening", "opening now", "halting", "depositing", "closing", "closing now", "blocked"),
)
DOORS = ("opening", "opening now", "halting", "closing", "closing now")
WARNS = {
    *("identifying", "typing", "confirming", "limited", "choosing", "depositing", "showing"),
    *("thanking", "asking", "filed", "informing"),
}


@pytest.mark.parametrize(
    ("name", "waits"),
    [
        ("idle", None),
        ("identifying", 60_001),
        ("typing", 60_001),
        ("confirming", 60_001),
        ("limited", 45_002),
        ("choosing", 45_002),
        ("asking", 45_002),
        ("filed", 45_002),
        ("informing", 45_002),
        ("before", 8_003),
        # M-22: with the door's own time no more than "before" may be old.
        ("opening", 60_011 - 15_004),
        ("opening now", 15_004),
        ("halting", 15_004),
        ("closing", 60_000),
        ("closing now", 15_004),
        ("depositing", 90_005),
        ("blocked", 3_006),
        ("after", 10_007),
        ("showing", 30_008),
        ("thanking", 15_009),
    ],
)
def test_each_state_waits_as_long_as_its_setting_says(name: str, waits: int | None) -> None:
    """Where a person is waited for, they are asked before anything happens without them."""
    state = ALL[name]
    assert waits_ms(state, TIMING) == waits
    if waits is None:
        assert deadline_of(state, TIMING) is None
        assert countdown(state, TIMING, THEN, ANNOUNCE_MS) is None
        return
    asks = 9_000 + waits
    assert deadline_of(state, TIMING) == asks + (25_010 if name in WARNS else 0)
    if name in DOORS:
        return
    assert countdown(state, TIMING, Millis(asks - 1), ANNOUNCE_MS) == (asks, waits)
    warned = (asks + 25_010, 25_010) if name in WARNS else (asks, waits)
    assert countdown(state, TIMING, Millis(asks), ANNOUNCE_MS) == warned


def test_before_its_turn_a_door_counts_nothing_nor_while_it_is_halted() -> None:
    """D-13: nobody knows when it will move, or that it will not."""
    for name in ("opening", "closing", "halting"):
        assert countdown(ALL[name], TIMING, THEN, ANNOUNCE_MS) is None


@pytest.mark.parametrize("name", ["opening now", "closing now"])
def test_at_a_door_the_time_until_it_moves_is_counted_and_nothing_after(name: str) -> None:
    """D-12: its longest time is no time for a hand."""
    moves = 9_000 + ANNOUNCE_MS
    for now_ms in (9_000, moves - 1):
        counted = countdown(ALL[name], TIMING, Millis(now_ms), ANNOUNCE_MS)
        assert counted == (moves, ANNOUNCE_MS)
    assert countdown(ALL[name], TIMING, Millis(moves), ANNOUNCE_MS) is None


def test_after_the_tenth_time_nobody_is_asked_again() -> None:
    """WCAG 2.2.1."""
    for name in WARNS:
        assert warns(replace(ALL[name], extensions=9))
        assert not warns(replace(ALL[name], extensions=10))


def test_a_language_chosen_at_idle_lasts_a_minute_and_nobody_sees_it_counted() -> None:
    chosen = s.Idle("en", THEN)
    assert deadline_of(chosen, TIMING) == 9_000 + 60_000
    assert countdown(chosen, TIMING, THEN, ANNOUNCE_MS) is None


def told(answer: Any) -> dict[str, Any]:
    """The states that get an answer other than "no"."""
    every = {name: answer(state) for name, state in ALL.items()}
    return {name: value for name, value in every.items() if value}


def test_a_door_is_ordered_by_two_states_and_each_try_is_another_order() -> None:
    """D-15."""
    assert told(door_order_of) == {
        **dict.fromkeys(("opening", "opening now"), DoorOrder(PAPER, "0123AB-7/open", "open")),
        **dict.fromkeys(("closing", "closing now"), DoorOrder(PAPER, "0123AB-7/close/2", "close")),
    }
    assert told(halt_of) == {"halting": PAPER}


def test_codes_count_while_it_is_open_who_is_here_and_barcodes_while_the_door_is() -> None:
    assert set(told(takes_scans)) == {"idle", "identifying", "typing", "confirming"}
    assert told(takes_items) == {}
    loose = replace(DEAL, by_piece=True)
    assert takes_items(s.Depositing(THEN, VISIT, loose))
    assert not takes_items(s.Closing(THEN, VISIT, loose, 1))


def test_after_counts_from_the_shut_door_and_a_plateau_since_before() -> None:
    """M-33, M-30."""
    watched = Wanted(PAPER, BEFORE_MS, DEAL.plateau_g)
    assert told(weighs) == {
        "before": Wanted(METAL, THEN, None),
        "after": Wanted(PAPER, THEN, None),
        **dict.fromkeys(("opening", "opening now", "halting", "depositing"), watched),
        **dict.fromkeys(("closing", "closing now", "blocked"), watched),
    }


def test_a_compartment_is_busy_while_its_deposit_is_open() -> None:
    assert told(busy_compartment) == dict.fromkeys((*OPENED, "after"), PAPER)


def test_a_visit_has_its_id_from_the_first_question_to_the_thanks() -> None:
    assert told(session_of) == dict.fromkeys(set(ALL) - {"idle"}, "visit-1")


def test_only_a_result_is_noted_for_a_person() -> None:
    assert told(person_of) == {"showing": PERSON}
