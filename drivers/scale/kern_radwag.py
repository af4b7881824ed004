"""Radwag text answers to SI and SU, also sold under other names (Kern, with '?' as its mark).

    command in 3, stability mark, blank, sign, weight right in 9, blank, unit left in 3, CR LF

The mark is blank (stable), ? (unstable), ^ (above the range) or v (below it). The sign has a
column of its own, so only the full length counts: 19 characters. A line of the print key is the
same without its command. ``XX A``, ``XX I`` and ``XX E`` acknowledge, refuse and time out.
"""

import re
from decimal import Decimal

from drivers.scale.decoded import Decoded, Error, ErrorName, Other, Weight
from drivers.scale.line_dialect import NOT_A_MASS, LineDialect

_WEIGHT = re.compile(
    rb"(?:S  |SI |SU |SUI)?(?P<mark>[ ?]) (?P<sign>[ +-])(?=.{13}\Z) *"
    rb"(?P<digits>\d{1,9}(?:\.\d{1,6})?) (?=.{3}\Z)(?P<unit>[A-Za-z]{1,3}|%) *"
)
_OUT_OF_RANGE = re.compile(rb"(?:S  |SI |SU |SUI)?(?P<mark>[\^v]) [ -~]{14}")
_ANSWER = re.compile(rb"(?:SUI|SU|SI|S|Z|T|UT|OT|C1|C0|CU1|CU0) +(?P<word>[ADEIv^]|OK)")
_WORDS: dict[bytes, ErrorName] = {
    b"E": "not_executable",
    b"I": "not_executable",
    b"^": "overload",
    b"v": "underload",
}


class Radwag(LineDialect):
    """Decoder of Radwag answers; the link sends ``request`` (SI: at once, basic unit)."""

    def __init__(self) -> None:
        super().__init__(decode, b"SI\r\n")


def decode(line: bytes) -> Decoded:
    """Decode one line without its terminator."""
    if line == b"ES":
        return Error("syntax", line)
    if answer := _ANSWER.fullmatch(line):
        refusal = _WORDS.get(answer["word"])
        return Error(refusal, line) if refusal else Other("ack", line)
    if out := _OUT_OF_RANGE.fullmatch(line):
        return Error("overload" if out["mark"] == b"^" else "underload", line)
    match = _WEIGHT.fullmatch(line)
    if match is None:
        return Other("reject", line)
    unit = match["unit"].decode("ascii").lower()
    if kind := NOT_A_MASS.get(unit):
        return Other(kind, line)
    return Weight(
        weight=Decimal((match["sign"].strip() + match["digits"]).decode("ascii")),
        unit=unit,
        stable=match["mark"] == b" ",
        net=None,
        raw=line,
    )
