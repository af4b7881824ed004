"""Every dialect by its name in the configuration: adding one is one file and one line here."""

from collections.abc import Callable, Mapping

from drivers.scale.decoded import Dialect
from drivers.scale.mt_sics import MtSics
from drivers.scale.st_gs import StGs

DIALECTS: Mapping[str, Callable[[], Dialect]] = {
    "st-gs": StGs,
    "st-gs-unit": StGs,
    "mt-sics": MtSics,
}
