"""What comes down from the operator about money: decisions on HELD deposits, and disowned books."""

from pathlib import Path

import pytest

from kiosk import records
from kiosk import views as v
from kiosk.documents import Adjudication, Adjudications
from kiosk.events import DocumentOffered, LedgerDisowned
from kiosk.records import Correction
from tests.journeys.desk import Desk
from tests.journeys.operator import KIOSK
from tests.journeys.steps import (
    OPENS_PAPER,
    outcome,
    plugs_the_scale_in,
    pulls_the_scales_plug,
    puts,
    sees,
    touches,
    waits,
    walk,
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A machine with one HELD deposit of a kilogram of cardboard."""
    desk = Desk(tmp_path)
    walk(desk, [*OPENS_PAPER, puts(1_000), waits(2), pulls_the_scales_plug, waits(3)])
    walk(desk, [plugs_the_scale_in, waits(3), touches("done"), sees(v.Result)])
    walk(desk, [outcome("HELD", "scale_lost"), touches("finish"), touches("finish"), sees(v.Idle)])
    return desk


def held_seq(desk: Desk) -> int:
    return next(
        seq for seq, one in enumerate(desk.records(), 1) if isinstance(one, records.Deposit)
    )


def decision(desk: Desk, seq: int, amount: int, ledger: str | None = None) -> Adjudication:
    hashed = "0" * 64
    who, why = "Ms Li", "the bag's mass fits"
    return Adjudication(ledger or desk.ledger.id, seq, hashed, amount, "CNY", who, why, 0)


def offered(desk: Desk, version: int, *decided: Adjudication) -> None:
    body = Adjudications(decided)
    scope = f"kiosk:{KIOSK}"
    desk.controller.handle(
        DocumentOffered(desk.operator.document("adjudications", version, body, scope))
    )


def corrections(desk: Desk) -> list[Correction]:
    return [one for one in desk.records() if isinstance(one, Correction)]


def test_a_decision_is_closed_by_a_correction_that_credits_nothing(desk: Desk) -> None:
    totals = desk.ledger.totals
    seq = held_seq(desk)
    offered(desk, 1, decision(desk, seq, 80))
    (closed,) = corrections(desk)
    assert (closed.of_seq, closed.amount_minor, closed.who) == (seq, 80, "Ms Li")
    assert closed.receipt == desk.deposits()[0].receipt
    assert [one.amount_minor for one in desk.ledger.totals] == [one.amount_minor for one in totals]


def test_a_repeated_decision_is_closed_once(desk: Desk) -> None:
    """The document repeats what is not closed yet; a new one in it is closed by itself."""
    seq = held_seq(desk)
    offered(desk, 1, decision(desk, seq, 80))
    offered(desk, 2, decision(desk, seq, 80), decision(desk, 3, 0, ledger="f" * 32))
    desk.power_cut()
    desk.power_on()
    assert [(one.of_seq, one.receipt) for one in corrections(desk)] == [
        (seq, desk.deposits()[0].receipt),
        (3, ""),
    ]


def test_a_disowned_ledger_stops_the_sale(desk: Desk) -> None:
    """Whoever deposited now would not be credited: the machine says so and calls for people."""
    desk.controller.handle(LedgerDisowned("f" * 32, "fork", "another ledger"))
    assert desk.ready()
    desk.controller.handle(LedgerDisowned(desk.ledger.id, "stale", "a copy runs"))
    desk.touch("start")
    assert [view.screen for view in desk.views[-1:]] == [v.OutOfService("disowned", "400-800-0000")]
    assert desk.status is not None and "ledger_disowned" in desk.status.faults
