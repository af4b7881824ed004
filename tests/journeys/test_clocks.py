"""A clock that is not set, is set in the middle of things, and jumps: nobody is paid another price,
turned away or let in twice for it, and no visit ends early or late."""

import pytest

from kiosk import views as v
from kiosk.clock import ClockQuality
from kiosk.documents import Caps, Document, Tariff, issue
from kiosk.events import DocumentOffered
from kiosk.receipts import check
from kiosk.records import Anchor, Deposit, DepositOpened, Record, decode
from kiosk.units import Seq
from tests.journeys.desk import FLOOR_MS, Desk
from tests.journeys.steps import OPENS_PAPER, Step, outcome, puts, sees, touches, waits, walk
from tests.journeys.test_people import settings
from tests.journeys.virtual import START_UTC_MS

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
PAYS: list[Step] = [touches("done"), sees(v.Result), outcome("PAID", net_g=1_000, amount_minor=80)]
LEAVES: list[Step] = [touches("finish"), touches("finish"), sees(v.Idle)]


def knows(desk: Desk, utc_ms: int | None, quality: ClockQuality) -> None:
    desk.clock.utc_ms, desk.clock.quality = utc_ms, quality


def jumps(desk: Desk, ms: int) -> None:
    assert desk.clock.utc_ms is not None
    desk.clock.utc_ms += ms


def written(desk: Desk, kind: type[Deposit] | type[DepositOpened]) -> Record:
    """The last record of a kind, header and all."""
    reader = desk.ledger.reader()
    found = [decode(one.data) for one in reader.after(Seq(0), 1_000, 1 << 24)]
    reader.close()
    return next(one for one in reversed(found) if isinstance(one.body, kind))


def refused_for(desk: Desk, token: bytes) -> str | None:
    """Why a token is refused; None: it is let in."""
    desk.scan(token)
    shown = desk.screen
    notice = shown.notice if isinstance(shown, v.Identify) else None
    walk(desk, [touches("cancel"), sees(v.Idle)])
    return notice


@pytest.fixture
def timeless(desk: Desk) -> Desk:
    """The power was away, and the machine does not know the time."""
    desk.power_cut()
    knows(desk, None, "U")
    desk.power_on()
    desk.until(desk.ready)
    return desk


# ---- not set ----


def test_a_machine_that_does_not_know_the_time_sells_and_says_so(timeless: Desk) -> None:
    token = timeless.operator.token("anna", START_UTC_MS)
    timeless.scan(token)
    walk(timeless, [*OPENS_PAPER[1:], puts(1_000), *PAYS])
    ended = written(timeless, Deposit)
    assert (ended.utc, ended.clk) == (None, "U")
    shown = timeless.screen
    assert isinstance(shown, v.Result) and shown.code is not None
    assert check(shown.code, timeless.record_public).utc is None
    walk(timeless, LEAVES)
    # Its id holds, not its time: once is once.
    assert refused_for(timeless, token) == "replayed"
    assert refused_for(timeless, timeless.operator.token("bert", FLOOR_MS - HOUR_MS)) == "expired"


def test_the_time_becomes_known_in_the_middle_of_a_visit(timeless: Desk) -> None:
    timeless.scan(timeless.operator.token("anna", START_UTC_MS))
    walk(timeless, [*OPENS_PAPER[1:], puts(1_000)])
    # Long after her token expired.
    knows(timeless, START_UTC_MS + 30 * DAY_MS, "S")
    walk(timeless, [waits(2), *PAYS, *LEAVES])
    opened, ended = written(timeless, DepositOpened), written(timeless, Deposit)
    assert (opened.utc, opened.clk) == (None, "U")
    assert ended.utc is not None and (ended.utc[:10], ended.clk) == ("2026-12-24", "S")
    (anchor,) = [one for one in timeless.records() if isinstance(one, Anchor)][1:]
    assert opened.mono_ms < anchor.mono_ms < ended.mono_ms


def test_a_day_that_becomes_known_begins_the_caps_anew_and_they_hold(timeless: Desk) -> None:
    settings(timeless, None, Caps(deposits=1))
    sells(timeless, "anna")
    assert limited(timeless, "anna")
    knows(timeless, START_UTC_MS, "S")
    sells(timeless, "anna")
    assert limited(timeless, "anna")


# ---- jumping ----

JUMPS = {"a year back": -365 * DAY_MS, "an hour back": -HOUR_MS, "past her token": 10 * MINUTE_MS,
         "past midnight": DAY_MS, "years ahead": 4_000 * DAY_MS}  # fmt: skip


