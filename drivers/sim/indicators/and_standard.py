"""Simulated A&D balance (drivers/scale/and_standard.py)."""

from drivers.sim.indicators.sending import Answering
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit, digits


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """Make a balance that answers Q, and an undefined command with EC,E01."""
    return Answering(
        lambda command: frame(pan, unit) if command == b"Q" else b"EC,E01\r\n", b"\r\n"
    )


def frame(pan: Pan, unit: Unit) -> bytes:
    """One frame of what the pan shows now; an overload looks like a number, as on the AD-4212."""
    if pan.overloaded:
        return b"OL,+9999999E+19\r\n"
    grams = pan.shown_g
    header, sign = "ST" if pan.stable else "US", "-" if grams < 0 else "+"
    return f"{header},{sign}{digits(grams, unit):0>8}{unit:>3}\r\n".encode()
