"""From frame to reading: whole grams of the configured unit and range, or the reason why not."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.scale.conversion import Gross, gross_of
from drivers.scale.decoded import Error, Weight
from kiosk.readings import Defect
from kiosk.units import Grams
from tests.drivers.bench import a_scale

SCALE = a_scale(Path("/dev/null"), e_g=5, max_g=15_000)


def a_frame(weight: str, **changes: object) -> Weight:
    """A stable gross frame in kg."""
    flags: dict[str, object] = {"unit": "kg", "stable": True, "net": False, "raw": b""}
    return Weight(Decimal(weight), **(flags | changes))  # type: ignore[arg-type]  # mixed types


@pytest.mark.parametrize(
    ("weight", "grams"),
    [("1.235", 1235), ("0.000", 0), ("-0.100", -100), ("15.045", 15_045), ("1.2350", 1235)],
)
def test_whole_grams_are_kept_exactly(weight: str, grams: int) -> None:
    assert gross_of(a_frame(weight), SCALE) == Gross(Grams(grams), None)


@pytest.mark.parametrize(
    ("frame", "defect"),
    [
        (a_frame("1.2355"), Defect.RESOLUTION),
        (a_frame("1.234"), Defect.RESOLUTION),
        (a_frame("1.235", expanded=True), Defect.RESOLUTION),
        (a_frame("1.235", net=True), Defect.NET),
        (a_frame("1235", unit="g"), Defect.UNIT),
        (a_frame("1.235", unit="lb"), Defect.UNIT),
        (a_frame("15.050"), Defect.RANGE),
        (a_frame("-0.105"), Defect.RANGE),
        (Error("overload", b""), Defect.OVERLOAD),
        (Error("not_executable", b""), Defect.NOT_EXECUTABLE),
        (Error("zero_range_lower", b""), Defect.ZERO_ERROR),
        (Error("unknown_command", b""), Defect.SYNTAX),
    ],
)
def test_what_is_no_gross_weight_says_why(frame: Weight | Error, defect: Defect) -> None:
    assert gross_of(frame, SCALE) == Gross(None, defect)


def test_a_frame_without_a_unit_gets_the_configured_one() -> None:
    assert gross_of(a_frame("1.235", unit=None), SCALE).grams == 1235


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-20, max_value=20))
def test_a_weight_is_never_rounded_or_clamped(weight: Decimal) -> None:
    gross = gross_of(a_frame(str(weight)), SCALE)
    assert (gross.grams is None) != (gross.defect is None)
    if gross.grams is not None:
        assert Decimal(gross.grams) / 1000 == weight
