"""Toledo continuous output, also sold as "MT format" (Wildcat p40, LIDEN LUW2001 p16, IND245).

    02 SWA SWB SWC dddddd tttttt 0D [check]     digits without a point, then the tare's

SWA says where the point is, SWB net, sign, range, motion, kg or lb, SWC other units and ten-fold
resolution. Bytes are masked to seven bits: the line is 7E1 and may be read as 8N1. Constant bits
differ between makers and are not looked at. The check, two's complement of the low seven bits of
the sum of all before it, is a setting of the indicator: what follows CR tells.

    CR check STX    the sum over 18 bytes must be 0, or the frame is refused
    CR STX SWA      no check; the next frame has begun

A line keeps its form: a frame of the other form is refused, and only a second one believed, so a
lost check byte does not pass for a frame without one. Where frames have no check they are taken at
their CR, as long as nothing else comes between.
"""

import re
from decimal import Decimal
from enum import Enum

from drivers.scale.decoded import Decoded, Error, Other, Weight
from drivers.scale.framer import SEVEN_BITS, Cut, Framer

STX, CR = 0x02, 0x0D
BARE_LENGTH = 17
CHECKED_LENGTH = 18
_UNITS = (None, "g", "t", "oz", "ozt", "dwt", "ton", "n")
"""By SWC bits 0 to 2; 0 is pounds or kilograms by SWB, ``ton`` the short ton, ``n`` newtons."""
_DIGITS = re.compile(rb" *\d+")


class _Form(Enum):
    BARE = "bare"
    CHECKED = "checked"
    DAMAGED = "damaged"
    OPEN = "open"


class ToledoContinuous:
    """Decoder of ``toledo-continuous``; the device streams by itself."""

    request: bytes | None = None

    def __init__(self) -> None:
        self._known: _Form | None = None
        self._framer = Framer(self._read, longest=CHECKED_LENGTH + 1)

    def feed(self, data: bytes) -> list[Decoded]:
        """Take the next bytes and return what they completed."""
        return self._framer.feed(data)

    def end(self) -> list[Decoded]:
        """Take the end of a recorded transmission for the end of a frame."""
        return self._framer.end()

    def _read(self, window: bytes, clean: bool, last: bool) -> Decoded | Cut:
        seven = window.translate(SEVEN_BITS)
        if seven[0] != STX or any(byte < 0x20 for byte in seven[1:4]):
            return Cut.NONE
        if len(seven) < BARE_LENGTH:
            return Cut.MORE
        if seven[BARE_LENGTH - 1] != CR:
            return Cut.NONE
        form = _form(seven, last)
        if form is _Form.OPEN:
            if not (self._known is _Form.BARE and clean):
                return Cut.MORE
            form = _Form.BARE
        if form is _Form.DAMAGED:
            return Cut.NONE
        raw = window[: BARE_LENGTH if form is _Form.BARE else CHECKED_LENGTH]
        known, self._known = self._known, form
        if known not in (None, form):
            return Other("reject", raw)
        return _decode(seven, raw)


def _form(seven: bytes, last: bool) -> _Form:
    """Tell by what follows CR whether the frame has a check, and whether it is right."""
    after = seven[BARE_LENGTH:]
    if not after:
        return _Form.BARE if last else _Form.OPEN
    if after[0] == STX:
        # The next frame, or a check that happens to be 02: the byte after it decides.
        if len(after) == 1 and not last:
            return _Form.OPEN
        if len(after) == 2 and after[1] != STX:
            return _Form.BARE
    return _Form.DAMAGED if sum(seven[:CHECKED_LENGTH]) & 0x7F else _Form.CHECKED


def _decode(seven: bytes, raw: bytes) -> Decoded | Cut:
    swa, swb, swc = seven[1:4]
    if swb & 0x04:
        # One bit for both; the sign bit tells which.
        return Error("underload" if swb & 0x02 else "overload", raw)
    if swb & 0x40:
        return Error("zero_error", raw)
    digits = seven[4:10]
    if not _DIGITS.fullmatch(digits):
        return Cut.NONE
    size = Decimal(int(digits))
    point = 2 - (swa & 0x07)
    size = size * 10**point if point > 0 else size.scaleb(point)
    return Weight(
        weight=-size if swb & 0x02 else size,
        unit=_UNITS[swc & 0x07] or ("kg" if swb & 0x10 else "lb"),
        stable=not swb & 0x08,
        net=bool(swb & 0x01),
        raw=raw,
        expanded=bool(swc & 0x10),
    )
