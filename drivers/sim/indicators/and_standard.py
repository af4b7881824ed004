"""Simulated A&D balance (drivers/scale/and_standard.py)."""

import re

from drivers.sim.indicators.talk import Answers
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit, digits

DIALECTS = ("and",)
_ASKED = re.compile(rb"[^\r\n]+\r\n")


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """Make a balance that answers Q, and an undefined command with EC,E01."""
    return Answers(
        pan, _ASKED, lambda asked: frame(pan, unit) if asked[0] == b"Q\r\n" else b"EC,E01\r\n"
    )


def frame(pan: Pan, unit: Unit) -> bytes:
    """One frame of what the pan shows now; an overload looks like a number, as on the AD-4212."""
    if pan.overloaded:
        return b"OL,+9999999E+19\r\n"
    grams = pan.shown_g
    header, sign = "ST" if pan.stable else "US", "-" if grams < 0 else "+"
    return f"{header},{sign}{digits(grams, unit):0>8}{unit:>3}\r\n".encode()
