"""What a weight is worth, and how weight and money are written for people.

M-12: amount = displayed net x displayed unit price, rounded once, half up, to the currency step.
Everything shown on a screen, a receipt or a page goes through the three ``*_text`` functions, so
the four places that show a deposit cannot disagree (promise P2).
"""

from collections.abc import Iterable

from kiosk.units import Grams, MinorUnits, PriceE4

# Grams per kilogram x price units per major unit / minor units per major unit:
# net_g * price_e4 / 100_000 is the amount in minor units of a currency with two decimals.
_DIVISOR = 1000 * 10_000 // 100


def amount(net: Grams, price: PriceE4, step: MinorUnits) -> MinorUnits:
    """Return the money for ``net`` grams at ``price``, rounded half up to ``step`` (M-12).

    Raises ValueError for a negative mass or price or a step below 1: such a deposit is HELD or
    VOID, it has no amount.
    """
    if net < 0:
        raise ValueError(f"a net mass of {net} g has no amount")
    if price < 0:
        raise ValueError(f"a price of {price} is negative")
    if step < 1:
        raise ValueError(f"a currency step of {step} is not a whole number of minor units")
    divisor = _DIVISOR * step
    return MinorUnits((2 * net * price + divisor) // (2 * divisor) * step)


def pieces_amount(pieces: Iterable[tuple[int, MinorUnits]], step: MinorUnits) -> MinorUnits:
    """Return the money for pieces, given as (count, price each), rounded half up to ``step``.

    Raises ValueError for a negative count or price or a step below 1.
    """
    total = 0
    for count, price in pieces:
        if count < 0 or price < 0:
            raise ValueError(f"{count} pieces at {price} are no amount")
        total += count * price
    if step < 1:
        raise ValueError(f"a currency step of {step} is not a whole number of minor units")
    return MinorUnits((2 * total + step) // (2 * step) * step)


def weight_text(grams: Grams) -> str:
    """Write grams as kilograms with three decimals, exact: 1800 is ``1.800``, -5 is ``-0.005``."""
    sign = "-" if grams < 0 else ""
    return f"{sign}{abs(grams) // 1000}.{abs(grams) % 1000:03d}"


def money_text(minor: MinorUnits) -> str:
    """Write minor units as major units with two decimals: 144 is ``1.44``."""
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def price_text(price: PriceE4) -> str:
    """Write a unit price with all its decimals, two at least: 8000 is ``0.80``, 8050 ``0.805``."""
    whole, part = divmod(price, 10_000)
    decimals = f"{part:04d}".rstrip("0").ljust(2, "0")
    return f"{whole}.{decimals}"
