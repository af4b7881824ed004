"""One request of a technician or a collector under way."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from kiosk import wire
from kiosk.bookkeeper import Bookkeeper
from kiosk.machine import Bin, Machine
from kiosk.money import weight_text
from kiosk.parts import Parts
from kiosk.units import CompartmentId, Grams, Millis

Answer = Callable[[int, wire.ServiceSaid], None]
"""Tells whoever is at the other end of a line of the service socket."""


@dataclass(frozen=True, slots=True)
class End:
    """How a request ended, in a sentence; ``done``: it is recorded and all is well."""

    text: str
    done: bool


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a task works with, and who asked for it."""

    parts: Parts
    machine: Machine
    books: Bookkeeper
    answer: Answer
    line: int

    def say(self, text: str, *, asks: bool = False) -> None:
        """Tell a sentence; ``asks``: go on when the person says that it is done."""
        self.answer(self.line, wire.ServiceSaid(text, asks=asks))


class Task(ABC):
    """Begun once, then looked at with every frame and tick until it ends."""

    def __init__(self, around: Surroundings, compartment: str) -> None:
        self._around = around
        self._where = CompartmentId(compartment)

    @property
    def bin(self) -> Bin:
        """The compartment it is about."""
        return self._around.machine.bins[self._where]

    @property
    def touched(self) -> tuple[CompartmentId, ...]:
        """Compartments whose mass may be another afterwards: it is held against the books."""
        return (self._where,)

    @abstractmethod
    def begin(self, now_ms: Millis) -> None:
        """Say what happens first."""

    @abstractmethod
    def proceed(self, now_ms: Millis) -> None:
        """The person says that what was asked for is done; maybe nothing was asked for."""

    @abstractmethod
    def look(self, now_ms: Millis) -> End | None:
        """Go on with what the scales show; returns how it ended, once it has."""


def kilograms(grams: int) -> str:
    """A mass as a person reads it."""
    return f"{weight_text(Grams(grams))} kg"
