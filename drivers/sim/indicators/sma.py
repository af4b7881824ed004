"""Simulated SMA SCP-0499 indicator (drivers/scale/sma.py)."""

import re

from drivers.sim.indicators.talk import Answers
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit, digits

DIALECTS = ("sma",)
_ASKED = re.compile(rb"\n[^\r]*\r")


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """Make an indicator that answers W, and ? to everything else."""

    def answer(asked: re.Match[bytes]) -> bytes:
        return frame(pan, unit) if asked[0] == b"\nW\r" else b"\n?\r"

    return Answers(pan, _ASKED, answer)


def frame(pan: Pan, unit: Unit) -> bytes:
    """One frame of what the pan shows now."""
    if pan.overloaded:
        return f"\nO1G  {'-' * 10}{unit:<3}\r".encode()
    grams, motion = pan.shown_g, " " if pan.stable else "M"
    status, sign = "Z" if grams == 0 else " ", "-" if grams < 0 else ""
    return f"\n{status}1G{motion} {sign + digits(grams, unit):>10}{unit:<3}\r".encode()
