"""Who is here: what each way of saying so leads to, to the last field."""

from dataclasses import replace
from typing import Any

import pytest

from kiosk.caps import Spent
from kiosk.documents import Caps, Phones
from kiosk.session import inputs as i
from kiosk.session import states as s
from kiosk.session.table import step
from kiosk.units import Grams, Millis, MinorUnits
from kiosk.views import Limit, TokenNotice
from tests.session.worlds import CAPS, DEAL, NEWS, PERSON, SPENT, facts

THEN, NOW = Millis(1_000), Millis(9_000)
IDLE = s.Idle("en")
ASKED = s.Identifying(THEN, "visit-1", "en", "expired", extensions=2)
TYPING = s.Typing(THEN, "visit-1", "en", "12", wrong=True, extensions=2)
CONFIRMING = s.ConfirmingNumber(THEN, "visit-1", "en", "13800138000", extensions=2)
UNKNOWN: tuple[Any, ...] = (ASKED, TYPING, CONFIRMING)
TOKEN = s.Subject("token", "subject-1", "token-1", PERSON)
SHOWN = i.Identified("subject-1", "token-1", PERSON)
PAID = s.Finished("R-1", "paper", Grams(1800), MinorUnits(144), "PAID", "token")
SERVED = s.Visit("visit-1", "en", TOKEN, (PAID,))


def world(**changes: object) -> i.Facts:
    return facts(now_ms=NOW, fresh_id="fresh-1", language="zh", **changes)


def goes(state: Any, given: i.Input, **changes: object) -> s.State:
    """Where the input leads; nothing here is worth a record."""
    taken = step(state, given, world(**changes))
    assert taken.records == ()
    return taken.state


# ---- a touch, a code ----


def test_a_touch_and_a_bad_code_ask_who_it_is_while_the_machine_sells() -> None:
    asked = s.Identifying(NOW, "fresh-1", "en", None)
    assert goes(IDLE, i.Start()) == asked
    assert goes(IDLE, i.TokenRefused("forged")) == replace(asked, notice="forged")
    for given in (i.Start(), i.TokenRefused("forged")):
        assert goes(IDLE, given, sells=False) == IDLE


def test_a_good_code_begins_the_visit_wherever_it_is_shown() -> None:
    assert goes(IDLE, SHOWN) == s.Choosing(NOW, s.Visit("fresh-1", "en", TOKEN), None)
    for state in UNKNOWN:
        assert goes(state, SHOWN) == s.Choosing(NOW, s.Visit("visit-1", "en", TOKEN), None)


@pytest.mark.parametrize("notice", ["expired", "forged", "replayed", "not_yet"])
def test_a_bad_code_asks_again_and_says_why(notice: TokenNotice) -> None:
    for state in UNKNOWN:
        asked = s.Identifying(NOW, "visit-1", "en", notice)
        assert goes(state, i.TokenRefused(notice)) == asked


def test_news_are_told_to_the_holder_of_the_token_in_the_visits_first_question() -> None:
    news = {"subject-1": NEWS, "sealed:x": NEWS}
    visit = s.Visit("visit-1", "en", TOKEN)
    assert goes(ASKED, SHOWN, earlier=news) == s.Choosing(NOW, visit, None, earlier=NEWS)
    assert goes(ASKED, SHOWN, earlier={"subject-2": NEWS}) == s.Choosing(NOW, visit, None)
    by_number = goes(CONFIRMING, i.NumberSealed("sealed:x", PERSON), earlier=news)
    assert isinstance(by_number, s.Choosing) and by_number.earlier is None
    giving = goes(ASKED, i.Donate(), earlier=news)
    assert isinstance(giving, s.Choosing) and giving.earlier is None


def test_a_gift_needs_no_name_and_the_operators_leave() -> None:
    visit = s.Visit("visit-1", "en", s.NOBODY)
    assert goes(ASKED, i.Donate()) == s.Choosing(NOW, visit, None)
    assert goes(ASKED, i.Donate(), donation_allowed=False) == ASKED


