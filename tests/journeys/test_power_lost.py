"""Power lost in a deposit, and what the next start makes of it."""

from kiosk import views as v
from kiosk.records import SoftwareStarted
from tests.journeys.desk import Desk
from tests.journeys.steps import (
    OPENS_PAPER,
    PAPER,
    holds_a_hand_in,
    outcome,
    power_fails,
    power_returns,
    pulls_the_hand_out,
    pulls_the_scales_plug,
    puts,
    sees,
    shows_her_code,
    touches,
    waits,
    walk,
)
from tests.service.technician import faults, put, state


def told_at_idle(desk: Desk) -> str | None:
    """Which interrupted deposit the idle screen tells of."""
    assert isinstance(desk.screen, v.Idle)
    return desk.screen.held


def test_power_lost_with_the_door_open_is_held_and_the_door_closes(desk: Desk) -> None:
    """P1, P4: one outcome, never paid; no door opens by itself; an open one is closed."""
    walk(
        desk,
        [
            *OPENS_PAPER,
            puts(1_500),
            waits(2),
            power_fails,
            power_returns,
            sees(v.Idle),
            waits(10),
            outcome("HELD", "power_lost", net_g=1_500, amount_minor=0, door="closed"),
        ],
    )
    assert told_at_idle(desk) == desk.deposits()[-1].receipt
    desk.wait(300_000)
    assert told_at_idle(desk) is None
    assert desk.world.hatches[PAPER].position == 0
    assert {one.want for one in desk.doors.done} == {"close"}
    assert [one.recovered for one in desk.records() if isinstance(one, SoftwareStarted)] == [0, 1]


def test_power_lost_with_a_hand_in_the_door_waits_for_a_clear_way(desk: Desk) -> None:
    walk(desk, [*OPENS_PAPER, holds_a_hand_in, power_fails, power_returns, waits(30)])
    assert desk.doors.done == []
    assert desk.deposits() == []
    walk(desk, [pulls_the_hand_out, waits(10), outcome("HELD", "power_lost", net_g=0)])
    assert desk.world.hatches[PAPER].position == 0


def test_power_lost_and_no_scale_afterwards_is_held_with_null(desk: Desk) -> None:
    walk(
        desk,
        [
            *OPENS_PAPER,
            puts(1_500),
            power_fails,
            pulls_the_scales_plug,
            power_returns,
            waits(61),
            outcome("HELD", "power_lost", after=None, net_g=None, amount_minor=0),
        ],
    )


def test_what_leaned_on_the_scale_until_the_door_shut_is_not_after(desk: Desk) -> None:
    """M-33, P6: the look that finds the door shut knows only what was weighed while it was open,
    and neither the record nor the comparison with it (M-28) may use that."""
    walk(desk, [*OPENS_PAPER, puts(3_000), waits(3), power_fails, power_returns, puts(2_000)])
    before_g = desk.world.pans[PAPER].grams - 5_000
    desk.until(lambda: desk.world.hatches[PAPER].closed_switch)
    shut_ms = desk.clock.now_ms
    put(desk, "paper", -2_000)
    desk.until(lambda: desk.deposits() != [])
    after = desk.deposits()[-1].after
    assert after is not None and after.gross_g == before_g + 3_000
    assert after.mono_ms - shut_ms >= desk.config.compartment[0].scale.window_ms
    desk.wait(5_000)
    assert faults(desk) == () and state(desk) == "open"


def test_a_door_that_stays_open_has_no_after_when_the_time_is_up(desk: Desk) -> None:
    """M-33: an open-door weight is no weight."""
    walk(desk, [*OPENS_PAPER, puts(1_500), holds_a_hand_in, power_fails, power_returns, waits(61)])
    walk(desk, [outcome("HELD", "power_lost", after=None, net_g=None, door="open")])


def test_other_compartments_do_not_wait_for_a_recovery(desk: Desk) -> None:
    """P8."""
    walk(desk, [*OPENS_PAPER, holds_a_hand_in, power_fails, power_returns, waits(3), sees(v.Idle)])
    walk(desk, [shows_her_code, touches("compartment:metal"), sees(v.Depositing)])
    walk(desk, [puts(800, "metal"), touches("done"), sees(v.Result), outcome("PAID", net_g=800)])


def test_power_lost_on_the_result_changes_nothing(desk: Desk) -> None:
    walk(desk, [*OPENS_PAPER, puts(700), touches("done"), sees(v.Result), power_fails])
    walk(desk, [power_returns, sees(v.Idle), waits(5), outcome("PAID", net_g=700)])
    assert len(desk.deposits()) == 1
