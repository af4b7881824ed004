"""What one input does to a deposit, to the last field: the state it leads to, and the record."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk.events import DoorPosition
from kiosk.products import Product
from kiosk.records import Reason
from kiosk.session import inputs as i
from kiosk.session import states as s
from kiosk.session.outcome import deposit_record, never_opened, opened_record, unweighed, weighed
from kiosk.session.table import step
from kiosk.units import CompartmentId, Grams, Millis, MinorUnits, Seq
from kiosk.views import ItemNotice
from tests.session.worlds import (
    BOTTLE,
    CAN,
    CAPS,
    DEAL,
    METAL,
    NEWS,
    PAPER,
    PERSON,
    SPENT,
    compartment,
    facts,
    stable,
)

THEN, NOW = Millis(1_000), Millis(9_000)
VISIT = s.Visit("visit-1", "en", s.Subject("token", "subject-1", "token-1", PERSON))
LEFT = replace(DEAL, left_closed=True)
LOOSE = replace(LEFT, by_piece=True, products_version=4)
SHUT, AJAR, WIDE = DoorPosition.CLOSED, DoorPosition.BETWEEN, DoorPosition.OPEN

CHOOSING = s.Choosing(THEN, VISIT, None, extensions=2, earlier=NEWS)
BEFORE = s.WeighingBefore(THEN, VISIT, PAPER)
OPENING = s.Opening(THEN, VISIT, DEAL)
HALTING = s.Halting(THEN, VISIT, DEAL)
DEPOSITING = s.Depositing(THEN, VISIT, LEFT, 3)
CLOSING = s.Closing(THEN, VISIT, LEFT, 2)
BLOCKED = s.Blocked(THEN, VISIT, LEFT, 2, 1)
AFTER = s.WeighingAfter(THEN, VISIT, LEFT)
WITH_DEAL: tuple[Any, ...] = (*(OPENING, HALTING, DEPOSITING, CLOSING, BLOCKED, AFTER),)


def world(
    door: DoorPosition = SHUT,
    blocked: bool = False,
    paper: i.CompartmentFacts | None = None,
    **o: Any,
) -> i.Facts:
    """The machine nine seconds after its start, with paper's door there."""
    one = paper or compartment(door, way_blocked=blocked)
    other = compartment()
    named = {"ledger": "0123abcd" * 4, "compartments": {PAPER: one, METAL: other}}
    return facts(now_ms=NOW, **(named | o))


def decided(state: Any, result: s.Result, given: i.Input, around: i.Facts) -> None:
    """The deposit ends with this result: in its record, on the screen and in the visit's list."""
    taken = step(state, given, around)
    line = s.Finished(
        "0123AB-7", "paper", result.net_g, result.amount_minor, result.outcome, "token"
    )
    visit = replace(VISIT, finished=(line,))
    assert isinstance(taken.state, s.Showing)
    deal = taken.state.deal
    assert taken.state == s.Showing(NOW, visit, deal, result, Seq(7))
    weight = given.weight if isinstance(given, i.Settled) and result.after_g is not None else None
    door = around.compartments[PAPER].position
    assert taken.records == (deposit_record(visit, deal, result, weight, door),)


# ---- "before" ----


def test_a_chosen_compartment_is_weighed_first() -> None:
    taken = step(CHOOSING, i.Select(PAPER), world())
    assert (taken.state, taken.records) == (s.WeighingBefore(NOW, VISIT, PAPER), ())


@pytest.mark.parametrize(
    ("where", "around"),
    [
        (CompartmentId("glass"), world()),
        (PAPER, world(paper=compartment(state="faulty"))),
        (PAPER, world(paper=compartment(state="full"))),
        (PAPER, world(paper=compartment(state="closed"))),
        (PAPER, world(paper=compartment(price=None))),
        (PAPER, world(sells=False)),
    ],
)
def test_what_cannot_be_sold_cannot_be_chosen(where: CompartmentId, around: i.Facts) -> None:
    """M-13; the time starts again, and news of an earlier deposit are not told twice."""
    taken = step(CHOOSING, i.Select(where), around)
    assert taken.state == s.Choosing(NOW, VISIT, "compartment_faulty", extensions=2)
    assert taken.records == ()


@pytest.mark.parametrize(("by_piece", "products_version"), [(False, 0), (True, 4)])
def test_before_freezes_the_deal_and_records_it(by_piece: bool, products_version: int) -> None:
    """P3, M-13: price, limits and "before" stand in the record that lets the door open."""
    paper = replace(compartment(by_piece=by_piece), material="news")
    weight = stable(5_120, at_ms=8_990)
    taken = step(BEFORE, i.Settled(PAPER, weight), world(paper=paper))
    deal = replace(
        DEAL,
        material="news",
        by_piece=by_piece,
        products_version=products_version,
        before=weight,
        plateau_g=Grams(5_120),
    )
    assert taken.state == s.Opening(NOW, VISIT, deal)
    assert taken.records == (opened_record(VISIT, deal),)


