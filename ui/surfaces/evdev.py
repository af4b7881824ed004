"""One touch device of the kernel: opened, grabbed, read; opened again when it went away."""

import fcntl
import os
import struct
from collections.abc import Callable
from pathlib import Path

from kiosk import logs
from ui.surfaces.calibration import STRAIGHT, UDEV, Calibration, calibration_of
from ui.surfaces.contacts import (
    ABS_MT_ID,
    ABS_MT_SLOT,
    ABS_MT_X,
    ABS_MT_Y,
    ABS_X,
    ABS_Y,
    Axis,
    ContactReader,
    Slot,
)
from ui.touch import Contact

RETRY_MS = 1000
READ_BYTES = 4096
SLOTS_MOST = 16
CLOCK_MONOTONIC = 1
ABSINFO = struct.Struct("@6i")
"""``input_absinfo``: value, minimum, maximum, fuzz, flat, resolution."""


def _request(way: int, number: int, size: int) -> int:
    """``_IOC`` of asm-generic/ioctl.h for the type 'E'; ``way`` is 1 to write, 2 to read."""
    return way << 30 | size << 16 | ord("E") << 8 | number


EVIOCGRAB = _request(1, 0x90, 4)
EVIOCSCLOCKID = _request(1, 0xA0, 4)
EVIOCGMTSLOTS = _request(2, 0x0A, 4 * (SLOTS_MOST + 1))

Ioctl = Callable[[int, int, bytearray | int], object]
_log = logs.get(__name__)


def _ioctl(device: int, request: int, argument: bytearray | int) -> object:
    return fcntl.ioctl(device, request, argument)


class TouchDevice:
    """The device at ``path`` (a stable link by udev), scaled to ``width`` by ``height`` pixels."""

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        ioctl: Ioctl = _ioctl,
        udev: Path = UDEV,
    ) -> None:
        self._path, self._size, self._ioctl, self._udev = path, (width, height), ioctl, udev
        self._device: int | None = None
        self._reader: ContactReader | None = None
        self._retry_ms = 0
        self._wet = False

    def fileno(self) -> int | None:
        return self._device

    def tick(self, now_ms: int) -> tuple[int | None, list[Contact]]:
        """Open it if it is time, let go of a finger that stays too long; returns when to call
        again (ms), or None, and what became of the finger."""
        if self._device is None:
            if now_ms >= self._retry_ms:
                self._open(now_ms)
            return (self._retry_ms if self.fileno() is None else None), []
        reader = self._reader
        due_ms = None if reader is None else reader.overdue_ms()
        if reader is None or due_ms is None or now_ms < due_ms:
            return due_ms, []
        return None, self._noted(list(reader.expire()))

    def ready(self, now_ms: int) -> list[Contact]:
        """The descriptor is readable: what the first finger did."""
        if self._device is None or self._reader is None:
            return []
        try:
            data = os.read(self._device, READ_BYTES)
        except BlockingIOError:
            return []
        except OSError as error:
            # ENODEV: unplugged or its driver restarted; whatever was pressed is not.
            self._lose(now_ms, str(error))
            return [Contact(0, 0, "lost")]
        contacts = list(self._reader.feed(data))
        if self._reader.stale:
            self._reader.load(*self._state())
        return self._noted(contacts)

    def close(self) -> None:
        if self._device is not None:
            os.close(self._device)
            self._device = None

    def _noted(self, contacts: list[Contact]) -> list[Contact]:
        wet = self._reader is not None and self._reader.wet
        if wet and not self._wet:
            _log.warning("touch.wet")
        self._wet = wet
        return contacts

    def _open(self, now_ms: int) -> None:
        try:
            self._device = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
            slots = self._axis(ABS_MT_SLOT)
            across, down = self._axis(ABS_MT_X), self._axis(ABS_MT_Y)
            if across is None or down is None:
                across, down = self._axis(ABS_X), self._axis(ABS_Y)
            if across is None or down is None:
                raise OSError("it has no axes of a touchscreen")
            # Nobody else (a console's mouse daemon) gets the finger.
            self._ioctl(self._device, EVIOCGRAB, 1)
            clock = bytearray(struct.pack("@i", CLOCK_MONOTONIC))
            self._ioctl(self._device, EVIOCSCLOCKID, clock)
        except OSError as error:
            self._lose(now_ms, str(error))
            return
        slotted, calibration = slots is not None, self._calibration(self._device)
        self._reader = ContactReader(across, down, *self._size, slotted, calibration)
        _log.event("touch.opened", slotted=slotted, calibrated=calibration != STRAIGHT)

    def _calibration(self, device: int) -> Calibration:
        """What udev knows of it. A rule with a mistake is said, and the device taken as it is."""
        try:
            return calibration_of(device, self._udev)
        except ValueError as error:
            _log.warning("touch.calibration", reason=str(error))
            return STRAIGHT

    def _axis(self, code: int) -> Axis | None:
        """The range of an axis, or None if the device has none of that code."""
        answer = bytearray(ABSINFO.size)
        try:
            self._ioctl(self._device or 0, _request(2, 0x40 + code, ABSINFO.size), answer)
        except OSError:
            return None
        _, low, high, *_ = ABSINFO.unpack(answer)
        return Axis(low, high) if high > low else None

    def _state(self) -> tuple[dict[int, Slot], int]:
        """Every slot and the one that is selected, as the device has them."""
        table = {code: self._slot_values(code) for code in (ABS_MT_ID, ABS_MT_X, ABS_MT_Y)}
        rows = zip(table[ABS_MT_ID], table[ABS_MT_X], table[ABS_MT_Y], strict=True)
        answer = bytearray(ABSINFO.size)
        try:
            request = _request(2, 0x40 + ABS_MT_SLOT, ABSINFO.size)
            self._ioctl(self._device or 0, request, answer)
        except OSError:
            return {}, 0
        return {n: Slot(*row) for n, row in enumerate(rows)}, ABSINFO.unpack(answer)[0]

    def _slot_values(self, code: int) -> tuple[int, ...]:
        values = struct.Struct(f"@i{SLOTS_MOST}i")
        answer = bytearray(values.pack(code, *[-1] * SLOTS_MOST))
        try:
            self._ioctl(self._device or 0, EVIOCGMTSLOTS, answer)
        except OSError:
            return (-1,) * SLOTS_MOST
        return values.unpack(answer)[1:]

    def _lose(self, now_ms: int, reason: str) -> None:
        _log.warning("touch.lost", reason=reason)
        self.close()
        self._reader = None
        self._retry_ms = now_ms + RETRY_MS
