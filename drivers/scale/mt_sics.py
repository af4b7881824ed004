"""MT-SICS, polled with SI (serial.md 1.4; Mettler-Toledo AL-IC manual p72, mt-sics test suite).

SI answers at once, ``S S`` stable or ``S D`` dynamic; plain S would block until stable. The I4
line comes unasked when the balance is switched on: since this driver never asks for it, it means
that the scale restarted. Answers to T carry a weight that is a tare, so they are never one.
"""

import re
from decimal import Decimal

from drivers.scale.decoded import Decoded, Error, ErrorName, Other, Weight
from drivers.scale.lines import LineCutter

_WEIGHT = re.compile(
    rb"SI? +(?P<status>[SD]) +(?P<sign>[+-]?) *(?P<digits>\d{1,9}(?:\.\d{1,6})?)"
    rb" +(?P<unit>kg|g|mg|t|lb|oz|PCS|%) *"
)
_GENERAL: dict[bytes, ErrorName] = {b"ES": "syntax", b"ET": "transmission", b"EL": "logical"}
_REFUSALS: dict[bytes, ErrorName] = {
    b"S +": "overload",
    b"S -": "underload",
    b"SI +": "overload",
    b"SI -": "underload",
    b"Z +": "zero_range_upper",
    b"Z -": "zero_range_lower",
    b"ZI +": "zero_range_upper",
    b"ZI -": "zero_range_lower",
    b"T +": "overload",
    b"T -": "underload",
    b"TI +": "overload",
    b"TI -": "underload",
}
_POWER_ON = re.compile(rb'I4 A ".*"')
_INFO = re.compile(rb"I\d{1,2} [AB]( .*)?")
_ZEROED = re.compile(rb"ZI (?P<status>[SD])")
_DONE = re.compile(rb"[A-Z]{1,4}\d{0,2} A( .*)?|TI? [SD]( .*)?")
_REFUSED = re.compile(rb"[A-Z]{1,4}\d{0,2} (?P<status>[IL])")


class MtSics:
    """Decoder of MT-SICS answers; the link sends ``request`` and waits for the answer."""

    request: bytes | None = b"SI\r\n"

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
    bare = line.rstrip(b" ")
    if refusal := _GENERAL.get(bare) or _REFUSALS.get(bare):
        return Error(refusal, line)
    if refused := _REFUSED.fullmatch(bare):
        return Error("not_executable" if refused["status"] == b"I" else "logical", line)
    if _POWER_ON.fullmatch(bare):
        return Other("power_on", line)
    if _INFO.fullmatch(bare):
        return Other("info", line)
    if zeroed := _ZEROED.fullmatch(bare):
        return Other("ack", line, stable=zeroed["status"] == b"S")
    if _DONE.fullmatch(bare):
        return Other("ack", line)
    match = _WEIGHT.fullmatch(line)
    if match is None:
        return Other("reject", line)
    unit = match["unit"].decode("ascii").lower()
    if unit in ("pcs", "%"):
        return Other("count" if unit == "pcs" else "percent", line)
    return Weight(
        weight=Decimal((match["sign"] + match["digits"]).decode("ascii")),
        unit=unit,
        stable=match["status"] == b"S",
        net=None,
        raw=line,
    )
