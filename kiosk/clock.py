"""Time is an argument: everything that asks for the time takes a :class:`Clock`.

A Pi without a clock chip wakes in the past, so wall time always comes with a quality letter
(architecture.md, "Time"). This is the only file that reads the system's clocks.
"""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

from msgspec import Struct

from kiosk.units import Millis

ClockQuality = Literal["S", "R", "I", "U"]
"""S synchronised, R relative to a synchronised time of this boot, I informative, U unknown."""


class WallTime(Struct, frozen=True):
    """Wall time in milliseconds since 1970 UTC, or None, with the quality of that claim."""

    utc_ms: int | None
    quality: ClockQuality


class Clock(Protocol):
    """What a clock answers; tests and simulations bring their own."""

    def monotonic_ms(self) -> Millis:
        """Milliseconds since some start in this boot; never goes back, counts suspended time."""
        ...

    def wall(self) -> WallTime:
        """The time of day with the quality of the claim."""
        ...


class SystemClock:
    """The machine's own clocks.

    ``synchronized`` is the evidence that time was synchronised in this boot: the file that
    systemd-timesyncd touches. ``floor_ms`` is the earliest believable time (build date or last
    saved time): a clock below it is unknown.
    """

    def __init__(self, synchronized: Path, floor_ms: int) -> None:
        self._synchronized = synchronized
        self._floor_ms = floor_ms

    def monotonic_ms(self) -> Millis:
        return Millis(time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000)

    def wall(self) -> WallTime:
        now_ms = time.time_ns() // 1_000_000
        if self._synchronized.exists():
            return WallTime(now_ms, "S")
        if now_ms >= self._floor_ms:
            return WallTime(now_ms, "I")
        return WallTime(None, "U")


def utc_text(utc_ms: int) -> str:
    """Write a time as RFC 3339 with milliseconds: ``2026-11-23T07:51:00.000Z``."""
    moment = datetime.fromtimestamp(utc_ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{utc_ms % 1000:03d}Z"
