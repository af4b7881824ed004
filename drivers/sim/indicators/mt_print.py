"""Simulated Mettler-Toledo print key (drivers/scale/mt_print.py)."""

from drivers.sim.indicators.sending import Streaming
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit, digits

PRINT_MS = 1000
"""Somebody, or the balance's automatic print, presses the key once a second."""


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """Make a balance that prints."""
    return Streaming(lambda: frame(pan, unit), PRINT_MS)


def frame(pan: Pan, unit: Unit) -> bytes:
    """One line of what the pan shows now; it prints resting values only, and no overload."""
    if pan.overloaded or not pan.stable:
        return b""
    grams = pan.shown_g
    size = ("-" if grams < 0 else "") + digits(grams, unit)
    return f"     G  {size:>11} {unit:<2}  \r\n".encode()
