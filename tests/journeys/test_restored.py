"""An older copy of the disk comes back: the machine goes on, and its totals are the cloud's."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from kiosk import views as v
from kiosk.cloud import LedgerTotals
from kiosk.events import TotalsOffered
from kiosk.ledger.verify import verify
from kiosk.records import TotalsTaken
from tests.journeys.connected import Connected
from tests.journeys.desk import Desk
from tests.journeys.operator import Operator
from tests.journeys.steps import OPENS_PAPER, Step, puts, sees, touches, walk

AWAY: list[Step] = [touches("finish"), touches("finish"), sees(v.Idle)]


def sells(grams: int) -> list[Step]:
    return [*OPENS_PAPER, puts(grams), touches("done"), sees(v.Result), *AWAY]


def metal_is_open(desk: Desk) -> None:
    def is_open() -> bool:
        shown = desk.screen
        offers = shown.offers if isinstance(shown, v.Idle) else ()
        return any((one.compartment, one.state) == ("metal", "open") for one in offers)

    desk.until(is_open)


SELLS_METAL: list[Step] = [
    metal_is_open,
    *OPENS_PAPER[:2],
    touches("compartment:metal"),
    sees(v.Depositing),
    puts(500, "metal"),
    touches("done"),
    sees(v.Result),
    *AWAY,
]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Connected]:
    with Connected(tmp_path) as desk:
        desk.enrol()
        yield desk


def copies_the_disk(desk: Desk) -> None:
    desk.power_cut()
    shutil.copytree(desk.config.machine.data_dir, desk.directory / "copy")
    desk.power_on()
    desk.until(desk.ready)


def puts_the_copy_back(desk: Desk) -> None:
    desk.power_cut()
    shutil.rmtree(desk.config.machine.data_dir)
    shutil.copytree(desk.directory / "copy", desk.config.machine.data_dir)
    # What lies in the bins is what lay in them: a technician says so where it matters.
    desk.power_on()


def sums(desk: Desk) -> tuple[int, int, int]:
    """Deposits, grams and money of a machine that only takes paper."""
    (one,) = desk.ledger.totals
    return one.deposits, one.net_g, one.amount_minor


def verified(desk: Desk) -> None:
    desk.power_cut()
    report = verify(desk.config.machine.data_dir / "ledger", desk.record_public)
    assert (report.problems, report.source) == ((), "cloud")
    desk.power_on()


def taken(desk: Desk) -> list[TotalsTaken]:
    return [one for one in desk.records() if isinstance(one, TotalsTaken)]


def lost_two(desk: Connected) -> str:
    """Four deposits of a kilogram, and a disk that knows of two; returns the ledger's id."""
    walk(desk, sells(1_000))
    walk(desk, sells(1_000))
    copies_the_disk(desk)
    old = desk.ledger.id
    walk(desk, sells(1_000))
    walk(desk, sells(1_000))
    desk.until(desk.all_sent)
    assert sums(desk) == (4, 4_000, 320)
    puts_the_copy_back(desk)
    return old


def test_the_totals_are_those_of_a_ledger_never_restored(desk: Connected) -> None:
    old = lost_two(desk)
    desk.until(desk.at_rest)
    assert desk.ledger.id != old
    assert sums(desk) == (4, 4_000, 320)
    (bag,) = desk.ledger.since_collection
    assert (bag.deposits, bag.net_g) == (4, 4_000)
    # The machine knows what must lie in the bin, and nothing moved.
    assert desk.ledger.last_gross["paper"] == 2_000 + 4_000
    assert len(desk.credits()) == 4
    verified(desk)
    assert sums(desk) == (4, 4_000, 320)


def test_what_was_sold_meanwhile_is_counted_once(desk: Connected) -> None:
    """Off-line, the machine goes on with what its disk knows, and says so."""
    old = lost_two(desk)
    desk.way.away = True
    desk.until(lambda: isinstance(desk.screen, v.Idle))
    # Its scale shows two kilograms more than the copy knows of: paper is for a technician.
    walk(desk, SELLS_METAL)
    assert desk.ledger.id == old
    assert [one.deposits for one in desk.ledger.totals] == [1, 2]
    desk.way.away = False
    desk.until(lambda: desk.ledger.id != old)
    desk.until(desk.at_rest)
    found = {one.compartment: (one.deposits, one.amount_minor) for one in desk.ledger.totals}
    assert found == {"paper": (4, 320), "metal": (1, 175)}
    assert sorted(desk.credits().values()) == [80, 80, 80, 80, 175]
    verified(desk)


def test_an_answer_that_is_lost_or_late_is_asked_for_again(desk: Connected) -> None:
    desk.way.loses = "/totals"
    lost_two(desk)
    desk.until(lambda: desk.ledger.totals_source == "earlier" and desk.all_sent())
    asked = f"GET /v1/ledgers/{desk.ledger.id}/totals"
    desk.until(lambda: desk.way.asked.count(asked) >= 3)
    assert sums(desk) == (2, 2_000, 160) and taken(desk) == []
    desk.way.loses = None
    desk.until(desk.at_rest)
    assert sums(desk) == (4, 4_000, 320)


