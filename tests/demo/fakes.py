"""Thin doubles for the page's tests: a machine that records, and mains without processes."""

from collections.abc import Callable
from typing import TypeVar, cast

from drivers.sim.machine import VirtualMachine
from drivers.sim.world import BinSpec, World
from kiosk.demo.layout import BINS
from kiosk.units import CompartmentId

T = TypeVar("T")


class StillMachine:
    """A world without time, ptys or pins."""

    def __init__(self) -> None:
        specs = {CompartmentId(one.id): BinSpec(e_g=one.e_g, start_g=2_000) for one in BINS}
        self.world = World(specs)

    def call(self, act: Callable[[World], T]) -> T:
        return act(self.world)

    def open(self, compartment: str) -> None:
        """Let a motor open one door."""
        name = CompartmentId(compartment)
        self.world.drive_motor(name, opening=True, closing=False)
        self.world.advance(10_000)
        self.world.drive_motor(name, opening=False, closing=False)

    def as_machine(self) -> VirtualMachine:
        """The same, where the real one is expected."""
        return cast(VirtualMachine, self)


class Switches:
    """Mains that only remember."""

    def __init__(self) -> None:
        self.powered = True
        self.up = True

    def power(self, on: bool) -> None:
        self.powered = on

    def network(self, up: bool) -> None:
        self.up = up
