"""A deposit's sums are reckoned again from its own records, whoever signed them (M-09, M-12)."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from kiosk.ledger import LedgerMisuseError
from kiosk.ledger.fair import unfair
from kiosk.records import Piece
from tests.ledger.samples import STAMP, draft, held, ledger_in, opened, outcome, stored, weighing

BEGUN = opened(1, 10_000)
PAID = outcome(BEGUN, 2, 1_800)
BOTTLES = msgspec.structs.replace(opened(1, 10_000), by_piece=True, price_e4=0, step_minor=5)
PIECES = (Piece("6901234567892", 3, 10, 15, 25), Piece("6901234567808", 1, 7, 15, 25))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, None),
        ({"amount_minor": 145}, "an amount of 145; its price and mass come to 144"),
        ({"amount_minor": 0}, "an amount of 0; its price and mass come to 144"),
        ({"net_g": 1_805, "amount_minor": 144}, "a net mass of 1805 g; its weighings show 1800 g"),
        ({"net_g": None, "amount_minor": 0}, "a net mass of None g; its weighings show 1800 g"),
        ({"after": None}, "a net mass of 1800 g; its weighings show None g"),
        ({"after": None, "net_g": None}, "paid for a net mass of None g"),
        ({"after": weighing(9_000), "net_g": -1_000}, "paid for a net mass of -1000 g"),
        ({"after": weighing(10_000), "net_g": 0, "amount_minor": 0}, None),
        ({"outcome": "HELD"}, "an amount of 144; its price and mass come to 0"),
        ({"outcome": "UNPRICED", "amount_minor": 0}, None),
        ({"outcome": "VOID", "after": weighing(9_000), "net_g": -1_000, "amount_minor": 0}, None),
    ],
)
def test_mass_and_money_follow_from_the_weighings(
    changes: dict[str, Any], words: str | None
) -> None:
    assert unfair(BEGUN, msgspec.structs.replace(PAID, **changes)) == words


@pytest.mark.parametrize(("minor", "right"), [(35, True), (37, False), (0, False)])
def test_pieces_are_paid_by_their_prices_and_the_step(minor: int, right: bool) -> None:
    """Three at 10 and one at 7 come to 37, which is 35 in steps of 5."""
    paid = outcome(BOTTLES, 2, 80, pieces=PIECES, price_e4=0, amount_minor=minor)
    assert (unfair(BOTTLES, paid) is None) is right


def test_what_recovery_holds_is_fair() -> None:
    assert unfair(BEGUN, held(BEGUN, 2)) is None


def test_a_wrong_amount_is_neither_written_nor_verified(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    ledger.append([draft(BEGUN)], STAMP)
    with pytest.raises(LedgerMisuseError, match="record 3: an amount of 644"):
        ledger.append([draft(msgspec.structs.replace(PAID, amount_minor=644))], STAMP)
    ledger.append([draft(PAID)], STAMP)
    assert len(stored(tmp_path)) == 3
    ledger.close()