def test_whoever_leaves_or_is_gone_leaves_the_machines_own_language() -> None:
    assert goes(ASKED, i.Cancel()) == s.Idle("zh")
    for state in UNKNOWN:
        assert goes(state, i.TimedOut()) == s.Idle("zh")


# ---- a number instead of a code ----


def test_a_number_is_typed_digit_by_digit() -> None:
    assert goes(ASKED, i.UsePhone()) == s.Typing(NOW, "visit-1", "en")
    one_more = replace(TYPING, since_ms=NOW, digits="127", wrong=False)
    assert goes(TYPING, i.Digit("7")) == one_more
    assert goes(one_more, i.Digit("8")) == one_more
    fewer = replace(TYPING, since_ms=NOW, digits="12", wrong=False)
    assert goes(replace(TYPING, digits="127"), i.Erase()) == fewer
    assert goes(replace(fewer, digits=""), i.Erase()) == replace(fewer, digits="")
    assert goes(TYPING, i.Cancel()) == s.Identifying(NOW, "visit-1", "en", None)


def test_only_a_number_of_the_operators_form_is_shown_to_be_confirmed() -> None:
    phones = Phones(bytes(32), pattern=r"1[3-9]\d{9}", digits_max=11)
    whole = replace(TYPING, digits="13800138000")
    confirming = s.ConfirmingNumber(NOW, "visit-1", "en", "13800138000")
    assert goes(replace(whole, wrong=False), i.Confirm(), phones=phones) == confirming
    for digits in ("1380013800", "12800138000", "138001380001", "1380013800\u0663"):
        wrong = replace(TYPING, since_ms=NOW, digits=digits, wrong=True)
        typed = replace(TYPING, digits=digits, wrong=False)
        assert goes(typed, i.Confirm(), phones=phones) == wrong


def test_a_confirmed_number_is_known_by_its_seal_only() -> None:
    sealed = s.Subject("phone", "sealed:x", None, PERSON)
    chosen = s.Choosing(NOW, s.Visit("visit-1", "en", sealed), None)
    assert goes(CONFIRMING, i.NumberSealed("sealed:x", PERSON)) == chosen
    again = s.Typing(NOW, "visit-1", "en", "13800138000")
    assert goes(CONFIRMING, i.Cancel()) == again


def test_an_operator_without_numbers_takes_none() -> None:
    """Also when its new settings come while one is being typed."""
    assert goes(ASKED, i.UsePhone(), phones=None) == ASKED
    assert goes(TYPING, i.Digit("7"), phones=None) == TYPING
    wrong = replace(TYPING, since_ms=NOW, wrong=True)
    assert goes(TYPING, i.Confirm(), phones=None) == wrong


# ---- a cap is reached ----


@pytest.mark.parametrize(
    ("spent", "limit"),
    [
        ({}, None),
        ({"somebody else": Spent(deposits=9, grams=9_999, minor=999)}, None),
        ({PERSON: Spent(deposits=1, grams=999, minor=299)}, None),
        ({PERSON: Spent(deposits=2)}, "deposits"),
        ({PERSON: Spent(grams=1_000)}, "grams"),
        ({PERSON: Spent(minor=300)}, "money"),
    ],
)
def test_a_cap_is_looked_at_before_a_door_opens(
    spent: dict[str, Spent], limit: Limit | None
) -> None:
    caps = Caps(deposits=2, grams=1_000, minor=300)
    visit = s.Visit("visit-1", "en", TOKEN)
    free, full = s.Choosing(NOW, visit, None), limit and s.Limited(NOW, visit, limit)
    assert goes(ASKED, SHOWN, caps=caps, spent=spent) == (full or free)
    assert goes(ASKED, SHOWN, caps=None, spent=spent) == free
    gift = s.Choosing(NOW, s.Visit("visit-1", "en", s.NOBODY), None)
    assert goes(ASKED, i.Donate(), caps=caps, spent=spent) == gift


