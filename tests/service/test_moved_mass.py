"""M-34: mass that comes or goes while the machine runs and no deposit is weighed."""

from pathlib import Path
from unittest.mock import Mock

import pytest
from msgspec.structs import replace
from pytest_mock import MockerFixture

from kiosk import views as v
from kiosk import wire
from kiosk.bookkeeper import Bookkeeper
from kiosk.events import DoorPosition
from kiosk.machine import Bin, Machine
from kiosk.moved_mass import MovedMass
from kiosk.parts import Parts
from kiosk.readings import StableWeight
from kiosk.records import Deposit, DepositOpened, FaultRaised, MassChange
from kiosk.units import CompartmentId, Grams, Millis
from tests.journeys.desk import Desk
from tests.journeys.steps import OPENS_PAPER, outcome, puts, sees, touches, walk
from tests.journeys.wiring import configuration
from tests.ledger.samples import held, opened
from tests.service.technician import WHO, ask, ends, faults, hears, put, state, told

LEAVES = (touches("finish"), touches("finish"), sees(v.Idle))


def sells(desk: Desk, grams: int) -> None:
    walk(desk, [*OPENS_PAPER, sees(v.Depositing), puts(grams), touches("done")])
    walk(desk, [sees(v.Result), outcome("PAID", net_g=grams), *LEAVES])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Five kilograms were paid; with the bag 7 kg stand on the scale."""
    desk = Desk(tmp_path)
    sells(desk, 5_000)
    return desk


def keeps_moving(desk: Desk, grams: int) -> None:
    """Put ``grams`` in (or take them out), and keep the scale from rest until the time is out."""
    walk(desk, [*OPENS_PAPER, sees(v.Depositing)])
    put(desk, "paper", grams)
    desk.touch("done")
    swing = 100
    while not isinstance(desk.screen, v.Result):
        put(desk, "paper", swing)
        swing = -swing
        desk.wait(100)
    if swing < 0:
        put(desk, "paper", swing)
    assert told(desk, Deposit)[-1].reason == "unstable"
    walk(desk, [*LEAVES])


def in_books(desk: Desk) -> int:
    return sum(one.net_g for one in desk.ledger.since_collection if one.compartment == "paper")


def weighs(desk: Desk) -> int:
    return desk.world.pans[CompartmentId("paper")].grams


def test_what_was_paid_is_not_taken_out_and_sold_again(desk: Desk) -> None:
    keeps_moving(desk, -5_000)
    desk.until(lambda: faults(desk) == ("mass_step",))
    assert told(desk, FaultRaised)[-1].detail == "was 7000 g, is 2000 g; 80 g are allowed"
    assert state(desk) == "faulty"
    assert told(desk, MassChange) == []


def test_what_a_held_deposit_left_is_in_the_books_of_the_bag(desk: Desk) -> None:
    keeps_moving(desk, 3_000)
    desk.until(lambda: state(desk) == "open")
    (found,) = told(desk, MassChange)
    receipt = told(desk, Deposit)[-1].receipt
    assert (found.old_g, found.gross.gross_g, found.who) == (7_000, 10_000, "machine")
    assert found.why == f"came to rest after deposit {receipt}"
    sells(desk, 500)
    assert in_books(desk) == weighs(desk) - 2_000 == 8_500
    assert faults(desk) == ()


def test_nobody_deposits_until_it_rests(desk: Desk) -> None:
    walk(desk, [*OPENS_PAPER, sees(v.Depositing)])
    desk.touch("done")
    while not isinstance(desk.screen, v.Result):
        put(desk, "paper", 100 if weighs(desk) == 7_000 else -100)
        desk.wait(100)
    walk(desk, [*LEAVES])
    for _ in range(20):
        put(desk, "paper", 100 if weighs(desk) <= 7_000 else -100)
        desk.wait(100)
        assert state(desk) != "open"


def test_mass_that_went_at_idle_stops_the_next_deposit(desk: Desk) -> None:
    put(desk, "paper", -1_000)
    desk.wait(3_000)
    opened = len(told(desk, DepositOpened))
    walk(desk, [touches("start"), touches("donate"), sees(v.Choose), touches("compartment:paper")])
    desk.until(lambda: isinstance(desk.screen, v.Choose))
    assert isinstance(desk.screen, v.Choose) and desk.screen.notice == "compartment_faulty"
    assert told(desk, FaultRaised) == []
    desk.until(lambda: faults(desk) == ("mass_step",))
    assert len(told(desk, DepositOpened)) == opened


def test_a_hand_that_lifts_the_bin_for_a_moment_stops_nothing(desk: Desk) -> None:
    put(desk, "paper", -1_000)
    desk.wait(1_000)
    walk(desk, [touches("start"), touches("donate"), sees(v.Choose), touches("compartment:paper")])
    desk.until(lambda: isinstance(desk.screen, v.Choose))
    put(desk, "paper", 1_000)
    desk.until(lambda: state(desk) == "open")
    assert faults(desk) == ()


def takes_out(desk: Desk, grams: int) -> None:
    """Somebody's deposit takes out what was paid for before."""
    walk(desk, [*OPENS_PAPER, sees(v.Depositing)])
    put(desk, "paper", -grams)
    walk(desk, [touches("done"), sees(v.Result)])
    assert told(desk, Deposit)[-1].outcome == "HELD"
    walk(desk, [*LEAVES])


