"""What kind of symbol was read, by the identifiers that scanners put before or beside the data.

AIM identifiers are ISO/IEC 15424. The makers' own letters differ between makers and even name
different symbols, so one table is chosen by configuration, and a prefix is looked up, never
searched for: a Code 128 payload can begin ``AP00`` too (serial.md 3).
"""

import re
from enum import Enum
from typing import NamedTuple


class Content(Enum):
    """How the payload of a symbol is to be read."""

    EAN_13 = "13 digits"
    EAN_13_ADD_ON = "13 digits and a supplement"
    EAN_8 = "8 digits"
    UPC_A = "12 digits"
    UPC_E = "6 to 8 digits"
    RETAIL = "EAN or UPC, the length says which"
    ITF_14 = "14 digits"
    ELEMENTS = "GS1 element string"
    TEXT = "text"


class Symbology(NamedTuple):
    """A kind of symbol; ``aim`` is its AIM identifier without the bracket."""

    name: str
    content: Content
    aim: str


EAN_13 = Symbology("EAN-13", Content.EAN_13, "E0")
EAN_8 = Symbology("EAN-8", Content.EAN_8, "E4")
UPC_A = Symbology("UPC-A", Content.UPC_A, "E0")
UPC_E = Symbology("UPC-E", Content.UPC_E, "E0")
RETAIL = Symbology("EAN/UPC", Content.RETAIL, "E0")
ITF_14 = Symbology("ITF-14", Content.ITF_14, "I1")
ITF = Symbology("Interleaved 2 of 5", Content.TEXT, "I0")
CODE_39 = Symbology("Code 39", Content.TEXT, "A0")
CODE_128 = Symbology("Code 128", Content.TEXT, "C0")
GS1_128 = Symbology("GS1-128", Content.ELEMENTS, "C1")
DATABAR = Symbology("GS1 DataBar/composite", Content.ELEMENTS, "e0")
DATA_MATRIX = Symbology("DataMatrix", Content.TEXT, "d1")
GS1_DATA_MATRIX = Symbology("GS1 DataMatrix", Content.ELEMENTS, "d2")
QR = Symbology("QR", Content.TEXT, "Q1")
GS1_QR = Symbology("GS1 QR", Content.ELEMENTS, "Q3")
PDF417 = Symbology("PDF417", Content.TEXT, "L0")
AZTEC = Symbology("Aztec", Content.TEXT, "z0")
GS1_AZTEC = Symbology("GS1 Aztec", Content.ELEMENTS, "z1")
DOT_CODE = Symbology("DotCode", Content.TEXT, "J0")
GS1_DOT_CODE = Symbology("GS1 DotCode", Content.ELEMENTS, "J1")

_EXACT = {
    "E0": EAN_13,
    "E3": Symbology("EAN-13 with supplement", Content.EAN_13_ADD_ON, "E3"),
    "E4": EAN_8,
    "I1": ITF_14,
    "C1": GS1_128,
    "d2": GS1_DATA_MATRIX,
    "d5": GS1_DATA_MATRIX._replace(aim="d5"),
    "Q3": GS1_QR,
    "Q4": GS1_QR._replace(aim="Q4"),
    "J1": GS1_DOT_CODE,
    "J5": GS1_DOT_CODE._replace(aim="J5"),
    "z1": GS1_AZTEC,
    "z4": GS1_AZTEC._replace(aim="z4"),
}
_LETTERS = {
    "A": CODE_39,
    "C": CODE_128,
    "d": DATA_MATRIX,
    "e": DATABAR,
    "E": Symbology("EAN supplement", Content.TEXT, "E1"),
    "F": Symbology("Codabar", Content.TEXT, "F0"),
    "G": Symbology("Code 93", Content.TEXT, "G0"),
    "I": ITF,
    "J": DOT_CODE,
    "L": PDF417,
    "Q": QR,
    "U": Symbology("MaxiCode", Content.TEXT, "U0"),
    "z": AZTEC,
}


