"""A known mass on a scale: M-18 (adjusting), M-19 (checking), M-31 (whose scale it is)."""

from pathlib import Path

import msgspec
import pytest

from kiosk import views as v
from kiosk import wire
from kiosk.records import (
    Calibration,
    CheckMass,
    Commissioned,
    DepositOpened,
    FaultRaised,
    Maintenance,
    ParameterChange,
    ParameterChanged,
    decode,
)
from kiosk.units import CompartmentId, Seq
from tests.journeys.desk import Desk
from tests.journeys.steps import OPENS_PAPER, walk
from tests.service.technician import (
    WHO,
    ask,
    ends,
    faults,
    hears,
    last,
    leave,
    proceed,
    put,
    state,
    told,
    with_machine,
)

CHECK = wire.CheckMass("paper", 5_000, WHO)
VERIFY = wire.VerifyChannel("paper", 5_000, WHO)
CALIBRATE = wire.Calibrate("paper", 5_000, WHO, "yearly")
DAY_MS = 86_400_000


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def puts_and_takes(desk: Desk, shows: int = 5_000, where: str = "paper") -> None:
    """Put the mass in when told to, and take it off when told to."""
    hears(desk, "put 5.000 kg into paper")
    put(desk, where, shows)
    desk.until(lambda: "take the" in last(desk).text or last(desk).done is not None)
    put(desk, where, -shows)


# ---- M-19 ----


def test_a_check_within_the_limit_is_recorded(desk: Desk) -> None:
    ask(desk, CHECK)
    assert isinstance(desk.screen, v.OutOfService)
    puts_and_takes(desk, 5_020)
    assert ends(desk, done=True) == "paper is in order and back in service"
    (check,) = told(desk, CheckMass)
    assert (check.mass_g, check.error_g, check.limit_g, check.passed) == (5_000, 20, 20, True)
    assert check.after.gross_g - check.before.gross_g == 5_020
    assert (check.who, len(check.after.frames) > 1) == (WHO, True)
    desk.until(desk.ready)


def test_beyond_the_limit_the_compartment_stops_until_it_is_right(desk: Desk) -> None:
    ask(desk, CHECK)
    puts_and_takes(desk, 5_030)
    assert "NOT PASSED: paper shows 5.030 kg for 5.000 kg: +30 g" in ends(desk, done=False)
    assert [one.passed for one in told(desk, CheckMass)] == [False]
    desk.until(lambda: "scale_inaccurate" in faults(desk))
    desk.power_cut()
    desk.power_on()
    desk.until(lambda: state(desk, "metal") == "open")
    assert faults(desk) == ("scale_inaccurate",)
    desk.said.clear()
    ask(desk, CHECK)
    puts_and_takes(desk)
    ends(desk, done=True)
    desk.until(desk.ready)


def test_a_mass_left_on_is_a_step(desk: Desk) -> None:
    walk(desk, OPENS_PAPER)
    desk.touch("done")
    desk.until(lambda: isinstance(desk.screen, v.Result))
    desk.touch("finish")
    desk.touch("finish")
    ask(desk, CHECK)
    hears(desk, "put 5.000 kg")
    put(desk, "paper", 5_000)
    assert "were not taken off" in ends(desk, done=False)
    desk.until(lambda: faults(desk) == ("mass_step",))


def test_given_up_when_nobody_puts_a_mass(desk: Desk) -> None:
    ask(desk, CHECK)
    assert ends(desk, done=False) == "given up: no scale has felt 5.000 kg"
    assert told(desk, CheckMass) == []
    desk.until(desk.ready)


def test_a_connection_that_ends_ends_the_maintenance(desk: Desk) -> None:
    ask(desk, CHECK)
    desk.wait(1_000)
    leave(desk)
    desk.until(desk.ready)


def test_a_scale_that_is_opened_anew_meanwhile_begins_again(desk: Desk) -> None:
    ask(desk, CHECK)
    hears(desk, "put 5.000 kg")
    desk.world.unplug("scale:paper")
    desk.wait(3_000)
    desk.world.plug("scale:paper")
    put(desk, "paper", 5_000)
    desk.wait(10_000)
    assert told(desk, CheckMass) == []


def test_one_request_at_a_time_and_none_during_a_visit(desk: Desk) -> None:
    ask(desk, CHECK)
    ask(desk, VERIFY, line=8)
    assert last(desk).text == "another request is under way; ask again when it is done"
    leave(desk)
    desk.until(desk.ready)
    desk.touch("start")
    ask(desk, CHECK)
    assert last(desk).text == "somebody is being served; ask again when the visit is over"


