"""The physical truth of the virtual kiosk: masses, doors, hands, plugs and power.

``World`` is pure: it moves only when ``advance`` is called, draws only from its seed, and refuses
the impossible. Nothing here knows bytes, pins or the controller: the devices of ``drivers.sim``
turn this truth into frames and levels, and survive the controller's death with it.
"""

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from msgspec import Struct

from drivers.errors import ImpossibleError
from drivers.sim.hatch import FULLY_OPEN, Hatch
from drivers.sim.pan import Pan
from kiosk.units import CompartmentId

SCANNER = "scanner"
OPEN_ENOUGH = 600
"""Thousandths of the travel from which a bag fits through the door."""
SCALE_PREFIX = "scale:"


@dataclass(frozen=True, slots=True)
class BinSpec:
    """How one simulated compartment is built; masses in grams, times in milliseconds."""

    e_g: int = 5
    """The step the scale shows (d = e)."""
    max_g: int = 60_000
    travel_ms: int = 2500
    """Time the door's motor needs from end to end."""
    start_g: int = 0
    settle_ms: int = 120
    """Time constant of the scale's answer to a new load."""
    noise_mg: int = 300
    """Largest deviation of a single resting sample, well under half a step."""
    zero_at_power_on: bool = False
    """A badly set indicator: whatever lies on it at power-on becomes zero (metrology.md)."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code held in front of the scanner; ``symbology`` is the AIM id without bracket (Q1)."""

    data: bytes
    symbology: str


class CompartmentState(Struct, frozen=True):
    """What is true of one compartment now; ``door_position`` 0 closed .. 1000 open."""

    grams_in_bin: int
    door_position: int
    motor: Literal["open", "close", "off"]
    hand: bool
    scale_plugged: bool


class WorldState(Struct, frozen=True):
    """What is true now, for pictures and assertions."""

    powered: bool
    scanner_plugged: bool
    compartments: dict[str, CompartmentState]


