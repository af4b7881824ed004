"""EAN, UPC and ITF-14: the digits that name a product, and every way they may be damaged."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.labels import trade_numbers as t
from drivers.labels.check_digits import check_digit, holds, is_digits
from drivers.labels.label import LabelError

Rule = Callable[[str], str]


@pytest.mark.parametrize(
    ("six", "twelve"),
    [
        ("425261", "042100005264"),
        ("123450", "012000003455"),
        ("123451", "012100003454"),
        ("123452", "012200003453"),
        ("123453", "012300000451"),
        ("123454", "012340000053"),
        ("123455", "012345000058"),
        ("123459", "012345000096"),
    ],
)
def test_upc_e_expands_by_its_last_digit(six: str, twelve: str) -> None:
    """GS1 General Specifications, figure 5.2.2.4.2-2."""
    assert holds(twelve), "the table of the test itself"
    assert t.upc_e(six) == twelve.zfill(14)
    assert t.upc_e("0" + six) == twelve.zfill(14)
    assert t.upc_e("0" + six + twelve[-1]) == twelve.zfill(14)


def test_upc_e_has_number_system_0_or_1() -> None:
    assert t.upc_e("1234567") == t.upc_a("123456000070")
    with pytest.raises(LabelError, match="number system"):
        t.upc_e("2234567")


def test_a_check_digit_that_the_scanner_kept_is_computed() -> None:
    assert t.without_check_digit("501837482771", 13) == "05018374827715"


@pytest.mark.parametrize(
    ("rule", "good"),
    [
        (t.ean_13, "5901234123457"),
        (t.ean_8, "96385074"),
        (t.upc_a, "123601057072"),
        (t.gtin_14, "04150000021126"),
        (t.ean_13_with_add_on, "590123412345712"),
        (t.ean_13_with_add_on, "590123412345712345"),
    ],
)
def test_length_digits_and_check_digit(rule: Rule, good: str) -> None:
    assert len(rule(good)) == 14
    for bad in (good[:-1], good + "0", "", "A" + good[1:], " " + good[1:], "٣" + good[1:]):
        with pytest.raises(LabelError):
            rule(bad)


@given(st.text("0123456789", min_size=5, max_size=17), st.data())
def test_every_single_digit_error_is_found(body: str, data: st.DataObject) -> None:
    key = body + check_digit(body)
    assert holds(key)
    at = data.draw(st.integers(0, len(key) - 1))
    other = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != key[at]))
    assert not holds(key[:at] + other + key[at + 1 :])


def test_digits_are_ascii() -> None:
    assert is_digits("0123")
    assert not any(is_digits(text) for text in ("", "١٢", "²", "1 ", "-1"))
