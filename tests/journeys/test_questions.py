"""Codes, touches and what the screen keeps: who is asked what, once."""

import pytest

from kiosk import receipts
from kiosk import views as v
from tests.journeys.desk import Desk
from tests.journeys.steps import (
    OPENS_PAPER,
    power_fails,
    power_returns,
    puts,
    sees,
    shows_her_code,
    touches,
    waits,
    walk,
)


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
