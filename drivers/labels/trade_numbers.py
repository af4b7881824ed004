"""EAN, UPC and ITF-14: digits in, a GTIN of 14 digits out (GS1 General Specifications 4.2, 5.2)."""

from drivers.labels.check_digits import check_digit, holds, is_digits
from drivers.labels.label import LabelError

ADD_ONS = (2, 5)
"""Lengths of the supplement beside a magazine's EAN-13 (AIM ]E3)."""


def ean_13(digits: str) -> str:
    """AIM ]E0, which carries EAN-13, and UPC-A and UPC-E padded. Raises LabelError."""
    return _whole(digits, 13)


def ean_13_with_add_on(digits: str) -> str:
    """AIM ]E3: 13 digits and a supplement of 2 or 5, which names no product. Raises LabelError."""
    if len(digits) - 13 not in ADD_ONS or not is_digits(digits):
        raise LabelError(f"{len(digits)} characters are no EAN-13 with a supplement")
    return _whole(digits[:13], 13)


def ean_8(digits: str) -> str:
    """AIM ]E4. Raises LabelError."""
    return _whole(digits, 8)


def upc_a(digits: str) -> str:
    """12 digits, as scanners without AIM identifiers send them. Raises LabelError."""
    return _whole(digits, 12)


def gtin_14(digits: str) -> str:
    """ITF-14, or a GTIN of 14 digits. Raises LabelError."""
    return _whole(digits, 14)


def upc_e(digits: str) -> str:
    """6 digits, 7 with the number system, 8 with the check digit too. Raises LabelError."""
    _check_length(digits, 6, 8)
    system, middle = ("0", digits) if len(digits) == 6 else (digits[0], digits[1:7])
    if system not in "01":
        raise LabelError(f"UPC-E has number system 0 or 1, not {system}")
    body = system + _expanded(middle)
    whole = body + check_digit(body)
    if len(digits) == 8 and digits[7] != whole[-1]:
        raise LabelError(f"bad check digit: expected {whole[-1]}, got {digits[7]}")
    return whole.zfill(14)


def without_check_digit(digits: str, length: int) -> str:
    """Complete what a scanner sent without its check digit. Raises LabelError."""
    _check_length(digits, length - 1, length - 1)
    return (digits + check_digit(digits)).zfill(14)


def _expanded(six: str) -> str:
    """Manufacturer and item of UPC-A from the six digits of UPC-E (figure 5.2.2.4.2-2)."""
    head, last = six[:5], six[5]
    if last in "012":
        return f"{head[:2]}{last}0000{head[2:]}"
    if last == "3":
        return f"{head[:3]}00000{head[3:]}"
    if last == "4":
        return f"{head[:4]}00000{head[4]}"
    return f"{head}0000{last}"


def _whole(digits: str, length: int) -> str:
    _check_length(digits, length, length)
    if not holds(digits):
        expected = check_digit(digits[:-1])
        raise LabelError(f"bad check digit: expected {expected}, got {digits[-1]}")
    return digits.zfill(14)


def _check_length(digits: str, least: int, most: int) -> None:
    if len(digits) < least:
        raise LabelError(f"too short: {len(digits)} characters, needs {least}")
    if len(digits) > most:
        raise LabelError(f"too long: {len(digits)} characters, takes {most}")
    if not is_digits(digits):
        raise LabelError("non-numeric characters")
