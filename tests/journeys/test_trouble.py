"""Hands in doors, scales that fall silent, things taken out: what becomes of the deposit."""

from kiosk import views as v
from kiosk.faultbook import CALM_MS
from tests.journeys.desk import Desk
from tests.journeys.steps import (
    OPENS_PAPER,
    PAPER,
    holds_a_hand_in,
    outcome,
    plugs_the_scale_in,
    pulls_the_hand_out,
    pulls_the_scales_plug,
    puts,
    sees,
    takes,
    touches,
    waits,
    walk,
)
from tests.service.technician import faults, state


def test_a_hand_in_the_door_reverses_it_and_then_it_closes(desk: Desk) -> None:
    walk(
        desk,
        [
            *OPENS_PAPER,
            puts(1_000),
            touches("done"),
            sees(v.Closing),
            waits(2),
            holds_a_hand_in,
            sees(v.Blocked),
            waits(3),
            pulls_the_hand_out,
            sees(v.Closing),
            sees(v.Result),
            outcome("PAID", net_g=1_000),
        ],
    )


def test_a_hand_that_stays_makes_it_held_and_the_door_stays_open(desk: Desk) -> None:
    """D-06: at most three tries, then open-safe and out of service; M-33: no "after"."""
    walk(
        desk,
        [
            *OPENS_PAPER,
            puts(1_000),
            holds_a_hand_in,
            touches("done"),
            sees(v.Blocked),
            sees(v.Result),
            outcome("HELD", "door_not_closed", after=None, net_g=None, amount_minor=0),
            touches("finish"),
            sees(v.Receipt),
            sees(v.Idle),
        ],
    )
    assert desk.world.hatches[PAPER].position == 1000
    closings = [one for one in desk.doors.done if one.want == "close"]
    assert len(closings) == 3
    assert isinstance(desk.screen, v.Idle)
    states = {offer.compartment: offer.state for offer in desk.screen.offers}
    assert states == {"paper": "faulty", "plastic": "open", "metal": "open", "textiles": "open"}


def test_a_scale_unplugged_during_a_deposit_makes_it_held(desk: Desk) -> None:
    """P6: nothing is invented; what is there when the scale returns is evidence only."""
    walk(
        desk,
        [
            *OPENS_PAPER,
            puts(1_000),
            waits(2),
            pulls_the_scales_plug,
            waits(3),
            plugs_the_scale_in,
            waits(3),
            touches("done"),
            sees(v.Result),
            outcome("HELD", "scale_lost", net_g=1_000, amount_minor=0),
        ],
    )


def test_a_scale_that_stays_away_makes_it_held_without_an_after(desk: Desk) -> None:
    walk(
        desk,
        [
            *OPENS_PAPER,
            puts(1_000),
            pulls_the_scales_plug,
            touches("done"),
            sees(v.Result),
            outcome("HELD", "scale_lost", after=None, net_g=None),
            touches("finish"),
            touches("finish"),
            sees(v.Idle),
        ],
    )
    assert desk.status is not None and desk.status.compartments[0].faults == ("scale_lost",)


def test_things_taken_out_in_a_big_step_make_it_held(desk: Desk) -> None:
    """M-30: a fall of 500 g between two stable readings is latched."""
    walk(
        desk,
        [
            *OPENS_PAPER,
            puts(2_000),
            waits(3),
            takes(600),
            waits(3),
            touches("done"),
            sees(v.Result),
            outcome("HELD", "negative_step", net_g=1_400, amount_minor=0),
        ],
    )


def test_more_taken_out_than_put_in_makes_it_held(desk: Desk) -> None:
    walk(
        desk,
        [
            *OPENS_PAPER,
            takes(400),
            touches("done"),
            sees(v.Result),
            outcome("HELD", "negative_net", net_g=-400, amount_minor=0),
        ],
    )


def test_a_loose_cable_takes_the_compartment_out_until_it_holds(desk: Desk) -> None:
    before = len(desk.records())
    for _ in range(20):
        desk.world.unplug("scale:paper")
        desk.wait(2_500)
        desk.world.plug("scale:paper")
        desk.wait(1_500)
    assert len(desk.records()) - before == 5
    assert (faults(desk), state(desk)) == (("scale_lost",), "faulty")
    for _ in range(CALM_MS // 100):
        desk.clock.now_ms += 90
        desk.wait(10)
    assert (faults(desk), state(desk)) == ((), "open")
