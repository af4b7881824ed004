"""A typed phone number becomes a subject that only the operator can read (cloud.md, "Subjects").

It is sealed with HPKE (RFC 9180, base mode: X25519, HKDF-SHA256, ChaCha20-Poly1305) to a key
whose private half is on no machine and no server. Two sealings of one number have nothing in
common, and every number takes the same room.
"""

import base64
import binascii

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kiosk.envelope import TrustError, key_id

PREFIX = "sealed:"
_INFO = b"paid-recycling-kiosk phone number, version 1"
_ROOM_BYTES = 16
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


def seal_phone(number: str, key: bytes) -> str:
    """Seal up to 15 digits to the operator's X25519 public key (32 bytes).

    The text is ``sealed:<key id>:<base64url>``; the id tells the operator which of its keys opens
    it. Raises TrustError for a key that is none.
    """
    if not (number.isascii() and number.isdecimal() and len(number) < _ROOM_BYTES):
        raise ValueError(f"up to {_ROOM_BYTES - 1} digits can be sealed")
    padded = number.encode().ljust(_ROOM_BYTES, b"\0")
    try:
        box = _SUITE.encrypt(padded, X25519PublicKey.from_public_bytes(key), info=_INFO)
    except ValueError as error:
        raise TrustError(f"the operator's key for phone numbers is none: {error}") from error
    return f"{PREFIX}{key_id(key)}:{base64.urlsafe_b64encode(box).decode().rstrip('=')}"


def open_phone(subject: str, private: X25519PrivateKey) -> str:
    """Return the number. Raises TrustError: another key's, damaged, or not sealed at all."""
    prefix, _, rest = subject.partition(":")
    key, _, text = rest.partition(":")
    if f"{prefix}:" != PREFIX:
        raise TrustError("this subject is no sealed phone number")
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    if key != key_id(public):
        raise TrustError(f"sealed to key {key}, this is {key_id(public)}")
    try:
        box = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        padded = _SUITE.decrypt(box, private, info=_INFO)
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise TrustError("this sealed phone number is damaged") from error
    return padded.rstrip(b"\0").decode("ascii", "replace")
