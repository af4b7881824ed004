"""A small virtual machine for the tests: real drivers on ptys and mock pins, in real time."""

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from drivers.rig import Rig, build
from drivers.sim.machine import VirtualMachine
from drivers.sim.virtual_pins import connect
from drivers.sim.world import BinSpec, World
from kiosk.clock import SystemClock
from kiosk.config import Compartment, Config, Door, Gpio, Machine, Scale, Scanner, Screen, Serial
from kiosk.events import Event
from kiosk.ports import DoorOrder
from kiosk.units import CompartmentId

PAPER = CompartmentId("paper")
METAL = CompartmentId("metal")
TRAVEL_MS = 300
ANNOUNCE_MS = 200
"""Shorter than a configuration file may ask for (D-12), so that the tests are quick."""
WAIT_S = 8
E = TypeVar("E")


def a_scale(port: Path, **changes: object) -> Scale:
    """An ST/GS scale of 5 g steps unless told otherwise."""
    settings: dict[str, object] = {
        "line": Serial(port=port),
        "dialect": "st-gs",
        "unit": "kg",
        "e_g": 5,
        "max_g": 60_000,
        "min_g": 100,
        "silence_ms": 600,
        "poll_ms": 50,
    }
    return Scale(**(settings | changes))  # type: ignore[arg-type]  # a table of mixed types


def a_door(first_pin: int = 2, **changes: object) -> Door:
    """A fast door on six pins in a row."""
    names = ("open_pin", "close_pin", "opened_switch_pin", "closed_switch_pin", "beam_pin")
    settings: dict[str, object] = {name: first_pin + at for at, name in enumerate(names)}
    settings |= {"beam_test_pin": first_pin + 5, "travel_ms": TRAVEL_MS, "announce_ms": ANNOUNCE_MS}
    return Door(**(settings | changes))  # type: ignore[arg-type]  # a table of mixed types


def a_config(root: Path) -> Config:
    """Two compartments: paper speaks ST/GS, metal MT-SICS."""
    lines = root / "dev"
    return Config(
        machine=Machine(data_dir=root / "data", runtime_dir=root / "run", agent_dir=root / "agent"),
        gpio=Gpio(factory="virtual", bridge=root / "pins.sock"),
        scanner=Scanner(line=Serial(port=lines / "scanner")),
        screen=Screen(surface="memory"),
        compartment=(
            Compartment(
                id="paper",
                material="paper",
                scale=a_scale(lines / "paper"),
                door=a_door(4),
                full_g=50_000,
            ),
            Compartment(
                id="metal",
                material="metal",
                scale=a_scale(lines / "metal", dialect="mt-sics", unit="g"),
                door=a_door(16),
                full_g=50_000,
            ),
        ),
    )


def a_world(**changes: int | bool) -> World:
    """The world of ``a_config``."""
    spec = BinSpec(travel_ms=TRAVEL_MS, **changes)  # type: ignore[arg-type]  # ints and a bool
    return World({PAPER: spec, METAL: spec}, seed=7)


def a_clock(root: Path) -> SystemClock:
    """The machine's clock, never synchronised."""
    return SystemClock(root / "synchronized", floor_ms=0)


class Events:
    """A sink that tests wait on."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.seen: list[Event] = []

    def __call__(self, event: Event) -> None:
        self._queue.put(event)

    def wait(self, kind: type[E], accept: Callable[[E], bool] = lambda event: True) -> E:
        """Return the next event of ``kind`` that is acceptable; fails after WAIT_S."""
        passed: list[Event] = []
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                # Weights keep coming, so the time is for the whole wait.
                event = self._queue.get(timeout=max(0, deadline - time.monotonic()))
            except queue.Empty:
                tail = "\n".join(map(str, passed[-12:]))
                raise AssertionError(f"no {kind.__name__} came; what came:\n{tail}") from None
            passed.append(event)
            self.seen.append(event)
            if isinstance(event, kind) and accept(event):
                return event

    def drain(self) -> None:
        """Take what is waiting into ``seen``."""
        while not self._queue.empty():
            self.seen.append(self._queue.get())


@dataclass
class Bench:
    """The machine, the rig on it, and what the rig reports."""

    config: Config
    machine: VirtualMachine
    rig: Rig
    events: Events

    def order(
        self, name: str, want: Literal["open", "close"], compartment: CompartmentId = PAPER
    ) -> None:
        """Order a door; ``name`` is the order's id."""
        self.rig.doors.order(DoorOrder(compartment, name, want))


@contextmanager
def running(root: Path, world: World | None = None) -> Iterator[Bench]:
    """A started machine with a started rig."""
    config = a_config(root)
    clock = a_clock(root)
    machine = VirtualMachine(config, world or a_world(), clock)
    machine.start()
    try:
        events = Events()
        assert config.gpio.bridge is not None
        rig = build(config, events, clock, connect(config.gpio.bridge))
        rig.start()
        try:
            yield Bench(config, machine, rig, events)
        finally:
            rig.stop()
    finally:
        machine.stop()
