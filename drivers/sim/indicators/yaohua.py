"""Yaohua indicators (formats: drivers/scale/yaohua*.py).

The continuous formats have no overload flag: the number goes on rising, and only the range of the
configuration (M-03) keeps it from being paid.
"""

import re
from functools import reduce
from operator import xor

from drivers.sim.indicators.talk import Answers, Stream
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit, digits

DIALECTS = ("yaohua-a9", "yaohua-eq-forward", "yaohua-eq-reversed", "yaohua-a12e", "yaohua-cmd")
ADDRESS = b"A"
_ASKED = re.compile(rb"\x02(?P<body>A[ABCD])(?P<check>[0-9A-F]{2})\x03")


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """The indicator that speaks ``dialect``; as ``yaohua-cmd`` it has the address A."""
    indicator = Indicator(pan, unit)
    if dialect == "yaohua-cmd":
        return Answers(pan, _ASKED, indicator.answer)
    frames = {
        "yaohua-a9": indicator.continuous,
        "yaohua-eq-forward": indicator.forward,
        "yaohua-eq-reversed": indicator.backward,
        "yaohua-a12e": indicator.line,
    }
    return Stream(pan, frames[dialect])


class Indicator:
    """A pan in Yaohua's bytes."""

    def __init__(self, pan: Pan, unit: Unit) -> None:
        self._pan = pan
        self._unit = unit

    def continuous(self) -> bytes:
        """Twelve bytes with a check (A26 manual p12)."""
        return _checked(self._number(self._pan.shown_g))

    def answer(self, asked: re.Match[bytes]) -> bytes:
        """Gross, tare, net or a handshake (DS3 manual p8); no tare is ever taken."""
        body = asked["body"]
        if asked["check"] != _check(body):
            return b""
        if body.endswith(b"A"):
            return _checked(body)
        return _checked(body + self._number(0 if body.endswith(b"C") else self._pan.shown_g))

    def forward(self) -> bytes:
        """'=', sign, seven characters (A26 manual p13, format 2)."""
        grams = self._pan.shown_g
        return b"=" + (b"-" if grams < 0 else b"0") + self._seven(grams)

    def backward(self) -> bytes:
        """'=', seven characters from the last to the first, sign (format 1)."""
        grams = self._pan.shown_g
        return b"=" + self._seven(grams)[::-1] + (b"-" if grams < 0 else b"0")

    def line(self) -> bytes:
        """A12E manual p13, with OL in the place of an overload."""
        if self._pan.overloaded:
            return b"         OL23\r\n"
        grams = self._pan.shown_g
        seven = self._seven(grams)
        if grams < 0:
            seven = b"-" + seven[1:]
        body = b"WG" + seven + f"{self._unit:>2}".encode()
        return body + _check(body) + b"\r\n"

    def _number(self, grams: int) -> bytes:
        sign = "-" if grams < 0 else "+"
        decimals = 3 if self._unit == "kg" else 0
        return f"{sign}{abs(grams):06d}{decimals}".encode()

    def _seven(self, grams: int) -> bytes:
        return digits(grams, self._unit).rjust(7, "0").encode()


def _check(body: bytes) -> bytes:
    return f"{reduce(xor, body):02X}".encode()


def _checked(body: bytes) -> bytes:
    return b"\x02" + body + _check(body) + b"\x03"
