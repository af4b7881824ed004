"""Rice Lake IQ plus 355 (Cardinal 200/225, Rice Lake 120Plus p48, IQ700 p54; Rinstrum copies it).

    STX, polarity, 7 characters with the point, unit L K T G O or blank, G or N, status, CR LF

Status is blank (valid), M (motion), O (out of range), I (invalid) or, on the 120Plus, H (hold).
The IQ700 comes set to 7 bits, odd parity. No captures are known. The length is fixed and the
format has no check.
"""

import re
from decimal import Decimal

from drivers.scale.decoded import Decoded, Error, ErrorName, Other, Weight
from drivers.scale.line_dialect import LineDialect

_FRAME = re.compile(
    rb"\x02(?P<polarity>[ +-])(?P<value>[ 0-9.]{7})(?P<unit>[LKTGO ])(?P<mode>[GN])"
    rb"(?P<status>[ M])"
)
_NO_WEIGHT = re.compile(
    rb"\x02(?P<polarity>[ +-])[ -~]{7}[LKTGO ][GN](?P<status>[OIH])", re.IGNORECASE
)
_VALUE = re.compile(rb" *(\d{1,7}(?:\.\d{1,5})?)")
# T is a ton of some kind: whichever, a configuration in kg or g refuses it.
_UNITS = {b"L": "lb", b"K": "kg", b"T": "t", b"G": "g", b"O": "oz", b" ": None}


class RiceLake355(LineDialect):
    """Decoder of the continuous output; the device talks by itself."""

    def __init__(self) -> None:
        super().__init__(decode)


def decode(line: bytes) -> Decoded:
    """Decode one line without its terminator, with its STX."""
    if no_weight := _NO_WEIGHT.fullmatch(line):
        return Error(_why(no_weight["polarity"], no_weight["status"]), line)
    frame = _FRAME.fullmatch(line)
    value = _VALUE.fullmatch(frame["value"]) if frame else None
    if frame is None or value is None:
        return Other("reject", line)
    sign = "-" if frame["polarity"] == b"-" else ""
    return Weight(
        weight=Decimal(sign + value[1].decode("ascii")),
        unit=_UNITS[frame["unit"]],
        stable=frame["status"] == b" ",
        net=frame["mode"] == b"N",
        raw=line,
    )


def _why(polarity: bytes, status: bytes) -> ErrorName:
    if status in b"Oo":
        return "underload" if polarity == b"-" else "overload"
    return "not_executable"
