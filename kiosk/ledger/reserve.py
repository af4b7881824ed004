"""Space kept back, so that a deposit that has begun can end although the disk is full (P5).

A file that is only allocated, never written: it costs room, no wear. The machine stops selling
long before (``machine.reserve_mib``), so only something else that fills the disk ever gets here.
See docs/decisions/0040-reserve.md.
"""

import os
from pathlib import Path

from kiosk import logs
from kiosk.ledger.errors import from_os

RESERVE_FILE = "reserve"
RESERVE_BYTES = 4 << 20
"""Some hundred records, and the checkpoint of a WAL that is as long as it may get."""

_log = logs.get(__name__)


class Reserve:
    """The file, ``size`` bytes long; a size of 0 keeps nothing back."""

    def __init__(self, directory: Path, size: int = RESERVE_BYTES) -> None:
        self._path = directory / RESERVE_FILE
        self._size = size

    @property
    def there(self) -> bool:
        """Whether all of it is kept back now."""
        try:
            return 0 < self._size <= self._path.stat().st_size
        except OSError:
            return False

    def keep(self) -> bool:
        """Allocate it if it is not there and the disk has twice the room; tell if it is there.

        A disk that cannot is no reason to stop: the watermark stops the selling.
        """
        if self.there or self._size == 0:
            return self.there
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                disk = os.fstatvfs(handle)
                if disk.f_bavail * disk.f_frsize < 2 * self._size:
                    return False
                os.posix_fallocate(handle, 0, self._size)
            finally:
                os.close(handle)
        except OSError as error:
            _log.event("ledger_no_reserve", why=str(from_os(self._path, error)))
            return False
        return True

    def spend(self) -> bool:
        """Give the room back to the disk, once; False: there was none left to give."""
        if not self.there:
            return False
        try:
            self._path.unlink()
        except OSError:
            return False
        _log.error("ledger_reserve_spent", bytes=self._size)
        return True