def test_nobody_begins_a_visit_in_maintenance(desk: Desk) -> None:
    ask(desk, CHECK)
    desk.touch("start")
    desk.scan(desk.token())
    assert desk.screen == v.OutOfService("maintenance", "400-800-0000")


def test_a_light_mass_shows_little(desk: Desk) -> None:
    ask(desk, wire.CheckMass("paper", 199, WHO))
    assert last(desk).text == "199 g show little: take a mass of 200 g at least"


def test_an_overdue_check_warns_and_then_stops(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.power_cut()
    desk.config = with_machine(desk.config, check_mass_days=30, check_mass_grace_days=10)
    desk.power_on()
    desk.until(desk.ready)
    later(desk, 30)
    desk.until(lambda: faults(desk) == ("check_due",), 120_000)
    assert state(desk) == "open"
    later(desk, 10)
    desk.until(lambda: faults(desk) == ("check_due", "check_overdue"), 120_000)
    assert state(desk) == "faulty"
    ask(desk, CHECK)
    puts_and_takes(desk)
    ends(desk, done=True)
    assert faults(desk) == ()


def test_a_machine_that_does_not_know_the_time_does_not_guess(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.power_cut()
    desk.config = with_machine(desk.config, check_mass_days=30)
    desk.power_on()
    desk.until(desk.ready)
    desk.clock.quality = "I"
    later(desk, 300)
    desk.clock.now_ms += 120_000
    desk.wait(5_000)
    assert faults(desk) == ()


def later(desk: Desk, days: int) -> None:
    assert desk.clock.utc_ms is not None
    desk.clock.utc_ms += days * DAY_MS


# ---- M-31 ----


@pytest.fixture
def bare(tmp_path: Path) -> Desk:
    """As it comes from the factory: nobody has verified a channel."""
    desk = Desk(tmp_path)
    desk.power_cut()
    desk.config = with_machine(desk.config, require_verification=True)
    desk.power_on()
    desk.wait(5_000)
    return desk


def test_an_unverified_compartment_does_not_open(bare: Desk) -> None:
    assert faults(bare) == ("channel_unverified",)
    assert bare.screen == v.OutOfService("all_compartments", "400-800-0000")
    bare.touch("start")
    bare.scan(bare.token())
    bare.touch("compartment:paper")
    bare.wait(5_000)
    assert told(bare, DepositOpened) == [] and bare.doors.done == []


def test_a_known_mass_verifies_one_channel_for_good(bare: Desk) -> None:
    ask(bare, VERIFY)
    puts_and_takes(bare)
    ends(bare, done=True)
    (shown,) = told(bare, Commissioned)
    assert shown.port == str(bare.config.compartment[0].scale.line.port)
    assert shown.others_g == {"plastic": 0, "metal": 0, "textiles": 0}
    assert (faults(bare), faults(bare, "metal")) == ((), ("channel_unverified",))
    bare.power_cut()
    bare.power_on()
    bare.until(lambda: state(bare) == "open")


def test_another_line_has_to_be_verified_anew(bare: Desk) -> None:
    ask(bare, VERIFY)
    puts_and_takes(bare)
    ends(bare, done=True)
    bare.power_cut()
    first, *others = bare.config.compartment
    line = msgspec.structs.replace(first.scale.line, port=Path("/dev/kiosk/other"))
    scale = msgspec.structs.replace(first.scale, line=line)
    first = msgspec.structs.replace(first, scale=scale)
    bare.config = msgspec.structs.replace(bare.config, compartment=(first, *others))
    bare.power_on()
    bare.wait(5_000)
    assert faults(bare) == ("channel_unverified",)


def test_exchanged_cables_are_found(bare: Desk) -> None:
    ask(bare, VERIFY)
    puts_and_takes(bare, where="metal")
    said = ends(bare, done=False)
    assert said == (
        "NOT VERIFIED: 5.000 kg in paper: metal moved by 5.000 kg, paper itself by 0.000 kg; "
        "look at the wiring"
    )
    assert told(bare, Commissioned) == [] and faults(bare) == ("channel_unverified",)


def test_what_was_verified_and_fails_is_verified_no_longer(bare: Desk) -> None:
    ask(bare, VERIFY)
    puts_and_takes(bare)
    ends(bare, done=True)
    bare.said.clear()
    ask(bare, VERIFY)
    puts_and_takes(bare, where="metal")
    ends(bare, done=False)
    assert told(bare, FaultRaised)[-1].fault == "channel_unverified"
    bare.power_cut()
    bare.power_on()
    bare.wait(5_000)
    assert faults(bare) == ("channel_unverified",)


# ---- M-18 ----


def stamped(desk: Desk) -> list[int]:
    """The calibration version in each record of paper, oldest first."""
    reader = desk.ledger.reader()
    found = [decode(one.data) for one in reader.after(Seq(0), 1000, 1 << 24)]
    reader.close()
    return [one.calibration for one in found if getattr(one.body, "compartment", None) == "paper"]


def test_an_adjustment_is_recorded_with_both_versions(desk: Desk) -> None:
    assert desk.status is not None
    events = desk.status.event_counter
    ask(desk, CALIBRATE)
    assert last(desk).asks
    desk.wait(5_000)
    assert desk.screen == v.OutOfService("maintenance", "400-800-0000")
    proceed(desk)
    puts_and_takes(desk, 5_010)
    ends(desk, done=True)
    (made,) = told(desk, Calibration)
    assert (made.old_version, made.new_version, made.error_g, made.passed) == (1, 2, 10, True)
    assert (made.old_g, made.gross.gross_g, made.who, made.why) == (2_000, 2_000, WHO, "yearly")
    name = "compartment.paper.scale.calibration"
    changed = ParameterChanged(WHO, (ParameterChange(name, "1", "2"),), "yearly")
    assert told(desk, ParameterChanged) == [changed]
    assert desk.status.event_counter == events + 1
    desk.until(desk.ready)
    walk(desk, OPENS_PAPER)
    assert stamped(desk)[-1] == 2
    desk.power_cut()
    desk.power_on()
    desk.wait(100)
    assert desk.parameters.calibration("paper") == 2
    assert told(desk, ParameterChanged) == [changed]


def test_an_adjustment_that_made_it_worse_stops_the_compartment(desk: Desk) -> None:
    ask(desk, CALIBRATE)
    proceed(desk)
    puts_and_takes(desk, 5_100)
    assert "NOT PASSED" in ends(desk, done=False)
    assert [one.passed for one in told(desk, Calibration)] == [False]
    assert "scale_inaccurate" in faults(desk)


def test_no_adjustment_with_a_door_open(desk: Desk) -> None:
    desk.world.hatches[CompartmentId("metal")].drive(opening=True, closing=False)
    desk.wait(500)
    desk.world.hatches[CompartmentId("metal")].drive(opening=False, closing=False)
    desk.wait(500)
    ask(desk, CALIBRATE)
    assert last(desk).text == "the door of metal is not confirmed closed (M-18)"


@pytest.mark.parametrize("how", ["half an hour", "leaves", "power cut"])
def test_an_adjustment_that_is_given_up_leaves_the_compartment_stopped(
    desk: Desk, how: str
) -> None:
    """Who knows what was turned: nothing is paid by this scale until a mass has passed (M-18)."""
    ask(desk, CALIBRATE)
    if how == "half an hour":
        desk.clock.now_ms += 1_800_000
        assert "given up" in ends(desk, done=False)
    elif how == "leaves":
        leave(desk)
    else:
        desk.power_cut()
        desk.power_on()
    desk.until(lambda: state(desk, "metal") == "open")
    desk.until(lambda: faults(desk) == ("scale_inaccurate",))
    assert told(desk, Maintenance) == [
        Maintenance(compartment="paper", work="adjustment", who=WHO, why="yearly")
    ]
    assert desk.parameters.calibration("paper") == 1
    desk.said.clear()
    ask(desk, CALIBRATE)
    proceed(desk)
    puts_and_takes(desk)
    ends(desk, done=True)
    desk.until(desk.ready)
    assert (faults(desk), desk.parameters.calibration("paper")) == ((), 2)


def test_a_check_ends_no_adjustment(desk: Desk) -> None:
    ask(desk, CALIBRATE)
    leave(desk)
    desk.said.clear()
    ask(desk, wire.CheckMass("paper", 5_000, WHO))
    assert "`kiosk service calibrate` shows it right" in ends(desk, done=False)


def test_after_a_failed_check_a_small_mass_shows_nothing_right(desk: Desk) -> None:
    ask(desk, CHECK)
    puts_and_takes(desk, 5_100)
    ends(desk, done=False)
    desk.said.clear()
    ask(desk, wire.CheckMass("paper", 200, WHO))
    assert ends(desk, done=False) == "200 g show little: take a mass of 5000 g at least"


def test_a_small_mass_shows_no_adjustment_right(desk: Desk) -> None:
    """200 g that show 210 g are within a step, and 5 % off."""
    ask(desk, wire.Calibrate("paper", 4_990, WHO, "yearly"))
    assert ends(desk, done=False) == "4990 g show little: take a mass of 5000 g at least"
    assert told(desk, Maintenance) == []
    desk.until(desk.ready)


def test_nothing_goes_on_that_was_not_asked_for(desk: Desk) -> None:
    proceed(desk)
    assert desk.said == []
    desk.until(desk.ready)
