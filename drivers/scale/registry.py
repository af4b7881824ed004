"""Every dialect by its name in the configuration: adding one is one file and one line here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from drivers.scale import modbus_transmitters, yaohua_eq
from drivers.scale.and_standard import AndStandard
from drivers.scale.cas_lines import CasEb, CasTen
from drivers.scale.cas_soh import CasSoh
from drivers.scale.decimal_comma import DecimalComma
from drivers.scale.decoded import Dialect
from drivers.scale.kern_radwag import Radwag
from drivers.scale.mt_print import MtPrint
from drivers.scale.mt_sics import MtSics
from drivers.scale.nci import Nci
from drivers.scale.ohaus import Ohaus, OhausDefender
from drivers.scale.rice_lake import RiceLake355
from drivers.scale.sartorius import SartoriusSbi
from drivers.scale.sma import Sma
from drivers.scale.st_gs import StGs
from drivers.scale.toledo_8217 import Toledo8217
from drivers.scale.toledo_continuous import ToledoContinuous
from drivers.scale.yaohua import YaohuaCommand, YaohuaContinuous
from drivers.scale.yaohua_a12e import YaohuaA12E
from kiosk.config import Scale

DIALECTS: Mapping[str, Callable[[], Dialect]] = {
    "st-gs": StGs,
    "st-gs-unit": StGs,
    "mt-sics": MtSics,
    "yaohua-a9": YaohuaContinuous,
    "yaohua-eq-forward": yaohua_eq.forward,
    "yaohua-eq-reversed": yaohua_eq.backward,
    "yaohua-a12e": YaohuaA12E,
    "yaohua-cmd": YaohuaCommand,
    "toledo-continuous": ToledoContinuous,
    "toledo-8217": Toledo8217,
    "cas-soh": CasSoh,
    "cas-eb": CasEb,
    "cas-10": CasTen,
    "nci-scp-01": lambda: Nci("nci-scp-01"),
    "nci-scp-02": lambda: Nci("nci-scp-02"),
    "nci-scp-12": lambda: Nci("nci-scp-12"),
    "modbus-0050": modbus_transmitters.modbus_0050,
    "modbus-flintec": modbus_transmitters.modbus_flintec,
    "modbus-laumas": modbus_transmitters.modbus_laumas,
    "modbus-profile": modbus_transmitters.modbus_profile,
    "sma": Sma,
    "ohaus": Ohaus,
    "ohaus-defender": OhausDefender,
    "radwag": Radwag,
    "sartorius-sbi": SartoriusSbi,
    "rice-lake-355": RiceLake355,
    "and": AndStandard,
    "mt-print": MtPrint,
}

CONFIGURED: Mapping[str, Callable[[Scale], Dialect]] = MappingProxyType(
    {
        "yaohua-cmd": lambda scale: YaohuaCommand(chr(ord("A") + scale.address - 1)),
        "toledo-8217": lambda scale: Toledo8217(scale.unit),
        "nci-scp-01": lambda scale: Nci("nci-scp-01", scale.motion_bit),
        "nci-scp-02": lambda scale: Nci("nci-scp-02", scale.motion_bit),
        "nci-scp-12": lambda scale: Nci("nci-scp-12", scale.motion_bit),
        "modbus-0050": modbus_transmitters.configured,
        "modbus-flintec": modbus_transmitters.configured,
        "modbus-laumas": modbus_transmitters.configured,
        "modbus-profile": modbus_transmitters.configured,
    }
)
"""Dialects that read more of the settings than their name: address, registers, decimal comma."""


def dialect_for(settings: Scale) -> Dialect:
    """Make the decoder of one configured scale."""
    if settings.decimal_comma:
        return DecimalComma(lambda: _dialect(settings))
    return _dialect(settings)


def _dialect(settings: Scale) -> Dialect:
    if configured := CONFIGURED.get(settings.dialect):
        return configured(settings)
    return DIALECTS[settings.dialect]()
