"""Bottles for ``kiosk demo --pieces``: plastic is paid by the piece, by barcode (M-29).

The numbers are invented; a drinks shop's list has a hundred thousand of them.
"""

from msgspec import Struct

from kiosk.products import HEADER

COMPARTMENT = "plastic"
EAN_AIM = "E0"
"""AIM identifier of an EAN-13 (ISO/IEC 15424)."""


class Bottle(Struct, frozen=True):
    """One kind of bottle: its code, what it is paid with in minor units, and what it weighs."""

    ean: str
    zh: str
    en: str
    price_minor: int
    grams: int
    min_g: int
    max_g: int
    compartment: str = COMPARTMENT


BOTTLES = (
    Bottle("6901234567809", "水瓶", "Water 0.5 L", 5, 15, 10, 20),
    Bottle("6901234567816", "可乐瓶", "Cola 0.5 L", 10, 25, 20, 32),
    Bottle("6901234567892", "大瓶", "Large 2 L", 20, 50, 40, 60),
)


def product_list() -> bytes:
    """The operator's list of them, sorted by GTIN as it has to be."""
    rows = (
        f"{one.ean:0>14};{one.compartment};{one.price_minor};{one.min_g};{one.max_g}"
        for one in sorted(BOTTLES, key=lambda one: one.ean)
    )
    return b"\n".join((HEADER, *(row.encode("ascii") for row in rows), b""))


def named(ean: str) -> Bottle | None:
    """The bottle that carries this code."""
    return next((one for one in BOTTLES if one.ean == ean), None)