@pytest.mark.parametrize("by_ms", JUMPS.values(), ids=JUMPS.keys())
@pytest.mark.parametrize("quality", ["S", "I"])
def test_a_jump_in_the_middle_of_a_visit_changes_nothing(
    desk: Desk, by_ms: int, quality: ClockQuality
) -> None:
    desk.clock.quality = quality
    token = desk.token("anna")
    desk.scan(token)
    walk(desk, [*OPENS_PAPER[1:], puts(1_000)])
    jumps(desk, by_ms)
    walk(desk, [waits(20), sees(v.Depositing), *PAYS])
    ended = written(desk, Deposit)
    shown = desk.screen
    assert isinstance(shown, v.Result) and shown.code is not None
    # The receipt says what the record says, whatever it was worth.
    said = check(shown.code, desk.record_public).utc
    assert said is not None and ended.utc is not None
    assert (said[:19], ended.clk) == (ended.utc[:19], quality)
    walk(desk, [touches("another"), touches("compartment:metal"), sees(v.Depositing)])
    walk(desk, [puts(500, "metal"), touches("done"), sees(v.Result), outcome("PAID")])
    walk(desk, LEAVES)
    assert refused_for(desk, token) in ("replayed", "expired")
    jumps(desk, -by_ms)
    assert refused_for(desk, token) == "replayed"
    assert refused_for(desk, desk.token("anna")) is None


def test_a_jump_to_another_day_locks_nobody_out_and_caps_hold_again(desk: Desk) -> None:
    settings(desk, None, Caps(deposits=1))
    sells(desk, "anna")
    for by_ms in (DAY_MS, -DAY_MS, -400 * DAY_MS, 400 * DAY_MS):
        assert limited(desk, "anna")
        jumps(desk, by_ms)
        sells(desk, "anna")


def test_a_visit_takes_as_long_as_without(desk: Desk) -> None:
    """Nobody is hurried or kept waiting by a clock that is set: deadlines are not its business."""

    def walks_away(*several_ms: int) -> int:
        walk(desk, OPENS_PAPER)
        began_ms = desk.clock.now_ms
        for by_ms in several_ms:
            jumps(desk, by_ms)
            desk.wait(1_000)
        desk.until(lambda: isinstance(desk.screen, v.Idle), 900_000)
        return desk.clock.now_ms - began_ms

    usual_ms = walks_away()
    assert abs(walks_away(4_000 * DAY_MS, -8_000 * DAY_MS) - usual_ms) < 2_000


# ---- prices ----


def tariff(desk: Desk, version: int, paper: int, from_ms: int) -> None:
    body = Tariff("CNY", 1, {"paper": paper, "plastic": 1, "metal": 1, "textiles": 1})
    document = Document("tariff", "*", version, from_ms, None, body)
    desk.controller.handle(DocumentOffered(issue(document, desk.operator.root)))
    desk.wait(1_000)


def price(desk: Desk) -> int:
    assert desk.trust.tariff is not None
    return desk.trust.tariff.prices["paper"]


def test_tomorrows_prices_wait_for_a_clock_that_knows_the_day(timeless: Desk) -> None:
    """The agent brings documents before the time is known: at every start without a clock chip."""
    tariff(timeless, 2, 20_000, START_UTC_MS + DAY_MS)
    assert price(timeless) == 8_000
    walk(timeless, [touches("start"), touches("donate"), *OPENS_PAPER[2:], puts(1_000), *PAYS])
    walk(timeless, LEAVES)
    knows(timeless, START_UTC_MS, "S")
    timeless.wait(1_000)
    assert price(timeless) == 8_000
    jumps(timeless, DAY_MS)
    timeless.wait(1_000)
    assert price(timeless) == 20_000


def test_todays_prices_begin_as_soon_as_the_day_is_known(timeless: Desk) -> None:
    tariff(timeless, 2, 20_000, START_UTC_MS - DAY_MS)
    assert price(timeless) == 8_000
    knows(timeless, START_UTC_MS, "I")
    timeless.wait(1_000)
    assert price(timeless) == 20_000


def test_prices_that_were_adopted_stay_whatever_the_clock_says_then(desk: Desk) -> None:
    """A clock that is set back takes no price back; how one ends: test_tariff_times."""
    tariff(desk, 2, 20_000, START_UTC_MS - DAY_MS)
    assert price(desk) == 20_000
    for utc_ms in (START_UTC_MS - 30 * DAY_MS, START_UTC_MS + 30 * DAY_MS, None):
        knows(desk, utc_ms, "S" if utc_ms else "U")
        desk.wait(2_000)
        desk.power_cut()
        desk.power_on()
        desk.until(desk.ready)
        assert price(desk) == 20_000


def sells(desk: Desk, subject: str) -> None:
    desk.scan(desk.operator.token(subject, max(desk.clock.utc_ms or 0, START_UTC_MS)))
    walk(desk, [*OPENS_PAPER[1:], puts(1_000), *PAYS, *LEAVES])


def limited(desk: Desk, subject: str) -> bool:
    desk.scan(desk.operator.token(subject, max(desk.clock.utc_ms or 0, START_UTC_MS)))
    shown = desk.screen
    walk(desk, [touches("cancel"), sees(v.Idle)])
    return isinstance(shown, v.Limited)
