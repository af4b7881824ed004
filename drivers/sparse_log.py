"""A log for what may repeat for days: the first few times at once, then now and then with a count.

A rejected scale wrote 270 MB of tracebacks a day in a peer. The process's own limit (kiosk.logs)
lets 20 events a minute pass, which for a line that breaks every two seconds is still megabytes.
"""

from dataclasses import dataclass

from kiosk.clock import Clock
from kiosk.logs import EventLogger
from kiosk.units import Millis

AT_ONCE = 3
EVERY_MS = 600_000
"""Afterwards one in this time, until it did not happen for as long."""
KEYS_MAX = 16
"""More kinds than this share one allowance: a text that differs each time must not flood."""
_REST = "\0rest"


@dataclass(slots=True)
class _Told:
    times: int
    at_ms: Millis
    untold: int = 0


class SparseLog:
    """Wraps a logger for one thread. ``key`` tells apart what one event name says."""

    def __init__(self, logger: EventLogger, clock: Clock) -> None:
        self._logger = logger
        self._clock = clock
        self._told: dict[tuple[str, str], _Told] = {}

    def event(self, name: str, key: str = "", **fields: object) -> None:
        """Something happened, as it does all the time."""
        if (untold := self._due(name, key)) is not None:
            self._logger.event(name, untold=untold, **fields)

    def warning(self, name: str, key: str = "", **fields: object) -> None:
        """Something is not as it should be, perhaps for days."""
        if (untold := self._due(name, key)) is not None:
            self._logger.warning(name, untold=untold, **fields)

    def exception(self, name: str, key: str = "", **fields: object) -> None:
        """Within an ``except``: the traceback is told as seldom as the rest."""
        if (untold := self._due(name, key)) is not None:
            self._logger.exception(name, untold=untold, **fields)

    def _due(self, name: str, key: str) -> int | None:
        """How many went untold, or None if this one does too."""
        now = self._clock.monotonic_ms()
        if (name, key) not in self._told and len(self._told) >= KEYS_MAX:
            key = _REST
        told = self._told.setdefault((name, key), _Told(0, now))
        if now - told.at_ms >= EVERY_MS:
            told.times = AT_ONCE - 1 if told.untold else 0
        elif told.times >= AT_ONCE:
            told.untold += 1
            return None
        untold, told.untold = told.untold, 0
        told.times += 1
        told.at_ms = now
        return untold
