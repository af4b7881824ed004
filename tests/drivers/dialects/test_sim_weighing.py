"""The simulated weighing devices and their decoders understand each other, from a pan's truth."""

import random
from decimal import Decimal

import pytest

from drivers.scale.decoded import Decoded, Error, Weight
from drivers.scale.registry import DIALECTS
from drivers.sim.indicators import INDICATORS
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit

OURS = (
    "and",
    "modbus-0050",
    "modbus-flintec",
    "modbus-laumas",
    "modbus-profile",
    "mt-print",
    "ohaus",
    "ohaus-defender",
    "radwag",
    "rice-lake-355",
    "sartorius-sbi",
    "sma",
)
COUNTS_GRAMS = ("modbus-flintec", "modbus-profile")
NO_FLAG = ("modbus-0050", "modbus-profile", "mt-print")
"""Without a status, or (profile without configuration) without knowing where it is."""
PRINTS_AT_REST = ("mt-print",)
SAYS_NOTHING_OF_OVERLOAD = ("ohaus", "ohaus-defender", "mt-print", "modbus-profile")


def a_pan(grams: int = 0) -> Pan:
    """A 30 kg platform of 10 g steps without noise."""
    pan = Pan(
        step_g=10, max_g=30_000, settle_ms=200, noise_mg=0, chance=random.Random(1), start_g=0
    )
    pan.load(grams)
    return pan


def settle(pan: Pan) -> None:
    """Let the indication come to rest."""
    for _ in range(300):
        pan.advance(10)
    assert pan.stable


def hear(dialect: str, device: ByteDevice) -> list[Decoded]:
    """Ask once if the dialect asks, else listen for one period."""
    decoder = DIALECTS[dialect]()
    if decoder.request is None:
        return decoder.feed(device.advance(100))
    return decoder.feed(device.advance(10) + device.receive(decoder.request))


@pytest.mark.parametrize("unit", ["kg", "g"])
@pytest.mark.parametrize("grams", [0, 1230, 29_990, -150])
@pytest.mark.parametrize("dialect", OURS)
def test_a_resting_load_is_read_exactly(dialect: str, grams: int, unit: Unit) -> None:
    pan = a_pan(grams)
    device = INDICATORS[dialect](dialect, pan, unit)
    settle(pan)
    (frame,) = hear(dialect, device)
    assert isinstance(frame, Weight)
    sent_unit = frame.unit or ("g" if dialect in COUNTS_GRAMS else unit)
    assert frame.weight * {"kg": 1000, "g": 1}[sent_unit] == Decimal(grams)
    assert frame.stable is (None if dialect in NO_FLAG else True)
    assert not frame.net and not frame.expanded


@pytest.mark.parametrize("dialect", sorted(set(OURS) - set(NO_FLAG)))
def test_a_moving_load_is_never_stable(dialect: str) -> None:
    pan = a_pan()
    device = INDICATORS[dialect](dialect, pan, "kg")
    settle(pan)
    pan.load(5000)
    pan.advance(10)
    (frame,) = hear(dialect, device)
    assert isinstance(frame, Weight)
    assert frame.stable is False


def test_the_print_key_prints_at_rest_only() -> None:
    pan = a_pan(5000)
    pan.advance(10)
    assert hear("mt-print", INDICATORS["mt-print"]("mt-print", pan, "kg")) == []


@pytest.mark.parametrize("dialect", sorted(set(OURS) - {"modbus-profile"}))
def test_an_overload_is_never_a_weight(dialect: str) -> None:
    pan = a_pan(45_000)
    device = INDICATORS[dialect](dialect, pan, "kg")
    settle(pan)
    heard = hear(dialect, device)
    assert all(isinstance(frame, Error) for frame in heard)
    expected = "not_executable" if dialect == "modbus-0050" else "overload"
    names = [frame.name for frame in heard if isinstance(frame, Error)]
    assert names == ([] if dialect in SAYS_NOTHING_OF_OVERLOAD else [expected])


@pytest.mark.parametrize("dialect", OURS)
def test_an_indicator_that_starts_up_says_nothing(dialect: str) -> None:
    pan = a_pan(1230)
    device = INDICATORS[dialect](dialect, pan, "kg")
    settle(pan)
    pan.switch_on(zero=False)
    assert hear(dialect, device) == []
    for _ in range(50):
        pan.advance(10)
        device.advance(10)
    assert hear(dialect, device)
