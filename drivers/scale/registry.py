"""Every dialect by its name in the configuration: adding one is one file and one line here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from drivers.scale.decoded import Dialect
from drivers.scale.mt_sics import MtSics
from drivers.scale.st_gs import StGs
from kiosk.config import Scale

DIALECTS: Mapping[str, Callable[[], Dialect]] = {
    "st-gs": StGs,
    "st-gs-unit": StGs,
    "mt-sics": MtSics,
}

CONFIGURED: Mapping[str, Callable[[Scale], Dialect]] = MappingProxyType({})
"""Dialects that read more of the settings than their name: address, registers, decimal comma."""


def dialect_for(settings: Scale) -> Dialect:
    """Make the decoder of one configured scale."""
    if configured := CONFIGURED.get(settings.dialect):
        return configured(settings)
    return DIALECTS[settings.dialect]()
