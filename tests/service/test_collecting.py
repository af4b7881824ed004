"""A bag is taken out and its books are closed: P7, M-34."""

from pathlib import Path

import pytest

from kiosk import views as v
from kiosk import wire
from kiosk.ledger.tolerance import bag_tolerance
from kiosk.ledger.verify import verify
from kiosk.records import Collection, Deposit, FaultRaised
from kiosk.units import CompartmentId, Grams
from tests.journeys.desk import Desk
from tests.journeys.steps import OPENS_PAPER, puts, sees, touches, walk
from tests.service.technician import (
    LINE,
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
)

COLLECT = wire.Collect("paper", WHO)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def deposits(desk: Desk, *grams: int) -> None:
    """So many visits, one deposit each."""
    for one in grams:
        walk(desk, [*OPENS_PAPER, sees(v.Depositing), puts(one), touches("done"), sees(v.Result)])
        walk(desk, [touches("finish"), touches("finish"), sees(v.Idle)])


def weighs(desk: Desk, where: str = "paper") -> int:
    return desk.world.pans[CompartmentId(where)].grams


def in_bag(desk: Desk) -> int:
    return sum(row.net_g for row in desk.ledger.since_collection)


def changes_bag(desk: Desk, fresh_g: int = 1_500, empty_g: int = 1_200) -> None:
    """Take the bag out and hang another in, when told to."""
    hears(desk, "Take the bag out")
    put(desk, "paper", empty_g - weighs(desk))
    proceed(desk)
    hears(desk, "hang the new bag in")
    put(desk, "paper", fresh_g - weighs(desk))
    proceed(desk)


def collects(desk: Desk, asked: wire.Collect = COLLECT, fresh_g: int = 1_500) -> Collection:
    desk.said.clear()
    ask(desk, asked)
    changes_bag(desk, fresh_g)
    ends(desk, done=True)
    desk.until(desk.ready)
    return told(desk, Collection)[-1]


def test_the_books_of_a_bag_close(desk: Desk) -> None:
    """Nobody weighed the first bag when it was hung in: it counts as heavy as the new one."""
    deposits(desk, 1_800, 700)
    # The simulated bin starts with 2 kg of bag: the new one is as heavy.
    found = collects(desk, fresh_g=2_000)
    assert (found.deposits, found.sum_g, found.removed_g, found.difference_g) == (
        2, 2_500, 2_500, 0,
    )  # fmt: skip
    assert found.tolerance_g == bag_tolerance(2, Grams(10), Grams(10))
    assert (found.bag_out, found.tare_out_g, found.tare_in_g) == ("paper-1", None, 800)
    assert found.full is not None and found.empty is not None and found.fresh is not None
    assert [one.gross_g for one in (found.full, found.empty, found.fresh)] == [4_500, 1_200, 2_000]
    assert all(len(one.frames) > 1 for one in (found.full, found.empty, found.fresh))
    assert (found.gross_g, found.who) == (2_000, WHO)
    assert "2 deposits, 2.500 kg by the books, 2.500 kg weighed: +0 g" in last(desk).text
    assert desk.ledger.since_collection == ()
    assert sum(one.net_g for one in desk.ledger.totals) == 2_500


def test_the_next_deposits_fall_into_the_new_bag_whose_mass_is_known(desk: Desk) -> None:
    deposits(desk, 1_800)
    first = collects(desk, wire.Collect("paper", WHO, "YARD-77"), fresh_g=2_000)
    assert first.bag_in == "YARD-77"
    deposits(desk, 900)
    outcomes = [one for one in told(desk, Deposit) if one.net_g]
    assert [one.bag for one in outcomes] == ["paper-1", "YARD-77"]
    # A lighter bag follows: what was removed is reckoned with the old one's own mass.
    second = collects(desk, fresh_g=1_400)
    assert (second.bag_out, second.tare_out_g, second.tare_in_g) == ("YARD-77", 800, 200)
    assert (second.sum_g, second.removed_g) == (900, 900)
    assert second.bag_in == f"paper-{desk.ledger.head_seq}"


