"""A tariff counts from its first moment to its last (M-13, architecture.md, "Time")."""

from kiosk import views as v
from kiosk.documents import Document, Tariff, issue
from kiosk.events import DocumentOffered
from kiosk.upcoming import MOST
from tests.journeys.desk import Desk
from tests.journeys.steps import (
    OPENS_PAPER,
    outcome,
    power_fails,
    power_returns,
    puts,
    sees,
    touches,
    walk,
)

HOUR_MS = 3_600_000
PAPER_9 = Tariff("CNY", 1, {"paper": 9_000, "plastic": 1, "metal": 1, "textiles": 1})


def brings(desk: Desk, version: int, begins_ms: int, ends_ms: int | None) -> None:
    """The agent brings a tariff; times count from now."""
    assert desk.clock.utc_ms is not None
    until = None if ends_ms is None else desk.clock.utc_ms + ends_ms
    tariff = Document("tariff", "*", version, desk.clock.utc_ms + begins_ms, until, PAPER_9)
    desk.controller.handle(DocumentOffered(issue(tariff, desk.operator.root)))
    desk.wait(1_000)


def later(desk: Desk, ms: int) -> None:
    assert desk.clock.utc_ms is not None
    desk.clock.utc_ms += ms
    desk.wait(2_000)


def test_a_tariff_that_ended_sells_nothing_until_another_is_there(desk: Desk) -> None:
    brings(desk, 2, 0, HOUR_MS)
    assert desk.trust.versions["tariff"] == 2
    later(desk, HOUR_MS)
    assert isinstance(desk.screen, v.OutOfService) and desk.screen.reason == "no_tariff"
    brings(desk, 3, 0, None)
    desk.until(desk.ready)
    walk(desk, [*OPENS_PAPER, puts(1_000), touches("done"), sees(v.Result)])
    walk(desk, [outcome("PAID", price_e4=9_000)])


def test_a_tariff_that_ends_while_somebody_is_served_pays_what_was_promised(desk: Desk) -> None:
    """P3: the open door's price is frozen; no other door opens."""
    brings(desk, 2, 0, HOUR_MS)
    walk(desk, [*OPENS_PAPER, puts(1_000)])
    later(desk, HOUR_MS)
    walk(desk, [touches("done"), sees(v.Result), outcome("PAID", price_e4=9_000)])
    assert isinstance(desk.screen, v.Result) and not desk.screen.another_allowed
    walk(desk, [touches("finish"), sees(v.Receipt)])
    assert isinstance(desk.screen, v.Receipt) and desk.screen.currency == "CNY"


def test_a_clock_that_does_not_know_keeps_the_tariff(desk: Desk) -> None:
    """Weeks without a network are no reason to stop (P5)."""
    brings(desk, 2, 0, HOUR_MS)
    desk.clock.quality = "I"
    later(desk, 2 * HOUR_MS)
    assert desk.ready()


def test_prices_that_were_announced_follow_one_another_without_a_network(desk: Desk) -> None:
    """The one that begins when this one ends is not lost to the one after it."""
    brings(desk, 2, 0, HOUR_MS)
    brings(desk, 3, HOUR_MS, 2 * HOUR_MS)
    brings(desk, 4, 2 * HOUR_MS, None)
    walk(desk, [power_fails, power_returns])
    desk.until(desk.ready)
    for version in (3, 4):
        later(desk, HOUR_MS + 5_000)
        desk.until(desk.ready)
        assert desk.trust.versions["tariff"] == version


def test_of_too_many_announced_prices_the_latest_stay(desk: Desk) -> None:
    for version in range(2, 9):
        brings(desk, version, version * HOUR_MS, None)
    kept = (desk.config.machine.data_dir / "trust.json").read_bytes()
    assert kept.count(b'"tariff/') == MOST
    later(desk, 5 * HOUR_MS)
    desk.until(lambda: desk.trust.versions["tariff"] == 5)


def test_a_tariff_of_tomorrow_begins_tomorrow_without_a_network(desk: Desk) -> None:
    brings(desk, 2, HOUR_MS, None)
    assert desk.trust.versions["tariff"] == 1
    walk(desk, [power_fails, power_returns])
    desk.until(desk.ready)
    assert desk.trust.versions["tariff"] == 1
    later(desk, HOUR_MS)
    assert desk.trust.versions["tariff"] == 2
    walk(desk, [*OPENS_PAPER, puts(1_000), touches("done"), sees(v.Result)])
    walk(desk, [outcome("PAID", price_e4=9_000)])
