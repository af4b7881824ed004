"""Simulated indicators on a pan, read back by their decoders: load, motion, overload, power."""

from decimal import Decimal

import pytest

from drivers.scale.decoded import Error, Weight
from drivers.scale.registry import DIALECTS
from drivers.sim.indicators import INDICATORS
from drivers.sim.scales import Unit
from tests.drivers.dialects.reading import Line, a_pan, grams

LOADS = (0, 5, 1235, 12_340, 59_995)
FLAGGED = ("toledo-continuous", "cas-soh", "cas-eb", "nci-scp-01")
"""Indicators that send a weight in motion, and say so."""
SILENT = ("toledo-8217", "nci-scp-02")
"""Indicators that send none in motion."""
NAMED = {
    "yaohua-a12e",
    "toledo-continuous",
    "toledo-8217",
    "cas-soh",
    "cas-eb",
    "nci-scp-01",
    "nci-scp-02",
    "nci-scp-12",
}
"""Dialects that have a word for overload; the others' number just goes on rising."""
OURS = sorted(NAMED | {"yaohua-a9", "yaohua-eq-forward", "yaohua-eq-reversed", "yaohua-cmd"})


def a_line(name: str, pan_g: int, unit: Unit = "kg") -> Line:
    return Line(name, DIALECTS[name](), a_pan(pan_g), unit)


@pytest.mark.parametrize("name", [*OURS, "cas-10"])
@pytest.mark.parametrize("load", LOADS)
def test_what_lies_on_the_pan_is_read_exactly(name: str, load: int) -> None:
    seen = grams(a_line(name, load).run(400), "kg")
    assert len(seen) >= 3
    assert set(seen) == {Decimal(load)}


@pytest.mark.parametrize("name", [name for name in OURS if name != "toledo-8217"])
def test_grams_are_read_exactly_too(name: str) -> None:
    assert set(grams(a_line(name, 12_340, "g").run(400), "g")) == {Decimal(12_340)}


@pytest.mark.parametrize("name", OURS)
def test_a_load_put_on_is_followed_to_the_end(name: str) -> None:
    pan = a_pan()
    line = Line(name, DIALECTS[name](), pan, "kg")
    line.run(500)
    pan.load(7_000)
    seen = grams(line.run(3_000), "kg")
    assert seen == sorted(seen)
    assert seen[-1] == 7_000


@pytest.mark.parametrize("name", FLAGGED)
def test_motion_is_flagged_until_the_pan_rests(name: str) -> None:
    pan = a_pan()
    line = Line(name, DIALECTS[name](), pan, "kg")
    pan.load(7_000)
    frames = [frame for frame in line.run(3_000) if isinstance(frame, Weight)]
    assert frames[0].stable is False
    assert frames[-1].stable is True
    assert {frame.weight for frame in frames if frame.stable} == {Decimal("7.000")}


@pytest.mark.parametrize("name", SILENT)
def test_in_motion_there_is_no_weight_at_all(name: str) -> None:
    pan = a_pan()
    line = Line(name, DIALECTS[name](), pan, "kg")
    pan.load(7_000)
    frames = line.run(3_000)
    assert Error("motion", frames[0].raw) == frames[0]
    assert set(grams(frames, "kg")) == {Decimal(7_000)}


@pytest.mark.parametrize("name", OURS)
def test_too_much_is_never_a_weight_in_range(name: str) -> None:
    frames = a_line(name, 61_000).run(400)
    if name in NAMED:
        errors = {frame.name for frame in frames if isinstance(frame, Error)}
        assert errors == {"overload"}
        assert grams(frames, "kg") == []
    else:
        assert set(grams(frames, "kg")) == {Decimal(61_000)}


def test_ten_characters_have_no_word_for_too_much() -> None:
    assert grams(a_line("cas-10", 61_000).run(400), "kg") == []


@pytest.mark.parametrize("name", OURS)
def test_below_zero_is_negative_or_an_error_never_positive(name: str) -> None:
    pan = a_pan(2_000)
    line = Line(name, DIALECTS[name](), pan, "kg")
    pan.switch_on(zero=True)
    pan.load(500)
    frames = line.run(3_000)
    assert all(mass <= 0 for mass in grams(frames, "kg"))
    last = frames[-1]
    assert isinstance(last, Error) or grams([last], "kg") == [Decimal(-1_500)]


@pytest.mark.parametrize("name", OURS)
def test_an_indicator_just_switched_on_is_mute(name: str) -> None:
    pan = a_pan(2_000)
    line = Line(name, DIALECTS[name](), pan, "kg")
    assert line.run(300)
    pan.switch_on(zero=False)
    assert line.run(200) == []
    assert set(grams(line.run(1_000), "kg")) == {Decimal(2_000)}


def test_every_simulated_indicator_is_a_dialect() -> None:
    assert set(INDICATORS) <= set(DIALECTS)
