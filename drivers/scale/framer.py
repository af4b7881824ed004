"""Cutting frames out of a stream that has no lines: every byte is tried as a beginning.

What does not begin a frame is skipped byte by byte, so a damaged frame costs itself and never the
next one. Dialects with binary check bytes or without terminators use this instead of lines.py.
"""

from collections.abc import Callable
from enum import Enum

from drivers.scale.decoded import Decoded, Other

REJECT_MAX = 64
"""Noise is reported in pieces of at most this many bytes."""
SEVEN_BITS = bytes(byte & 0x7F for byte in range(256))
"""For ``bytes.translate``: a 7E1 line read as 8N1 carries parity in bit 7 (serial.md 1.3)."""


class Cut(Enum):
    """What a reader says when it finds no frame."""

    NONE = "none"
    """No frame begins here."""
    MORE = "more"
    """A frame may begin here; more bytes are needed to tell."""


Read = Callable[[bytes, bool, bool], Decoded | Cut]
"""``read(window, clean, last)``: the frame that begins at the window's first byte.

``clean``: a frame ended right before the window, or nothing was heard yet. ``last``: a recording
ends with the window, and with it a frame. The frame's ``raw`` is what it takes of the stream.
"""


class Framer:
    """Gives ``read`` every place where a frame may begin; holds less than one frame.

    ``longest`` is the most that ``read`` may need to see. ``between`` are bytes that may stand
    between frames without being noise.
    """

    def __init__(self, read: Read, *, longest: int, between: bytes = b"") -> None:
        self._read = read
        self._longest = longest
        self._between = between
        self._pending = b""
        self._noise = bytearray()
        self._clean = True

    def feed(self, data: bytes) -> list[Decoded]:
        """Return what ``data`` completes, oldest first."""
        return self._cut(data, last=False)

    def end(self) -> list[Decoded]:
        """Take the end of a recording for the end of a frame, and start afresh."""
        decoded = self._cut(b"", last=True)
        self._report_noise(decoded)
        self._pending = b""
        self._clean = True
        return decoded

    def _cut(self, data: bytes, *, last: bool) -> list[Decoded]:
        stream = self._pending + data
        decoded: list[Decoded] = []
        at = 0
        while at < len(stream):
            window = stream[at : at + self._longest]
            found = self._read(window, self._clean, last)
            if found is Cut.MORE and len(window) < self._longest and not last:
                break
            if isinstance(found, Cut):
                self._skip(stream[at], decoded)
                at += 1
                continue
            self._report_noise(decoded)
            decoded.append(found)
            self._clean = not (isinstance(found, Other) and found.kind == "reject")
            at += len(found.raw)
        self._pending = stream[at:]
        return decoded

    def _skip(self, byte: int, decoded: list[Decoded]) -> None:
        if self._clean and byte in self._between:
            return
        self._clean = False
        self._noise.append(byte)
        if len(self._noise) >= REJECT_MAX:
            self._report_noise(decoded)

    def _report_noise(self, decoded: list[Decoded]) -> None:
        if self._noise:
            decoded.append(Other("reject", bytes(self._noise)))
            self._noise.clear()


def xor(data: bytes) -> int:
    """Exclusive or of all bytes: the check of Yaohua's and CAS's frames."""
    check = 0
    for byte in data:
        check ^= byte
    return check
