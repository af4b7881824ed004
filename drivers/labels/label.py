"""The result of reading a code, and the error that ends a reading.

KioskError
 +-- LabelError        a code's content breaks the rules of its symbology
"""

from dataclasses import dataclass, field

from kiosk.errors import KioskError


class LabelError(KioskError, ValueError):
    """A code's content breaks the rules of its symbology; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Label:
    """What one code says."""

    valid: bool
    symbology: str
    """Name for people, such as ``EAN-13`` or ``GS1 DataMatrix``; ``?`` when nobody said."""
    gtin: str | None = None
    """14 digits, leading zeros included; None when the code names no trade item, or two."""
    text: str | None = None
    """The payload as text; GS (1D) and other controls are kept."""
    ai: dict[str, str] = field(default_factory=dict)
    """Values by GS1 application identifier, in the order of the code."""
    reason: str | None = None
    """Why the code is refused, or what had to be assumed to read it."""


def as_text(payload: bytes) -> str:
    """UTF-8 where it is; else ISO 8859-1, the default of ISO/IEC 18004 and 16022."""
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError:
        return payload.decode("latin-1")