@pytest.mark.parametrize(
    "around",
    [
        world(paper=compartment(price=None)),
        world(paper=compartment(state="full")),
        world(sells=False),
        world(AJAR),
        world(WIDE),
        world(DoorPosition.UNKNOWN),
    ],
)
def test_no_deal_without_a_price_an_open_offer_and_a_shut_door(around: i.Facts) -> None:
    taken = step(BEFORE, i.Settled(PAPER, stable(5_000)), around)
    assert taken.state == s.Choosing(NOW, VISIT, "compartment_faulty")
    assert taken.records == ()


@pytest.mark.parametrize(
    ("given", "notice"),
    [
        (i.ScaleBroke(PAPER, "scale_lost"), "compartment_faulty"),
        (i.DoorMoved(PAPER, AJAR), "compartment_faulty"),
        (i.DoorBroke(PAPER), "compartment_faulty"),
        (i.TimedOut(), "scale_unsteady"),
        (i.Cancel(), None),
    ],
)
def test_before_the_door_moved_one_goes_back_to_choose(given: i.Input, notice: Any) -> None:
    assert step(BEFORE, given, world()).state == s.Choosing(NOW, VISIT, notice)


# ---- another compartment's equipment ----


@pytest.mark.parametrize("state", [BEFORE, *WITH_DEAL])
@pytest.mark.parametrize(
    "given",
    [
        i.Settled(METAL, stable(3_000)),
        i.ScaleBroke(METAL, "scale_lost"),
        i.DoorBegan(METAL),
        i.DoorHalted(METAL),
        i.DoorMoved(METAL, SHUT),
        i.DoorMoved(METAL, WIDE),
        i.DoorBlocked(METAL),
        i.DoorBroke(METAL),
    ],
)
def test_another_compartments_scale_and_door_change_nothing(state: Any, given: i.Input) -> None:
    """P8."""
    taken = step(state, given, world())
    assert (taken.state, taken.records) == (state, ())


# ---- the door ----


@pytest.mark.parametrize(
    ("position", "after"),
    [
        (SHUT, OPENING),
        (AJAR, replace(OPENING, deal=LEFT)),
        (DoorPosition.UNKNOWN, replace(OPENING, deal=LEFT)),
        (WIDE, s.Depositing(NOW, VISIT, LEFT, 0)),
    ],
)
def test_while_opening_a_door_is_watched_until_it_stands_open(
    position: DoorPosition, after: s.State
) -> None:
    taken = step(OPENING, i.DoorMoved(PAPER, position), world(position))
    assert (taken.state, taken.records) == (after, ())


def test_a_doors_own_time_runs_from_its_turn() -> None:
    """D-13; an announcement that is told again gives no more time."""
    for waiting in (OPENING, CLOSING):
        begun = step(waiting, i.DoorBegan(PAPER), world())
        assert (begun.state, begun.records) == (replace(waiting, since_ms=NOW, begun=True), ())
        running = replace(waiting, begun=True)
        assert step(running, i.DoorBegan(PAPER), world()).state == running


@pytest.mark.parametrize("given", [i.DoorBroke(PAPER), i.TimedOut()])
@pytest.mark.parametrize("door", [SHUT, AJAR, WIDE])
def test_a_door_that_does_not_open_is_halted_first(given: i.Input, door: DoorPosition) -> None:
    """P1, P4: nothing is decided while it may still open."""
    for state in (OPENING, replace(OPENING, deal=LEFT, begun=True)):
        taken = step(state, given, world(door))
        assert (taken.state, taken.records) == (s.Halting(NOW, VISIT, state.deal), ())


def test_a_halted_door_is_void_or_weighed_or_closed_again() -> None:
    """VOID only when it was confirmed closed all the time: else something may have gone in."""
    decided(HALTING, never_opened(DEAL), i.DoorHalted(PAPER), world(SHUT))
    weighing = step(replace(HALTING, deal=LEFT), i.DoorHalted(PAPER), world(SHUT))
    assert (weighing.state, weighing.records) == (s.WeighingAfter(NOW, VISIT, LEFT), ())
    for deal, door in ((DEAL, AJAR), (LEFT, WIDE), (DEAL, DoorPosition.UNKNOWN)):
        taken = step(replace(HALTING, deal=deal), i.DoorHalted(PAPER), world(door))
        assert (taken.state, taken.records) == (s.Closing(NOW, VISIT, LEFT, 1), ())


