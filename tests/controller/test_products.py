"""The product list: every row checked, found by bisection, compiled whole."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.products import HEADER, Product, ProductList, ProductsError, check_digit_holds
from kiosk.units import Grams, MinorUnits


def gtin(number: int) -> str:
    """A GTIN-14 with its check digit, from thirteen digits."""
    head = f"{number:013d}"
    return next(head + str(digit) for digit in range(10) if check_digit_holds(head + str(digit)))


def listing(*rows: str) -> bytes:
    return b"\n".join((HEADER, *(row.encode() for row in rows))) + b"\n"


COLA = Product("06901234567892", "plastic", MinorUnits(5), Grams(18), Grams(30))
COLA_ROW = "06901234567892;plastic;5;18;30"


def test_a_product_is_found_by_its_gtin() -> None:
    products = ProductList.parse(listing(COLA_ROW))
    assert products.find("06901234567892") == COLA
    assert products.find("06901234567893") is None
    assert products.find("6901234567892") is None
    assert products.find("x") is None
    assert len(products) == 1


def test_an_empty_list_is_a_list() -> None:
    assert len(ProductList.parse(HEADER)) == 0


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ((COLA_ROW, COLA_ROW), "line 3: 06901234567892 is not above the line before"),
        (("06901234567893;plastic;5;18;30",), "line 2: 06901234567893 is no GTIN"),
        (("6901234567892;plastic;5;18;30",), "line 2: 6901234567892 is no GTIN of 14 digits"),
        (("06901234567892;plastic;5;18",), "line 2: has 4 fields"),
        (("06901234567892;plastic;-5;18;30",), "line 2: price_minor '-5'"),
        (("06901234567892;plastic;0.5;18;30",), "line 2: price_minor '0.5'"),
        (("06901234567892;plastic;5;31;30",), "needs 0 < min_g <= max_g, has 31, 30"),
        (("06901234567892;plastic;5;0;30",), "needs 0 < min_g <= max_g"),
        (("06901234567892;a b;5;18;30",), "'a b' is no material's name"),
        (("06901234567892;plastic;5;18;999999999999999",), "line 2: max_g"),
    ],
)
def test_a_wrong_row_is_named(rows: tuple[str, ...], message: str) -> None:
    with pytest.raises(ProductsError) as refused:
        ProductList.parse(listing(*rows))
    assert message in str(refused.value)


def test_another_format_is_refused() -> None:
    with pytest.raises(ProductsError, match="line 1: must be 'kiosk-products 1'"):
        ProductList.parse(b"gtin,price\n")


@given(st.sets(st.integers(0, 10**13 - 1), max_size=60), st.integers(0, 10**13 - 1))
def test_exactly_the_listed_ones_are_found(numbers: set[int], other: int) -> None:
    rows = [f"{gtin(one)};plastic;{one % 1000};1;{1 + one % 50}" for one in sorted(numbers)]
    products = ProductList.parse(listing(*rows))
    for one in numbers:
        found = products.find(gtin(one))
        assert found is not None and found.price_minor == one % 1000
    assert (products.find(gtin(other)) is not None) == (other in numbers)


def test_the_index_is_the_list(tmp_path: Path) -> None:
    rows = [f"{gtin(one)};{('pet', 'can')[one % 2]};{one % 90};20;40" for one in range(2_000)]
    products = ProductList.parse(listing(*rows))
    products.save(tmp_path / "index")
    again = ProductList.load(tmp_path / "index")
    assert len(again) == 2_000
    assert all(again.find(gtin(one)) == products.find(gtin(one)) for one in range(2_000))


@pytest.mark.parametrize("at", [0, 10, 30, -1, -40])
def test_a_damaged_index_is_noticed(tmp_path: Path, at: int) -> None:
    ProductList.parse(listing(COLA_ROW)).save(tmp_path / "index")
    data = bytearray((tmp_path / "index").read_bytes())
    data[at] ^= 1
    (tmp_path / "index").write_bytes(data)
    with pytest.raises(ProductsError, match="damaged"):
        ProductList.load(tmp_path / "index")
