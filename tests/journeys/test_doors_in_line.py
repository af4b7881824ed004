"""One door moves at a time (D-13): what becomes of a deposit whose door waits for its turn.

The door of a deposit that has its outcome never opens afterwards: who stands there then may be a
child, and nobody expects it (P1, P4).
"""

import msgspec
import pytest

from drivers.sim.world import World
from kiosk import views as v
from kiosk.config import Config
from kiosk.events import DoorPosition
from kiosk.records import FaultRaised
from kiosk.units import CompartmentId
from tests.journeys.desk import Desk
from tests.journeys.steps import (
    OPENS_PAPER,
    PAPER,
    holds_a_hand_in,
    outcome,
    pulls_the_hand_out,
    puts,
    sees,
    shows_her_code,
    touches,
    waits,
    walk,
)
from tests.service.technician import faults, state

SLOW_MS = 7_000


def with_doors(config: Config, **changes: object) -> Config:
    bins = tuple(
        msgspec.structs.replace(one, door=msgspec.structs.replace(one.door, **changes))
        for one in config.compartment
    )
    return msgspec.structs.replace(config, compartment=bins)


def opened_by_hand(desk: Desk, *names: str) -> None:
    """While there is no power, doors are pulled open."""
    for name in names:
        desk.world.hatches[CompartmentId(name)].drive(opening=True, closing=False)
    desk.wait(SLOW_MS + 1_000)
    for name in names:
        desk.world.hatches[CompartmentId(name)].drive(opening=False, closing=False)


@pytest.fixture
def slow(desk: Desk) -> Desk:
    """A machine whose doors take seven seconds."""
    desk.config = with_doors(desk.config, travel_ms=SLOW_MS)
    desk.power_cut()
    for hatch in desk.world.hatches.values():
        hatch._travel_ms = SLOW_MS
    return desk


def start_with_jammed(desk: Desk, *names: str) -> None:
    """Power returns while these doors stand open and cannot be moved."""
    opened_by_hand(desk, *names)
    for name in names:
        desk.world.jam(CompartmentId(name), jammed=True)
    desk.power_on()
    desk.until(lambda: state(desk) == "open")


