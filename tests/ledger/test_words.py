"""``kiosk ledger show`` says in a line what each kind of record holds."""

import msgspec
import pytest

from kiosk import records
from kiosk.ledger.words import told
from kiosk.records import (
    Anchor,
    Collection,
    Correction,
    FaultCleared,
    FaultRaised,
    LedgerOpened,
    Piece,
    Resent,
    SegmentOpened,
    SoftwareStarted,
    Totals,
    TotalsTaken,
)
from tests.ledger.samples import held, opened, outcome

BY_PIECE = msgspec.structs.replace(opened(4, 12_500), by_piece=True, price_e4=0)
PIECES = (Piece("6901234567892", 3, 10, 15, 25), Piece("6901234567808", 1, 5, 15, 25))
DECIDED = Correction(
    of_ledger="0123ab",
    of_seq=3,
    receipt="R-3",
    amount_minor=144,
    currency="CNY",
    who="operator",
    why="seen",
    version=1,
)
BAG = Collection(
    compartment="paper",
    bag_out="bag-1",
    bag_in="bag-2",
    deposits=3,
    sum_g=2_500,
    removed_g=2_520,
    tolerance_g=63,
    difference_g=20,
)

LINES: list[tuple[records.Body, str]] = [
    (opened(1), "R-1  paper cardboard, 0.80 CNY/kg, before 10.000 kg"),
    (BY_PIECE, "R-4  paper cardboard, by the piece, before 12.500 kg"),
    (
        outcome(opened(1), 2),
        "R-1  PAID  paper cardboard, 11.800 - 10.000 = 1.800 kg x 0.80 = 1.44 CNY",
    ),
    (
        held(opened(1), 2),
        "R-1  HELD (power_lost)  paper cardboard, before 10.000 kg, no after x 0.80 = 0.00 CNY",
    ),
    (
        outcome(BY_PIECE, 5, 80, pieces=PIECES, amount_minor=35),
        "R-4  PAID  paper cardboard, 12.580 - 12.500 = 0.080 kg, 3 x 0.10 + 1 x 0.05 = 0.35 CNY",
    ),
    (
        outcome(BY_PIECE, 5, 80, outcome="UNPRICED", reason="no_items", amount_minor=0),
        (
            "R-4  UNPRICED (no_items)  paper cardboard, 12.580 - 12.500 = 0.080 kg, "
            "no pieces = 0.00 CNY"
        ),
    ),
    (DECIDED, "R-3  1.44 CNY, by operator"),
    (msgspec.structs.replace(DECIDED, amount_minor=0), "R-3  rejected, by operator"),
    (msgspec.structs.replace(DECIDED, receipt=""), "0123ab/3  1.44 CNY, by operator"),
    (
        BAG,
        (
            "paper bag bag-1 out, bag-2 in: 3 deposits, 2.500 kg, "
            "2.520 kg by the machine's own scale, 0.020 kg off, 0.063 kg allowed"
        ),
    ),
    (
        msgspec.structs.replace(BAG, removed_g=None, difference_g=None),
        "paper bag bag-1 out, bag-2 in: 3 deposits, 2.500 kg, not weighed",
    ),
    (
        records.Enrolled("A-7", "yard 7", "https://c.example", b"r", b"t"),
        "A-7 at yard 7, https://c.example",
    ),
    (FaultRaised("scale_lost", "paper", "no frames"), "scale_lost paper: no frames"),
    (FaultRaised("disk_full", None, "3 MiB"), "disk_full: 3 MiB"),
    (FaultCleared("scale_lost", "paper"), "scale_lost paper"),
    (FaultCleared("disk_full", None), "disk_full"),
    (records.DocumentAdopted("tariff", 3, "ab"), "tariff version 3"),
    (LedgerOpened(b"k", "board", None, "first"), "first"),
    (LedgerOpened(b"k", "board", "0123ab", "damaged"), "damaged, after 0123ab"),
    (
        Resent(ledger="0123ab", seq=3, hash="cd", data=b"", sig=b""),
        "record 3 of ledger 0123ab",
    ),
    (SegmentOpened("segment-1.db", ()), "after segment-1.db"),
    (
        TotalsTaken(
            statement=b"",
            totals=(
                Totals("paper", "cardboard", "CNY", 3, 2_500, 200),
                Totals("metal", "cans", "CNY", 4, 100, 10),
            ),
            since=(),
            gross={},
        ),
        "7 deposits, as the cloud reckons",
    ),
    (SoftwareStarted("0.1.0", 2), "version 0.1.0, 2 deposits found open"),
    (Anchor(61_000, "2026-11-23T07:51:00Z"), "monotonic 61000 ms is 2026-11-23T07:51:00Z"),
    (
        records.Dispute(number="T-1", receipt="R-3", of_seq=3),
        "number=T-1 receipt=R-3 of_seq=3",
    ),
]


@pytest.mark.parametrize(("body", "line"), LINES)
def test_each_kind_of_record_has_its_line(body: records.Body, line: str) -> None:
    # As it is printed: with no blanks at its end.
    assert told(body).rstrip() == line
