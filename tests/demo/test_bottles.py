"""The demo's bottles are a product list that machines take, with codes that scanners read."""

import pytest

from drivers.labels.check_digits import check_digit
from kiosk.demo.bottles import BOTTLES, Bottle, named, product_list
from kiosk.products import ProductList


@pytest.mark.parametrize("bottle", BOTTLES, ids=lambda one: one.ean)
def test_a_bottle_is_found_by_its_code(bottle: Bottle) -> None:
    found = ProductList.parse(product_list()).find(f"{bottle.ean:0>14}")
    assert found is not None
    assert (found.material, found.price_minor) == (bottle.compartment, bottle.price_minor)
    assert found.min_g <= bottle.grams <= found.max_g
    assert named(bottle.ean) is bottle
    assert check_digit(bottle.ean[:-1]) == bottle.ean[-1]


def test_an_unknown_code_is_no_bottle() -> None:
    assert named("4006381333931") is None
