"""The conformance bench once more, on what the simulated indicators send."""

import random
from decimal import Decimal

import pytest

from drivers.scale.decoded import Error, Weight
from drivers.scale.registry import DIALECTS
from drivers.sim.indicators import INDICATORS, device
from drivers.sim.pan import Pan
from tests.drivers.bench_dialects import findings, live, masses
from tests.drivers.bench_frames import FRAMES, Frames

MAX_G = 99_000
OVERLOAD_G = 150_000
REQUESTS_MAX = 4
FLAGLESS = {
    "yaohua-a9",
    "yaohua-cmd",
    "yaohua-eq-forward",
    "yaohua-eq-reversed",
    "modbus-0050",
    "modbus-profile",
    "cas-10",
}
"""They can't say overload: the number comes, and its range is refused later (M-03)."""


def transmission(dialect: str, grams: int) -> bytes:
    """What the indicator sends once for a load at rest; it is asked as the link would ask."""
    pan = Pan(
        step_g=5, max_g=MAX_G, settle_ms=1, noise_mg=0, chance=random.Random(1), start_g=grams
    )
    indicator = device(dialect, pan, "kg")
    for _ in range(100):
        pan.advance(10)
    decoder = DIALECTS[dialect]()
    if decoder.request is None:
        indicator.advance(1000)
        return indicator.advance(100)
    indicator.advance(1000)
    heard = b""
    for _ in range(REQUESTS_MAX):
        request = decoder.request
        answer = indicator.receive(request) + indicator.advance(50)
        heard += answer
        if any(isinstance(one, Weight | Error) for one in decoder.feed(answer)):
            break
    return heard


def frames_of(dialect: str) -> Frames:
    """The indicator as an encoder; its unit and decimals are what the decoder makes of 1235 g."""
    data = transmission(dialect, 1235)
    (weight, unit), *_ = masses(live(DIALECTS[dialect], data, data))
    exponent = weight.as_tuple().exponent
    assert isinstance(exponent, int)
    assert weight in (Decimal(1235), Decimal("1.235"), Decimal("1.24"), Decimal("1.23"))
    return Frames(
        family="simulated",
        encode=lambda grams: transmission(dialect, grams),
        unit=unit,
        decimals=-exponent,
        checked=FRAMES[dialect].checked,
        no_weight=() if dialect in FLAGLESS else (transmission(dialect, OVERLOAD_G),),
    )


@pytest.mark.parametrize("dialect", sorted(INDICATORS))
def test_the_bench_finds_nothing_on_a_simulated_indicator(dialect: str) -> None:
    found = findings(DIALECTS[dialect], frames_of(dialect))
    assert not found, "\n".join(f"{one.duty}: {one.detail}" for one in found[:20])


def test_every_dialect_has_a_simulated_indicator() -> None:
    own = {"st-gs", "st-gs-unit", "mt-sics"}
    """These speak from drivers.sim.scales."""
    assert set(INDICATORS) | own == set(DIALECTS)
