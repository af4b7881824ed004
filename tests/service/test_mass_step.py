"""M-28: after a start or a reconnection the gross is held against the last recorded one."""

from pathlib import Path

import pytest

from kiosk import views as v
from kiosk import wire
from kiosk.ledger.tolerance import step_tolerance
from kiosk.records import FaultCleared, FaultRaised, MassChange, Totals
from kiosk.units import CompartmentId, Grams
from tests.journeys.desk import Desk
from tests.journeys.steps import OPENS_PAPER, outcome, puts, sees, touches, walk
from tests.service.technician import WHO, ask, ends, faults, last, put, state, told

PAPER = CompartmentId("paper")
ACCEPT = wire.AcceptMass("paper", WHO, "bag changed while it was off")

SELLS = [
    *OPENS_PAPER,
    puts(1_800),
    touches("done"),
    sees(v.Result),
    outcome("PAID", net_g=1_800),
    touches("finish"),
    touches("finish"),
]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A machine whose paper was weighed at 2 kg and then 1.8 kg more."""
    desk = Desk(tmp_path)
    walk(desk, SELLS)
    desk.until(desk.ready)
    return desk


def changed_while_off(desk: Desk, grams: int) -> None:
    desk.power_cut()
    put(desk, "paper", grams)
    desk.power_on()


def test_a_step_while_it_was_off_stops_the_compartment_only(desk: Desk) -> None:
    changed_while_off(desk, -1_800)
    desk.until(lambda: faults(desk) == ("mass_step",))
    assert told(desk, FaultRaised)[-1].detail == "was 3800 g, is 2000 g; 70 g are allowed"
    assert isinstance(desk.screen, v.Idle)
    desk.wait(3_000)
    assert [one.state for one in desk.screen.offers] == ["faulty", "open", "open", "open"]


def test_what_drifts_in_a_night_is_no_step(desk: Desk) -> None:
    changed_while_off(desk, 70)
    desk.until(desk.ready)
    desk.power_cut()
    put(desk, "paper", 10)
    desk.power_on()
    desk.until(lambda: faults(desk) == ("mass_step",))


def test_nobody_deposits_before_it_was_compared(desk: Desk) -> None:
    """A "before" taken first would become the last recorded gross and hide the step."""
    changed_while_off(desk, -1_800)
    seen = set[str]()
    for _ in range(500):
        desk.wait(10)
        seen.add(state(desk))
    assert "open" not in seen
    assert faults(desk) == ("mass_step",)


def test_a_step_while_the_scale_was_unplugged(desk: Desk) -> None:
    desk.world.unplug("scale:paper")
    desk.until(lambda: faults(desk) == ("scale_lost",))
    put(desk, "paper", 500)
    desk.world.plug("scale:paper")
    desk.until(lambda: faults(desk) == ("mass_step",))


def test_an_indicator_that_zeroes_itself_between_deposits(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    walk(desk, SELLS)
    desk.world.unplug("scale:paper")
    desk.wait(3_000)
    desk.world.pans[PAPER].switch_on(zero=True)
    desk.world.plug("scale:paper")
    desk.until(lambda: faults(desk) == ("mass_step",))


def test_a_technician_accepts_it_with_a_reason(desk: Desk) -> None:
    changed_while_off(desk, -1_800)
    desk.until(lambda: faults(desk) == ("mass_step",))
    ask(desk, ACCEPT)
    assert desk.screen == v.OutOfService("maintenance", "400-800-0000")
    assert ends(desk, done=True) == "recorded: paper was 3.800 kg, is 2.000 kg"
    change = told(desk, MassChange)[-1]
    assert (change.old_g, change.gross.gross_g) == (3_800, 2_000)
    assert (change.who, change.why) == (WHO, "bag changed while it was off")
    assert len(change.gross.frames) > 1
    assert told(desk, FaultCleared)[-1].fault == "mass_step"
    desk.until(desk.ready)
    desk.power_cut()
    desk.power_on()
    desk.until(desk.ready)


def test_it_stays_a_step_over_a_restart(desk: Desk) -> None:
    changed_while_off(desk, -1_800)
    desk.until(lambda: faults(desk) == ("mass_step",))
    desk.power_cut()
    desk.power_on()
    desk.until(lambda: faults(desk) == ("mass_step",))


def test_the_bag_counts_mass_that_moved_between_deposits(desk: Desk) -> None:
    """M-34: 1.8 kg were put in, 0.3 kg were taken out: the bag holds 1.5 kg more than at first."""
    changed_while_off(desk, -300)
    desk.until(lambda: faults(desk) == ("mass_step",))
    ask(desk, ACCEPT)
    ends(desk, done=True)
    assert desk.ledger.since_collection == (
        Totals("paper", "mass_change", "", 0, -300, 0),
        Totals("paper", "paper", "CNY", 1, 1_800, 144),
    )
    assert desk.ledger.totals == (Totals("paper", "paper", "CNY", 1, 1_800, 144),)


def test_refused_while_somebody_is_served(desk: Desk) -> None:
    walk(desk, OPENS_PAPER)
    ask(desk, ACCEPT)
    assert last(desk) == wire.ServiceSaid(
        "somebody is being served; ask again when the visit is over", False
    )
    assert told(desk, MassChange) == []


def test_refused_for_a_compartment_that_is_none(desk: Desk) -> None:
    ask(desk, wire.AcceptMass("glass", WHO, "?"))
    names = "paper, plastic, metal, textiles"
    assert last(desk).text == f"there is no compartment glass; this machine has {names}"


def test_given_up_when_the_scale_does_not_rest(desk: Desk) -> None:
    desk.world.unplug("scale:paper")
    ask(desk, ACCEPT)
    assert ends(desk, done=False) == "given up: the scale of paper does not rest"
    assert told(desk, MassChange) == []


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [(0, 0, 70), (5_000, 5_000, 70), (5_000, 5_010, 80), (20_000, 20_000, 90), (30_000, 0, 90)],
)
def test_the_tolerance(old: int, new: int, allowed: int) -> None:
    """e = 10 g: each limit is 1, 2 or 3 e; a step of rounding; 4 e of drift."""
    assert step_tolerance(Grams(old), Grams(new), Grams(10)) == allowed
