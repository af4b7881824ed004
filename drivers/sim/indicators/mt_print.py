"""Simulated Mettler-Toledo print key (drivers/scale/mt_print.py)."""

from drivers.sim.indicators.talk import Stream
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit, digits

DIALECTS = ("mt-print",)


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """Make a balance whose automatic print presses the key ten times a second."""
    return Stream(pan, lambda: frame(pan, unit))


def frame(pan: Pan, unit: Unit) -> bytes:
    """One line of what the pan shows now; it prints resting values only, and no overload."""
    if pan.overloaded or not pan.stable:
        return b""
    grams = pan.shown_g
    size = ("-" if grams < 0 else "") + digits(grams, unit)
    return f"     G  {size:>11} {unit:<2}  \r\n".encode()