def test_bag_and_books_outlive_a_restart_and_the_ledger_verifies(desk: Desk) -> None:
    deposits(desk, 1_800)
    collects(desk, wire.Collect("paper", WHO, "YARD-77"))
    desk.power_cut()
    desk.power_on()
    desk.until(desk.ready)
    deposits(desk, 400)
    assert told(desk, Deposit)[-1].bag == "YARD-77"
    desk.power_cut()
    report = verify(desk.config.machine.data_dir / "ledger")
    assert (report.ok, report.problems) == (True, ())
    assert [one.net_g for one in report.since] == [400]


def test_while_a_bag_is_changed_nobody_is_served_and_no_door_opens(desk: Desk) -> None:
    ask(desk, COLLECT)
    hears(desk, "Take the bag out")
    assert isinstance(desk.screen, v.OutOfService)
    desk.touch("start")
    assert isinstance(desk.screen, v.OutOfService)


@pytest.mark.parametrize("missing", [30, -30])
def test_a_difference_beyond_the_tolerance_is_told_until_a_bag_fits(
    desk: Desk, missing: int
) -> None:
    """One deposit: 3 x 10 g x sqrt(1 / 6) and 10 g of the weighing are 23 g."""
    deposits(desk, 1_800)
    desk.said.clear()
    ask(desk, COLLECT)
    hears(desk, "Take the bag out")
    # Somebody's hand was in the bag after it was found, or the bags differ by so much.
    found = weighs(desk)
    assert found == 3_800
    changes_bag(desk, fresh_g=2_000 + missing)
    assert f"{-missing:+d} g" in ends(desk, done=True)
    desk.until(desk.ready)
    assert faults(desk) == ("bag_difference",)
    assert state(desk) == "open"
    deposits(desk, 600)
    collects(desk)
    assert faults(desk) == ()


def test_a_bag_that_was_touched_before_is_not_weighed_and_its_books_close(desk: Desk) -> None:
    """Nobody saw what went: the record says so, and the sum stands for the station to compare."""
    deposits(desk, 1_800)
    put(desk, "paper", -1_000)
    desk.wait(3_000)
    found = collects(desk)
    assert (found.sum_g, found.removed_g, found.difference_g) == (1_800, None, None)
    assert found.full is not None and found.full.gross_g == 2_800
    assert "was 3800 g, is 2800 g" in last(desk).text
    assert faults(desk) == ("bag_difference",)


@pytest.mark.parametrize("when", ["Take the bag out", "hang the new bag in"])
def test_a_power_cut_half_way_shuts_the_compartment_until_it_is_collected(
    desk: Desk, when: str
) -> None:
    deposits(desk, 1_800)
    ask(desk, COLLECT)
    hears(desk, "Take the bag out")
    put(desk, "paper", 1_200 - weighs(desk))
    if when == "hang the new bag in":
        proceed(desk)
        hears(desk, when)
        put(desk, "paper", 300)
    desk.power_cut()
    desk.power_on()
    desk.until(lambda: faults(desk) == ("mass_step",))
    assert told(desk, Collection) == []
    found = collects(desk)
    assert (found.deposits, found.sum_g, found.removed_g) == (1, 1_800, None)
    assert faults(desk) == ("bag_difference",)
    assert state(desk) == "open"


def test_a_scale_opened_anew_in_between_weighs_nothing(desk: Desk) -> None:
    deposits(desk, 1_800)
    ask(desk, COLLECT)
    hears(desk, "Take the bag out")
    desk.world.unplug("scale:paper")
    desk.wait(3_000)
    desk.world.plug("scale:paper")
    desk.wait(3_000)
    changes_bag(desk)
    ends(desk, done=True)
    (found,) = told(desk, Collection)
    assert (found.removed_g, found.difference_g, found.tare_in_g) == (None, None, 300)


