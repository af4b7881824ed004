"""A resident's visit, as lists of steps a customer can read."""

import pytest

from kiosk import views as v
from kiosk.records import DepositOpened
from tests.journeys.desk import Desk
from tests.journeys.steps import (
    OPENS_PAPER,
    PAPER,
    Step,
    outcome,
    puts,
    sees,
    shows_her_code,
    touches,
    waits,
    walk,
)


def test_a_deposit_of_cardboard_is_paid(desk: Desk) -> None:
    walk(
        desk,
        [
            touches("start"),
            sees(v.Identify),
            *OPENS_PAPER,
            puts(1_800),
            waits(3),
            touches("done"),
            sees(v.Closing),
            sees(v.WeighingAfter),
            sees(v.Result),
            outcome("PAID", net_g=1_800, amount_minor=144, currency="CNY", subject="anna"),
            touches("finish"),
            sees(v.Receipt),
            touches("finish"),
            sees(v.Idle),
        ],
    )
    assert len(desk.deposits()) == 1


def test_the_record_is_durable_before_the_door_moves(desk: Desk) -> None:
    """P1, P3: who, what and at which price are in the ledger when the order goes out."""
    walk(desk, [shows_her_code, sees(v.Choose), touches("compartment:paper"), sees(v.Opening)])
    assert desk.world.hatches[PAPER].position == 0
    opened = [one for one in desk.records() if isinstance(one, DepositOpened)]
    assert len(opened) == 1
    assert (opened[0].price_e4, opened[0].before.gross_g) == (8_000, 2_000)


def test_a_visit_of_two_deposits_and_one_receipt(desk: Desk) -> None:
    walk(
        desk,
        [
            *OPENS_PAPER,
            puts(1_230),
            touches("done"),
            sees(v.Result),
            outcome("PAID", net_g=1_230, amount_minor=98),
            touches("another"),
            touches("compartment:metal"),
            sees(v.Depositing),
            puts(500, "metal"),
            touches("done"),
            sees(v.Result),
            outcome("PAID", net_g=500, amount_minor=175, compartment="metal"),
            touches("finish"),
            sees(v.Receipt),
        ],
    )
    assert isinstance(desk.screen, v.Receipt)
    assert [line.material for line in desk.screen.lines] == ["paper", "metal"]
    assert (desk.screen.total_minor, desk.screen.total_g) == (273, 1_730)


def test_a_donation_is_weighed_and_belongs_to_nobody(desk: Desk) -> None:
    walk(
        desk,
        [
            touches("start"),
            touches("donate"),
            touches("compartment:paper"),
            sees(v.Depositing),
            puts(1_000),
            touches("done"),
            sees(v.Result),
            outcome("PAID", subject=None, token=None, id_level="donation", amount_minor=80),
        ],
    )


def test_a_light_thing_is_told_and_recorded_but_not_priced(desk: Desk) -> None:
    """P6, M-04: below the minimum load the grams are in the books, the amount is 0."""
    walk(
        desk,
        [
            *OPENS_PAPER,
            puts(190),
            touches("done"),
            sees(v.Result),
            outcome("UNPRICED", "below_minimum", net_g=190, amount_minor=0),
        ],
    )


def test_exactly_the_minimum_is_priced(desk: Desk) -> None:
    walk(
        desk,
        [*OPENS_PAPER, puts(200), touches("done"), sees(v.Result), outcome("PAID", net_g=200)],
    )


def test_nothing_put_in_is_void(desk: Desk) -> None:
    walk(
        desk,
        [
            *OPENS_PAPER,
            touches("done"),
            sees(v.Result),
            outcome("VOID", "nothing_deposited", net_g=0, amount_minor=0),
        ],
    )


def test_walking_away_with_the_door_open_pays_all_the_same(desk: Desk) -> None:
    walk(
        desk,
        [*OPENS_PAPER, puts(900), sees(v.Result), outcome("PAID", net_g=900), sees(v.Idle)],
    )
    assert desk.world.hatches[PAPER].position == 0


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([touches("start")], id="identify"),
        pytest.param([shows_her_code], id="choose"),
        pytest.param([shows_her_code, touches("compartment:paper")], id="weighing"),
        pytest.param([shows_her_code, touches("compartment:paper"), sees(v.Opening)], id="opening"),
        pytest.param(OPENS_PAPER, id="depositing"),
        pytest.param([*OPENS_PAPER, touches("done")], id="closing"),
        pytest.param([*OPENS_PAPER, touches("done"), sees(v.WeighingAfter)], id="weighing after"),
        pytest.param([*OPENS_PAPER, touches("done"), sees(v.Result)], id="result"),
        pytest.param([*OPENS_PAPER, touches("done"), sees(v.Result), touches("finish")], id="end"),
    ],
)
def test_walking_away_anywhere_ends_at_idle(desk: Desk, steps: list[Step]) -> None:
    walk(desk, [*steps, sees(v.Idle)])
    opened = sum(isinstance(one, DepositOpened) for one in desk.records())
    assert len(desk.deposits()) == opened
    assert desk.world.hatches[PAPER].position == 0
