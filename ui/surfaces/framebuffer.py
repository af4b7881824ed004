"""The Linux framebuffer: what it says of itself, and how finished rectangles get into it.

Nothing is assumed: size, pitch, depth and the places of the colours are read from the device
(``linux/fb.h``). With 32 bits a pixel its memory is mapped as a Pillow image and ``paste`` writes
straight into it; that leans on an undocumented flag, so it is tried once at start, and rows are
copied where it does not work. With 16 bits (RGB565, what vc4 gives unless asked otherwise)
rectangles are converted by Pillow alone.
"""

import fcntl
import mmap
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Literal, cast

from msgspec import Struct
from PIL import Image, ImageChops

from kiosk.errors import KioskError
from ui.geometry import Rect

FBIOGET_VSCREENINFO = 0x4600
FBIOGET_FSCREENINFO = 0x4602
VARIABLE = struct.Struct("@40I")
"""``fb_var_screeninfo``: 0 to 5 sizes and offsets, 6 depth, 8 red, 11 green, 14 blue (offset,
length, msb_right)."""
FIXED = struct.Struct("@16sLIIIIHHHILIIHHH0L")
"""``fb_fix_screeninfo``: 0 name, 2 length of memory, 9 length of a line in bytes."""

Ioctl = Callable[[int, int, bytearray], object]
ByteOrder = Literal["RGBA", "BGRA"]


class FramebufferError(KioskError, OSError):
    """The framebuffer is not there or of a kind we cannot write; the message says what it is."""


class Mode(Struct, frozen=True):
    """What the device is set to."""

    name: str
    width: int
    height: int
    pitch: int
    """Bytes from one row to the next; more than a row's own where rows are padded."""
    depth: int
    """Bits a pixel: 16 or 32."""
    order: ByteOrder
    """Which colour comes first in memory; RGB565 converts, so red comes first."""
    start: int
    """Byte of the first pixel that is shown."""


def _ioctl(device: int, request: int, answer: bytearray) -> object:
    return fcntl.ioctl(device, request, answer)


def read_mode(device: int, ioctl: Ioctl = _ioctl) -> Mode:
    """Ask the device. Raises FramebufferError for a layout we do not write."""
    variable, fixed = bytearray(VARIABLE.size), bytearray(FIXED.size)
    try:
        ioctl(device, FBIOGET_VSCREENINFO, variable)
        ioctl(device, FBIOGET_FSCREENINFO, fixed)
    except OSError as error:
        raise FramebufferError(f"no framebuffer answers: {error}") from error
    var, fix = VARIABLE.unpack(variable), FIXED.unpack(fixed)
    width, height, x, y, depth = var[0], var[1], var[4], var[5], var[6]
    colours = (var[8:10], var[11:13], var[14:16])
    name = fix[0].split(b"\0")[0].decode("ascii", "replace")
    order: ByteOrder = "RGBA"
    if (depth, colours) == (32, ((16, 8), (8, 8), (0, 8))):
        order = "BGRA"
    elif (depth, colours) not in (
        (32, ((0, 8), (8, 8), (16, 8))),
        (16, ((11, 5), (5, 6), (0, 5))),
    ):
        offsets = " ".join(f"{offset}/{length}" for offset, length in colours)
        raise FramebufferError(
            f"{name}: {depth} bits a pixel with red, green, blue at {offsets}; needs 32 bits "
            "(video=...-32@60 on the kernel's command line) or RGB565"
        )
    pitch = fix[9]
    return Mode(name, width, height, pitch, depth, order, y * pitch + x * depth // 8)


class Framebuffer:
    """The device at ``path``, mapped. Raises FramebufferError if it cannot be."""

    def __init__(self, path: Path, ioctl: Ioctl = _ioctl) -> None:
        try:
            device = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise FramebufferError(f"{path}: {error.strerror}") from error
        try:
            self.mode = read_mode(device, ioctl)
            length = self.mode.start + self.mode.pitch * self.mode.height
            self._memory = mmap.mmap(device, length)
        except (OSError, ValueError) as error:
            raise FramebufferError(f"{path}: {error}") from error
        finally:
            os.close(device)
        self._image = self._mapped()

    @property
    def mapped(self) -> bool:
        """True if Pillow writes straight into the panel's memory."""
        return self._image is not None

    def write(self, patch: Image.Image, place: Rect) -> None:
        """Put a finished rectangle (RGBX, in the device's byte order) at ``place``."""
        if self._image is not None:
            self._image.paste(patch, (place.x, place.y))
        elif self.mode.depth == 32:
            self._rows(patch.tobytes(), place)
        else:
            self._rows(rgb565(patch), place)

    def close(self) -> None:
        self._image = None
        self._memory.close()

    def _rows(self, data: bytes, place: Rect) -> None:
        mode, size = self.mode, self.mode.depth // 8
        row = place.w * size
        for index in range(place.h):
            start = mode.start + (place.y + index) * mode.pitch + place.x * size
            self._memory[start : start + row] = data[index * row : (index + 1) * row]

    def _mapped(self) -> Image.Image | None:
        """The memory as an image, if a pixel pasted into it arrives in it."""
        mode = self.mode
        if mode.depth != 32 or mode.start % 4 or mode.pitch % 4:
            return None
        memory = memoryview(self._memory)[mode.start :]
        size = (mode.width, mode.height)
        # The stub knows only bytes; Pillow takes whatever has a buffer.
        image = Image.frombuffer("RGBX", size, cast(bytes, memory), "raw", "RGBX", mode.pitch, 1)
        # The flag is not documented: without it the first paste would copy the image.
        image.readonly = 0
        for probe in ((1, 2, 3, 255), (0, 0, 0, 255)):
            image.paste(probe, (0, 0, 1, 1))
            if bytes(self._memory[mode.start : mode.start + 4]) != bytes(probe):
                return None
        return image


def rgb565(patch: Image.Image) -> bytes:
    """Little-endian RGB565 with Pillow alone: 12.0 dropped its own conversion."""
    red, green, blue = patch.convert("RGB").split()
    high = ImageChops.add(_levels(red, 0xF8, 0), _levels(green, 0xFF, -5))
    low = ImageChops.add(_levels(green, 0x1C, 3), _levels(blue, 0xFF, -3))
    return Image.merge("LA", (low, high)).tobytes()


def _levels(band: Image.Image, mask: int, shift: int) -> Image.Image:
    """Each level masked, then shifted left (or right, below 0)."""
    table = [
        (level & mask) << shift if shift >= 0 else (level & mask) >> -shift for level in range(256)
    ]
    return band.point(table)
