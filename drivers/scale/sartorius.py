"""Sartorius SBI (LE2202S p51, CB p34, Master p77-79, Combics 1 p98, Entris II p3); ESC P asks.

    16 characters   sign, blank or digit, 8 of weight, blank, unit in 3, CR LF
    22 characters   6 of identity first: N, N1 net, G# gross, Stat for codes, others never a weight

The unit is blank while the weight is unstable, so a blank unit is the stability flag, and it must
be seen to be blank: its three columns have to be there. A non-verified digit stands in brackets
and refuses the line (serial.md, rule 6). Old units are commonly 1200-7O1.

Lines of other lengths, as one driver's tests have them, count only where nothing can be missing
in front: the sign is written out, or the digits fill their columns.
"""

import re
from decimal import Decimal

from drivers.scale.decoded import Decoded, Error, ErrorName, Other, OtherKind, Weight
from drivers.scale.line_dialect import NOT_A_MASS, LineDialect

_NUMBER = rb"(?P<digits>\d{1,9}(?:\.\d{1,8})?)"
_COLUMNS = re.compile(
    rb"(?=.{14}\Z)(?P<sign>[ +-]) *" + _NUMBER + rb" (?=.{3}\Z)(?P<unit>[A-Za-z/%]{1,3})? *"
)
_LOOSE = re.compile(
    rb"(?P<sign>[+-] *| (?=[\d.]{9} ))" + _NUMBER + rb"(?: (?P<unit>kg|g|mg)|(?= {4})) *"
)
_CODED = re.compile(rb"(?P<identity>[ -~]{6})(?P<rest>.{12,16})", re.DOTALL)
_CODES: dict[bytes, ErrorName] = {
    b"H": "overload",
    b"HH": "overload",
    b"HIGH": "overload",
    b"L": "underload",
    b"LL": "underload",
    b"LOW": "underload",
    # Adjusting, or no value to give just now: what was seen before no longer counts.
    b"C": "not_executable",
    b"CC": "not_executable",
    b"CAL.EXT.": "not_executable",
    b"--": "not_executable",
}
_FAILED = re.compile(rb"ERR[. ]+\d{1,3}|(?:APP|DIS|PRT)\.ERR?")
_NET = {b"N": True, b"N1": True, b"G": False, b"G#": False, b"": None}
_COUNTED: dict[bytes, OtherKind] = {b"Qnt": "count", b"Prc": "percent"}


class SartoriusSbi(LineDialect):
    """Decoder of SBI lines; the link sends ``request`` (ESC P, print)."""

    def __init__(self) -> None:
        super().__init__(decode, b"\x1bP\r\n")


def decode(line: bytes) -> Decoded:
    """Decode one line without its terminator."""
    if refusal := _code(line):
        return Error(refusal, line)
    plain = _match(line)
    coded = _CODED.fullmatch(line)
    if plain or coded is None:
        return _weight(line, plain, net=None)
    match = _match(coded["rest"])
    identity = coded["identity"].strip(b" ")
    if identity in _NET:
        return _weight(line, match, net=_NET[identity])
    # A tare, a reference, a statistic: a number, but not what lies on the pan.
    kind = _COUNTED.get(identity, "info") if match else "reject"
    return Other(kind, line)


def _code(line: bytes) -> ErrorName | None:
    text = line.removeprefix(b"Stat").strip(b" ").upper()
    if _FAILED.fullmatch(text):
        return "logical"
    return _CODES.get(text.replace(b" ", b""))


def _match(line: bytes) -> re.Match[bytes] | None:
    return _COLUMNS.fullmatch(line) or _LOOSE.fullmatch(line)


def _weight(line: bytes, match: re.Match[bytes] | None, *, net: bool | None) -> Decoded:
    if match is None:
        return Other("reject", line)
    unit = (match["unit"] or b"").decode("ascii").lower()
    if kind := NOT_A_MASS.get(unit):
        return Other(kind, line)
    return Weight(
        weight=Decimal((match["sign"].strip() + match["digits"]).decode("ascii")),
        unit=unit or None,
        stable=bool(unit),
        net=net,
        raw=line,
    )