def test_a_door_that_moves_while_it_is_halted_has_left_its_end() -> None:
    for position in (AJAR, WIDE, DoorPosition.UNKNOWN):
        taken = step(HALTING, i.DoorMoved(PAPER, position), world(position))
        assert (taken.state, taken.records) == (replace(HALTING, deal=LEFT), ())
    assert step(HALTING, i.DoorMoved(PAPER, SHUT), world(SHUT)).state == HALTING


def test_a_drive_that_never_says_that_it_halted_makes_it_held() -> None:
    decided(HALTING, unweighed(DEAL, "door_not_closed"), i.TimedOut(), world(SHUT))


@pytest.mark.parametrize("given", [i.Done(), i.TimedOut()])
def test_whoever_is_done_or_gone_gets_the_door_closed(given: i.Input) -> None:
    taken = step(DEPOSITING, given, world(WIDE))
    assert (taken.state, taken.records) == (s.Closing(NOW, VISIT, LEFT, 1), ())


@pytest.mark.parametrize("state", [DEPOSITING, CLOSING, BLOCKED])
def test_after_is_weighed_from_the_moment_the_door_is_shut(state: Any) -> None:
    """M-33. Anywhere else the door is not shut, and nothing changes."""
    taken = step(state, i.DoorMoved(PAPER, SHUT), world(SHUT))
    assert (taken.state, taken.records) == (s.WeighingAfter(NOW, VISIT, LEFT), ())
    for position in (AJAR, WIDE, DoorPosition.UNKNOWN):
        assert step(state, i.DoorMoved(PAPER, position), world(position)).state == state


def test_a_blocked_door_waits_and_after_three_tries_the_deposit_is_held() -> None:
    """D-06."""
    for tries in (1, 2):
        taken = step(replace(CLOSING, tries=tries), i.DoorBlocked(PAPER), world(WIDE))
        assert taken.state == s.Blocked(NOW, VISIT, LEFT, tries, 0)
    held = unweighed(LEFT, "door_not_closed")
    decided(replace(CLOSING, tries=3), held, i.DoorBlocked(PAPER), world(WIDE))


def test_a_door_closes_again_on_a_clear_way_or_after_six_dwells() -> None:
    """D-07."""
    again = s.Closing(NOW, VISIT, LEFT, 3)
    assert step(BLOCKED, i.TimedOut(), world(WIDE)).state == again
    for waits in range(6):
        taken = step(replace(BLOCKED, waits=waits), i.TimedOut(), world(WIDE, blocked=True))
        assert taken.state == replace(BLOCKED, since_ms=NOW, waits=waits + 1)
    taken = step(replace(BLOCKED, waits=6), i.TimedOut(), world(WIDE, blocked=True))
    assert taken.state == again


@pytest.mark.parametrize(
    ("state", "given", "reason"),
    [
        (CLOSING, i.DoorBroke(PAPER), "door_not_closed"),
        (CLOSING, i.TimedOut(), "door_not_closed"),
        (BLOCKED, i.DoorBroke(PAPER), "door_not_closed"),
        (AFTER, i.DoorMoved(PAPER, AJAR), "door_not_closed"),
        (AFTER, i.DoorMoved(PAPER, WIDE), "door_not_closed"),
        (AFTER, i.TimedOut(), "unstable"),
    ],
)
def test_without_a_shut_door_and_a_stable_weight_it_is_held(
    state: Any, given: i.Input, reason: Reason
) -> None:
    decided(state, unweighed(LEFT, reason), given, world(AJAR))
    doubted = replace(LEFT, doubt="scale_lost")
    decided(replace(state, deal=doubted), unweighed(doubted, "scale_lost"), given, world(AJAR))


def test_a_door_that_stays_shut_is_no_reason_to_hold() -> None:
    assert step(AFTER, i.DoorMoved(PAPER, SHUT), world()).state == AFTER


# ---- pieces ----


def test_each_scan_counts_one_piece_and_starts_the_time_again() -> None:
    """M-29: a code that is unknown, or of another material, counts nothing and says so."""
    state = s.Depositing(THEN, VISIT, LOOSE, 3)
    notices: list[tuple[Product | None, ItemNotice]] = [
        (None, "unknown_item"),
        (CAN, "other_material"),
    ]
    for given, notice in notices:
        taken = step(state, i.ItemScanned(given), world(WIDE))
        assert taken.state == replace(state, item_notice=notice)
    told = replace(state, item_notice="unknown_item", deal=replace(LOOSE, pieces=(BOTTLE,)))
    taken = step(told, i.ItemScanned(BOTTLE), world(WIDE))
    two = replace(LOOSE, pieces=(BOTTLE, BOTTLE))
    assert taken.state == s.Depositing(NOW, VISIT, two, 3, None)


