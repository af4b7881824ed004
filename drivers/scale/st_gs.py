"""ST/US/OL comma lines: the commonest format on China-sourced indicators (serial.md 1.1).

Two letters of status, a comma, two letters of mode, then sign, digits and unit in one of at least
six layouts. The header decides: an OL frame still carries digits (A&D GC manual), and ST/US flips
while the value rests (T-Scale captures), so stability is never read off the digits.

    CAS 22 bytes       ST,GS,<id><lamp>,000013.5 kg     CAS CI-600D p74, CI-400 p103, NT-200 p48
    CAS/A&D 18 bytes   ST,GS,+  1.236KG                 CAS CI-600D p74
    Dini Argeo         [01]ST,GS,   682.0,kg            3590 p65, DGT4X p52; UL exists here only
    T-Scale NHB        US,GS    96.9g                   captures
    T-Scale QHW        ST,GS,   96.9, kg                captures
    Triner, LIDEN      ST,GS,+12.34kg                   TS-700 p15

The format has no check: two agreeing frames are the caller's duty (M-02). A unit is required, so
a line that lost its tail is no frame.
"""

import re
from decimal import Decimal

from drivers.scale.decoded import Decoded, Error, ErrorName, Other, Weight
from drivers.scale.lines import LineCutter

_HEADER = rb"(?:\d\d)?(?P<status>ST|US|OL|UL),(?P<mode>GS|NT)"
_NUMBER = rb"(?P<sign>[+-]?) *(?P<digits>\d{1,9}(?:\.\d{1,6})?)"
# Only units no other unit begins with: "g" of a cut "gn" (grain) would be another mass.
_UNIT = rb"(?P<unit>kg|g|mg|t|lb|oz|pcs?|%)"
# T-Scale leaves the comma out: then a blank follows, or a sign in its layout with two blanks at
# the end. A comma damaged into "-", one bit away, must not make a weight negative.
_PLAIN = re.compile(
    _HEADER + rb"(?:,|(?= )|(?=[+-][^,]* {2}\Z)) *" + _NUMBER + rb" *(?:, ?)?" + _UNIT + rb" *",
    re.IGNORECASE,
)
# Id and lamp byte are binary: 0x30 + number, and bit 7 set (never CR or LF).
_CAS_22 = re.compile(
    rb"(?P<status>ST|US|OL),(?P<mode>GS|NT),.[\x80-\xff],(?=.{8} .{2}\Z) *"
    + _NUMBER
    + rb" {1,2}"
    + _UNIT,
    re.IGNORECASE | re.DOTALL,
)
_NO_WEIGHT = re.compile(
    _HEADER.replace(b"ST|US|", b"") + rb"(?:[^A-Z].*)?", re.IGNORECASE | re.DOTALL
)
_COMMAND_ERROR = re.compile(rb"ERR(0[1-4])\b.*", re.IGNORECASE | re.DOTALL)
_COMMAND_ERRORS: dict[bytes, ErrorName] = {
    b"01": "syntax",
    b"02": "logical",
    b"03": "not_executable",
    b"04": "unknown_command",
}


class StGs:
    """Decoder of the comma lines; the device streams by itself."""

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
    if error := _COMMAND_ERROR.fullmatch(line):
        return Error(_COMMAND_ERRORS[error[1]], line)
    if no_weight := _NO_WEIGHT.fullmatch(line):
        overload = no_weight["status"].upper() == b"OL"
        return Error("overload" if overload else "underload", line)
    match = _CAS_22.fullmatch(line) or _PLAIN.fullmatch(line)
    if match is None:
        return Other("reject", line)
    unit = match["unit"].decode("ascii").lower()
    if unit.startswith("pc"):
        return Other("count", line)
    if unit == "%":
        return Other("percent", line)
    return Weight(
        weight=Decimal((match["sign"] + match["digits"]).decode("ascii")),
        unit=unit,
        stable=match["status"].upper() == b"ST",
        net=match["mode"].upper() == b"NT",
        raw=line,
    )
