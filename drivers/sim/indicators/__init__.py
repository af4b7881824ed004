"""Simulated indicators, a module per family: every dialect of the registry has one.

Each module lists its ``DIALECTS`` and makes their devices from a pan, whose settling, motion,
overload and starts they put into bytes as the manuals of their decoder say.
"""

from collections.abc import Callable, Mapping

from drivers.sim.indicators import cas, nci, toledo, yaohua
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit

INDICATORS: Mapping[str, Callable[[str, Pan, Unit], ByteDevice]] = {
    **dict.fromkeys(yaohua.DIALECTS, yaohua.device),
    **dict.fromkeys(toledo.DIALECTS, toledo.device),
    **dict.fromkeys(cas.DIALECTS, cas.device),
    **dict.fromkeys(nci.DIALECTS, nci.device),
}


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """Make the indicator that speaks ``dialect``; KeyError if nobody simulates it."""
    return INDICATORS[dialect](dialect, pan, unit)
