"""Whether there is room to go on selling (P5): below the reserve the machine stops selling."""

import os
from pathlib import Path

from kiosk.units import Millis

LOOK_EVERY_MS = 5_000


class DiskWatch:
    """Free space of the ledger's disk, looked at every few seconds."""

    def __init__(self, directory: Path, reserve_mib: int) -> None:
        self._directory = directory
        self._reserve_mib = reserve_mib
        self._looked_ms: Millis | None = None
        self.free_mib = 0

    def low(self, now_ms: Millis) -> bool:
        """True below the reserve. Raises OSError when the disk cannot be asked."""
        if self._looked_ms is None or now_ms - self._looked_ms >= LOOK_EVERY_MS:
            self._looked_ms = now_ms
            room = os.statvfs(self._directory)
            self.free_mib = room.f_bavail * room.f_frsize // (1 << 20)
        return self.free_mib < self._reserve_mib
