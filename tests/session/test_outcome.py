"""The rules that turn two weights into one outcome, at each of their edges."""

from dataclasses import replace

import pytest

from kiosk.events import DoorPosition
from kiosk.products import Product
from kiosk.records import Deposit, DepositOpened, Piece, Reason, Weighing
from kiosk.session.outcome import (
    deposit_record,
    never_opened,
    opened_record,
    unweighed,
    weighed,
    weighing,
)
from kiosk.session.states import Subject, Visit
from kiosk.units import Grams, MinorUnits
from kiosk.views import OutcomeName
from tests.session.worlds import BOTTLE, DEAL, stable

LOOSE = replace(DEAL, by_piece=True)
"""Pieces, none scanned yet: a bottle is 90 to 120 g and 5 fen."""


@pytest.mark.parametrize(
    ("after_g", "fen", "outcome", "reason"),
    [
        (6_800, 144, "PAID", None),
        (5_200, 16, "PAID", None),
        (30_000, 2_000, "PAID", None),
        (30_001, 0, "HELD", "over_max"),
        (5_199, 0, "UNPRICED", "below_minimum"),
        (5_011, 0, "UNPRICED", "below_minimum"),
        (5_010, 0, "VOID", "nothing_deposited"),
        (5_000, 0, "VOID", "nothing_deposited"),
        (4_990, 0, "VOID", "nothing_deposited"),
        (4_989, 0, "HELD", "negative_net"),
        (0, 0, "HELD", "negative_net"),
    ],
)
def test_two_weights_have_one_outcome(
    after_g: int, fen: int, outcome: OutcomeName, reason: Reason | None
) -> None:
    """M-03, M-04, M-09, M-12: net is after less before; minimum and Max belong to what is paid."""
    found = weighed(DEAL, stable(after_g))
    assert (found.after_g, found.net_g) == (after_g, after_g - 5_000)
    assert (found.amount_minor, found.outcome, found.reason) == (fen, outcome, reason)


@pytest.mark.parametrize("after_g", [6_800, 5_100, 5_000, 4_000, 31_000])
def test_a_scale_opened_again_holds_whatever_it_says(after_g: int) -> None:
    """An indicator that zeroes itself at power-on swallows exactly the load."""
    found = weighed(DEAL, stable(after_g, link_opens=2))
    assert (found.after_g, found.net_g) == (after_g, after_g - 5_000)
    assert (found.amount_minor, found.outcome, found.reason) == (0, "HELD", "scale_reopened")


@pytest.mark.parametrize("after_g", [6_800, 5_100, 5_000, 4_000, 31_000])
@pytest.mark.parametrize("link_opens", [1, 2])
def test_the_first_doubt_outranks_what_the_weights_say(after_g: int, link_opens: int) -> None:
    doubted = replace(DEAL, doubt="negative_step")
    found = weighed(doubted, stable(after_g, link_opens=link_opens))
    assert (found.amount_minor, found.outcome, found.reason) == (0, "HELD", "negative_step")


@pytest.mark.parametrize(
    ("count", "net_g", "fen", "outcome", "reason"),
    [
        (0, 200, 0, "UNPRICED", "no_items"),
        (1, 79, 0, "HELD", "count_mass"),
        (1, 80, 5, "PAID", None),
        (1, 130, 5, "PAID", None),
        (1, 131, 0, "HELD", "count_mass"),
        (6, 530, 30, "PAID", None),
        (6, 529, 0, "HELD", "count_mass"),
        (6, 730, 30, "PAID", None),
        (6, 731, 0, "HELD", "count_mass"),
        (1, 10, 0, "HELD", "count_mass"),
        (6, 10, 0, "HELD", "count_mass"),
        (1, 0, 0, "VOID", "nothing_deposited"),
        (1, -10, 0, "VOID", "nothing_deposited"),
        (0, 10, 0, "VOID", "nothing_deposited"),
        (0, 0, 0, "VOID", "nothing_deposited"),
    ],
)
def test_pieces_are_paid_when_their_masses_hold_the_net(
    count: int, net_g: int, fen: int, outcome: OutcomeName, reason: Reason | None
) -> None:
    """M-29, with one step granted for both readings."""
    found = weighed(replace(LOOSE, pieces=(BOTTLE,) * count), stable(5_000 + net_g))
    assert (found.after_g, found.net_g) == (5_000 + net_g, net_g)
    assert (found.amount_minor, found.outcome, found.reason) == (fen, outcome, reason)


