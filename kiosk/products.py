"""Products paid by the piece (M-29): a list of a hundred thousand rows, found in microseconds.

The operator's list is a text, one product a line, sorted by GTIN, that the ``products`` document
names by its SHA-256. It is compiled once into an index beside it: five arrays of fixed width, read
as they are, searched by bisection. Prices are minor units per piece, masses whole grams; a
deposit's net mass must lie within the sum of its pieces' ranges, or it is HELD.
"""

import hashlib
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

from kiosk import durable
from kiosk.errors import KioskError
from kiosk.units import Grams, MinorUnits

HEADER = b"kiosk-products 1"
ROWS_MAX = 1_000_000
BYTES_MAX = 64 << 20
GTIN_MAX = 10**14 - 1
PRICE_MINOR_MAX = 1_000_000
MASS_G_MAX = 100_000
_MAGIC = b"KIOSKPX1"
_COLUMNS = "QIIII"
"""GTIN, price, lightest, heaviest, material: array codes of fixed width (checked below)."""


class ProductsError(KioskError, ValueError):
    """A product list cannot be used; the message names the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Product:
    """One kind of piece."""

    gtin: str
    """Fourteen digits, leading zeros included, so that every barcode of it compares equal."""
    material: str
    price_minor: MinorUnits
    min_g: Grams
    max_g: Grams


class ProductList:
    """The compiled list: about 24 bytes a row in memory."""

    def __init__(self, columns: tuple["array[int]", ...], materials: tuple[str, ...]) -> None:
        self._gtins, self._prices, self._lightest, self._heaviest, self._kinds = columns
        self._materials = materials

    def __len__(self) -> int:
        return len(self._gtins)

    def find(self, gtin: str) -> Product | None:
        """The product of a GTIN (14 digits), or None when it is not on the list."""
        if len(gtin) != 14 or not gtin.isascii() or not gtin.isdecimal():
            return None
        number = int(gtin)
        at = bisect_left(self._gtins, number)
        if at == len(self._gtins) or self._gtins[at] != number:
            return None
        return Product(
            gtin=gtin,
            material=self._materials[self._kinds[at]],
            price_minor=MinorUnits(self._prices[at]),
            min_g=Grams(self._lightest[at]),
            max_g=Grams(self._heaviest[at]),
        )

    @classmethod
    def parse(cls, text: bytes) -> "ProductList":
        """Read the operator's text. Raises ProductsError naming the first line that is wrong."""
        if len(text) > BYTES_MAX:
            raise ProductsError(f"a product list of {len(text)} bytes; at most {BYTES_MAX}")
        lines = text.split(b"\n")
        if lines[0].rstrip(b"\r") != HEADER:
            raise ProductsError(f"line 1: must be {HEADER.decode()!r}")
        columns = tuple(array(code) for code in _COLUMNS)
        kinds: dict[str, int] = {}
        last = -1
        for number, line in enumerate(lines[1:], start=2):
            if not line.strip():
                continue
            last = _add_row(line, number, last, columns, kinds)
        if len(columns[0]) > ROWS_MAX:
            raise ProductsError(f"{len(columns[0])} products; at most {ROWS_MAX}")
        return cls(columns, tuple(kinds))

    def save(self, path: Path) -> None:
        """Write the index, whole or not at all. Raises OSError."""
        columns = (self._gtins, self._prices, self._lightest, self._heaviest, self._kinds)
        names = "\n".join(self._materials).encode()
        head = _MAGIC + len(self).to_bytes(8, "little") + len(names).to_bytes(8, "little")
        body = head + names + b"".join(column.tobytes() for column in columns)
        durable.replace(path, body + hashlib.sha256(body).digest())

    @classmethod
    def load(cls, path: Path) -> "ProductList":
        """Read an index. Raises ProductsError when it is damaged, OSError when it cannot be read:
        it is compiled again then."""
        data = path.read_bytes()
        body, check = data[:-32], data[-32:]
        if not body.startswith(_MAGIC) or hashlib.sha256(body).digest() != check:
            raise ProductsError(f"{path}: the product index is damaged")
        rows = int.from_bytes(body[8:16], "little")
        names_end = 24 + int.from_bytes(body[16:24], "little")
        materials = tuple(body[24:names_end].decode().split("\n"))
        columns = []
        at = names_end
        for code in _COLUMNS:
            column = array(code)
            width = rows * column.itemsize
            column.frombytes(body[at : at + width])
            at += width
            columns.append(column)
        return cls(tuple(columns), materials)


def _add_row(
    line: bytes,
    number: int,
    last: int,
    columns: tuple["array[int]", ...],
    kinds: dict[str, int],
) -> int:
    """Check one row and add it; returns its GTIN, which the next must exceed."""
    fields = line.rstrip(b"\r").decode("ascii", "replace").split(";")
    if len(fields) != 5:
        raise ProductsError(
            f"line {number}: has {len(fields)} fields; needs gtin;material;price_minor;min_g;max_g"
        )
    gtin = _number(fields[0], GTIN_MAX, number, "gtin")
    price = _number(fields[2], PRICE_MINOR_MAX, number, "price_minor")
    lightest = _number(fields[3], MASS_G_MAX, number, "min_g")
    heaviest = _number(fields[4], MASS_G_MAX, number, "max_g")
    material = fields[1]
    if len(fields[0]) != 14 or not check_digit_holds(fields[0]):
        raise ProductsError(f"line {number}: {fields[0]} is no GTIN of 14 digits")
    if gtin <= last:
        raise ProductsError(f"line {number}: {fields[0]} is not above the line before; sort them")
    if not 0 < lightest <= heaviest:
        raise ProductsError(f"line {number}: needs 0 < min_g <= max_g, has {lightest}, {heaviest}")
    if not material.isidentifier():
        raise ProductsError(f"line {number}: {material!r} is no material's name")
    kind = kinds.setdefault(material, len(kinds))
    for column, value in zip(columns, (gtin, price, lightest, heaviest, kind), strict=True):
        column.append(value)
    return gtin


def _number(text: str, most: int, line: int, name: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > 14 or int(text) > most:
        raise ProductsError(f"line {line}: {name} {text!r} is no whole number up to {most}")
    return int(text)


def check_digit_holds(gtin: str) -> bool:
    """GS1 General Specifications 7.9: weights 3 and 1 from the right, sum a multiple of ten."""
    digits = [int(digit) for digit in reversed(gtin)]
    return (sum(digits[0::2]) + 3 * sum(digits[1::2])) % 10 == 0
