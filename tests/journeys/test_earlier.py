"""A token's holder is told at the next visit what became of a deposit that was HELD (cloud.md)."""

from pathlib import Path

import pytest

from kiosk import views as v
from kiosk.documents import Caps
from tests.journeys.desk import Desk
from tests.journeys.steps import (
    OPENS_PAPER,
    puts,
    sees,
    shows_her_code,
    touches,
    waits,
    walk,
)
from tests.journeys.test_operator_decides import decision, held_seq, offered
from tests.journeys.test_people import NUMBER, PHONES, settings, types


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """The power went while anna's cardboard was inside and the door open; it is back, and two
    days have passed."""
    desk = Desk(tmp_path)
    walk(desk, [*OPENS_PAPER, puts(1_000), waits(2)])
    desk.power_cut()
    assert desk.clock.utc_ms is not None
    desk.clock.utc_ms += 48 * 3600 * 1000
    desk.power_on()
    desk.until(desk.ready)
    desk.wait(70_000)
    assert [one.reason for one in desk.deposits()] == ["power_lost"]
    return desk


def visits(desk: Desk, subject: str = "anna") -> v.Earlier | None:
    """Show a token, look, and leave again; what was told."""
    desk.scan(desk.token(subject))
    news = chosen(desk).earlier
    walk(desk, [touches("cancel"), sees(v.Idle)])
    return news


def chosen(desk: Desk) -> v.Choose:
    """The question as it stands."""
    shown = desk.screen
    assert isinstance(shown, v.Choose)
    return shown


def restarts(desk: Desk) -> None:
    desk.power_cut()
    desk.power_on()
    desk.until(desk.ready)


def test_an_interrupted_deposit_is_told_at_every_visit_until_it_is_decided(desk: Desk) -> None:
    receipt = desk.deposits()[0].receipt
    told = v.Earlier(receipt, "2026-11-24", True, None, "CNY")
    assert visits(desk) == told
    assert visits(desk) == told
    restarts(desk)
    assert visits(desk) == told


def test_nobody_else_is_told(desk: Desk) -> None:
    assert visits(desk, "bert") is None
    walk(desk, [touches("start"), touches("donate")])
    assert chosen(desk).earlier is None


def test_it_is_told_once_a_visit(desk: Desk) -> None:
    desk.scan(desk.token())
    assert chosen(desk).earlier is not None
    walk(desk, [touches("compartment:paper"), sees(v.WeighingBefore), touches("cancel")])
    assert chosen(desk).earlier is None


@pytest.mark.parametrize("amount", [80, 0])
def test_a_decision_is_told_once(desk: Desk, amount: int) -> None:
    offered(desk, 1, decision(desk, held_seq(desk), amount))
    news = visits(desk)
    assert news is not None
    assert (news.receipt, news.amount_minor) == (desk.deposits()[0].receipt, amount)
    assert visits(desk) is None


def test_a_decision_waits_over_a_restart_and_is_not_told_after_the_next_deposit(desk: Desk) -> None:
    offered(desk, 1, decision(desk, held_seq(desk), 80))
    restarts(desk)
    walk(desk, [_news, touches("compartment:metal"), sees(v.Depositing), puts(400, "metal")])
    walk(desk, [touches("done"), sees(v.Result), touches("finish"), touches("finish")])
    assert visits(desk) is None
    restarts(desk)
    assert visits(desk) is None


def _news(desk: Desk) -> None:
    desk.scan(desk.token())
    news = chosen(desk).earlier
    assert news is not None and news.amount_minor == 80


def test_it_is_told_before_recovery_has_weighed(tmp_path: Path) -> None:
    """Whoever is back within the minute finds the other compartments open, and the news."""
    desk = Desk(tmp_path)
    walk(desk, [*OPENS_PAPER, puts(1_000), waits(2)])
    desk.power_cut()
    desk.power_on()
    desk.until(lambda: isinstance(desk.screen, v.Idle))
    assert desk.deposits() == []
    news = visits(desk)
    assert news is not None and news.interrupted
    desk.until(lambda: bool(desk.deposits()))
    again = visits(desk)
    assert again == news


def test_a_number_is_told_nothing(tmp_path: Path) -> None:
    """A phone number proves nothing about who types it."""
    desk = Desk(tmp_path)
    settings(desk, PHONES)
    numbered(desk)
    walk(desk, [touches("compartment:paper"), sees(v.Depositing), puts(1_000), waits(2)])
    restarts(desk)
    desk.wait(70_000)
    assert [one.reason for one in desk.deposits()] == ["power_lost"]
    assert numbered(desk).earlier is None


def numbered(desk: Desk) -> v.Choose:
    walk(desk, [touches("start"), touches("phone")])
    types(desk, NUMBER)
    walk(desk, [touches("confirm"), touches("confirm")])
    return chosen(desk)


# ---- at a cap ----


def at_the_cap(desk: Desk) -> v.Limited:
    """Anna has put in what she may put in a day."""
    settings(desk, None, Caps(deposits=1))
    walk(desk, [touches("start"), touches("donate"), touches("cancel"), sees(v.Idle)])
    walk(desk, [shows_her_code, touches("compartment:metal"), sees(v.Depositing)])
    walk(desk, [puts(400, "metal"), touches("done"), sees(v.Result)])
    walk(desk, [touches("finish"), touches("finish"), sees(v.Idle), shows_her_code])
    shown = desk.screen
    assert isinstance(shown, v.Limited)
    return shown


def test_whoever_is_at_a_cap_hears_the_news_too(desk: Desk) -> None:
    """Nobody knows when they are back: what there is to tell is told now."""
    limited = at_the_cap(desk)
    receipt = desk.deposits()[0].receipt
    assert limited.earlier == v.Earlier(receipt, "2026-11-24", True, None, "CNY")
    desk.touch("donate")
    assert chosen(desk).earlier is None, "a gift is nobody's"
    walk(desk, [touches("cancel"), sees(v.Idle)])


@pytest.mark.parametrize("amount", [80, 0])
def test_a_decision_heard_at_a_cap_was_told(desk: Desk, amount: int) -> None:
    at_the_cap(desk)
    walk(desk, [touches("cancel"), sees(v.Idle)])
    offered(desk, 1, decision(desk, held_seq(desk), amount))
    desk.scan(desk.token())
    shown = desk.screen
    assert isinstance(shown, v.Limited) and shown.earlier is not None
    assert shown.earlier.amount_minor == amount
    walk(desk, [touches("cancel"), sees(v.Idle), shows_her_code])
    shown = desk.screen
    assert isinstance(shown, v.Limited) and shown.earlier is None


def test_who_reaches_the_cap_in_this_visit_was_told_when_it_began(desk: Desk) -> None:
    settings(desk, None, Caps(deposits=1))
    desk.scan(desk.token())
    assert chosen(desk).earlier is not None
    walk(desk, [touches("compartment:metal"), sees(v.Depositing), puts(400, "metal")])
    walk(desk, [touches("done"), sees(v.Result), touches("another")])
    shown = desk.screen
    assert isinstance(shown, v.Limited) and shown.earlier is None
