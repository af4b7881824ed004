"""Scales are right within a range of temperature only (M-23): outside it nothing is sold.

Nor is anything sold while a configured sensor has not been heard since the start: what it said
before says nothing, it may have been too hot ever since. Later, the last known state holds.
"""

from kiosk.bookkeeper import Bookkeeper
from kiosk.config import Config
from kiosk.events import TemperatureRead
from kiosk.faults import TEMPERATURE, THERMOMETER_LOST
from kiosk.machine import Machine
from kiosk.units import Millis

SILENT_MS = 300_000
"""A sensor that said nothing for so long is lost."""
FIRST_MS = 30_000
"""So soon after a start it must have been heard: it is read at once."""
BACK_MC = 1_000
"""So far within the range it must be again before the machine sells: it must not flicker."""


class Climate:
    """Judges one sensor for all compartments; does nothing where none is configured."""

    def __init__(self, settings: Config, machine: Machine, books: Bookkeeper) -> None:
        self._settings = settings.machine
        self._machine = machine
        self._books = books
        self._started_ms: Millis | None = None
        self._heard_ms: Millis | None = None
        self._outside = False

    def noted(self, read: TemperatureRead, now_ms: Millis) -> None:
        """Take a reading, or the reason why there is none."""
        if read.milli_c is None:
            self._lost(read.reason)
            return
        self._heard_ms = now_ms
        self._books.clear_fault(THERMOMETER_LOST, None)
        low, high = self._settings.temperature_min_c, self._settings.temperature_max_c
        inside = BACK_MC if self._outside else 0
        self._outside = not low * 1000 + inside <= read.milli_c <= high * 1000 - inside
        for one in self._machine.bins.values():
            if self._outside:
                detail = f"{read.milli_c} thousandths of a degree, allowed {low} to {high} degrees"
                self._books.raise_fault(TEMPERATURE, one.id, detail)
            else:
                self._books.clear_fault(TEMPERATURE, one.id)

    def look(self, now_ms: Millis) -> None:
        """Notice a sensor that fell silent."""
        if self._settings.temperature_input is None:
            return
        if self._started_ms is None:
            self._started_ms = now_ms
        if self._heard_ms is None and now_ms - self._started_ms >= FIRST_MS:
            self._lost("it says nothing")
        if self._heard_ms is not None and now_ms - self._heard_ms >= SILENT_MS:
            self._lost("it says nothing any more")

    def _lost(self, reason: str) -> None:
        self._books.raise_fault(THERMOMETER_LOST, None, reason)
        if self._heard_ms is None:
            for one in self._machine.bins.values():
                detail = f"not known since the start: {reason}"
                self._books.raise_fault(TEMPERATURE, one.id, detail)