def test_a_dead_scale_keeps_no_bag_in_the_machine(desk: Desk) -> None:
    deposits(desk, 1_800)
    desk.world.unplug("scale:paper")
    desk.wait(3_000)
    ask(desk, COLLECT)
    hears(desk, "the scale does not rest, so it goes unweighed")
    changes_bag(desk)
    assert "not weighed" in ends(desk, done=True)
    (found,) = told(desk, Collection)
    assert (found.full, found.empty, found.fresh, found.gross_g) == (None, None, None, None)
    assert desk.ledger.since_collection == ()
    assert "paper" not in desk.ledger.last_gross
    # The next bag is not charged with what nobody weighed of this one.
    desk.world.plug("scale:paper")
    desk.until(lambda: state(desk) == "open")
    deposits(desk, 700)
    assert in_bag(desk) == 700


@pytest.mark.parametrize("bag", ["paper-1", "YARD\u202e77", "A\0"])
def test_a_bag_needs_a_name_of_its_own(desk: Desk, bag: str) -> None:
    ask(desk, wire.Collect("paper", WHO, bag))
    assert "the new bag cannot be called" in ends(desk, done=False)


def test_a_word_given_too_early_weighs_no_bag(desk: Desk) -> None:
    """The old bag still hangs when "empty" is weighed."""
    deposits(desk, 1_800)
    ask(desk, COLLECT)
    hears(desk, "Take the bag out")
    proceed(desk)
    hears(desk, "hang the new bag in")
    put(desk, "paper", 1_500 - weighs(desk))
    proceed(desk)
    ends(desk, done=True)
    (found,) = told(desk, Collection)
    assert (found.tare_in_g, found.removed_g, found.gross_g) == (None, None, 1_500)


def test_given_up_after_half_an_hour_and_nothing_is_recorded(desk: Desk) -> None:
    ask(desk, COLLECT)
    said = ends(desk, done=False, limit_ms=2_000_000)
    assert said == "given up: not done within half an hour; nothing is recorded"
    assert told(desk, Collection) == []
    desk.until(desk.ready)


def test_a_collector_who_leaves_with_the_bag_is_noticed(desk: Desk) -> None:
    deposits(desk, 1_800)
    ask(desk, COLLECT)
    hears(desk, "Take the bag out")
    put(desk, "paper", -weighs(desk))
    leave(desk)
    desk.until(lambda: faults(desk) == ("mass_step",))


def test_what_was_dropped_into_the_bag_is_told_and_goes_with_it(desk: Desk) -> None:
    walk(desk, [*OPENS_PAPER, puts(1_000), touches("done"), sees(v.Result), touches("help")])
    walk(desk, [touches("report:dropped"), sees(v.Filed), touches("cancel")])
    walk(desk, [touches("finish"), touches("finish")])
    desk.until(lambda: "item_dropped" in faults(desk))
    desk.said.clear()
    ask(desk, COLLECT)
    assert "a resident dropped something into this bag" in desk.said[0].text
    changes_bag(desk, fresh_g=2_000)
    ends(desk, done=True)
    desk.until(lambda: state(desk) == "open")
    assert faults(desk) == ()
    # The next bag is clean.
    desk.said.clear()
    ask(desk, COLLECT)
    assert "dropped" not in desk.said[0].text


def test_refused_while_the_door_is_open_or_somebody_is_served(desk: Desk) -> None:
    walk(desk, [*OPENS_PAPER, sees(v.Depositing)])
    ask(desk, COLLECT)
    assert last(desk) == wire.ServiceSaid(
        "somebody is being served; ask again when the visit is over", False
    )


@pytest.mark.parametrize(
    "request_", [wire.AcceptMass("paper", WHO, "bag"), wire.CheckMass("paper", 5_000, WHO), COLLECT]
)
def test_a_word_that_nobody_asked_for_changes_nothing(
    desk: Desk, request_: wire.ServiceRequest
) -> None:
    ask(desk, request_)
    proceed(desk)
    ask(desk, wire.Proceed(), LINE + 1)
    desk.wait(2_000)
    assert desk.running
    assert [one for one in told(desk, FaultRaised) if one.compartment == "paper"] == []
