"""Ohaus plain text (RS232 manual p5, Explorer p158) and the Defender 3000 (captures).

    RS232 manual   weight right in 12, blank, unit left in 5, ? or blank      "12.72 g    ?"
                   weight right in 11, blank, unit, blank, ? or blank         "311 g ?"
    Explorer       weight right in 10 to 12, blank, unit, blanks, ? or blank, legend
    Defender       weight right in 8, blank, unit left in 5, ? or blank, G or N

"?" in its column means unstable. On the Defender a minus sits in column 1 with blanks before the
digits, so there only the full length counts: a line that lost its first character would weigh the
opposite. On the others the minus touches the digits, and a blank before them shows that none is
missing. The stability column must be there. Without a check, two agreeing frames are the caller's
duty (M-02).
"""

import re
from decimal import Decimal

from drivers.scale.decoded import Decoded, Error, Other, Weight
from drivers.scale.line_dialect import NOT_A_MASS, LineDialect

_NUMBER = rb"(?P<digits>\d{1,9}(?:\.\d{1,6})?)"
_PLAIN = re.compile(
    rb"(?=[^A-Za-z%]{10,12} [A-Za-z%]) +(?P<sign>[+-]?)"
    + _NUMBER
    + rb" (?P<unit>[A-Za-z]{1,5}|%) {1,6}(?P<motion>[ ?])(?: ?(?P<mode>NET|N|G|B|T|PT)? *)"
)
_DEFENDER = re.compile(
    rb"(?=.{16}\Z)(?P<sign>[ -]) *"
    + _NUMBER
    + rb" (?=.{7}\Z)(?P<unit>[A-Za-z]{1,5}|%) *(?P<motion>[ ?])(?P<mode>[GN])"
)
_REFUSED = (b"ES", b"OK!")


class Ohaus(LineDialect):
    """Decoder of the balances' lines; the link sends ``request`` (P, print)."""

    def __init__(self) -> None:
        super().__init__(decode, b"P\r\n")


class OhausDefender(LineDialect):
    """Decoder of the Defender's lines; the indicator talks by itself."""

    def __init__(self) -> None:
        super().__init__(decode_defender)


def decode(line: bytes) -> Decoded:
    """Decode one line of a balance without its terminator."""
    return _decode(line, _PLAIN)


def decode_defender(line: bytes) -> Decoded:
    """Decode one line of a Defender without its terminator."""
    return _decode(line, _DEFENDER)


def _decode(line: bytes, layout: re.Pattern[bytes]) -> Decoded:
    if line in _REFUSED:
        return Error("syntax", line) if line == b"ES" else Other("ack", line)
    match = layout.fullmatch(line)
    if match is None:
        return Other("reject", line)
    unit = match["unit"].decode("ascii").lower()
    if kind := NOT_A_MASS.get(unit):
        return Other(kind, line)
    mode = match["mode"]
    if mode in (b"T", b"PT"):
        return Other("info", line)
    return Weight(
        weight=Decimal((match["sign"].strip() + match["digits"]).decode("ascii")),
        unit=unit,
        stable=match["motion"] == b" ",
        net=None if mode is None else mode.startswith(b"N"),
        raw=line,
    )
