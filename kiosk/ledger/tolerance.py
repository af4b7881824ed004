"""How far a bag's mass may be off the sum of its deposits before somebody must look (M-34).

tolerance = 3 d sqrt(n / 6) + the in-service limit of the collecting weighing

Each of the n deposits is the difference of two readings in whole steps d, each off by up to half
a step evenly: a variance of d^2/12 each, d^2/6 a deposit. Three standard deviations of their sum
are 3 d sqrt(n / 6).
"""

from math import isqrt
from typing import Literal

from kiosk.units import Grams

AccuracyClass = Literal["III", "IIII"]

ZERO_DRIFT_E = 4
"""Drift of the zero over a day, in e; see :func:`step_tolerance`."""

# OIML R 76, 3.5.1: up to so many e a limit of 0.5 e, 1 e and 1.5 e at first; in service twice.
_BREAKS: dict[AccuracyClass, tuple[int, int]] = {"III": (500, 2_000), "IIII": (50, 200)}


def in_service_limit(gross: Grams, e: Grams, accuracy: AccuracyClass = "III") -> Grams:
    """Return how far one weighing of ``gross`` may be off in service, in grams.

    Raises ValueError for a step below 1 g.
    """
    if e < 1:
        raise ValueError(f"a step of {e} g is none")
    first, second = _BREAKS[accuracy]
    load = abs(gross)
    steps = 1 if load <= first * e else 2 if load <= second * e else 3
    return Grams(steps * e)


def step_tolerance(old: Grams, new: Grams, e: Grams, accuracy: AccuracyClass = "III") -> Grams:
    """Return how far two readings of one untouched bin may lie apart, in grams (M-28).

    Each may be off by its in-service limit and half a step of rounding; and over a night without
    power the scale's zero may drift with the temperature: by 1 e per 5 K (R 76, 3.9.2.3), and a
    yard's day swings by 20 K. Raises ValueError for a step below 1 g.
    """
    readings = in_service_limit(old, e, accuracy) + in_service_limit(new, e, accuracy) + e
    return Grams(readings + ZERO_DRIFT_E * e)


def bag_tolerance(deposits: int, d: Grams, limit: Grams) -> Grams:
    """Return the tolerance for a bag of so many deposits, in grams, rounded up (M-34).

    ``limit`` is :func:`in_service_limit` of the collecting weighing. Raises ValueError for a
    negative count or limit, or a step below 1 g.
    """
    if deposits < 0 or limit < 0 or d < 1:
        raise ValueError(f"{deposits} deposits, a step of {d} g, a limit of {limit} g")
    # 3 d sqrt(n / 6) = sqrt(3 n d^2 / 2) = sqrt(6 n d^2) / 2, in whole numbers.
    square = 6 * deposits * d * d
    root = isqrt(square)
    doubled = root if root * root == square else root + 1
    return Grams((doubled + 1) // 2 + limit)
