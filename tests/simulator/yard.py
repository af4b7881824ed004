"""What somebody sees who stands at the machine with a scale of their own and a watch.

Part of the reference: it imports nothing of the product, and knows doors, hands, plugs and masses
only by looking. Raises :class:`Broken` when a door moves as none may (P4).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

PRESSED_MS_MAX = 200
"""So long a motor may close on a hand before the machine has seen it."""
REST_MS = 4_000
"""A mass that has lain so still was weighed as stable meanwhile (M-02)."""


class Broken(AssertionError):
    """A promise does not hold; the message begins with which."""


class Seen(NamedTuple):
    """One compartment at one look."""

    mass_g: int
    """What truly lies in the bin."""
    position: int
    """0: the door is shut."""
    motor: str
    """``off``, ``open`` or ``close``."""
    hand: bool
    powered: bool
    """The scale has power and its cable is in."""
    clean: bool
    """Nothing garbles the scale's line."""


@dataclass
class Place:
    """One compartment, as it was seen so far."""

    seen: Seen | None = None
    """At the last look."""
    mass_g: int = 0
    shut: bool = True
    motor: str = "off"
    pressed_ms: int = 0
    still_ms: int = 0
    rest_g: int = 0
    """The latest mass that lay still."""
    fell_g: int = 0
    """How far one resting mass lay below the one before it, at most, since ``watch_from_here``."""
    broke: bool = False
    """The scale lost its power or its cable since ``watch_from_here``."""

    def watch_from_here(self) -> None:
        """A deposit begins: whatever happened before is none of its business."""
        self.rest_g, self.fell_g, self.broke = self.mass_g, 0, False

    def fallen_g(self) -> int:
        """How far the mass fell between two rests, now being one."""
        return max(self.fell_g, self.rest_g - self.mass_g)

    def rests(self, seen: Seen) -> bool:
        """Nothing changed, and nothing would by looking longer."""
        return seen == self.seen and self.still_ms >= REST_MS and seen.motor == "off"

    def look(self, seen: Seen, dt_ms: int) -> None:
        """Take one look, ``dt_ms`` after the last."""
        self.seen = seen
        same = seen.mass_g == self.mass_g and seen.powered and seen.clean
        self.still_ms = self.still_ms + dt_ms if same else 0
        self.broke = self.broke or not seen.powered
        self.mass_g, self.shut, self.motor = seen.mass_g, seen.position == 0, seen.motor
        if self.still_ms >= REST_MS:
            self.fell_g = max(self.fell_g, self.rest_g - self.mass_g)
            self.rest_g = self.mass_g
        pressing = seen.motor == "close" and seen.hand
        self.pressed_ms = self.pressed_ms + dt_ms if pressing else 0


class Yard:
    """All compartments of one machine."""

    def __init__(self, names: list[str]) -> None:
        self.places = {name: Place() for name in names}

    def look(self, where: str, seen: Seen, dt_ms: int, may_open: Callable[[str], bool]) -> None:
        """One compartment after ``dt_ms``. ``may_open``: a deposit of this start is open here."""
        place = self.places[where]
        if place.rests(seen):
            return
        was_shut = place.shut
        place.look(seen, dt_ms)
        if place.pressed_ms > PRESSED_MS_MAX:
            raise Broken(f"P4: the door of {where} closes on a hand")
        if was_shut and not place.shut and not may_open(where):
            raise Broken(f"P4: the door of {where} opens and no deposit of this start is open")
        if seen.motor == "off":
            return
        moving = sorted(name for name, one in self.places.items() if one.motor != "off")
        if len(moving) > 1:
            raise Broken(f"P4: the doors of {' and '.join(moving)} move at once")
