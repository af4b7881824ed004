"""The demo's scales speak whatever dialect is asked for, in a configuration that is right."""

from pathlib import Path
from typing import get_args

import pytest

from drivers.scale.link import ScaleDevice
from drivers.sim.machine import VirtualMachine
from drivers.sim.world import BinSpec, World
from kiosk import config
from kiosk.config import Dialect
from kiosk.demo.dialects import IN_GRAMS, chosen
from kiosk.demo.errors import DemoError
from kiosk.demo.layout import BINS, QUICK, Bin, Layout
from kiosk.events import WeightRead
from kiosk.units import CompartmentId
from tests.drivers.bench import Events, a_clock

LOAD_G = 2_000


def written(short_tmp: Path, bins: tuple[Bin, ...]) -> config.Config:
    run = short_tmp / "run"
    run.mkdir()
    layout = Layout(short_tmp / "machine", run, QUICK, bins)
    layout.prepare()
    return config.load(layout.config)


@pytest.mark.parametrize("dialect", get_args(Dialect))
def test_all_scales_may_speak_any_dialect(dialect: str, short_tmp: Path) -> None:
    settings = written(short_tmp, chosen([dialect]))
    assert {one.scale.dialect for one in settings.compartment} == {dialect}


def test_one_scale_may_speak_another_and_later_words_win(short_tmp: Path) -> None:
    settings = written(short_tmp, chosen(["sma", "metal=and", "metal=radwag"]))
    told = {one.id: one.scale.dialect for one in settings.compartment}
    assert told == {"paper": "sma", "plastic": "sma", "metal": "radwag", "textiles": "sma"}


def test_without_a_wish_the_demo_is_as_it_was() -> None:
    assert chosen([]) == BINS


@pytest.mark.parametrize("dialect", [*IN_GRAMS, "modbus-0050", "modbus-laumas", "st-gs"])
def test_the_simulated_scale_is_set_as_the_configuration_says(
    dialect: str, short_tmp: Path, tmp_path: Path
) -> None:
    settings = written(short_tmp, chosen([f"paper={dialect}"]))
    specs = {
        CompartmentId(one.id): BinSpec(e_g=one.scale.e_g, start_g=LOAD_G)
        for one in settings.compartment
    }
    clock, events = a_clock(tmp_path), Events()
    machine = VirtualMachine(settings, World(specs, 1), clock)
    paper = settings.compartment[0]
    device = ScaleDevice(paper.scale, CompartmentId(paper.id), events, clock)
    machine.start()
    try:
        device.start()
        try:
            seen = events.wait(WeightRead, lambda one: one.reading.defect is None)
            assert seen.reading.grams is not None
            assert abs(seen.reading.grams - LOAD_G) <= 2 * paper.scale.e_g
        finally:
            device.stop()
    finally:
        machine.stop()


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("yaohua", "no dialect 'yaohua'; did you mean 'yaohua-"),
        ("zzz", "no dialect 'zzz'; there are: and, cas-10"),
        ("papier=sma", "no compartment 'papier'; did you mean 'paper'?"),
        ("=sma", "no compartment ''; there are: metal, paper"),
        ("paper=", "no dialect ''"),
    ],
)
def test_an_unknown_name_is_told_with_the_nearest(word: str, message: str) -> None:
    with pytest.raises(DemoError) as refused:
        chosen([word])
    assert message in str(refused.value)
