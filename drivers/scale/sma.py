"""SMA SCP-0499, the US scale makers' standard (Sartorius PR 5220 p130, B-TEK T419S p61).

    LF s r n m f, 10 characters of weight, 3 of unit, CR       LF W CR asks

``s`` blank or Z (centre of zero) goes with a weight; O, U, E, I and T say why there is none, and
then the weight is dashes. ``n`` is G, N or T; a lower-case one means ten-fold resolution. Between
LF and CR are 18 characters, always: a line that lost some at either end is no frame.
"""

import re
from decimal import Decimal

from drivers.scale.decoded import Decoded, Error, ErrorName, Other, Weight
from drivers.scale.line_dialect import NOT_A_MASS, LineDialect

_FRAME = re.compile(
    rb"(?P<status>[ ZOUEIT])(?P<range>[ 0-9])(?P<mode>[GNTgnt])(?P<motion>[ M])(?P<custom>[ -~])"
    rb"(?P<value>[ 0-9.-]{10})(?P<unit>[A-Za-z% ]{3})"
)
_VALUE = re.compile(rb" *(-?\d{1,9}(?:\.\d{1,6})?)")
_UNIT = re.compile(rb" *([A-Za-z]{1,3}|%) *")
_STATUS: dict[bytes, ErrorName] = {
    b"O": "overload",
    b"U": "underload",
    b"E": "zero_error",
    b"I": "zero_error",
    b"T": "not_executable",
}
_COMPLAINTS: dict[bytes, ErrorName] = {b"?": "unknown_command", b"!": "transmission"}
_ABOUT = re.compile(rb"(?:SMA|MFG|MOD|REV|SN |OP\d|CMD|END|TYP|CAP):[ -~]*")


class Sma(LineDialect):
    """Decoder of SMA answers; the link sends ``request`` and waits for the answer."""

    def __init__(self) -> None:
        super().__init__(decode, b"\nW\r")


def decode(line: bytes) -> Decoded:
    """Decode what stood between LF and CR."""
    if complaint := _COMPLAINTS.get(line):
        return Error(complaint, line)
    if _ABOUT.fullmatch(line):
        return Other("info", line)
    frame = _FRAME.fullmatch(line)
    if frame is None:
        return Other("reject", line)
    if refusal := _STATUS.get(frame["status"]):
        return Error(refusal, line)
    value, unit = _VALUE.fullmatch(frame["value"]), _UNIT.fullmatch(frame["unit"])
    if value is None or unit is None:
        return Other("reject", line)
    name = unit[1].decode("ascii").lower()
    if kind := NOT_A_MASS.get(name):
        return Other(kind, line)
    if frame["mode"] in b"Tt":
        # A tare that somebody asked for; it says nothing about the load.
        return Other("info", line)
    return Weight(
        weight=Decimal(value[1].decode("ascii")),
        unit=name,
        stable=frame["motion"] == b" ",
        net=frame["mode"] in b"Nn",
        raw=line,
        expanded=frame["mode"].islower(),
    )
