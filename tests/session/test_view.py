"""What the screen is told in each state: the question itself, field by field (P2)."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk import views as v
from kiosk.documents import Caps, Phones
from kiosk.session import inputs as i
from kiosk.session import states as s
from kiosk.session.view import Face, entry_of, language_of, live_of, screen_of
from kiosk.units import Grams, Millis, MinorUnits, Seq
from tests.session.worlds import BOTTLE, DEAL, METAL, NEWS, PAPER, PERSON, compartment, facts

THEN = Millis(1_000)
TOKEN = s.Subject("token", "subject-1", "token-1", PERSON)
VISIT = s.Visit("visit-1", "en", TOKEN)
NOW_DEARER = replace(compartment(price=9_000), min_g=Grams(300))
"""Paper as it is offered now; what was frozen before is 8,000 and 200 g."""
WORLD = facts(compartments={PAPER: NOW_DEARER, METAL: compartment(price=None)})
FACE = Face(None, "400-100", operator="Green Yard", codes={"0123AB-7": "KR1.signed"})
NOW, FROZEN = (
    v.Offer("paper", "paper", 9_000, "open", 300),
    v.Offer("paper", "paper", 8_000, "open", 200),
)

PAID = s.Result(Grams(6_800), Grams(1_800), MinorUnits(144), "PAID", None)
HELD = s.Result(None, None, MinorUnits(0), "HELD", "unstable")
SHOWING = s.Showing(THEN, VISIT, DEAL, PAID, Seq(8))


@pytest.mark.parametrize(
    ("state", "screen"),
    [
        (s.Idle("en"), v.Idle((NOW,), "CNY", "400-100", None)),
        (s.Identifying(THEN, "visit-1", "en", None), v.Identify(None, True, True)),
        (s.Identifying(THEN, "visit-1", "en", "forged"), v.Identify("forged", True, True)),
        (s.Typing(THEN, "visit-1", "en", "12"), v.Phone(3)),
        (
            s.ConfirmingNumber(THEN, "visit-1", "en", "123"),
            v.ConfirmPhone("123", "Green Yard", "400-100"),
        ),
        (s.Choosing(THEN, VISIT, None), v.Choose((NOW,), "CNY", "token", None)),
        (
            s.Choosing(THEN, VISIT, "scale_unsteady", earlier=NEWS),
            v.Choose((NOW,), "CNY", "token", "scale_unsteady", NEWS),
        ),
        (s.WeighingBefore(THEN, VISIT, PAPER), v.WeighingBefore(NOW, "CNY")),
        (s.Opening(THEN, VISIT, DEAL), v.Opening(FROZEN, "CNY")),
        (s.Depositing(THEN, VISIT, DEAL, 4), v.Depositing(FROZEN, "CNY", 6)),
        (s.Closing(THEN, VISIT, DEAL, 2), v.Closing(FROZEN, "CNY", 2)),
        (s.Blocked(THEN, VISIT, DEAL, 2, 5), v.Blocked(FROZEN, "CNY", 1)),
        (s.WeighingAfter(THEN, VISIT, DEAL), v.WeighingAfter(FROZEN, "CNY")),
        (s.Asking(THEN, "visit-1", "en", None), v.Help("400-100", None)),
        (s.Asking(THEN, "visit-1", "en", SHOWING), v.Help("400-100", "0123AB-7")),
        (s.Filed(THEN, "a", "en", None, "help", "T-1"), v.Filed("help", "T-1", "400-100")),
        (s.Informing(THEN, "visit-1", "en", SHOWING), v.Help("400-100", None)),
    ],
)
def test_every_state_has_its_question(state: Any, screen: v.Screen) -> None:
    """Whoever still chooses sees the price of now; once a deal is frozen, its own (P3)."""
    assert screen_of(state, WORLD, FACE) == screen


def test_what_the_machine_says_of_itself() -> None:
    closed = v.OutOfService("disk_full", "400-100")
    assert screen_of(s.Idle("en"), WORLD, replace(FACE, idle=closed)) == closed
    held = screen_of(s.Idle("en"), WORLD, replace(FACE, held="0123AB-7"))
    assert held == v.Idle((NOW,), "CNY", "400-100", "0123AB-7")
    about = v.About("1.0", "1-ab", "cd", 3, "ef", 9, ())
    asked = s.Informing(THEN, "visit-1", "en", None)
    assert screen_of(asked, WORLD, replace(FACE, about=about)) == about


def test_who_are_you_says_what_is_possible() -> None:
    """A lost scanner outranks what was wrong with the last code."""
    asked = s.Identifying(THEN, "visit-1", "en", "forged")
    lost = replace(WORLD, scanner_ok=False, donation_allowed=False, phones=None)
    assert screen_of(asked, lost, FACE) == v.Identify("scanner_lost", False, False)


def test_a_number_has_no_length_once_the_operator_takes_none() -> None:
    typing = s.Typing(THEN, "visit-1", "en")
    assert screen_of(typing, replace(WORLD, phones=None), FACE) == v.Phone(0)
    longer = replace(WORLD, phones=Phones(bytes(32), pattern="1", digits_max=11))
    assert screen_of(typing, longer, FACE) == v.Phone(11)


@pytest.mark.parametrize(("limit", "most"), [("deposits", 2), ("grams", 1_000), ("money", 300)])
def test_a_reached_cap_is_told_with_its_size(limit: v.Limit, most: int) -> None:
    capped = replace(WORLD, caps=Caps(deposits=2, grams=1_000, minor=300), donation_allowed=False)
    state = s.Limited(THEN, VISIT, limit)
    assert screen_of(state, capped, FACE) == v.Limited(limit, most, "CNY", False, "400-100")
    assert screen_of(state, WORLD, FACE) == v.Limited(limit, 0, "CNY", True, "400-100")


def test_an_offer_says_what_state_it_is_in_and_how_it_is_paid() -> None:
    full = facts(compartments={METAL: compartment(state="full"), PAPER: compartment(by_piece=True)})
    offers = (
        v.Offer("metal", "paper", 8_000, "full", 200),
        v.Offer("paper", "paper", 8_000, "open", 200, by_piece=True),
    )
    assert screen_of(s.Idle("en"), full, FACE) == v.Idle(offers, "CNY", "400-100", None)
    lost = facts(compartments={PAPER: compartment(price=None)})
    unpriced = v.WeighingBefore(v.Offer("paper", "paper", 0, "open", 200), "CNY")
    assert screen_of(s.WeighingBefore(THEN, VISIT, PAPER), lost, FACE) == unpriced


# ---- is anybody still there? ----

DONE = replace(VISIT, finished=(s.Finished("R-1", "paper", None, MinorUnits(0), "HELD", "token"),))


@pytest.mark.parametrize(
    ("state", "then"),
    [
        (s.Identifying(THEN, "visit-1", "en", None), "leave"),
        (s.Typing(THEN, "visit-1", "en"), "leave"),
        (s.Choosing(THEN, VISIT, None), "leave"),
        (s.Choosing(THEN, DONE, None), "receipt"),
        (s.Limited(THEN, VISIT, "money"), "leave"),
        (s.Limited(THEN, DONE, "money"), "receipt"),
        (s.Depositing(THEN, VISIT, DEAL), "close_door"),
        (SHOWING, "receipt"),
        (s.Asking(THEN, "visit-1", "en", None), "leave"),
        (s.Asking(THEN, "visit-1", "en", SHOWING), "receipt"),
        (s.Filed(THEN, "visit-1", "en", None, "help", "T-1"), "leave"),
        (s.Filed(THEN, "visit-1", "en", SHOWING, "help", "T-1"), "receipt"),
        (s.Informing(THEN, "visit-1", "en", None), "leave"),
        (s.Informing(THEN, "visit-1", "en", SHOWING), "receipt"),
    ],
)
def test_whoever_is_asked_if_they_are_there_is_told_what_happens_else(
    state: Any, then: Any
) -> None:
    assert screen_of(state, WORLD, replace(FACE, warned=True)) == v.StillThere(then)


# ---- pieces, and what is typed ----


def test_pieces_are_counted_and_added_up_while_they_are_shown() -> None:
    loose = replace(DEAL, by_piece=True, pieces=(BOTTLE,) * 3, step_minor=MinorUnits(10))
    state = s.Depositing(THEN, VISIT, loose, item_notice="unknown_item")
    offer = v.Offer("paper", "paper", 8_000, "open", 200, by_piece=True)
    shown = v.Depositing(offer, "CNY", 10, 3, 20, "unknown_item")
    assert screen_of(state, WORLD, FACE) == shown


def test_what_is_typed_is_shown_beside_the_question() -> None:
    assert entry_of(s.Typing(THEN, "visit-1", "en", "12", wrong=True)) == v.Entry("12", True)
    assert entry_of(s.ConfirmingNumber(THEN, "visit-1", "en", "12")) is None


# ---- what is on the scale ----


@pytest.mark.parametrize(
    "state",
    [
        s.Depositing(THEN, VISIT, DEAL),
        s.Closing(THEN, VISIT, DEAL, 1),
        s.Blocked(THEN, VISIT, DEAL, 1, 0),
        s.WeighingAfter(THEN, VISIT, DEAL),
    ],
)
def test_the_live_weight_is_what_was_put_in_so_far(state: Any) -> None:
    def around(gross_g: Grams | None, steady: bool) -> i.Facts:
        paper = replace(compartment(), gross_g=gross_g, steady=steady)
        return facts(compartments={PAPER: paper, METAL: compartment()})

    assert live_of(state, around(Grams(5_730), False)) == v.Live(730, False)
    assert live_of(state, around(Grams(4_990), True)) == v.Live(-10, True)
    assert live_of(state, around(None, True)) == v.Live(None, False)


def test_there_is_no_live_weight_before_the_door_is_open_or_after_the_result() -> None:
    for state in (s.Opening(THEN, VISIT, DEAL), SHOWING, s.WeighingBefore(THEN, VISIT, PAPER)):
        assert live_of(state, WORLD) is None


# ---- result and receipt ----


def test_a_result_shows_what_the_record_says() -> None:
    """P2, M-11."""
    result = v.Result(
        offer=FROZEN,
        currency="CNY",
        receipt="0123AB-7",
        before_g=5_000,
        after_g=6_800,
        net_g=1_800,
        amount_minor=144,
        outcome="PAID",
        reason=None,
        id_level="token",
        contact="400-100",
        another_allowed=True,
        pieces=None,
        code="KR1.signed",
    )
    assert screen_of(SHOWING, WORLD, FACE) == result


def test_what_is_held_has_no_amount_yet() -> None:
    loose = replace(DEAL, receipt="0123AB-9", by_piece=True, pieces=(BOTTLE, BOTTLE))
    shown = screen_of(
        s.Showing(THEN, VISIT, loose, HELD, Seq(8)), replace(WORLD, sells=False), FACE
    )
    assert isinstance(shown, v.Result)
    assert (shown.outcome, shown.reason, shown.amount_minor) == ("HELD", "unstable", None)
    assert (shown.after_g, shown.net_g, shown.pieces, shown.code) == (None, None, 2, None)
    assert not shown.another_allowed


def finished(
    receipt: str, outcome: v.OutcomeName, net_g: int | None, fen: int, level: v.IdLevel
) -> s.Finished:
    net = None if net_g is None else Grams(net_g)
    return s.Finished(receipt, "paper", net, MinorUnits(fen), outcome, level)


def test_the_receipt_adds_up_what_was_paid_and_names_the_rest() -> None:
    """Gifts in a visit that is paid for otherwise stand apart from its sum."""
    visit = replace(
        VISIT,
        subject=s.NOBODY,
        finished=(
            finished("0123AB-7", "PAID", 1_800, 144, "token"),
            finished("R-2", "HELD", None, 0, "token"),
            finished("R-3", "UNPRICED", 90, 0, "token"),
            finished("R-4", "PAID", 1_000, 80, "token"),
            finished("R-5", "PAID", 500, 40, "donation"),
        ),
    )
    assert screen_of(s.Thanking(THEN, visit), WORLD, FACE) == v.Receipt(
        lines=(
            v.ReceiptLine("0123AB-7", "paper", 1_800, 144, "PAID", "KR1.signed", False),
            v.ReceiptLine("R-2", "paper", None, None, "HELD", None, False),
            v.ReceiptLine("R-3", "paper", 90, 0, "UNPRICED", None, False),
            v.ReceiptLine("R-4", "paper", 1_000, 80, "PAID", None, False),
            v.ReceiptLine("R-5", "paper", 500, 40, "PAID", None, True),
        ),
        total_minor=224,
        total_g=2_800,
        currency="CNY",
        id_level="token",
        contact="400-100",
    )


def test_a_receipt_of_gifts_is_a_receipt_all_the_same() -> None:
    given = finished("0123AB-7", "PAID", 500, 40, "donation")
    shown = screen_of(s.Thanking(THEN, replace(VISIT, finished=(given,))), WORLD, FACE)
    assert isinstance(shown, v.Receipt)
    assert (shown.id_level, shown.total_minor, shown.total_g) == ("donation", 40, 500)
    assert not shown.lines[0].donated


# ---- in which language ----


@pytest.mark.parametrize(
    "state",
    [
        s.Idle("bo"),
        s.Identifying(THEN, "visit-1", "bo", None),
        s.Typing(THEN, "visit-1", "bo"),
        s.ConfirmingNumber(THEN, "visit-1", "bo", "12"),
        s.Asking(THEN, "visit-1", "bo", SHOWING),
        s.Filed(THEN, "visit-1", "bo", SHOWING, "help", "T-1"),
        s.Informing(THEN, "visit-1", "bo", SHOWING),
        s.Choosing(THEN, replace(VISIT, language="bo"), None),
        replace(SHOWING, visit=replace(VISIT, language="bo")),
    ],
)
def test_the_screen_speaks_as_whoever_is_here_chose(state: Any) -> None:
    assert language_of(state) == "bo"
