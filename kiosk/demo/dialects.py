"""Which dialects the demo's scales speak: ``--dialect NAME`` for all, ``--dialect BIN=NAME``."""

import difflib
from collections.abc import Iterable
from dataclasses import replace
from typing import get_args

from kiosk.config import Dialect
from kiosk.demo.errors import DemoError
from kiosk.demo.layout import BINS, Bin

IN_GRAMS = ("modbus-flintec", "modbus-profile", "mt-sics")
"""Simulated indicators that are set to grams; all others show kilograms."""
COARSEST_G = {"modbus-0050": 10}
"""Its registers hold hundredths of a kilogram, so no finer step could be told."""
REGISTERS = {
    "modbus-profile": "{ weight = 0, status = 2, stable = 0x01, overload = 0x02, underload = 0x04 }"
}
"""The map of the simulated transmitter (drivers.sim.indicators.modbus)."""


def chosen(wanted: Iterable[str]) -> tuple[Bin, ...]:
    """The demo's compartments with the dialects asked for; later words win. Raises DemoError."""
    bins = {one.id: one for one in BINS}
    for word in wanted:
        where, equals, dialect = word.rpartition("=")
        _known(dialect, get_args(Dialect), "dialect")
        if equals:
            _known(where, bins, "compartment")
        for name in (where,) if equals else tuple(bins):
            bins[name] = _speaking(bins[name], dialect)
    return tuple(bins.values())


def _speaking(one: Bin, dialect: str) -> Bin:
    return replace(
        one,
        dialect=dialect,
        unit="g" if dialect in IN_GRAMS else "kg",
        e_g=max(one.e_g, COARSEST_G.get(dialect, 1)),
        registers=REGISTERS.get(dialect, ""),
    )


def _known(name: str, names: Iterable[str], what: str) -> None:
    known = sorted(names)
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
        raise DemoError(f"--dialect: no {what} {name!r}; {hint}")