def of_aim(identifier: str) -> Symbology:
    """The symbology of an AIM identifier without its bracket; unknown ones carry text."""
    if identifier in _EXACT:
        return _EXACT[identifier]
    known = _LETTERS.get(identifier[:1])
    if known is None:
        return Symbology(f"AIM {identifier}", Content.TEXT, identifier)
    return known._replace(aim=identifier)


_AIM = re.compile(rb"\](?P<id>[A-Za-z][0-9A-Za-z])(?P<data>.*)", re.DOTALL)


def split_aim(payload: bytes) -> tuple[bytes, Symbology] | None:
    """Data, perhaps empty, and symbology of a payload with an AIM identifier, or None."""
    match = _AIM.fullmatch(payload)
    return (match["data"], of_aim(match["id"].decode("ascii"))) if match else None


VENDOR_CODES: dict[str, dict[bytes, Symbology]] = {
    # Zebra/Symbol "Symbol code characters": one letter for what is linear, three with P for 2D.
    "symbol": {
        b"A": RETAIL,
        b"B": CODE_39,
        b"C": Symbology("Codabar", Content.TEXT, "F0"),
        b"D": CODE_128,
        b"E": Symbology("Code 93", Content.TEXT, "G0"),
        b"F": ITF,
        b"K": GS1_128,
        b"R": DATABAR,
        b"T": DATABAR,
        b"X": PDF417,
        b"P00": DATA_MATRIX,
        b"P01": QR,
        b"P0Q": GS1_QR,
        b"P0G": GS1_DATA_MATRIX,
    },
    "honeywell": {
        b"d": EAN_13,
        b"D": EAN_8,
        b"c": UPC_A,
        b"E": UPC_E,
        b"j": CODE_128,
        b"I": GS1_128,
        b"b": CODE_39,
        b"e": ITF,
        b"y": DATABAR,
        b"{": DATABAR,
        b"w": DATA_MATRIX,
        b"s": QR,
        b"r": PDF417,
        b"z": AZTEC,
    },
    # Metrologic and the example of UnifiedPOS: F5018374827715 is an EAN-13.
    "metrologic": {
        b"FF": EAN_8,
        b"F": EAN_13,
        b"A": UPC_A,
        b"E": UPC_E,
        b"L": CODE_128,
    },
    "datalogic": {
        b"A": EAN_8,
        b"B": EAN_13,
        b"C": UPC_A,
        b"D": UPC_E,
        b"T": CODE_128,
        b"k": GS1_128,
        b"N": ITF,
        b"V": CODE_39,
        b"wD": DATA_MATRIX,
        b"Dm": DATA_MATRIX,
        b"QR": QR,
    },
    "gm65": {
        b"d": RETAIL,
        b"c": RETAIL,
        b"j": CODE_128,
        b"b": CODE_39,
        b"e": ITF,
        b"u": DATA_MATRIX,
        b"Q": QR,
        b"r": PDF417,
    },
}
"""Prefixes by maker. Only what a maker's default table says; a technician checks with one code
of each kind (``kiosk scanner decode --code-id``)."""

SSI_TYPES: dict[int, Symbology] = {
    0x01: CODE_39,
    0x03: CODE_128,
    0x06: ITF,
    0x08: UPC_A,
    0x09: UPC_E,
    0x0A: EAN_8,
    0x0B: EAN_13,
    0x0F: GS1_128,
    0x10: UPC_E,
    0x11: PDF417,
    0x1B: DATA_MATRIX,
    0x1C: QR,
    0x2D: AZTEC,
    0x30: DATABAR,
    0x31: DATABAR,
    0x32: DATABAR,
    0xC1: GS1_DATA_MATRIX,
    0xC2: GS1_QR,
}
"""The type byte of Zebra's SSI decode packet (SSI programmer's guide, DECODE_DATA)."""


def split_vendor(payload: bytes, vendor: str) -> tuple[bytes, Symbology] | None:
    """Data and symbology of a payload that begins with one of a maker's prefixes, or None."""
    table = VENDOR_CODES[vendor]
    for width in (3, 2, 1):
        found = table.get(payload[:width]) if len(payload) > width else None
        if found is not None:
            return payload[width:], found
    return None
