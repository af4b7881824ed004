"""Reading a payload that nobody named: the technician's way, which says what it assumed.

The machine does not read like this: 12345670 is an EAN-8 and a UPC-E, so the machine asks for
identifiers (serial.md 3). Here the assumption is told in ``Label.reason``.
"""

from dataclasses import replace

from drivers.labels import digital_link, element_string, trade_numbers
from drivers.labels.check_digits import holds, is_digits
from drivers.labels.label import Label, LabelError, as_text
from drivers.labels.reader import read
from drivers.labels.symbology import CODE_128, Content, split_aim, split_vendor

UNKNOWN = "?"
_BLANKS = " \t\r\n"
"""Not ``str.strip()``: it also takes 1D and 1E, which are data."""
_SEPARATORS = element_string.GS + "|"
"""Some scanners are set to show FNC1 as a bar."""
_VENDORS = ("metrologic", "symbol", "honeywell", "datalogic")


class UnnamedError(LabelError):
    """It may be any text: nothing says what it is."""


def read_unnamed(payload: bytes, *, from_scanner: bool = False) -> Label:
    """Read a payload with an AIM identifier, or without any; never raises.

    ``from_scanner``: it is known to be a whole code of a scanner that sends no identifiers, so
    that any text will do.
    """
    named = split_aim(payload)
    if named is not None:
        return read(*named)
    text = as_text(payload).strip(_BLANKS)
    try:
        return _read_bare(text, payload)
    except UnnamedError as error:
        return Label(from_scanner, UNKNOWN, text=text, reason=str(error))
    except LabelError as error:
        return Label(False, UNKNOWN, text=text, reason=str(error))


def _read_bare(text: str, payload: bytes) -> Label:
    if not text:
        raise LabelError("empty code")
    if is_digits(text) and len(text) <= 14:
        return _of_digits(text)
    if digital_link.is_link(text):
        ai = digital_link.parse(text)
        return Label(True, UNKNOWN, ai.get("01"), text, ai)
    try:
        ai = element_string.parse(text, _SEPARATORS)
    except LabelError as error:
        if len(text) == 18 and is_digits(text) and holds(text):
            note = "read as an SSCC without an identifier"
            return Label(True, UNKNOWN, None, text, {"00": text}, note)
        if is_digits(text[:2]):
            raise
        label = _of_vendors(payload)
        if label is None:
            raise UnnamedError("no symbology identifier") from error
        return label
    return Label(True, UNKNOWN, ai.get("01"), text, ai, "read as GS1 without an identifier")


def _of_digits(text: str) -> Label:
    if len(text) == 8:
        return _of_eight(text)
    if len(text) == 12:
        return _of_twelve(text)
    if len(text) in (6, 7):
        note = f"taken for a UPC-E of {len(text)} digits, without its check digit"
        return Label(True, "UPC-E", trade_numbers.upc_e(text), text, reason=note)
    if len(text) == 14:
        return Label(True, UNKNOWN, trade_numbers.gtin_14(text), text)
    return Label(True, UNKNOWN, trade_numbers.ean_13(text), text)


def _of_eight(text: str) -> Label:
    """Both readings are tried; where both hold, none is taken."""
    found: dict[str, str] = {}
    reason = "8 digits are neither an EAN-8 nor a UPC-E"
    for name, rule in (("EAN-8", trade_numbers.ean_8), ("UPC-E", trade_numbers.upc_e)):
        try:
            found[name] = rule(text)
        except LabelError as error:
            reason = f"{name}: {error}"
    if not found:
        raise LabelError(reason)
    if len(found) == 2:
        both = " or ".join(f"{name} {gtin}" for name, gtin in found.items())
        note = f"ambiguous: {both}; set the scanner to send AIM identifiers"
        return Label(True, UNKNOWN, text=text, reason=note)
    ((name, gtin),) = found.items()
    return Label(True, name, gtin, text, reason=f"8 digits that only {name} allows")


def _of_twelve(text: str) -> Label:
    """UPC-A, or an EAN-13 of a scanner that keeps the check digit (UnifiedPOS ScanDataLabel)."""
    try:
        return Label(True, UNKNOWN, trade_numbers.upc_a(text), text)
    except LabelError:
        gtin = trade_numbers.without_check_digit(text, 13)
        note = "no UPC-A; taken for an EAN-13 without its check digit, which was computed"
        return Label(True, "EAN-13", gtin, text, reason=note)


def _of_vendors(payload: bytes) -> Label | None:
    """A maker's letter is believed before what its symbology can prove: check digits, elements.

    Only then Symbol's own ones before text: P00 and P01 for 2D, D for Code 128.
    """
    stripped = payload.strip(_BLANKS.encode())
    for vendor in _VENDORS:
        parts = split_vendor(stripped, vendor)
        if parts is not None and parts[1].content is not Content.TEXT:
            label = read(*parts)
            if label.valid:
                return replace(label, reason=f"read with the code identifiers of {vendor}")
    parts = split_vendor(stripped, "symbol")
    if parts is None or not (stripped.startswith(b"P0") or parts[1] == CODE_128):
        return None
    return replace(read(*parts), reason="read with the code identifiers of symbol")
