"""How far a bag may be off its books (M-34): by class, step and number of deposits."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger.tolerance import bag_tolerance, in_service_limit
from kiosk.units import Grams


@pytest.mark.parametrize(
    ("gross_g", "e_g", "limit_g"),
    [
        (0, 20, 20),
        (10_000, 20, 20),
        (10_001, 20, 40),
        (40_000, 20, 40),
        (40_001, 20, 60),
        (-10_001, 20, 40),
        (500, 1, 1),
        (2_500, 5, 5),
        (2_501, 5, 10),
    ],
)
def test_the_in_service_limit_is_twice_that_of_r_76(gross_g: int, e_g: int, limit_g: int) -> None:
    assert in_service_limit(Grams(gross_g), Grams(e_g)) == limit_g


def test_class_iiii_has_its_own_breaks() -> None:
    limits = [in_service_limit(Grams(g), Grams(20), "IIII") for g in (1_000, 1_001, 4_000, 4_001)]
    assert limits == [20, 40, 40, 60]


@pytest.mark.parametrize(
    ("deposits", "d_g", "limit_g", "tolerance_g"),
    [
        (0, 20, 40, 40),
        (6, 20, 40, 100),  # 3 * 20 * sqrt(1) + 40
        (24, 20, 40, 160),  # 3 * 20 * sqrt(4) + 40
        (1, 20, 20, 45),  # 3 * 20 * 0.408 = 24.49..., up
        (100, 10, 20, 143),  # 3 * 10 * 4.082 = 122.47..., up
    ],
)
def test_the_tolerance_of_a_bag(deposits: int, d_g: int, limit_g: int, tolerance_g: int) -> None:
    assert bag_tolerance(deposits, Grams(d_g), Grams(limit_g)) == tolerance_g


@given(st.integers(0, 100_000), st.integers(1, 1000), st.integers(0, 10_000))
def test_the_tolerance_is_the_least_whole_gram_that_is_enough(n: int, d: int, limit: int) -> None:
    found = bag_tolerance(n, Grams(d), Grams(limit)) - limit
    square = Fraction(9 * d * d * n, 6)
    assert found * found >= square
    assert found == 0 or (found - 1) * (found - 1) < square


@pytest.mark.parametrize("wrong", [(-1, 20, 0), (1, 0, 0), (1, 20, -1)])
def test_what_is_no_bag_has_no_tolerance(wrong: tuple[int, int, int]) -> None:
    deposits, d_g, limit_g = wrong
    with pytest.raises(ValueError, match="deposits"):
        bag_tolerance(deposits, Grams(d_g), Grams(limit_g))


def test_a_step_below_a_gram_is_none() -> None:
    with pytest.raises(ValueError, match="a step of 0 g"):
        in_service_limit(Grams(1), Grams(0))
