"""Simulated Sartorius balance, 16 characters (drivers/scale/sartorius.py)."""

import re

from drivers.sim.indicators.talk import Answers
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit, digits

DIALECTS = ("sartorius-sbi",)
_ASKED = re.compile(rb"\x1bP\r\n")


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """Make a balance that answers ESC P and nothing else."""
    return Answers(pan, _ASKED, lambda _: frame(pan, unit))


def frame(pan: Pan, unit: Unit) -> bytes:
    """One frame of what the pan shows now; the unit is blank while it moves."""
    if pan.overloaded:
        return b"      H       \r\n"
    grams = pan.shown_g
    sign = "-" if grams < 0 else "+"
    return f"{sign}{digits(grams, unit):>9} {unit if pan.stable else '':<3}\r\n".encode()
