"""A framebuffer and a touch device where there is none: files, and the ioctl edge faked.

The framebuffer's answers are those of a Raspberry Pi's vc4drmfb as ``fbset -i`` printed them in
MichaIng/DietPi #7029 (1920x1080 at 32 bits: rgba 8/16,8/8,8/0,0/0, LineLength 7680), with the size
a test wants; those with 16 bits are RGB565 as the kernel's ``fb.h`` users fill it.
"""

import os
import struct
from pathlib import Path

from ui.surfaces import contacts as c
from ui.surfaces.evdev import ABSINFO, EVIOCGMTSLOTS, EVIOCGRAB, SLOTS_MOST
from ui.surfaces.framebuffer import FBIOGET_FSCREENINFO, FBIOGET_VSCREENINFO, FIXED, VARIABLE

XRGB8888 = ((16, 8), (8, 8), (0, 8))
XBGR8888 = ((0, 8), (8, 8), (16, 8))
RGB565 = ((11, 5), (5, 6), (0, 5))


class FakeFramebuffer:
    """A file of the device's length; :meth:`ioctl` answers as vc4 does."""

    def __init__(
        self,
        path: Path,
        width: int,
        height: int,
        depth: int = 32,
        colours: tuple[tuple[int, int], ...] = XRGB8888,
        padding: int = 0,
        lines_above: int = 0,
    ) -> None:
        self.path, self.width, self.height, self.depth = path, width, height, depth
        self.pitch = width * depth // 8 + padding
        self.start = lines_above * self.pitch
        path.write_bytes(b"\x55" * (self.start + self.pitch * height))
        var = [0] * 40
        var[0:7] = [width, height, width, height + lines_above, 0, lines_above, depth]
        for index, (offset, length) in zip((8, 11, 14), colours, strict=True):
            var[index : index + 2] = [offset, length]
        length = self.pitch * (height + lines_above)
        fix = (b"vc4drmfb", 0, length, 0, 0, 2, 1, 1, 0, self.pitch, 0, 0, 0, 0, 0, 0)
        self._answers = {
            FBIOGET_VSCREENINFO: VARIABLE.pack(*var),
            FBIOGET_FSCREENINFO: FIXED.pack(*fix),
        }

    def ioctl(self, device: int, request: int, answer: bytearray) -> int:
        answer[:] = self._answers[request]
        return 0

    def pixel(self, x: int, y: int) -> bytes:
        """The bytes of one pixel as the panel would scan them out."""
        size = self.depth // 8
        start = self.start + y * self.pitch + x * size
        return self.path.read_bytes()[start : start + size]


class FakeTouch:
    """A FIFO that events are written to; the ioctl edge of a Goodix or FT5406 panel."""

    def __init__(self, path: Path, high: tuple[int, int] = (799, 479), slotted: bool = True):
        os.mkfifo(path)
        self.path, self.high, self.slotted = path, high, slotted
        self.grabbed = False
        self.slots: dict[int, list[int]] = {
            code: [-1] * SLOTS_MOST for code in (c.ABS_MT_ID, c.ABS_MT_X, c.ABS_MT_Y)
        }
        self._writer: int | None = None

    def ioctl(self, device: int, request: int, argument: bytearray | int) -> int:
        if request == EVIOCGRAB:
            self.grabbed = True
        elif request == EVIOCGMTSLOTS:
            assert isinstance(argument, bytearray)
            (code,) = struct.unpack_from("@i", argument)
            struct.pack_into(f"@{SLOTS_MOST}i", argument, 4, *self.slots[code])
        elif (code := (request & 0xFF) - 0x40) in self._ranges() and request >> 30 == 2:
            assert isinstance(argument, bytearray)
            argument[:] = ABSINFO.pack(0, 0, self._ranges()[code], 0, 0, 0)
        elif request >> 30 == 2:
            raise OSError(22, "Invalid argument")
        return 0

    def _ranges(self) -> dict[int, int]:
        across, down = self.high
        if self.slotted:
            return {c.ABS_MT_SLOT: 9, c.ABS_MT_X: across, c.ABS_MT_Y: down}
        return {c.ABS_X: across, c.ABS_Y: down}

    def send(self, data: bytes) -> None:
        if self._writer is None:
            self._writer = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)
        os.write(self._writer, data)

    def close(self) -> None:
        if self._writer is not None:
            os.close(self._writer)


def report(at_ms: int, *events: tuple[int, int, int]) -> bytes:
    """Events of one moment with the SYN_REPORT that ends them."""
    return b"".join(
        c.EVENT.pack(at_ms // 1000, at_ms % 1000 * 1000, *one)
        for one in (*events, (c.EV_SYN, c.SYN_REPORT, 0))
    )