@pytest.mark.parametrize("grams", [5_000, 400])
def test_what_was_taken_out_calmly_is_not_sold_again(desk: Desk, grams: int) -> None:
    """HELD with both weighings: the books close, and the same bottle could be paid twice."""
    takes_out(desk, grams)
    desk.until(lambda: faults(desk) == ("mass_step",))
    assert state(desk) == "faulty"
    desk.power_cut()
    desk.power_on()
    desk.until(lambda: state(desk, "metal") == "open")
    assert faults(desk) == ("mass_step",)
    ask(desk, wire.AcceptMass("paper", WHO, "looked into it"))
    ends(desk, done=True)
    desk.until(lambda: state(desk) == "open")
    desk.power_cut()
    desk.power_on()
    desk.until(lambda: state(desk) == "open")


def test_what_was_taken_out_while_the_power_was_off_is_not_sold_again(desk: Desk) -> None:
    walk(desk, [*OPENS_PAPER, sees(v.Depositing)])
    put(desk, "paper", -3_000)
    desk.power_cut()
    desk.power_on()
    desk.until(lambda: told(desk, Deposit)[-1].reason == "power_lost")
    desk.until(lambda: faults(desk) == ("mass_step",))


def test_mass_left_by_a_service_is_not_taken_for_a_deposits(desk: Desk) -> None:
    keeps_moving(desk, 3_000)
    ask(desk, wire.CheckMass("paper", 5_000, WHO))
    hears(desk, "put 5.000 kg")
    put(desk, "paper", 5_000)
    assert "were not taken off" in ends(desk, done=False)
    desk.until(lambda: faults(desk) == ("mass_step",))
    assert told(desk, MassChange) == []


def test_mass_that_came_at_idle_is_nobodys_money(desk: Desk) -> None:
    put(desk, "paper", 1_000)
    desk.wait(3_000)
    sells(desk, 400)
    (found,) = told(desk, MassChange)
    assert (found.old_g, found.gross.gross_g) == (7_000, 8_000)
    assert found.why == "found before a deposit"
    assert in_books(desk) == weighs(desk) - 2_000 == 6_400
    paid = [one for one in desk.ledger.since_collection if one.material == "paper"]
    assert [(one.deposits, one.net_g) for one in paid] == [(2, 5_400)]


def test_paper_that_dries_is_followed_and_stops_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """110 g in a night are more than M-28 allows at once; the night is short here."""
    monkeypatch.setattr("kiosk.moved_mass.FOLLOW_MS", 2_000)
    for _ in range(11):
        put(desk, "paper", -10)
        desk.wait(3_000)
    assert faults(desk) == ()
    found = told(desk, MassChange)
    assert found and {one.why for one in found} == {"changed slowly while nobody was here"}
    sells(desk, 400)
    assert abs(in_books(desk) - (weighs(desk) - 2_000)) <= 30


