"""Simulated indicators, a module per family: every dialect of the registry has one.

Each module lists its ``DIALECTS`` and makes their devices from a pan, whose settling, motion,
overload and starts they put into bytes as the manuals of their decoder say.
"""

from collections.abc import Callable, Mapping

from drivers.sim.indicators import (
    and_standard,
    cas,
    modbus,
    mt_print,
    nci,
    ohaus,
    rice_lake,
    sartorius,
    sma,
    toledo,
    yaohua,
)
from drivers.sim.pan import Pan
from drivers.sim.scales import ByteDevice, Unit

INDICATORS: Mapping[str, Callable[[str, Pan, Unit], ByteDevice]] = {
    **dict.fromkeys(yaohua.DIALECTS, yaohua.device),
    **dict.fromkeys(toledo.DIALECTS, toledo.device),
    **dict.fromkeys(cas.DIALECTS, cas.device),
    **dict.fromkeys(nci.DIALECTS, nci.device),
    **dict.fromkeys(and_standard.DIALECTS, and_standard.device),
    **dict.fromkeys(modbus.DIALECTS, modbus.device),
    **dict.fromkeys(mt_print.DIALECTS, mt_print.device),
    **dict.fromkeys(ohaus.DIALECTS, ohaus.device),
    **dict.fromkeys(rice_lake.DIALECTS, rice_lake.device),
    **dict.fromkeys(sartorius.DIALECTS, sartorius.device),
    **dict.fromkeys(sma.DIALECTS, sma.device),
}


def device(dialect: str, pan: Pan, unit: Unit) -> ByteDevice:
    """Make the indicator that speaks ``dialect``; KeyError if nobody simulates it."""
    return INDICATORS[dialect](dialect, pan, unit)
