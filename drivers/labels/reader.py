"""Reading a payload whose symbology is known: the machine's way, which assumes nothing."""

from drivers.labels import digital_link, element_string, trade_numbers
from drivers.labels.label import Label, LabelError, as_text
from drivers.labels.symbology import Content, Symbology

COMPOSITE = b"|]e0"
"""How a scanner joins the 2D part of an EAN composite to the linear one (serial.md 3)."""
_NUMBERS = {
    Content.EAN_13: trade_numbers.ean_13,
    Content.EAN_13_ADD_ON: trade_numbers.ean_13_with_add_on,
    Content.EAN_8: trade_numbers.ean_8,
    Content.UPC_A: trade_numbers.upc_a,
    Content.UPC_E: trade_numbers.upc_e,
    Content.ITF_14: trade_numbers.gtin_14,
}
_RETAIL = {13: trade_numbers.ean_13, 12: trade_numbers.upc_a}
"""EAN and UPC under one letter: 8 digits would be EAN-8 or UPC-E, so they are not here."""


def read(data: bytes, symbology: Symbology) -> Label:
    """Read a payload; what breaks a rule is a Label that is not valid, with the reason."""
    try:
        return _read(data, symbology)
    except LabelError as error:
        return Label(False, symbology.name, text=as_text(data), reason=str(error))


def _read(data: bytes, symbology: Symbology) -> Label:
    name, content = symbology.name, symbology.content
    if content is Content.ELEMENTS:
        return _read_elements(data, name)
    if not data:
        raise LabelError("empty code")
    if content is Content.TEXT:
        return _read_text(data, name)
    linear, joint, second = data.partition(COMPOSITE)
    text = as_text(linear)
    gtin = _retail(text) if content is Content.RETAIL else _NUMBERS[content](text)
    ai = element_string.parse(as_text(second)) if joint else {}
    if ai.get("01", gtin) != gtin:
        raise LabelError(f"its two parts name two products: {gtin} and {ai['01']}")
    return Label(True, name, gtin, text, ai)


def _read_elements(data: bytes, name: str) -> Label:
    text = as_text(data)
    # A Digital Link under a GS1 identifier is a misuse that is in the wild.
    link = digital_link.is_link(text)
    ai = digital_link.parse(text) if link else element_string.parse(text)
    return Label(True, name, ai.get("01"), text, ai)


def _read_text(data: bytes, name: str) -> Label:
    """Any text is valid; a link that names a product is one as well."""
    text = as_text(data)
    ai: dict[str, str] = {}
    if digital_link.is_link(text):
        try:
            ai = digital_link.parse(text)
        except LabelError:
            pass
    return Label(True, name, ai.get("01"), text, ai)


def _retail(digits: str) -> str:
    if len(digits) == 8:
        raise LabelError("8 digits under a letter shared by EAN-8 and UPC-E: use AIM identifiers")
    return _RETAIL.get(len(digits), trade_numbers.ean_13)(digits)
