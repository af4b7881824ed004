"""NCI and Weigh-Tronix scales in their three framings (formats: drivers/scale/nci.py)."""

import re

from drivers.sim.indicators.talk import Answers
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit, digits

DIALECTS = ("nci-scp-01", "nci-scp-02", "nci-scp-12")
_ASKED = re.compile(rb"(?P<command>[^\r]*)\r")


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """The scale that speaks ``dialect``; its motion bit is set while it moves."""
    return Answers(pan, _ASKED, Indicator(dialect, pan, unit).answer)


class Indicator:
    """A pan in NCI's bytes."""

    def __init__(self, dialect: str, pan: Pan, unit: Unit) -> None:
        self._dialect = dialect
        self._pan = pan
        self._unit = unit

    def answer(self, asked: re.Match[bytes]) -> bytes:
        """Weight and status to W, the status alone to S (NCI 7800 manual p32)."""
        if asked["command"] not in (b"W", b"S"):
            return b"\n?\r\x03"
        grams = self._pan.shown_g
        first = 0x30 | (0 if self._pan.stable else 0x01) | (0x02 if grams == 0 else 0)
        second = 0x30 | (0x02 if self._pan.overloaded else 0x01 if grams < 0 else 0)
        status = bytes((first, second))
        mute = first & 0x01 or second != 0x30
        if asked["command"] == b"S" or (self._dialect == "nci-scp-02" and mute):
            return b"\n" + self._mark + status + b"\r\x03"
        size = ("-" if grams < 0 else "") + digits(grams, self._unit)
        weight = f"\n{size:>7}{self._unit.upper()}\r".encode()
        if self._dialect == "nci-scp-12":
            return weight + status + b"\x03"
        return weight + b"\n" + self._mark + status + b"\r\x03"

    @property
    def _mark(self) -> bytes:
        return b"S" if self._dialect == "nci-scp-02" else b""
