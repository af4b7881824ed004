"""Simulated Rice Lake IQ plus 355 (drivers/scale/rice_lake.py)."""

from drivers.sim.indicators.talk import Stream
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit, digits

DIALECTS = ("rice-lake-355",)


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """Make an indicator with continuous output."""
    return Stream(pan, lambda: frame(pan, unit))


def frame(pan: Pan, unit: Unit) -> bytes:
    """One frame of what the pan shows now."""
    grams = pan.shown_g
    polarity, letter = "-" if grams < 0 else " ", "K" if unit == "kg" else "G"
    status = "O" if pan.overloaded else " " if pan.stable else "M"
    # Seven places is all there is: an overload fills them with anything.
    value = digits(grams, unit)[-7:]
    return f"\x02{polarity}{value:>7}{letter}G{status}\r\n".encode()
