"""Money is exact: rounded once, half up, and written so that nothing is lost (M-12, P2)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.money import amount, money_text, pieces_amount, price_text, weight_text
from kiosk.units import Grams, MinorUnits, PriceE4

grams = st.integers(0, 10_000_000)
prices = st.integers(0, 100_000_000)
steps = st.integers(1, 1000)


@given(grams, prices, steps)
def test_amount_is_the_exact_product_rounded_once_half_up(net: int, price: int, step: int) -> None:
    exact = Fraction(net, 1000) * Fraction(price, 10_000) * 100
    half_up = (exact / step + Fraction(1, 2)).__floor__() * step
    assert amount(Grams(net), PriceE4(price), MinorUnits(step)) == half_up


@given(grams, grams, prices, steps)
def test_more_mass_is_never_less_money(one: int, two: int, price: int, step: int) -> None:
    low, high = sorted((one, two))
    paid = [amount(Grams(net), PriceE4(price), MinorUnits(step)) for net in (low, high)]
    assert paid == sorted(paid)


@pytest.mark.parametrize(
    ("net", "price", "step", "fen"),
    [
        (500, 6000, 1, 30),
        (1235, 7000, 1, 86),
        (1800, 8000, 1, 144),
        (0, 8000, 1, 0),
        (60_000, 26_000, 1, 15_600),
        (625, 8000, 1, 50),
        (5, 10_000, 1, 1),
        (4, 10_000, 1, 0),
        (1800, 8000, 10, 140),
        (1860, 8000, 10, 150),
    ],
)
def test_golden_amounts(net: int, price: int, step: int, fen: int) -> None:
    assert amount(Grams(net), PriceE4(price), MinorUnits(step)) == fen


@pytest.mark.parametrize(
    ("net", "price", "step", "told"),
    [
        (-1, 8000, 1, "a net mass of -1 g has no amount"),
        (1, -1, 1, "a price of -1 is negative"),
        (1, 1, 0, "a currency step of 0 is not a whole number of minor units"),
    ],
)
def test_what_has_no_amount_gets_none(net: int, price: int, step: int, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}$"):
        amount(Grams(net), PriceE4(price), MinorUnits(step))


@given(st.integers(-(10**9), 10**9))
def test_texts_come_back_exactly(number: int) -> None:
    assert Decimal(weight_text(Grams(number))) * 1000 == number
    assert Decimal(money_text(MinorUnits(number))) * 100 == number
    if number >= 0:
        assert Decimal(price_text(PriceE4(number))) * 10_000 == number


@pytest.mark.parametrize(
    ("grams", "expected"), [(1800, "1.800"), (-5, "-0.005"), (0, "0.000"), (1, "0.001")]
)
def test_golden_weights(grams: int, expected: str) -> None:
    assert weight_text(Grams(grams)) == expected


@pytest.mark.parametrize(
    ("minor", "expected"), [(144, "1.44"), (-144, "-1.44"), (5, "0.05"), (0, "0.00"), (1, "0.01")]
)
def test_golden_money(minor: int, expected: str) -> None:
    assert money_text(MinorUnits(minor)) == expected


@pytest.mark.parametrize(
    ("price", "expected"),
    [(8000, "0.80"), (8050, "0.805"), (8001, "0.8001"), (260_000, "26.00"), (0, "0.00")],
)
def test_golden_prices(price: int, expected: str) -> None:
    assert price_text(PriceE4(price)) == expected


counts = st.lists(st.tuples(st.integers(0, 500), st.integers(0, 10_000)), max_size=5)


@given(counts, steps)
def test_pieces_are_added_up_and_rounded_once_half_up(
    pieces: list[tuple[int, int]], step: int
) -> None:
    exact = sum(Fraction(count * price) for count, price in pieces)
    half_up = (exact / step + Fraction(1, 2)).__floor__() * step
    priced = [(count, MinorUnits(price)) for count, price in pieces]
    assert pieces_amount(priced, MinorUnits(step)) == half_up


@pytest.mark.parametrize(
    ("pieces", "step", "fen"),
    [
        ([], 1, 0),
        ([(6, 10)], 1, 60),
        ([(6, 10), (1, 5)], 1, 65),
        ([(1, 5)], 10, 10),
        ([(0, 9)], 1, 0),
    ],
)
def test_golden_pieces(pieces: list[tuple[int, int]], step: int, fen: int) -> None:
    priced = [(count, MinorUnits(price)) for count, price in pieces]
    assert pieces_amount(priced, MinorUnits(step)) == fen


@pytest.mark.parametrize(
    ("count", "price", "step", "told"),
    [
        (-1, 10, 1, "-1 pieces at 10 are no amount"),
        (1, -10, 1, "1 pieces at -10 are no amount"),
        (1, 10, 0, "a currency step of 0 is not a whole number of minor units"),
    ],
)
def test_pieces_that_have_no_amount_get_none(count: int, price: int, step: int, told: str) -> None:
    with pytest.raises(ValueError, match=f"^{told}$"):
        pieces_amount([(count, MinorUnits(price))], MinorUnits(step))
