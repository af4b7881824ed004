"""Yaohua's '=' formats: nine bytes, '=' first, no terminator, no check (A26 p13, A23p p23).

    forward    = sign, then seven characters, most significant first
    reversed   = seven characters, least significant first, then sign

"=000.3000" is 0.3000 in the one and 3.000 in the other, and nothing in it tells which: the
configuration says, never the shape (serial.md 1.2). The sign is 0 or -.

Without a terminator an end is known by what follows. A frame that begins where another ended is
taken at once; after noise the next '=' must stand where it is due. So an indicator set to a longer
format gives nothing, rather than a tenth of its weight in every frame.
"""

import re
from decimal import Decimal

from drivers.scale.decoded import Decoded, Weight
from drivers.scale.framer import Cut, Framer

LENGTH = 9
_NUMBER = re.compile(rb"\d{7}|(?=.{7}\Z)\d+\.\d+")


class YaohuaEquals:
    """Decoder of ``yaohua-eq-forward`` and ``yaohua-eq-reversed``."""

    request: bytes | None = None

    def __init__(self, *, reverse: bool) -> None:
        self._reverse = reverse
        self._framer = Framer(self._read, longest=LENGTH + 1, between=b"\r\n")

    def feed(self, data: bytes) -> list[Decoded]:
        """Take the next bytes and return what they completed."""
        return self._framer.feed(data)

    def end(self) -> list[Decoded]:
        """Take the end of a recorded transmission for the end of a frame."""
        return self._framer.end()

    def _read(self, window: bytes, clean: bool, last: bool) -> Decoded | Cut:
        if window[:1] != b"=" or b"=" in window[1:LENGTH]:
            return Cut.NONE
        if len(window) < LENGTH:
            return Cut.MORE
        weight = self._weight(window[1:LENGTH])
        if weight is None:
            return Cut.NONE
        if not clean:
            if len(window) == LENGTH and not last:
                return Cut.MORE
            if window[LENGTH:] not in (b"", b"=", b"\r", b"\n"):
                return Cut.NONE
        return Weight(weight, unit=None, stable=None, net=None, raw=window[:LENGTH])

    def _weight(self, field: bytes) -> Decimal | None:
        sign, number = (field[7:], field[6::-1]) if self._reverse else (field[:1], field[1:])
        if sign not in (b"0", b"-") or not _NUMBER.fullmatch(number):
            return None
        return Decimal(((b"-" if sign == b"-" else b"") + number).decode("ascii"))


def forward() -> YaohuaEquals:
    """Most significant character first, sign in front."""
    return YaohuaEquals(reverse=False)


def backward() -> YaohuaEquals:
    """Least significant character first, sign at the end."""
    return YaohuaEquals(reverse=True)
