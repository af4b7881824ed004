"""Two lines that CAS indicators send besides ST/GS (drivers/scale/st_gs.py).

``cas-eb``: the EB format of Shimadzu balances, which the CBX-22KH family sends (a fixture of a
Korean station's driver): S or U, sign, number, unit, CR LF; OL in the place of the number.

    S-186.65g

``cas-10``: eight characters and CR LF, nothing else (CI-600D p74). The configuration says the
unit, the host derives stability (M-32), nothing tells gross from net: the last resort where an
indicator offers no other format. A line of any other length is no frame, so a cut one is none.
"""

import re
from decimal import Decimal

from drivers.scale.decoded import Decoded, Error, Other, Weight
from drivers.scale.line_dialect import NOT_A_MASS, LineDialect

# Units that no other begins with: "g" of a cut "gn" (grain) would be another mass.
_EB = re.compile(
    rb"(?P<state>[SU]) *(?P<sign>[ +-]?) *(?P<digits>\d{1,8}(?:\.\d{1,6})?) *"
    rb"(?P<unit>kg|g|mg|ct|lb|oz|t|pcs?|%) *",
    re.IGNORECASE,
)
_EB_NO_WEIGHT = re.compile(rb"[SU]? *(?P<sign>[ +-]?) *OL *(?:kg|g)? *", re.IGNORECASE)
_TEN = re.compile(rb"(?=.{8}\Z)(?P<blanks> *)(?P<number>-?\d+(?:\.\d+)?)")


class CasEb(LineDialect):
    """Decoder of ``cas-eb``; the device sends by itself."""

    def __init__(self) -> None:
        super().__init__(decode_eb)


class CasTen(LineDialect):
    """Decoder of ``cas-10``; the device streams by itself."""

    def __init__(self) -> None:
        super().__init__(decode_ten)


def decode_eb(line: bytes) -> Decoded:
    """Decode one line of ``cas-eb`` without its terminator."""
    if no_weight := _EB_NO_WEIGHT.fullmatch(line):
        return Error("underload" if no_weight["sign"] == b"-" else "overload", line)
    match = _EB.fullmatch(line)
    if match is None:
        return Other("reject", line)
    unit = match["unit"].decode("ascii").lower()
    if kind := NOT_A_MASS.get(unit):
        return Other(kind, line)
    return Weight(
        weight=Decimal((match["sign"].strip() + match["digits"]).decode("ascii")),
        unit=unit,
        stable=match["state"].upper() == b"S",
        net=None,
        raw=line,
    )


def decode_ten(line: bytes) -> Decoded:
    """Decode one line of ``cas-10`` without its terminator."""
    match = _TEN.fullmatch(line)
    if match is None:
        return Other("reject", line)
    weight = Decimal(match["number"].decode("ascii"))
    return Weight(weight, unit=None, stable=None, net=None, raw=line)
