"""Money is exact: rounded once, half up, and written so that nothing is lost (M-12, P2)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.money import amount, money_text, price_text, weight_text
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


@pytest.mark.parametrize(("net", "price", "step"), [(-1, 8000, 1), (1, -1, 1), (1, 1, 0)])
def test_what_has_no_amount_gets_none(net: int, price: int, step: int) -> None:
    with pytest.raises(ValueError, match=r"\d"):
        amount(Grams(net), PriceE4(price), MinorUnits(step))


@given(st.integers(-(10**9), 10**9))
def test_texts_come_back_exactly(number: int) -> None:
    assert Decimal(weight_text(Grams(number))) * 1000 == number
    assert Decimal(money_text(MinorUnits(number))) * 100 == number
    if number >= 0:
        assert Decimal(price_text(PriceE4(number))) * 10_000 == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (weight_text(Grams(1800)), "1.800"),
        (weight_text(Grams(-5)), "-0.005"),
        (weight_text(Grams(0)), "0.000"),
        (money_text(MinorUnits(144)), "1.44"),
        (money_text(MinorUnits(-144)), "-1.44"),
        (money_text(MinorUnits(5)), "0.05"),
        (price_text(PriceE4(8000)), "0.80"),
        (price_text(PriceE4(8050)), "0.805"),
        (price_text(PriceE4(8001)), "0.8001"),
        (price_text(PriceE4(260_000)), "26.00"),
    ],
)
def test_golden_texts(text: str, expected: str) -> None:
    assert text == expected
