"""Toledo indicators: continuous output with its check, and the 8217 that is asked with W."""

import re

from drivers.sim.indicators.talk import Answers, Stream
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit, digits

DIALECTS = ("toledo-continuous", "toledo-8217")
_ASKED = re.compile(rb"W")


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """The indicator that speaks ``dialect``."""
    indicator = Indicator(pan, unit)
    if dialect == "toledo-8217":
        return Answers(pan, _ASKED, indicator.answer)
    return Stream(pan, indicator.continuous)


class Indicator:
    """A pan in Toledo's bytes (formats: drivers/scale/toledo_*.py)."""

    def __init__(self, pan: Pan, unit: Unit) -> None:
        self._pan = pan
        self._unit = unit

    def continuous(self) -> bytes:
        """Eighteen bytes; three decimals in kilograms, none in grams (Wildcat manual p40)."""
        grams = self._pan.shown_g
        swa = 0x28 | (5 if self._unit == "kg" else 2)
        swb = 0x20 | 0x10
        swb |= 0x02 if grams < 0 else 0
        swb |= 0x04 if self._pan.overloaded else 0
        swb |= 0 if self._pan.stable else 0x08
        swc = 0x20 if self._unit == "kg" else 0x21
        body = bytes((0x02, swa, swb, swc)) + f"{abs(grams):6d}{0:6d}\r".encode()
        return body + bytes((-sum(body) & 0x7F,))

    def answer(self, asked: re.Match[bytes]) -> bytes:
        """A weight at rest, else the reason; grams as the 8213 writes them (Diva p44, 3700LP)."""
        grams = self._pan.shown_g
        status = 0x40 | (0x10 if grams == 0 else 0)
        status |= 0 if self._pan.stable else 0x01
        status |= 0x02 if self._pan.overloaded else 0
        status |= 0x04 if grams < 0 else 0
        if status & 0x07:
            return b"\x02?" + bytes((status,)) + b"\r"
        return b"\x02" + digits(grams, self._unit).rjust(6, "0").encode() + b"\r"
