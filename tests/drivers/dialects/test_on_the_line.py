"""Every simulated indicator through the real link: a pty, a polling thread, agreement, events."""

from pathlib import Path

import msgspec
import pytest

from drivers.scale.link import ScaleDevice
from drivers.sim.indicators import INDICATORS
from drivers.sim.machine import VirtualMachine
from kiosk.events import ScaleReady, WeightRead
from tests.drivers.bench import PAPER, Events, a_clock, a_config, a_scale, a_world

LOAD_G = 7_000
IN_GRAMS = ("modbus-flintec",)
"""Registers without decimals of their own: the simulated one counts grams."""


@pytest.mark.parametrize("dialect", sorted(set(INDICATORS) - {"modbus-profile"}))
def test_a_load_arrives_in_grams_and_believed(dialect: str, tmp_path: Path) -> None:
    unit = "g" if dialect in IN_GRAMS else "kg"
    settings = a_scale(tmp_path / "dev" / "paper", dialect=dialect, unit=unit)
    config = a_config(tmp_path)
    paper = msgspec.structs.replace(config.compartment[0], scale=settings)
    config = msgspec.structs.replace(config, compartment=(paper, *config.compartment[1:]))
    clock = a_clock(tmp_path)
    machine = VirtualMachine(config, a_world(start_g=LOAD_G, noise_mg=0), clock)
    events = Events()
    device = ScaleDevice(settings, PAPER, events, clock)
    machine.start()
    try:
        device.start()
        try:
            assert events.wait(ScaleReady).link_opens == 1
            seen = events.wait(WeightRead, lambda one: one.reading.stable is not False)
            assert seen.reading.grams == LOAD_G, seen.reading.defect
        finally:
            device.stop()
    finally:
        machine.stop()