class World:
    """Everything physical. Not thread-safe: ``VirtualMachine.call`` serialises access."""

    def __init__(self, compartments: Mapping[CompartmentId, BinSpec], seed: int = 1) -> None:
        chance = random.Random(seed)
        self._specs = dict(compartments)
        self.pans = {
            name: Pan(
                step_g=spec.e_g,
                max_g=spec.max_g,
                settle_ms=spec.settle_ms,
                noise_mg=spec.noise_mg,
                chance=random.Random(chance.getrandbits(64)),
                start_g=spec.start_g,
            )
            for name, spec in self._specs.items()
        }
        self.hatches = {name: Hatch(spec.travel_ms) for name, spec in self._specs.items()}
        self._devices = (*(self.scale_name(name) for name in self._specs), SCANNER)
        self._plugged = set(self._devices)
        self._powered = True
        self._codes: deque[Code] = deque(maxlen=16)

    @staticmethod
    def scale_name(compartment: CompartmentId) -> str:
        """Name of a compartment's scale among the devices: ``scale:paper``."""
        return f"{SCALE_PREFIX}{compartment}"

    @property
    def devices(self) -> tuple[str, ...]:
        """Everything that has a plug, in order: the scales, then the scanner."""
        return self._devices

    # ---- what a person does at the bench ----

    def put(self, compartment: CompartmentId, grams: int) -> None:
        """Throw ``grams`` in. Raises ImpossibleError unless the door is open enough."""
        pan = self._reach_into(compartment, grams)
        pan.load(pan.grams + grams)

    def take(self, compartment: CompartmentId, grams: int) -> None:
        """Take ``grams`` out through the open door. Raises ImpossibleError."""
        pan = self._reach_into(compartment, grams)
        if grams > pan.grams:
            raise ImpossibleError(f"only {pan.grams} g lie in {compartment}, not {grams} g")
        pan.load(pan.grams - grams)

    def empty(self, compartment: CompartmentId) -> int:
        """Take the whole bag out by the service side; returns the grams it held."""
        pan = self._pan(compartment)
        grams = pan.grams
        pan.load(0)
        return grams

    def hold_hand(self, compartment: CompartmentId, held: bool) -> None:
        """Hold a hand in the door's way or pull it back. Raises ImpossibleError."""
        hatch = self._hatch(compartment)
        if held and not hatch.hand_fits:
            raise ImpossibleError(f"the door of {compartment} is closed: no hand fits in")
        hatch.hand = held

    def bump(self, compartment: CompartmentId, grams: int) -> None:
        """Push against the bin: the scale swings by up to ``grams`` and settles again."""
        self._pan(compartment).bump(grams)

    def show_code(self, data: bytes, symbology: str = "Q1") -> None:
        """Hold a code before the scanner. Raises ImpossibleError if it can't see it."""
        if not self.is_live(SCANNER):
            raise ImpossibleError("the scanner has no power or is unplugged: it sees nothing")
        self._codes.append(Code(data, symbology))

    def unplug(self, device: str) -> None:
        """Pull the cable of ``scale:<compartment>`` or ``scanner``."""
        self._known(device)
        self._plugged.discard(device)

    def plug(self, device: str) -> None:
        """Plug the cable in again."""
        self._known(device)
        self._plugged.add(device)

    def power(self, on: bool) -> None:
        """Cut or restore the machine's mains: without it no motor runs and no device speaks."""
        if on and not self._powered:
            for name, pan in self.pans.items():
                pan.switch_on(zero=self._specs[name].zero_at_power_on)
        if not on:
            self.stop_motors()
            self._codes.clear()
        self._powered = on

    def restart_scale(self, compartment: CompartmentId) -> None:
        """Cut the indicator's own supply for a moment; the cable to the machine stays in."""
        self._pan(compartment).switch_on(zero=self._specs[compartment].zero_at_power_on)

    def jam(self, compartment: CompartmentId, jammed: bool) -> None:
        """Block the door's mechanics, which no light beam sees."""
        self._hatch(compartment).jammed = jammed

    def break_beam(self, compartment: CompartmentId, stuck_clear: bool) -> None:
        """Make the beam's receiver say "clear" whatever happens: its self-test must notice."""
        self._hatch(compartment).beam_stuck_clear = stuck_clear

    # ---- what the machine's hardware does ----

    def drive_motor(self, compartment: CompartmentId, *, opening: bool, closing: bool) -> None:
        """Apply the two motor outputs; both at once are a short circuit and move nothing."""
        hatch = self._hatch(compartment)
        hatch.drive(opening=opening and self._powered, closing=closing and self._powered)

    def stop_motors(self) -> None:
        """All motor outputs drop: the controller or the mains is gone (D-10)."""
        for hatch in self.hatches.values():
            hatch.drive(opening=False, closing=False)
            hatch.beam_sender = True

    def is_live(self, device: str) -> bool:
        """Tell whether a device has both its cable and power."""
        self._known(device)
        return self._powered and device in self._plugged

    def take_codes(self) -> list[Code]:
        """Hand the codes shown since the last call to the scanner."""
        codes = list(self._codes)
        self._codes.clear()
        return codes

    def advance(self, dt_ms: int) -> None:
        """Let ``dt_ms`` milliseconds pass."""
        if dt_ms < 0:
            raise ImpossibleError("time does not go back")
        for pan in self.pans.values():
            pan.advance(dt_ms)
        for hatch in self.hatches.values():
            hatch.advance(dt_ms)

    def snapshot(self) -> WorldState:
        """Tell what is true now."""
        return WorldState(
            powered=self._powered,
            scanner_plugged=SCANNER in self._plugged,
            compartments={
                name: CompartmentState(
                    grams_in_bin=self.pans[name].grams,
                    door_position=hatch.position,
                    motor=hatch.motor,
                    hand=hatch.hand,
                    scale_plugged=self.scale_name(name) in self._plugged,
                )
                for name, hatch in self.hatches.items()
            },
        )

    # ---- inside ----

    def _reach_into(self, compartment: CompartmentId, grams: int) -> Pan:
        if grams <= 0:
            raise ImpossibleError(f"{grams} g is no load; use a positive number of grams")
        hatch = self._hatch(compartment)
        if hatch.position < OPEN_ENOUGH:
            percent = hatch.position * 100 // FULLY_OPEN
            raise ImpossibleError(f"the door of {compartment} is only {percent} % open")
        return self._pan(compartment)

    def _pan(self, compartment: CompartmentId) -> Pan:
        self._known(self.scale_name(compartment))
        return self.pans[compartment]

    def _hatch(self, compartment: CompartmentId) -> Hatch:
        self._known(self.scale_name(compartment))
        return self.hatches[compartment]

    def _known(self, device: str) -> None:
        if device not in self.devices:
            raise ImpossibleError(f"there is no {device!r}; there are {', '.join(self.devices)}")