def test_over_the_cap_one_may_still_give_if_the_operator_lets_one() -> None:
    limited = s.Limited(THEN, SERVED, "money")
    gives = s.Choosing(NOW, replace(SERVED, subject=s.NOBODY), None)
    assert goes(limited, i.Donate(), caps=CAPS, spent=SPENT) == gives
    assert goes(limited, i.Donate(), donation_allowed=False) == limited


@pytest.mark.parametrize("given", [i.Cancel(), i.TimedOut()])
def test_who_brought_something_gets_a_receipt_who_did_not_just_leaves(given: i.Input) -> None:
    nothing = replace(SERVED, finished=())
    for served, before in (
        (s.Limited(THEN, SERVED, "money"), s.Limited(THEN, nothing, "money")),
        (s.Choosing(THEN, SERVED, None), s.Choosing(THEN, nothing, None)),
    ):
        assert goes(served, given) == s.Thanking(NOW, SERVED)
        assert goes(before, given) == s.Idle("zh")


# ---- anywhere ----

DEPOSITING = s.Depositing(THEN, SERVED, DEAL)
SHOWING = s.Showing(
    THEN, SERVED, DEAL, s.Result(None, None, MinorUnits(0), "HELD", None), DEAL.opened_seq
)
IN_A_VISIT: tuple[Any, ...] = (
    s.Limited(THEN, SERVED, "money"),
    s.Choosing(THEN, SERVED, None),
    s.WeighingBefore(THEN, SERVED, DEAL.compartment),
    s.Opening(THEN, SERVED, DEAL),
    DEPOSITING,
    s.Closing(THEN, SERVED, DEAL, 1),
    s.Blocked(THEN, SERVED, DEAL, 1, 0),
    s.WeighingAfter(THEN, SERVED, DEAL),
    SHOWING,
    s.Thanking(THEN, SERVED),
)
OUTSIDE_OF_ONE: tuple[Any, ...] = (
    *UNKNOWN,
    s.Asking(THEN, "visit-1", "en", None),
    s.Filed(THEN, "visit-1", "en", None, "help", "T-1"),
    s.Informing(THEN, "visit-1", "en", None),
)


def test_a_language_can_be_chosen_anywhere_and_gives_no_time() -> None:
    for state in OUTSIDE_OF_ONE:
        assert goes(state, i.SetLanguage("bo")) == replace(state, language="bo")
    for state in IN_A_VISIT:
        visit = replace(SERVED, language="bo")
        assert goes(state, i.SetLanguage("bo")) == replace(state, visit=visit)


def test_a_language_chosen_at_idle_is_forgotten_like_who_chose_it() -> None:
    chosen = s.Idle("bo", NOW)
    assert goes(IDLE, i.SetLanguage("bo")) == chosen
    assert goes(s.Idle("bo", THEN), i.SetLanguage("bo")) == chosen
    assert goes(s.Idle("bo", THEN), i.TimedOut()) == s.Idle("zh")


@pytest.mark.parametrize("state", [*UNKNOWN, DEPOSITING, SHOWING, s.Thanking(THEN, SERVED)])
def test_who_turns_a_page_is_here_and_uses_up_nothing(state: Any) -> None:
    for extensions in (0, 10):
        one = replace(state, extensions=extensions)
        assert goes(one, i.Reading()) == replace(one, since_ms=NOW)


@pytest.mark.parametrize("state", [*UNKNOWN, DEPOSITING, SHOWING, s.Thanking(THEN, SERVED)])
def test_more_time_is_given_up_to_ten_times(state: Any) -> None:
    """WCAG 2.2.1."""
    ninth = replace(state, extensions=9)
    tenth = replace(state, since_ms=NOW, extensions=10)
    assert goes(ninth, i.MoreTime()) == tenth
    full = replace(tenth, since_ms=THEN)
    assert goes(full, i.MoreTime()) == full
