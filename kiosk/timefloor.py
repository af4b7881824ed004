"""The latest wall time known to be past: a clock that says less is not believed.

A Pi without a clock chip wakes in the past (architecture.md, "Time"). Saved hourly while time is
synchronised, so the cost is 24 small writes a day.
"""

from pathlib import Path

from kiosk import durable
from kiosk.clock import WallTime
from kiosk.errors import KioskError

BUILT_MS = 1_795_392_000_000
"""2026-11-23: no machine with this software runs earlier."""
SAVE_EVERY_MS = 3_600_000


class TimeFloorError(KioskError, OSError):
    """The time floor cannot be read."""


class TimeFloor:
    """The floor of this start, and the saving of a later one. ``path`` holds milliseconds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            text = path.read_text(encoding="ascii") if path.exists() else ""
        except OSError as error:
            raise TimeFloorError(f"{path}: cannot be read ({error.strerror})") from error
        # A damaged file is as good as none: the build date is still known to be past.
        saved = int(text) if text.isdecimal() else 0
        self.floor_ms = max(BUILT_MS, saved)
        self._saved_ms = saved

    def note(self, wall: WallTime) -> None:
        """Save a synchronised time, hourly. Raises OSError when the disk refuses."""
        if wall.quality != "S" or wall.utc_ms is None:
            return
        if wall.utc_ms - self._saved_ms >= SAVE_EVERY_MS:
            durable.replace(self._path, str(wall.utc_ms).encode())
            self._saved_ms = wall.utc_ms