def test_a_bin_paid_by_weight_counts_no_pieces_and_one_by_piece_500() -> None:
    assert step(DEPOSITING, i.ItemScanned(BOTTLE), world(WIDE)).state == DEPOSITING
    state = s.Depositing(THEN, VISIT, replace(LOOSE, pieces=(BOTTLE,) * 499), 0)
    full = step(state, i.ItemScanned(BOTTLE), world(WIDE)).state
    assert isinstance(full, s.Depositing) and len(full.deal.pieces) == 500
    assert step(full, i.ItemScanned(BOTTLE), world(WIDE)).state == full


# ---- what the scale says while a deposit is open ----


@pytest.mark.parametrize("state", WITH_DEAL)
def test_the_first_doubt_about_a_scale_stays(state: Any) -> None:
    first = step(state, i.ScaleBroke(PAPER, "scale_reopened"), world()).state
    assert first == replace(state, deal=replace(state.deal, doubt="scale_reopened"))
    assert step(first, i.ScaleBroke(PAPER, "scale_lost"), world()).state == first


@pytest.mark.parametrize("state", [OPENING, DEPOSITING, CLOSING, BLOCKED])
@pytest.mark.parametrize(
    ("grams", "doubt"),
    [(5_800, None), (4_501, None), (4_500, "negative_step"), (0, "negative_step")],
)
def test_half_a_kilogram_less_than_the_reading_before_is_a_doubt(
    state: Any, grams: int, doubt: Reason | None
) -> None:
    """M-30: things taken out again; what counts is the fall from one stable reading to the next."""
    taken = step(state, i.Settled(PAPER, stable(grams)), world())
    assert taken.state == replace(
        state, deal=replace(state.deal, plateau_g=Grams(grams), doubt=doubt)
    )
    doubted = replace(state, deal=replace(state.deal, doubt="scale_lost"))
    known = step(doubted, i.Settled(PAPER, stable(grams)), world()).state
    assert known == replace(
        state, deal=replace(state.deal, plateau_g=Grams(grams), doubt="scale_lost")
    )


@pytest.mark.parametrize("grams", [6_800, 5_100, 5_000, 4_700])
def test_a_stable_after_decides(grams: int) -> None:
    weight = stable(grams)
    watched = replace(LEFT, plateau_g=Grams(grams))
    decided(AFTER, weighed(watched, weight), i.Settled(PAPER, weight), world())
    taken = step(AFTER, i.Settled(PAPER, weight), world())
    assert isinstance(taken.state, s.Showing) and taken.state.deal == watched


def test_a_fall_seen_only_by_after_holds_what_it_would_have_paid() -> None:
    """Six kilograms more, then five of them out again: the last kilogram is not paid."""
    deal = replace(LEFT, plateau_g=Grams(11_000))
    weight = stable(6_000)
    held = s.Result(Grams(6_000), Grams(1_000), MinorUnits(0), "HELD", "negative_step")
    decided(replace(AFTER, deal=deal), held, i.Settled(PAPER, weight), world())


# ---- the outcome is known ----

PAID = s.Finished("0123AB-7", "paper", Grams(1_800), MinorUnits(144), "PAID", "token")
SERVED = replace(VISIT, finished=(PAID,))
SHOWING = s.Showing(THEN, SERVED, LEFT, weighed(LEFT, stable(6_800)), Seq(8), extensions=4)


def test_deposits_of_one_visit_are_listed_in_their_order() -> None:
    taken = step(replace(AFTER, visit=SERVED), i.TimedOut(), world(ledger="0" * 32))
    assert isinstance(taken.state, s.Showing)
    held = s.Finished("0123AB-7", "paper", None, MinorUnits(0), "HELD", "token")
    assert taken.state.visit.finished == (PAID, held)


def test_another_deposit_is_a_new_choice_while_the_machine_sells() -> None:
    assert step(SHOWING, i.Another(), world(earlier={"subject-1": NEWS})).state == s.Choosing(
        NOW, SERVED, None
    )
    assert step(SHOWING, i.Another(), world(sells=False)).state == s.Thanking(NOW, SERVED)
    limited = step(SHOWING, i.Another(), world(caps=CAPS, spent=SPENT)).state
    assert limited == s.Limited(NOW, SERVED, "deposits")


@pytest.mark.parametrize("given", [i.Finish(), i.TimedOut()])
def test_thanks_come_after_the_result_and_nobody_after_thanks(given: i.Input) -> None:
    thanking = s.Thanking(NOW, SERVED)
    assert step(SHOWING, given, world()).state == thanking
    assert step(thanking, given, world(language="zh")).state == s.Idle("zh")
