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


def test_other_compartments_do_not_wait_for_a_recovery(desk: Desk) -> None:
    """P8."""
    walk(desk, [*OPENS_PAPER, holds_a_hand_in, power_fails, power_returns, waits(3), sees(v.Idle)])
    walk(desk, [shows_her_code, touches("compartment:metal"), sees(v.Depositing)])
    walk(desk, [puts(800, "metal"), touches("done"), sees(v.Result), outcome("PAID", net_g=800)])


def test_power_lost_on_the_result_changes_nothing(desk: Desk) -> None:
    walk(desk, [*OPENS_PAPER, puts(700), touches("done"), sees(v.Result), power_fails])
    walk(desk, [power_returns, sees(v.Idle), waits(5), outcome("PAID", net_g=700)])
    assert len(desk.deposits()) == 1
