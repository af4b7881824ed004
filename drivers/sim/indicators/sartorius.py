"""Simulated Sartorius balance, 16 characters (drivers/scale/sartorius.py)."""

from drivers.sim.indicators.sending import Answering
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit, digits


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """Make a balance that answers ESC P and nothing else."""
    return Answering(lambda command: frame(pan, unit) if command == b"\x1bP" else b"", b"\r\n")


def frame(pan: Pan, unit: Unit) -> bytes:
    """One frame of what the pan shows now; the unit is blank while it moves."""
    if pan.overloaded:
        return b"      H       \r\n"
    grams = pan.shown_g
    sign = "-" if grams < 0 else "+"
    return f"{sign}{digits(grams, unit):>9} {unit if pan.stable else '':<3}\r\n".encode()
