"""A&D standard format of balances and indicators (GC series p50-51, AD-4212; 2400-7E1, CR LF).

    ST,+00123.45  g     stable             9 characters of data, 3 of unit, 17 with CR LF
    US,-00123.45  g     unstable
    QT,+00001234 PC     a count, never a weight
    OL,+9999999E+19     overload: a float parser takes it for a number (AD-4212)

The digits are padded with zeros, so the sign always touches them and the line of the manual has one
length: a lost character never makes another mass. Longer ones are seen with finer balances and
other makers. With the comparator on, a second header HI, OK or LO appears. Without a check, two
agreeing frames are the caller's duty (M-02).
"""

import re
from decimal import Decimal

from drivers.scale.decoded import Decoded, Error, ErrorName, Other, Weight
from drivers.scale.line_dialect import NOT_A_MASS, LineDialect

_SHAPES = ((9, 3), (10, 3), (10, 4), (11, 3))
"""Characters of data and of unit: the first by the manuals, the others seen."""
_COMPARED = re.compile(rb"(?:(?P<before>HI|OK|LO),)?(?P<header>ST|US|QT|OL),(?:(?:HI|OK|LO),)?")
# A cut "kg" or "GN" (grain) must not be another unit.
_DATA = re.compile(
    rb"(?P<number>[+-]\d{1,10}(?:\.\d{1,6})?)(?P<unit> *(?:kg|g|mg|t|lb|oz|ct|PC|%))"
)
_OVER = re.compile(rb"(?P<sign>[+-])[ -~]{4,16}")
_CODES: dict[bytes, ErrorName] = {
    b"E00": "transmission",
    b"E01": "unknown_command",
    b"E02": "not_executable",
    b"E03": "transmission",
    b"E04": "transmission",
    b"E06": "syntax",
    b"E07": "logical",
    b"E11": "not_executable",
}
_CODE = re.compile(rb"EC,(E\d\d)")


class AndStandard(LineDialect):
    """Decoder of A&D lines; the link sends ``request`` (Q: at once, stable or not)."""

    def __init__(self) -> None:
        super().__init__(decode, b"Q\r\n")


def decode(line: bytes) -> Decoded:
    """Decode one line without its terminator."""
    if code := _CODE.fullmatch(line):
        return Error(_CODES.get(code[1], "logical"), line)
    if line == b"\x06":
        return Other("ack", line)
    start = _COMPARED.match(line)
    if start is None:
        return Other("reject", line)
    # The standard part, whatever the comparator put in front of its data.
    data = line[start.end() :]
    if start["header"] == b"OL":
        over = _OVER.fullmatch(data)
        if over is None:
            return Other("reject", line)
        return Error("underload" if over["sign"] == b"-" else "overload", line)
    frame = _DATA.fullmatch(data)
    if frame is None or (len(frame["number"]), len(frame["unit"])) not in _SHAPES:
        return Other("reject", line)
    unit = frame["unit"].strip().decode("ascii").lower()
    if kind := "count" if start["header"] == b"QT" else NOT_A_MASS.get(unit):
        return Other(kind, line)
    return Weight(
        weight=Decimal(frame["number"].decode("ascii")),
        unit=unit,
        stable=start["header"] == b"ST",
        net=None,
        raw=line,
    )