@pytest.mark.parametrize(
    ("count", "net_g", "outcome"),
    [(1, 10, "HELD"), (1, 0, "HELD"), (1, -2, "HELD"), (1, -3, "VOID"), (2, 0, "VOID")],
)
def test_pieces_that_the_scale_may_not_see_are_never_said_to_be_nothing(
    count: int, net_g: int, outcome: OutcomeName
) -> None:
    """P6, M-29: one thing of 8 g may lie on a scale of 10 g steps and change nothing, two may not:
    16 g less what two readings may be off together."""
    light = replace(BOTTLE, min_g=Grams(8), max_g=Grams(9))
    found = weighed(replace(LOOSE, pieces=(light,) * count), stable(5_000 + net_g))
    reason = "count_mass" if outcome == "HELD" else "nothing_deposited"
    assert (found.amount_minor, found.outcome, found.reason) == (0, outcome, reason)


def test_pieces_of_different_prices_are_added_up_and_rounded_to_the_step_once() -> None:
    glass = Product("04006381333931", "paper", MinorUnits(8), Grams(300), Grams(400))
    deal = replace(LOOSE, pieces=(BOTTLE, glass, BOTTLE), step_minor=MinorUnits(10))
    assert weighed(deal, stable(5_550)).amount_minor == 20


def test_without_an_after_nothing_is_invented() -> None:
    found = unweighed(DEAL, "unstable")
    assert (found.after_g, found.net_g, found.amount_minor) == (None, None, 0)
    assert (found.outcome, found.reason) == ("HELD", "unstable")
    assert unweighed(replace(DEAL, doubt="negative_step"), "unstable").reason == "negative_step"


def test_a_door_that_never_left_closed_is_void_and_any_doubt_is_not() -> None:
    found = never_opened(DEAL)
    assert (found.after_g, found.net_g, found.amount_minor) == (None, None, 0)
    assert (found.outcome, found.reason) == ("VOID", "door_not_opened")
    for doubtful, reason in (
        (replace(DEAL, left_closed=True), "door_not_opened"),
        (replace(DEAL, doubt="scale_lost"), "scale_lost"),
    ):
        held = never_opened(doubtful)
        assert (held.outcome, held.reason, held.amount_minor) == ("HELD", reason, 0)


VISIT = Visit("session-1", "zh", Subject("token", "r-7f3a", "f" * 32, "today's id"))


def test_the_first_record_holds_everything_that_was_frozen() -> None:
    """P3; today's id of the person is for the caps alone."""
    frozen = replace(DEAL, products_version=4, by_piece=True, tariff_version=5)
    assert opened_record(VISIT, frozen) == DepositOpened(
        receipt="0123AB-7",
        subject="r-7f3a",
        id_level="token",
        token="f" * 32,
        compartment="paper",
        material="paper",
        bag="paper-1",
        price_e4=8000,
        currency="CNY",
        step_minor=1,
        tariff_version=5,
        min_g=200,
        max_g=30_000,
        e_g=10,
        by_piece=True,
        products_version=4,
        before=Weighing(5_000, 1_000, 1, False, (b"ST,GS",)),
    )


def test_the_second_record_holds_both_weights_and_what_they_are_worth() -> None:
    after = replace(stable(6_800, at_ms=9_000), host_derived=True)
    said = deposit_record(VISIT, DEAL, weighed(DEAL, after), after, DoorPosition.CLOSED)
    assert said == Deposit(
        receipt="0123AB-7",
        opened_seq=7,
        subject="r-7f3a",
        id_level="token",
        token="f" * 32,
        compartment="paper",
        material="paper",
        bag="paper-1",
        price_e4=8000,
        currency="CNY",
        tariff_version=3,
        before=Weighing(5_000, 1_000, 1, False, (b"ST,GS",)),
        after=Weighing(6_800, 9_000, 1, True, (b"ST,GS",)),
        net_g=1_800,
        amount_minor=144,
        outcome="PAID",
        reason=None,
        door="closed",
    )
    held = deposit_record(VISIT, DEAL, unweighed(DEAL, "unstable"), None, DoorPosition.OPEN)
    assert (held.after, held.net_g, held.amount_minor) == (None, None, 0)
    assert (held.outcome, held.reason, held.door) == ("HELD", "unstable", "open")


def test_it_names_the_list_and_each_kind_of_piece() -> None:
    """Equal pieces together, in the order they first came, each at the price that was seen."""
    glass = Product("04006381333931", "paper", MinorUnits(8), Grams(300), Grams(400))
    deal = replace(LOOSE, products_version=4, pieces=(BOTTLE, glass, BOTTLE))
    after = stable(5_550)
    said = deposit_record(VISIT, deal, weighed(deal, after), after, DoorPosition.CLOSED)
    assert (said.by_piece, said.products_version) == (True, 4)
    assert said.pieces == (
        Piece(BOTTLE.gtin, 2, 5, 90, 120),
        Piece("04006381333931", 1, 8, 300, 400),
    )
    assert (said.net_g, said.amount_minor, said.outcome) == (550, 18, "PAID")


def test_the_evidence_is_every_frame_that_decided() -> None:
    many = replace(stable(5_000), frames=tuple(b"%d" % number for number in range(40)))
    assert weighing(many).frames == many.frames
