"""The text console that shares the panel, and the light behind it."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from kiosk import logs

KDSETMODE = 0x4B3A
KD_TEXT, KD_GRAPHICS = 0, 1
LIGHT_ON, LIGHT_OFF = "0", "4"
"""``bl_power`` takes FB_BLANK_UNBLANK and FB_BLANK_POWERDOWN (linux/fb.h)."""

Ioctl = Callable[[int, int, int], object]
_log = logs.get(__name__)


def _ioctl(device: int, request: int, value: int) -> object:
    return fcntl.ioctl(device, request, value)


class Console:
    """Graphics mode on a virtual terminal while this lives: no cursor, no kernel messages.

    Text mode comes back with :meth:`close`; the unit's TTYReset is the belt to these braces,
    as a killed process leaves a dead console.
    """

    def __init__(self, path: Path, ioctl: Ioctl = _ioctl) -> None:
        self._ioctl = ioctl
        self._device: int | None = None
        try:
            self._device = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOCTTY)
            self._ioctl(self._device, KDSETMODE, KD_GRAPHICS)
        except OSError as error:
            # A panel without a console of its own (DRM without fbcon) needs none.
            _log.warning("console.absent", reason=str(error))

    def close(self) -> None:
        if self._device is None:
            return
        try:
            self._ioctl(self._device, KDSETMODE, KD_TEXT)
        except OSError as error:
            _log.warning("console.lost", reason=str(error))
        os.close(self._device)
        self._device = None


class Backlight:
    """The panel's light by ``bl_power`` of a folder in /sys/class/backlight."""

    def __init__(self, folder: Path | None) -> None:
        self._file = None if folder is None else folder / "bl_power"

    def switch(self, on: bool) -> None:
        """A light that does not answer stays as it is: a picture matters more."""
        if self._file is None:
            return
        try:
            self._file.write_text(LIGHT_ON if on else LIGHT_OFF, encoding="ascii")
        except OSError as error:
            _log.warning("backlight.lost", reason=str(error))
