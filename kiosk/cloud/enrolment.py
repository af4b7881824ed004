"""How a machine becomes one of an operator's, and how its transport key is replaced."""

from msgspec import Struct


class EnrolmentCode(Struct, frozen=True, forbid_unknown_fields=True):
    """What the enrolment QR holds, as JSON behind the prefix ``KIOSK1:``."""

    url: str
    site: str
    code: str
    root: str
    """SHA-256 of the operator's root public key, in hexadecimal."""


class Statement(Struct, frozen=True):
    """payload: binds both keys, the ledger and the board; signed by the record key."""

    site: str
    code: str
    board: str
    ledger: str
    record_key: bytes
    transport_key: bytes


class EnrolRequest(Struct, frozen=True):
    """POST /v1/enrol"""

    code: str
    statement: bytes


class EnrolAnswer(Struct, frozen=True):
    """201: who the machine is, and the first documents (envelopes)."""

    kiosk: str
    root_key: bytes
    documents: tuple[bytes, ...]


class KeyRotation(Struct, frozen=True):
    """payload: one transport key follows another; signed by both of them."""

    kiosk: str
    old_key: bytes
    new_key: bytes


class KeyRequest(Struct, frozen=True):
    """POST /v1/keys"""

    rotation: bytes
    """Envelope with two signatures: :class:`KeyRotation`."""


class KeyAnswer(Struct, frozen=True):
    """200: requests are signed by the new key from here on."""

    key: str
    """Its id."""
    old_until_ms: int
    """Until when the old one is accepted too."""
