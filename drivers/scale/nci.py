"""NCI and Weigh-Tronix, asked with W CR (NCI 7800 p32, AWT 7821 p25, Diva p35, Brecknell 3700LP).

    nci-scp-01   LF weight unit CR LF h h CR ETX      7800 p32
    nci-scp-02   LF weight unit CR LF S h h CR ETX    ECR mode: Diva p36, Avery 6702
    nci-scp-12   LF weight unit CR h h ETX            3835, PS-USB; also as SCP-01
    any          LF h h CR ETX, LF S h h CR ETX       a status without a weight
    any          LF ? CR ETX                          unknown command

A status byte is 30h and four bits; more follow while bit 6 of the second or a later one is set.
SCP-02 sends only the status when the load is below zero, moving or too heavy. The line is 7E1;
bit 7 is masked. There is no check.

Makers disagree about the motion bit: Brecknell's SCP-12 pages print it the other way round. So on
SCP-12 it says nothing until the bench has shown which it is (``motion_bit`` in the configuration);
until then the host's window decides alone (M-32).
"""

import re
from decimal import Decimal
from typing import Literal

from drivers.scale.decoded import Decoded, Error, ErrorName, Other, Weight
from drivers.scale.framer import SEVEN_BITS, Cut, Framer

Name = Literal["nci-scp-01", "nci-scp-02", "nci-scp-12"]
MotionBit = Literal["set", "clear"]
LF, ETX = 0x0A, 0x03
LONGEST = 32

# Blanks stand where a display has none lit: " 1234g " for grams (3700LP p11).
_UNIT = rb"(?i:kg|lb|oz|g|t)"
_WEIGHT = (
    rb"\n *(?:(?P<number>-? *\d{1,7}(?:\.\d{1,4})?) ?(?P<unit>"
    + _UNIT
    + rb")|(?P<mark>[\^_-])(?P=mark){3,6} ?"
    + _UNIT
    + rb"?) ?\r"
)
_STATUS = rb"(?P<status>[0-?][p-\x7f]{0,4}[0-?])"
_FRAMES: dict[Name, re.Pattern[bytes]] = {
    "nci-scp-01": re.compile(rb"(?:" + _WEIGHT + rb")?\n" + _STATUS + rb"\r\x03"),
    "nci-scp-02": re.compile(rb"(?:" + _WEIGHT + rb")?\nS" + _STATUS + rb"\r\x03"),
    "nci-scp-12": re.compile(
        rb"(?:" + _WEIGHT + rb")?(?P<line>\n)?" + _STATUS + rb"(?(line)\r)\x03"
    ),
}
_MOTION: dict[Name, MotionBit | None] = {
    "nci-scp-01": "set",
    "nci-scp-02": "set",
    "nci-scp-12": None,
}
_UNKNOWN_COMMAND = b"\n?\r\x03"
_MARKS: dict[bytes, ErrorName] = {b"^": "overload", b"_": "underload", b"-": "zero_error"}


class Nci:
    """Decoder of the three framings; ``motion_bit`` says which value of the bit means motion."""

    request: bytes | None = b"W\r"

    def __init__(self, name: Name, motion_bit: MotionBit | None = None) -> None:
        self._frame = _FRAMES[name]
        self._motion_bit = motion_bit or _MOTION[name]
        self._framer = Framer(self._read, longest=LONGEST)

    def feed(self, data: bytes) -> list[Decoded]:
        """Take the next bytes and return what they completed."""
        return self._framer.feed(data)

    def end(self) -> list[Decoded]:
        """Take the end of a recorded transmission for the end of a frame."""
        return self._framer.end()

    def _read(self, window: bytes, clean: bool, last: bool) -> Decoded | Cut:
        seven = window.translate(SEVEN_BITS)
        if seven[0] != LF:
            return Cut.NONE
        length = seven.find(ETX) + 1
        if not length:
            return Cut.MORE
        raw = window[:length]
        if seven[:length] == _UNKNOWN_COMMAND:
            return Error("unknown_command", raw)
        match = self._frame.fullmatch(seven[:length])
        if match is None:
            return Cut.NONE
        status = match["status"]
        if fault := _MARKS.get(match["mark"]) or _fault(status):
            return Error(fault, raw)
        stable = self._stable(status)
        if match["number"] is None:
            return Error("motion", raw) if stable is False else Other("info", raw)
        return Weight(
            weight=Decimal(match["number"].replace(b" ", b"").decode("ascii")),
            unit=match["unit"].decode("ascii").lower(),
            stable=stable,
            net=bool(status[2] & 0x04) if len(status) > 2 else None,
            raw=raw,
        )

    def _stable(self, status: bytes) -> bool | None:
        if self._motion_bit is None:
            return None
        return bool(status[0] & 0x01) != (self._motion_bit == "set")


def _fault(status: bytes) -> ErrorName | None:
    """Over and under capacity, then a wrong memory or calibration, then a wrong first zero."""
    if status[1] & 0x02:
        return "overload"
    if status[1] & 0x01:
        return "underload"
    if status[0] & 0x0C or status[1] & 0x0C:
        return "logical"
    if len(status) > 2 and status[2] & 0x08:
        return "zero_error"
    return None
