"""Whole numbers with a meaning: grams, money and time are never floats (style.md, M-12).

The types are ``NewType`` over ``int``: they cost nothing at run time and mypy keeps grams
from being added to fen.
"""

from typing import NewType

Grams = NewType("Grams", int)
"""Mass in whole grams; the smallest step a compartment reports is its ``e``."""

MinorUnits = NewType("MinorUnits", int)
"""Money in the currency's minor unit (fen for CNY)."""

PriceE4 = NewType("PriceE4", int)
"""Unit price in 1/10 000 of the currency's major unit per kilogram (0.80 CNY/kg is 8000)."""

Millis = NewType("Millis", int)
"""Milliseconds: a duration, or a reading of the monotonic clock (``Clock.monotonic_ms``)."""

Seq = NewType("Seq", int)
"""Number of a record within one ledger: starts at 1, rises by 1, never reused."""

CompartmentId = NewType("CompartmentId", str)
MaterialId = NewType("MaterialId", str)
