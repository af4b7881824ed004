"""Product lists for tests."""

import hashlib

from kiosk.products import HEADER


def gtin(number: int) -> str:
    """A GTIN of 14 digits; ``number`` rising makes it rise."""
    body = f"{number:013}"
    digits = [int(digit) for digit in reversed(body)]
    return body + str(-(3 * sum(digits[0::2]) + sum(digits[1::2])) % 10)


def a_list(rows: int = 3, price: int = 10) -> bytes:
    """A product list of bottles."""
    lines = (f"{gtin(690_000_000_000 + n)};plastic;{price};18;32" for n in range(rows))
    return HEADER + b"\n" + "\n".join(lines).encode() + b"\n"


def sha256(data: bytes) -> str:
    """Its name as a blob."""
    return hashlib.sha256(data).hexdigest()
