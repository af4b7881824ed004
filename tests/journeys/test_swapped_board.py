"""The disk is put into another computer: records are taken, nobody is credited until the operator
says that this is the machine, and the machine says so itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import views as v
from kiosk.events import BoardJudged
from kiosk.ledger.verify import verify
from kiosk.records import FaultCleared, FaultRaised, LedgerOpened
from tests.journeys.connected import Connected
from tests.journeys.desk import Desk
from tests.journeys.steps import walk
from tests.journeys.test_restored import SELLS_METAL, sells


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Connected]:
    """Two kilograms were sold: one is in the cloud, the other was sold without a network; then
    the computer was changed."""
    with Connected(tmp_path) as desk:
        desk.enrol()
        walk(desk, sells(1_000))
        desk.until(desk.all_sent)
        desk.way.away = True
        walk(desk, sells(1_000))
        desk.power_cut()
        desk.board = "board-2"
        desk.power_on()
        desk.until(desk.ready)
        yield desk


def faults(desk: Desk) -> tuple[str, ...]:
    assert desk.status is not None
    return desk.status.faults


def judgements(desk: Desk) -> list[tuple[bool, str]]:
    """Faults raised (True) and cleared of those that a board may raise."""
    return [
        (isinstance(one, FaultRaised), one.fault)
        for one in desk.records()
        if isinstance(one, FaultRaised | FaultCleared) and one.fault.startswith("board_")
    ]


def back_on_line(desk: Connected) -> None:
    desk.way.away = False
    desk.until(lambda: desk.all_sent() and "board_waits" in faults(desk))


def test_nothing_is_credited_until_the_operator_approves(desk: Connected) -> None:
    (opened,) = (one for one in desk.records() if isinstance(one, LedgerOpened))
    assert opened.board == "board-2" and "'board-1'" in opened.why
    # Off-line nobody can say: it goes on with what it knows.
    walk(desk, SELLS_METAL)
    assert faults(desk) == ()
    back_on_line(desk)
    walk(desk, SELLS_METAL)
    desk.until(desk.all_sent)
    assert sorted(desk.credits().values()) == [80]
    assert desk.ready() and desk.ledger.totals_source == "earlier"
    desk.approve()
    desk.approve()
    desk.until(lambda: "board_waits" not in faults(desk), 1_000_000)
    desk.until(desk.at_rest, 1_000_000)
    assert sorted(desk.credits().values()) == [80, 80, 175, 175]
    found = {one.compartment: (one.deposits, one.amount_minor) for one in desk.ledger.totals}
    assert found == {"paper": (2, 160), "metal": (2, 350)}
    assert judgements(desk) == [(True, "board_waits"), (False, "board_waits")]
    walk(desk, SELLS_METAL)
    desk.until(desk.all_sent)
    assert sorted(desk.credits().values()) == [80, 80, 175, 175, 175]
    desk.power_cut()
    assert verify(desk.config.machine.data_dir / "ledger").problems == ()


def test_a_board_that_is_refused_sells_nothing(desk: Connected) -> None:
    back_on_line(desk)
    desk.approve(False)
    desk.until(lambda: "board_rejected" in faults(desk), 1_000_000)
    assert desk.screen == v.OutOfService("disowned", "400-800-0000")
    desk.until(desk.all_sent)
    assert sorted(desk.credits().values()) == [80]
    # A start knows nothing of it until the cloud is heard, and is told again.
    desk.power_cut()
    desk.power_on()
    desk.until(lambda: "board_rejected" in faults(desk))
    assert "board_waits" not in faults(desk)


def test_an_approval_while_the_agent_was_away_is_heard(desk: Connected) -> None:
    back_on_line(desk)
    desk.approve()
    desk.attach()
    desk.until(lambda: "board_waits" not in faults(desk))


def test_an_agent_that_changes_its_mind_without_end_fills_no_ledger(desk: Connected) -> None:
    before = len(desk.records())
    for _ in range(50):
        for state in ("pending", "rejected", "accepted"):
            desk.controller.handle(BoardJudged(state))
    assert len(desk.records()) - before <= 2


def test_the_board_it_was_enrolled_with_waits_for_nobody(tmp_path: Path) -> None:
    with Connected(tmp_path) as desk:
        desk.enrol()
        walk(desk, sells(1_000))
        desk.until(desk.all_sent)
        assert judgements(desk) == []
