"""Yaohua XK3190-A12(E): a line of 13 characters with a check (manual p13), or the older one.

    W, G or N, seven characters, two of unit, two of check, CR LF     WG004.139kg3D
    overload, underload                                               nine blanks, OL or LO, 23
    older A12, no check                                               ww004.139kg

A minus sits in the first of the seven. The check is the exclusive or of the eleven characters
before it. The older line (a comment in a driver by Peng Shulin) is in small letters: ww gross,
wn net, wt tare; it has no check, so its weights rest on agreeing frames alone. Neither line says
whether the weight rests (M-32).
"""

import re
from decimal import Decimal

from drivers.scale.decoded import Decoded, Error, Other, Weight
from drivers.scale.framer import xor
from drivers.scale.lines import LineCutter

_NUMBER = rb"(?=.{7}(?:kg|lb| g|g | t|t |pc))(?P<sign>-?) *(?P<digits>\d+(?:\.\d+)?)"
_UNIT = rb"(?P<unit>kg|lb| g|g | t|t |pc)"
_CHECKED = re.compile(rb"W(?P<mode>[GN])" + _NUMBER + _UNIT + rb"(?P<check>[0-9A-F]{2})")
_NO_WEIGHT = re.compile(rb" {9}(?P<why>OL|LO)23")
_OLDER = re.compile(rb"w(?P<mode>[wnt])" + _NUMBER + rb"(?P<unit>kg|lb)")


class YaohuaA12E:
    """Decoder of ``yaohua-a12e``; the device streams by itself."""

    request: bytes | None = None

    def __init__(self) -> None:
        self._lines = LineCutter()

    def feed(self, data: bytes) -> list[Decoded]:
        """Take the next bytes and return what they completed."""
        return [decode(line) for line in self._lines.feed(data)]

    def end(self) -> list[Decoded]:
        """Take the end of a recorded transmission for the end of a line."""
        return [decode(line) for line in self._lines.end()]


def decode(line: bytes) -> Decoded:
    """Decode one line without its terminator."""
    if no_weight := _NO_WEIGHT.fullmatch(line):
        return Error("overload" if no_weight["why"] == b"OL" else "underload", line)
    match = _CHECKED.fullmatch(line)
    if match is not None and match["check"] != b"%02X" % xor(line[:11]):
        return Other("reject", line)
    match = match or _OLDER.fullmatch(line)
    if match is None:
        return Other("reject", line)
    if match["mode"] == b"t":
        return Other("info", line)
    unit = match["unit"].decode("ascii").strip()
    if unit == "pc":
        return Other("count", line)
    return Weight(
        weight=Decimal((match["sign"] + match["digits"]).decode("ascii")),
        unit=unit,
        stable=None,
        net=match["mode"] in (b"N", b"n"),
        raw=line,
    )