def test_within_the_step_of_m_28_nothing_is_recorded(desk: Desk) -> None:
    put(desk, "paper", 60)
    desk.wait(3_000)
    sells(desk, 400)
    assert told(desk, MassChange) == []


def test_after_a_lost_scale_it_is_compared_strictly(desk: Desk) -> None:
    """A scale that was without power may have taken what lay on it for zero (M-08)."""
    walk(desk, [*OPENS_PAPER, sees(v.Depositing), puts(1_000)])
    desk.world.unplug("scale:paper")
    desk.until(lambda: isinstance(desk.screen, v.Result))
    assert told(desk, Deposit)[-1].after is None
    desk.world.plug("scale:paper")
    walk(desk, [*LEAVES])
    desk.until(lambda: "mass_step" in faults(desk))
    assert told(desk, MassChange) == []


# ---- its edges, without a machine around it ----


@pytest.fixture
def bin_(tmp_path: Path, mocker: MockerFixture) -> Bin:
    """Paper's: shut and at rest at 7 kg."""
    paper = next(one for one in configuration(tmp_path).compartment if one.id == "paper")
    one = Bin.of(paper)
    one.door, one.shut_ms = mocker.Mock(position=DoorPosition.CLOSED), Millis(5)
    weight = StableWeight(Grams(7_000), Millis(9), 1, (b"ST,GS",), False)
    mocker.patch.object(Bin, "weight", return_value=weight)
    return one


def beside(bin_: Bin, mocker: MockerFixture, recorded_g: int) -> tuple[MovedMass, Mock]:
    """What looks at it, and the books it writes into."""
    parts = mocker.Mock(
        spec=Parts, ledger=mocker.Mock(last_gross={"paper": recorded_g}), service=mocker.Mock()
    )
    machine = mocker.Mock(spec=Machine, bins={bin_.id: bin_})
    books: Mock = mocker.Mock(spec=Bookkeeper)
    return MovedMass(parts, machine, books), books


@pytest.mark.parametrize(
    ("reason", "receipt"),
    [("scale_lost", None), ("scale_reopened", None), ("unstable", "R-1"), ("power_lost", None)],
)
def test_a_scale_that_was_away_is_not_believed(
    bin_: Bin, mocker: MockerFixture, reason: str, receipt: str | None
) -> None:
    moved_mass, _ = beside(bin_, mocker, 7_000)
    bin_.compared, bin_.unweighed = True, "R-0"
    moved_mass.ended(replace(held(opened(1), 1), reason=reason))
    assert (bin_.compared, bin_.unweighed) == (False, receipt)


@pytest.mark.parametrize(
    ("recovers", "position", "compared"),
    [
        (False, DoorPosition.CLOSED, True),
        (True, DoorPosition.CLOSED, False),
        (False, DoorPosition.OPEN, False),
    ],
)
def test_a_bin_is_compared_when_it_is_shut_and_no_deposit_is_recovered(
    bin_: Bin, mocker: MockerFixture, recovers: bool, position: DoorPosition, compared: bool
) -> None:
    moved_mass, books = beside(bin_, mocker, 5_000)
    bin_.recovery = mocker.Mock() if recovers else None
    bin_.door = mocker.Mock(position=position)
    moved_mass.look(None, Millis(0))
    assert (bin_.compared, books.raise_fault.called) == (compared, compared)


def test_what_the_machine_found_is_the_scales_word(bin_: Bin, mocker: MockerFixture) -> None:
    moved_mass, books = beside(bin_, mocker, 5_000)
    bin_.unweighed = "R-1"
    moved_mass.look(None, Millis(0))
    ((cause, session, (change,)), _) = books.write.call_args
    assert (cause, session, change.old_g, change.gross.gross_g) == ("scale", None, 5_000, 7_000)
    books.raise_fault.assert_not_called()