def test_the_power_fails_before_and_after_the_totals_are_taken(desk: Connected) -> None:
    desk.way.loses = "/totals"
    lost_two(desk)
    for _ in range(3):
        desk.until(lambda: desk.ledger.totals_source == "earlier")
        desk.power_cut()
        desk.power_on()
    assert sums(desk) == (2, 2_000, 160)
    desk.way.loses = None
    desk.until(desk.at_rest)
    desk.power_cut()
    desk.power_on()
    desk.until(desk.at_rest)
    assert sums(desk) == (4, 4_000, 320)
    assert len(taken(desk)) == 1


def test_restored_a_second_time(desk: Connected) -> None:
    """The copy is of a ledger that had taken totals itself."""
    lost_two(desk)
    desk.until(desk.at_rest)
    shutil.rmtree(desk.directory / "copy")
    copies_the_disk(desk)
    desk.until(desk.at_rest)
    walk(desk, SELLS_METAL)
    desk.until(desk.all_sent)
    puts_the_copy_back(desk)
    second = desk.ledger.id
    desk.until(lambda: desk.ledger.id != second and desk.at_rest())
    found = {one.compartment: (one.deposits, one.amount_minor) for one in desk.ledger.totals}
    assert found == {"paper": (4, 320), "metal": (1, 175)}
    verified(desk)


def test_the_same_copy_put_back_twice(desk: Connected) -> None:
    """It is of a ledger that another has followed since: a third one follows both."""
    old = lost_two(desk)
    desk.until(desk.at_rest)
    walk(desk, SELLS_METAL)
    desk.until(desk.all_sent)
    second = desk.ledger.id
    puts_the_copy_back(desk)
    assert desk.ledger.id == old
    desk.until(lambda: desk.ledger.id != old and desk.at_rest())
    assert desk.ledger.id != second
    found = {one.compartment: (one.deposits, one.amount_minor) for one in desk.ledger.totals}
    assert found == {"paper": (4, 320), "metal": (1, 175)}
    assert sorted(desk.credits().values()) == [80, 80, 80, 80, 175]
    verified(desk)


# ---- whom the machine believes ----


def statement(desk: Desk, **changes: Any) -> LedgerTotals:
    head = (desk.ledger.head_seq, desk.ledger.head_hash)
    said = LedgerTotals(desk.trust.kiosk, desk.ledger.id, *head, desk.ledger.totals, (), {}, {}, 0)
    return replace(said, **changes)


@pytest.fixture
def waiting(desk: Connected) -> Connected:
    """A machine that has followed a ledger, and whose cloud does not answer about totals."""
    desk.way.loses = "/totals"
    lost_two(desk)
    desk.until(lambda: desk.ledger.totals_source == "earlier" and desk.all_sent())
    return desk


WRONG: dict[str, dict[str, Any]] = {
    "of a record before": {"through": 1},
    "of a record to come": {"through": 10_000},
    "of another ledger": {"ledger": "f" * 32},
    "of another chain": {"head_hash": "0" * 64},
    "of another machine": {"kiosk": "yard-07-99"},
    "less than it has": {"totals": ()},
    "too long for a record": {"gross": {f"bin-{number}": number for number in range(9_000)}},
}


def test_totals_that_do_not_hold_are_refused(waiting: Connected) -> None:
    """The agent that brings them is not trusted."""
    head = waiting.ledger.head_seq
    forger = Operator(endpoint=waiting.operator.issuer)
    offered = {"not the endpoint's": forger.totals(statement(waiting)), "nonsense": b"\x00{"}
    for name, changes in WRONG.items():
        offered[name] = waiting.operator.totals(statement(waiting, **changes))
    for name, envelope in offered.items():
        waiting.controller.handle(TotalsOffered(envelope))
        assert (waiting.ledger.head_seq, taken(waiting)) == (head, []), name
    waiting.controller.handle(TotalsOffered(waiting.operator.totals(statement(waiting))))
    assert len(taken(waiting)) == 1
    assert waiting.ledger.totals_source == "cloud"


def test_the_same_totals_are_taken_once(waiting: Connected) -> None:
    envelope = waiting.operator.totals(statement(waiting))
    for _ in range(3):
        waiting.controller.handle(TotalsOffered(envelope))
    waiting.controller.handle(TotalsOffered(waiting.operator.totals(statement(waiting))))
    assert len(taken(waiting)) == 1


def test_a_ledger_that_followed_nothing_takes_nothing(desk: Connected) -> None:
    assert desk.ledger.totals_source == "records"
    desk.controller.handle(TotalsOffered(desk.operator.totals(statement(desk))))
    assert taken(desk) == []
    assert not [one for one in desk.way.asked if one.endswith("/totals")]
