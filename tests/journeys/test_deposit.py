"""A resident's visit, as lists of steps a customer can read."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from kiosk import receipts
from kiosk import views as v
from kiosk.records import DepositOpened, SoftwareStarted
from kiosk.units import CompartmentId
from tests.journeys.desk import Desk

Step = Callable[[Desk], None]

PAPER = CompartmentId("paper")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def walk(desk: Desk, steps: Sequence[Step]) -> None:
    for step in steps:
        step(desk)


# ---- steps ----


def shows_her_code(desk: Desk) -> None:
    desk.scan(desk.token())


def touches(choice: str) -> Step:
    return lambda desk: desk.touch(choice)


def sees(kind: type[v.Screen]) -> Step:
    return lambda desk: desk.until(lambda: isinstance(desk.screen, kind))


def puts(grams: int, where: str = "paper") -> Step:
    return lambda desk: desk.world.put(CompartmentId(where), grams)


def takes(grams: int, where: str = "paper") -> Step:
    return lambda desk: desk.world.take(CompartmentId(where), grams)


def waits(seconds: int) -> Step:
    return lambda desk: desk.wait(seconds * 1000)


def holds_a_hand_in(desk: Desk) -> None:
    desk.world.hold_hand(PAPER, held=True)


def pulls_the_hand_out(desk: Desk) -> None:
    desk.world.hold_hand(PAPER, held=False)


def pulls_the_scales_plug(desk: Desk) -> None:
    desk.world.unplug("scale:paper")


def plugs_the_scale_in(desk: Desk) -> None:
    desk.world.plug("scale:paper")


def power_fails(desk: Desk) -> None:
    desk.power_cut()
    desk.wait(5_000)


def power_returns(desk: Desk) -> None:
    desk.power_on()


def outcome(name: str, reason: str | None = None, **fields: object) -> Step:
    """The last deposit in the ledger, and on the screen if it is still shown."""

    def check(desk: Desk) -> None:
        last = desk.deposits()[-1]
        assert (last.outcome, last.reason) == (name, reason)
        for field, value in fields.items():
            assert getattr(last, field) == value
        if isinstance(desk.screen, v.Result):
            shown = desk.screen
            assert (shown.outcome, shown.reason) == (name, reason)
            undecided = last.outcome == "HELD"
            assert shown.amount_minor == (None if undecided else last.amount_minor)
            assert shown.net_g == last.net_g
            assert shown.before_g == last.before.gross_g
            assert shown.after_g == (None if last.after is None else last.after.gross_g)

    return check


OPENS_PAPER: list[Step] = [
    shows_her_code,
    sees(v.Choose),
    touches("compartment:paper"),
    sees(v.WeighingBefore),
    sees(v.Opening),
    sees(v.Depositing),
]


# ---- journeys ----


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


# ---- power ----


def told_at_idle(desk: Desk) -> str | None:
    """Which interrupted deposit the idle screen tells of."""
    assert isinstance(desk.screen, v.Idle)
    return desk.screen.held


def test_power_lost_with_the_door_open_is_held_and_the_door_closes(desk: Desk) -> None:
    """P1, P4: one outcome, never paid; no door opens by itself; an open one is closed."""
    walk(
        desk,
        [
            *OPENS_PAPER,
            puts(1_500),
            waits(2),
            power_fails,
            power_returns,
            sees(v.Idle),
            waits(10),
            outcome("HELD", "power_lost", net_g=1_500, amount_minor=0, door="closed"),
        ],
    )
    assert told_at_idle(desk) == desk.deposits()[-1].receipt
    desk.wait(300_000)
    assert told_at_idle(desk) is None
    assert desk.world.hatches[PAPER].position == 0
    assert {one.want for one in desk.doors.done} == {"close"}
    assert [one.recovered for one in desk.records() if isinstance(one, SoftwareStarted)] == [0, 1]


def test_power_lost_with_a_hand_in_the_door_waits_for_a_clear_way(desk: Desk) -> None:
    walk(desk, [*OPENS_PAPER, holds_a_hand_in, power_fails, power_returns, waits(30)])
    assert desk.doors.done == []
    assert desk.deposits() == []
    walk(desk, [pulls_the_hand_out, waits(10), outcome("HELD", "power_lost", net_g=0)])
    assert desk.world.hatches[PAPER].position == 0


def test_power_lost_and_no_scale_afterwards_is_held_with_null(desk: Desk) -> None:
    walk(
        desk,
        [
            *OPENS_PAPER,
            puts(1_500),
            power_fails,
            pulls_the_scales_plug,
            power_returns,
            waits(61),
            outcome("HELD", "power_lost", after=None, net_g=None, amount_minor=0),
        ],
    )


def test_other_compartments_do_not_wait_for_a_recovery(desk: Desk) -> None:
    """P8."""
    walk(desk, [*OPENS_PAPER, holds_a_hand_in, power_fails, power_returns, waits(3), sees(v.Idle)])
    walk(desk, [shows_her_code, touches("compartment:metal"), sees(v.Depositing)])
    walk(desk, [puts(800, "metal"), touches("done"), sees(v.Result), outcome("PAID", net_g=800)])


def test_power_lost_on_the_result_changes_nothing(desk: Desk) -> None:
    walk(desk, [*OPENS_PAPER, puts(700), touches("done"), sees(v.Result), power_fails])
    walk(desk, [power_returns, sees(v.Idle), waits(5), outcome("PAID", net_g=700)])
    assert len(desk.deposits()) == 1


# ---- who are you ----


def test_a_code_counts_once(desk: Desk) -> None:
    code = desk.token()
    desk.scan(code)
    walk(desk, [sees(v.Choose), touches("cancel"), sees(v.Idle)])
    desk.scan(code)
    assert desk.screen == v.Identify("replayed", donation_allowed=True)


def test_a_code_counts_once_across_a_power_cut(desk: Desk) -> None:
    code = desk.token()
    desk.scan(code)
    walk(desk, [sees(v.Choose), power_fails, power_returns, sees(v.Idle)])
    desk.scan(code)
    assert desk.screen == v.Identify("replayed", donation_allowed=True)


def test_bad_codes_are_told_apart(desk: Desk) -> None:
    touches("start")(desk)
    late = desk.token()
    desk.wait(301_000)
    for data, notice in (
        (late, "expired"),
        (b"6901234567892", "unreadable"),
        (b"\x00\xff" * 50, "unreadable"),
        (desk.token()[:-1] + b"0", "forged"),
    ):
        desk.scan(data)
        shown = desk.screen
        assert isinstance(shown, v.Identify)
        assert shown.notice in (notice, "unreadable" if notice == "forged" else notice)
    walk(desk, [shows_her_code, sees(v.Choose)])


def test_an_old_scan_is_not_kept_for_later(desk: Desk) -> None:
    """Scans perish: one shown while a deposit runs greets nobody afterwards."""
    walk(desk, [*OPENS_PAPER, shows_her_code, touches("done"), sees(v.Result)])
    walk(desk, [touches("finish"), touches("finish"), sees(v.Idle), waits(2), sees(v.Idle)])


# ---- touches and language ----


def test_a_touch_on_an_old_question_is_dropped(desk: Desk) -> None:
    old = desk.views[-1].id
    walk(desk, [shows_her_code, sees(v.Choose)])
    desk.touch("compartment:paper", view=old)
    assert isinstance(desk.screen, v.Choose)


def test_the_question_keeps_its_id_while_the_weight_moves(desk: Desk) -> None:
    walk(desk, OPENS_PAPER)
    first = desk.views[-1].id
    walk(desk, [puts(1_000), waits(3)])
    assert desk.views[-1].id == first
    assert desk.views[-1].live == v.Live(1_000, steady=True)


def test_english_lasts_for_one_visit(desk: Desk) -> None:
    walk(desk, [touches("language:en"), shows_her_code, sees(v.Choose)])
    walk(desk, [touches("cancel"), sees(v.Idle)])
    spoken = [(type(view.screen), view.language) for view in desk.views[-3:]]
    assert spoken == [(v.Idle, "en"), (v.Choose, "en"), (v.Idle, "zh")]


def test_live_weight_is_sent_at_most_ten_times_a_second(desk: Desk) -> None:
    walk(desk, OPENS_PAPER)
    shown = len(desk.views)
    walk(desk, [puts(5_000), waits(3)])
    assert len(desk.views) - shown <= 30


# ---- receipts ----


def test_every_outcome_has_a_receipt_that_anyone_can_check(desk: Desk) -> None:
    """Checked off-line against the machine's public key, it says what the screen says (P2)."""
    walk(desk, [*OPENS_PAPER, puts(1_800), touches("done"), sees(v.Result)])
    shown = desk.screen
    assert isinstance(shown, v.Result) and shown.code is not None
    receipt = receipts.check(shown.code, desk.record_public)
    assert (receipt.receipt, receipt.outcome) == (shown.receipt, shown.outcome)
    assert (receipt.net_g, receipt.amount_minor) == (shown.net_g, shown.amount_minor)
    with pytest.raises(receipts.ReceiptError, match="not a receipt of this machine"):
        receipts.check(shown.code, desk.root_public)
    walk(desk, [touches("finish"), sees(v.Receipt)])
    assert isinstance(desk.screen, v.Receipt)
    assert [line.code for line in desk.screen.lines] == [shown.code]