def never_moves(desk: Desk, ms: int) -> None:
    """The door of paper stays where it is."""
    hatch = desk.world.hatches[PAPER]
    was = hatch.position
    for _ in range(ms // 100):
        desk.wait(100)
        assert (hatch.position, hatch.motor) == (was, "off")


def test_a_door_that_waits_for_two_others_opens_when_its_turn_comes(slow: Desk) -> None:
    """P8: the time for opening counts from the order's turn."""
    start_with_jammed(slow, "metal", "textiles")
    walk(slow, [*OPENS_PAPER, puts(900), touches("done"), sees(v.Result)])
    walk(slow, [outcome("PAID", net_g=900)])


def test_an_order_whose_turn_never_comes_is_taken_back_before_its_deposit_is_void(
    slow: Desk,
) -> None:
    """M-22: "before" would be too old by then."""
    timing = msgspec.structs.replace(slow.config.timing, before_age_ms=20_000)
    slow.config = msgspec.structs.replace(slow.config, timing=timing)
    start_with_jammed(slow, "metal", "textiles", "plastic")
    walk(slow, [shows_her_code, touches("compartment:paper"), sees(v.Opening), sees(v.Result)])
    walk(slow, [outcome("VOID", "door_not_opened", door="closed", net_g=None)])
    never_moves(slow, 120_000)


def test_a_door_that_closes_after_a_deposit_waits_for_its_turn(slow: Desk) -> None:
    """P8: others' doors do not make this deposit HELD."""
    slow.power_on()
    slow.until(slow.ready)
    walk(slow, [*OPENS_PAPER, puts(900), waits(2)])
    for name in ("metal", "textiles"):
        # Somebody pulls at them; the machine closes them, and they stick.
        hatch = slow.world.hatches[CompartmentId(name)]
        hatch.pull(500)
        hatch.jammed = True
    slow.wait(100)
    walk(slow, [touches("done"), sees(v.Result), outcome("PAID", net_g=900)])


def test_a_door_too_slow_for_its_time_is_stopped_and_closed_before_anything_is_decided(
    desk: Desk,
) -> None:
    """It left its end: something may have gone in, so it is weighed (M-33)."""
    hatch = desk.world.hatches[PAPER]
    desk.config = msgspec.structs.replace(
        desk.config, timing=msgspec.structs.replace(desk.config.timing, door_ms=5_000)
    )
    desk.config = with_doors(desk.config, travel_ms=6_000)
    desk.power_cut()
    desk.power_on()
    desk.until(desk.ready)
    walk(desk, [shows_her_code, touches("compartment:paper"), sees(v.Opening), waits(2)])
    assert hatch.position > 0
    desk.world.jam(PAPER, jammed=True)
    walk(desk, [sees(v.Closing)])
    assert hatch.motor == "off"
    desk.world.jam(PAPER, jammed=False)
    walk(desk, [sees(v.Result), outcome("VOID", "nothing_deposited", door="closed")])


def test_a_jammed_door_is_void_and_stays_shut_when_it_comes_free(desk: Desk) -> None:
    desk.world.jam(PAPER, jammed=True)
    walk(desk, [shows_her_code, touches("compartment:paper"), sees(v.Result)])
    walk(desk, [outcome("VOID", "door_not_opened", door="closed")])
    desk.world.jam(PAPER, jammed=False)
    never_moves(desk, 60_000)


def test_a_drive_that_does_not_answer_makes_it_held(desk: Desk) -> None:
    """Nobody can say that the door stays shut: nothing is promised, and the compartment stops."""
    walk(desk, [shows_her_code, touches("compartment:paper"), sees(v.Opening)])
    desk.doors.silent = True
    walk(desk, [sees(v.Result), outcome("HELD", "door_not_closed", net_g=None, amount_minor=0)])
    desk.wait(1_000)
    assert faults(desk) == ("door_blocked",)


# ---- a door that stands open and nobody's deposit is open ----


def pulled_open(world: World, name: str) -> None:
    world.hatches[CompartmentId(name)].pull(600)


def test_a_door_pulled_open_is_announced_and_closed(desk: Desk) -> None:
    pulled_open(desk.world, "paper")
    desk.wait(200)
    assert state(desk) == "closed"
    desk.until(desk.ready, 10_000)
    assert desk.world.hatches[PAPER].position == 0
    assert [one.want for one in desk.doors.done] == ["close"]
    assert desk.deposits() == []


def test_a_door_pulled_open_waits_for_the_hand_and_then_for_a_technician(desk: Desk) -> None:
    """D-07, D-06: never closed on a blocked way; three tries, then a fault."""
    pulled_open(desk.world, "paper")
    holds_a_hand_in(desk)
    desk.wait(20_000)
    assert desk.world.hatches[PAPER].position > 0
    pulls_the_hand_out(desk)
    desk.world.jam(PAPER, jammed=True)
    desk.wait(90_000)
    assert "door_blocked" in faults(desk)
    raised = [one for one in desk.records() if isinstance(one, FaultRaised)]
    assert [one.detail for one in raised if one.fault == "door_blocked"] == [
        "open without a deposit"
    ]
    closings = len(desk.doors.done)
    assert closings == 3
    desk.wait(60_000)
    assert len(desk.doors.done) == closings


def test_what_a_pulled_open_door_let_out_is_noticed(desk: Desk) -> None:
    """M-28: whoever pulled it open may have taken something."""
    walk(desk, [*OPENS_PAPER, puts(900), touches("done"), sees(v.Result)])
    walk(desk, [touches("finish"), touches("finish"), sees(v.Idle)])
    pulled_open(desk.world, "paper")
    desk.world.take(PAPER, 500)
    desk.wait(15_000)
    assert desk.world.hatches[PAPER].position == 0
    assert faults(desk) == ("mass_step",)


def test_a_scale_lost_at_a_door_that_stays_open_raises_the_doors_fault_too(desk: Desk) -> None:
    """The first doubt is the deposit's reason; the door stands open all the same (D-06)."""
    walk(desk, [*OPENS_PAPER, puts(1_000), holds_a_hand_in])
    desk.world.unplug("scale:paper")
    walk(desk, [touches("done"), sees(v.Result), outcome("HELD", "scale_lost")])
    assert desk.deposits()[-1].door != DoorPosition.CLOSED.value
    assert "door_blocked" in faults(desk)
