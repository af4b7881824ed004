"""The cloud refuses the machine: a warning, deposits for the operator's time, then none."""

from pathlib import Path

import pytest

from kiosk import views as v
from kiosk.documents import Settings
from kiosk.events import CloudRefused, DocumentOffered
from kiosk.faults import CATALOGUE
from kiosk.records import FaultCleared, FaultRaised
from kiosk.refusal import CHANGES_EVERY_MS, DAY_MS, WHY_MAX
from tests.journeys.desk import Desk
from tests.journeys.steps import OPENS_PAPER, outcome, puts, sees, touches, walk

WHY = "401 Who?: this key was revoked"
SELLS = [
    *OPENS_PAPER,
    puts(1_800),
    touches("done"),
    sees(v.Result),
    outcome("PAID", net_g=1_800),
    touches("finish"),
    touches("finish"),
]
CLOSED = v.OutOfService("disowned", "400-800-0000")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.controller.handle(CloudRefused(WHY))
    return desk


def days_pass(desk: Desk, days: int, hours: int = 0) -> None:
    desk.clock.pass_ms(days * DAY_MS + hours * 3_600_000)
    # A scale that was not heard for days is opened anew.
    desk.wait(5_000)


def allow(desk: Desk, days: int) -> None:
    body = Settings("Operator", "400-800-0000", True, "东门", "East gate", refused_days=days)
    desk.controller.handle(DocumentOffered(desk.operator.document("settings", 2, body)))


def changes(desk: Desk) -> list[tuple[bool, str]]:
    """Faults raised (True) and cleared of the two that a refusal may raise."""
    return [
        (isinstance(one, FaultRaised), one.fault)
        for one in desk.records()
        if isinstance(one, FaultRaised | FaultCleared)
        and one.fault in ("cloud_refuses", "refused_too_long")
    ]


def faults(desk: Desk) -> tuple[str, ...]:
    assert desk.status is not None
    return desk.status.faults


def again(desk: Desk) -> None:
    desk.power_cut()
    desk.power_on()
    desk.wait(5_000)


def test_it_warns_and_deposits_go_on(desk: Desk) -> None:
    raised = [one for one in desk.records() if isinstance(one, FaultRaised)]
    assert [(one.fault, one.compartment, one.detail) for one in raised] == [
        ("cloud_refuses", None, WHY)
    ]
    assert CATALOGUE["cloud_refuses"].stops == "nothing"
    assert "cloud_refuses" in faults(desk)
    days_pass(desk, 29)
    walk(desk, SELLS)
    assert changes(desk) == [(True, "cloud_refuses")]


def test_after_the_policy_time_it_sells_nothing_until_the_cloud_takes_records(desk: Desk) -> None:
    days_pass(desk, 30)
    assert desk.screen == CLOSED
    assert {"cloud_refuses", "refused_too_long"} <= set(faults(desk))
    desk.touch("start")
    assert desk.screen == CLOSED
    desk.controller.handle(CloudRefused(None))
    desk.wait(1_000)
    assert faults(desk) == ()
    walk(desk, SELLS)
    assert changes(desk) == [
        (True, "cloud_refuses"),
        (True, "refused_too_long"),
        (False, "cloud_refuses"),
        (False, "refused_too_long"),
    ]


def test_a_deposit_under_way_is_finished_when_the_time_is_over(desk: Desk) -> None:
    days_pass(desk, 29, hours=23)
    walk(desk, OPENS_PAPER)
    desk.controller.handle(CloudRefused(WHY))
    desk.clock.utc_ms = (desk.clock.utc_ms or 0) + 3_600_000
    walk(desk, [puts(1_000), touches("done"), sees(v.Result), outcome("PAID", net_g=1_000)])
    walk(desk, [touches("finish"), touches("finish")])
    assert desk.screen == CLOSED


def test_the_time_counts_over_restarts_and_while_it_is_switched_off(desk: Desk) -> None:
    days_pass(desk, 10)
    desk.power_cut()
    desk.clock.pass_ms(15 * DAY_MS)
    desk.power_on()
    desk.until(desk.ready)
    assert "cloud_refuses" in faults(desk)
    days_pass(desk, 4)
    assert desk.ready()
    days_pass(desk, 1)
    assert desk.screen == CLOSED
    again(desk)
    assert desk.screen == CLOSED
    desk.controller.handle(CloudRefused(None))
    desk.until(desk.ready)
    again(desk)
    desk.until(desk.ready)
    assert faults(desk) == ()


def test_what_the_agent_says_again_begins_no_new_time(desk: Desk) -> None:
    days_pass(desk, 20)
    again(desk)
    desk.controller.handle(CloudRefused(WHY))
    days_pass(desk, 10)
    assert desk.screen == CLOSED


def test_a_clock_that_jumps_counts_nothing(tmp_path: Path) -> None:
    """Without synchronised time only the time that the machine ran counts."""
    desk = Desk(tmp_path)
    desk.clock.quality = "I"
    desk.controller.handle(CloudRefused(WHY))
    days_pass(desk, 1)
    assert desk.clock.utc_ms is not None
    desk.clock.utc_ms += 4_000 * DAY_MS
    desk.wait(1_000)
    assert desk.ready()
    again(desk)
    desk.until(desk.ready)
    days_pass(desk, 28)
    assert desk.ready()
    days_pass(desk, 1, hours=1)
    assert desk.screen == CLOSED


@pytest.mark.parametrize(("days", "passed", "sells"), [(0, 3_000, True), (2, 2, False)])
def test_the_operator_decides_how_long(desk: Desk, days: int, passed: int, sells: bool) -> None:
    allow(desk, days)
    days_pass(desk, passed)
    assert desk.ready() is sells


def test_an_agent_that_changes_its_mind_without_end_fills_no_ledger(desk: Desk) -> None:
    for _ in range(50):
        desk.controller.handle(CloudRefused(None))
        desk.controller.handle(CloudRefused("x" * 10_000))
    assert changes(desk) == [(True, "cloud_refuses")]
    desk.controller.handle(CloudRefused(None))
    desk.clock.pass_ms(CHANGES_EVERY_MS)
    desk.wait(100)
    desk.controller.handle(CloudRefused("x" * 10_000))
    desk.clock.pass_ms(CHANGES_EVERY_MS)
    desk.wait(100)
    assert [raised for raised, _ in changes(desk)] == [True, False, True]
    last = [one for one in desk.records() if isinstance(one, FaultRaised)][-1]
    assert len(last.detail) == WHY_MAX


def test_a_damaged_file_counts_anew(desk: Desk) -> None:
    days_pass(desk, 20)
    desk.power_cut()
    (desk.config.machine.data_dir / "refusal.json").write_bytes(b"\xff{")
    desk.power_on()
    desk.until(desk.ready)
    assert faults(desk) == ()
    desk.controller.handle(CloudRefused(WHY))
    days_pass(desk, 29)
    assert desk.ready()
    days_pass(desk, 1)
    assert desk.screen == CLOSED
