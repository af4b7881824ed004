"""CAS indicators besides those that send comma lines (formats: drivers/scale/cas_*.py)."""

import re
from functools import reduce
from operator import xor

from drivers.sim.indicators.talk import Answers, Stream
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit, digits

DIALECTS = ("cas-soh", "cas-eb", "cas-10")
_ASKED = re.compile(rb"[\x05\x11]")


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """The indicator that speaks ``dialect``."""
    indicator = Indicator(pan, unit)
    if dialect == "cas-soh":
        return Answers(pan, _ASKED, indicator.answer)
    return Stream(pan, indicator.eb if dialect == "cas-eb" else indicator.ten)


class Indicator:
    """A pan in the bytes of CAS."""

    def __init__(self, pan: Pan, unit: Unit) -> None:
        self._pan = pan
        self._unit = unit

    def answer(self, asked: re.Match[bytes]) -> bytes:
        """ACK to ENQ, the block to DC1 (PD-II manual p23)."""
        if asked[0] == b"\x05":
            return b"\x06"
        grams = self._pan.shown_g
        state = "S" if self._pan.stable else "U"
        size = digits(grams, self._unit)
        sign = "-" if grams < 0 else " "
        if self._pan.overloaded or len(size) > 6:
            sign, size = "F", "FFFFFF"
        body = f"{state}{sign}{size:>6}{self._unit:>2}".encode()
        return b"\x01\x02" + body + bytes((reduce(xor, body),)) + b"\x03\x04"

    def eb(self) -> bytes:
        """S or U, sign, number, unit; OL when there is too much on it."""
        grams = self._pan.shown_g
        state = "S" if self._pan.stable else "U"
        if self._pan.overloaded:
            return f"{state}  OL\r\n".encode()
        sign = "-" if grams < 0 else " "
        return f"{state}{sign}{digits(grams, self._unit)}{self._unit}\r\n".encode()

    def ten(self) -> bytes:
        """Eight characters and CR LF; nothing but blanks when there is too much on it."""
        if self._pan.overloaded:
            return b"        \r\n"
        grams = self._pan.shown_g
        sign = "-" if grams < 0 else ""
        size = digits(grams, self._unit).rjust(8 - len(sign), "0")
        return f"{sign}{size}\r\n".encode()
