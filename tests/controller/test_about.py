"""What the information screen tells of a scale (M-17, "The worst case of one deposit")."""

from pathlib import Path

import msgspec
import pytest

from kiosk.about import worst_g
from kiosk.ledger.tolerance import AccuracyClass
from tests.journeys.wiring import configuration


@pytest.mark.parametrize(
    ("accuracy", "e_g", "max_g", "worst"),
    [
        ("III", 10, 5_000, 2 * 10 + 10),
        ("III", 10, 20_000, 2 * 20 + 10),
        ("III", 10, 30_000, 2 * 30 + 10),
        ("IIII", 50, 2_500, 2 * 50 + 50),
        ("IIII", 50, 50_000, 2 * 150 + 50),
    ],
)
def test_the_worst_case_is_that_of_the_scales_own_class(
    tmp_path: Path, accuracy: AccuracyClass, e_g: int, max_g: int, worst: int
) -> None:
    scale = configuration(tmp_path).compartment[0].scale
    scale = msgspec.structs.replace(scale, accuracy=accuracy, e_g=e_g, max_g=max_g)
    assert worst_g(scale) == worst
