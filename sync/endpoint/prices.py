"""Prices as people write them, and the names of what they are for."""

import difflib
import re
from collections.abc import Collection, Iterable

from kiosk.units import PriceE4
from sync.endpoint.errors import EndpointError

MATERIALS = {
    "paper": "纸类",
    "cardboard": "纸箱",
    "books": "书籍",
    "plastic": "塑料",
    "bottles": "饮料瓶",
    "metal": "金属",
    "cans": "易拉罐",
    "glass": "玻璃",
    "textiles": "衣物",
    "shoes": "鞋包",
    "electronics": "小家电",
    "wood": "木材",
}
"""What has a name on every screen; anything else is shown as it is written here, or as the
operator names it (``kiosk endpoint material``)."""

_PRICE = re.compile(r"(?P<whole>\d{1,4})(?:\.(?P<part>\d{1,4}))?", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}", re.ASCII)


def parse(text: str) -> PriceE4:
    """Read ``0.80`` as 8000: per kilogram, in whole units of the currency. Raises EndpointError."""
    found = _PRICE.fullmatch(text)
    if found is None:
        raise EndpointError(
            f"the price {text[:40]!r} cannot be read; write up to four decimals, such as 0.80"
        )
    return PriceE4(int(found["whole"]) * 10_000 + int((found["part"] or "").ljust(4, "0")))


def is_name(material: str) -> bool:
    """Tell whether kiosk.toml would take it as a material."""
    return _NAME.fullmatch(material) is not None


def check_names(materials: Iterable[str], known: Collection[str]) -> None:
    """Raise EndpointError for a material nobody sells by that name: no machine would offer it.

    ``known``: what is allowed beside :data:`MATERIALS`, such as what the tariff in force names.
    """
    every = sorted({*MATERIALS, *known})
    for material in materials:
        if material in every:
            continue
        if not is_name(material):
            raise EndpointError(
                f"{material[:40]!r} cannot be a material: small letters, digits, - and _"
            )
        near = difflib.get_close_matches(material, every, 1)
        raise EndpointError(
            f"{material!r} is no material known here"
            + (f"; did you mean {near[0]}?" if near else "")
            + f" Known: {', '.join(every)}. If a machine's kiosk.toml says so, add "
            f"--new-material {material}"
        )
