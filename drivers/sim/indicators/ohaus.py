"""Simulated Ohaus balance and Defender 3000, and a Radwag (drivers/scale/ohaus.py, kern_radwag).

Their manuals print no overload line for Ohaus: the simulated ones fall silent then, as a display
full of dashes has nothing to print.
"""

import re

from drivers.sim.indicators.talk import Answers, Stream
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit, digits

DIALECTS = ("ohaus", "ohaus-defender", "radwag")
_PRINT = re.compile(rb"P\r\n")
_SEND = re.compile(rb"SI\r\n")


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """Make a balance that answers P, a Defender that streams, or a Radwag that answers SI."""
    if dialect == "ohaus-defender":
        return Stream(pan, lambda: defender_frame(pan, unit))
    if dialect == "radwag":
        return Answers(pan, _SEND, lambda _: radwag_frame(pan, unit))
    return Answers(pan, _PRINT, lambda _: frame(pan, unit))


def frame(pan: Pan, unit: Unit) -> bytes:
    """Weight right in 12, blank, unit left in 5, stability."""
    if pan.overloaded:
        return b""
    grams = pan.shown_g
    size = ("-" if grams < 0 else "") + digits(grams, unit)
    return f"{size:>12} {unit:<5}{' ' if pan.stable else '?'}\r\n".encode()


def defender_frame(pan: Pan, unit: Unit) -> bytes:
    """Sign in column 1, weight right in 8, blank, unit left in 5, stability, G."""
    if pan.overloaded:
        return b""
    grams = pan.shown_g
    sign, motion = "-" if grams < 0 else " ", " " if pan.stable else "?"
    return f"{sign}{digits(grams, unit):>7} {unit:<5}{motion}G\r\n".encode()


def radwag_frame(pan: Pan, unit: Unit) -> bytes:
    """Command, stability mark, blank, sign, weight right in 9, blank, unit left in 3."""
    grams = pan.shown_g
    mark = "^" if pan.overloaded else " " if pan.stable else "?"
    return f"SI {mark} {'-' if grams < 0 else ' '}{digits(grams, unit):>9} {unit:<3}\r\n".encode()
