"""The comparison at the end of ``--once`` finds every way the two sides can differ."""

from pathlib import Path
from typing import Any

import pytest

from kiosk.demo.errors import DemoError
from kiosk.demo.verdict import EndpointSide, LedgerSide, Line, differences, endpoint_side

LINE = Line(9, "PAID", 1800, "0.80", 144, "CNY")
LEDGER = LedgerSide(True, 9, (LINE,))
ENDPOINT = EndpointSide(9, (LINE,))
BOOKS: dict[str, Any] = {
    "kiosks": [{"ledger": "mine", "acked_through": 9}, {"ledger": "other", "acked_through": 50}],
    "deposits": [
        {"ledger": ledger, "receipt": "R", "seq": 9, "outcome": "PAID", "net_g": 1800}
        | {"unit_price": "0.80", "amount_minor": 144, "currency": "CNY"}
        for ledger in ("mine", "other")
    ],
}


def test_sides_that_agree_have_no_difference() -> None:
    assert list(differences((), (), LEDGER, ENDPOINT)) == []


@pytest.mark.parametrize(
    ("problems", "still_open", "ledger", "endpoint", "told"),
    [
        (("record 3: forged",), (), LEDGER, ENDPOINT, "record 3: forged"),
        ((), (8,), LEDGER, ENDPOINT, "without an outcome: records 8"),
        ((), (), LEDGER, EndpointSide(8, (LINE,)), "acknowledged 8"),
        ((), (), LEDGER, EndpointSide(9, ()), "deposit 9 differs"),
        ((), (), LEDGER, EndpointSide(9, (LINE, LINE)), "twice"),
        ((), (), LedgerSide(True, 9, ()), EndpointSide(9, ()), "no deposit"),
        (
            (),
            (),
            LEDGER,
            EndpointSide(9, (Line(9, "PAID", 1800, "0.80", 145, "CNY"),)),
            "amount_minor=145",
        ),
    ],
)
def test_every_difference_is_told(
    problems: tuple[str, ...],
    still_open: tuple[int, ...],
    ledger: LedgerSide,
    endpoint: EndpointSide,
    told: str,
) -> None:
    (difference,) = differences(problems, still_open, ledger, endpoint)
    assert told in difference


def test_the_books_of_another_ledger_are_not_this_machines() -> None:
    assert endpoint_side(BOOKS, "mine") == ENDPOINT


@pytest.mark.parametrize("books", [{}, {"kiosks": [{}], "deposits": []}, {"kiosks": 1}])
def test_books_that_are_none_are_told(books: dict[str, Any]) -> None:
    with pytest.raises(DemoError, match="cannot be read"):
        endpoint_side(books, "mine")


def test_no_picture_is_larger_than_a_readme_should_load() -> None:
    pictures = list((Path(__file__).parents[2] / "docs/images").glob("demo-*.png"))
    assert pictures
    assert [one.name for one in pictures if one.stat().st_size > 300_000] == []
