"""Mettler 8217, also "EH-SCP": asked with W (Diva service manual p39, p44; Brecknell 3700LP p11).

    02 12.34 0D       pounds          02 ? status 0D    no weight, and why
    02 12.345 0D      kilograms       N before CR: net

No frame names its unit, so the places after the point are held against the configured one: two are
pounds, or a switched scale. The 8213 sends grams without a point, 0XXXXX, and a switch on the
scale would make them kilograms: they are taken only where grams are configured. The format has no
check. The line is 7E1; bit 7 is masked.

A weight comes only at rest. A status that names nothing wrong is neither weight nor error: some
scales send a weight once and then only that until it changes (seen by pywebdriver).
"""

import re
from decimal import Decimal
from typing import Literal

from drivers.scale.decoded import Decoded, Error, ErrorName, Other, Weight
from drivers.scale.framer import SEVEN_BITS, Cut, Framer

STX, CR = 0x02, 0x0D
LONGEST = 12
_PLAIN = re.compile(rb"\x02 *(?P<digits>\d{1,3}\.\d{2,3})(?P<net>N?)\r")
_KILOGRAMS = re.compile(rb"\x02 *(?P<digits>\d{1,3}\.\d{3})(?P<net>N?)\r")
_GRAMS = re.compile(rb"\x02(?P<digits>0\d{5})(?P<net>N?)\r")
_BY_UNIT = {None: _PLAIN, "kg": _KILOGRAMS, "g": _GRAMS}
_STATUS = re.compile(rb"\x02\?(?P<status>[\x40-\x7f])\r")
_ECHO = b"\x02E\r"
"""The scale repeats what follows until F: the signature that Odoo's driver asks for (Ehello)."""
_FAULTS: tuple[tuple[int, ErrorName], ...] = (
    (0x02, "overload"),
    (0x04, "under_zero"),
    (0x01, "motion"),
    (0x08, "zero_error"),
)
"""Status bits, the gravest first; 0x10 is centre of zero, 0x20 net, 0x40 always set."""


class Toledo8217:
    """Decoder of ``toledo-8217``; ``unit`` is the configured one, None for captures."""

    request: bytes | None = b"W"

    def __init__(self, unit: Literal["kg", "g"] | None = None) -> None:
        self._weight = _BY_UNIT[unit]
        self._unit = "g" if unit == "g" else None
        self._framer = Framer(self._read, longest=LONGEST)

    def feed(self, data: bytes) -> list[Decoded]:
        """Take the next bytes and return what they completed."""
        return self._framer.feed(data)

    def end(self) -> list[Decoded]:
        """Take the end of a recorded transmission for the end of a frame."""
        return self._framer.end()

    def _read(self, window: bytes, clean: bool, last: bool) -> Decoded | Cut:
        seven = window.translate(SEVEN_BITS)
        if seven[0] != STX:
            return Cut.NONE
        length = seven.find(CR) + 1
        if not length:
            return Cut.NONE if STX in seven[1:] else Cut.MORE
        frame, raw = seven[:length], window[:length]
        if frame == _ECHO:
            return Other("probe_reply", raw)
        if status := _STATUS.fullmatch(frame):
            return _reason(status["status"][0], raw)
        match = self._weight.fullmatch(frame)
        if match is None:
            return Cut.NONE
        return Weight(
            weight=Decimal(match["digits"].decode("ascii")),
            unit=self._unit,
            stable=True,
            net=match["net"] == b"N",
            raw=raw,
        )


def _reason(status: int, raw: bytes) -> Decoded:
    for bit, name in _FAULTS:
        if status & bit:
            return Error(name, raw)
    return Other("info", raw)
