"""Signed bytes: Ed25519 over DSSE's pre-authentication encoding, version 1.

What is signed is the payload's exact bytes together with its type, so a signature made for one
kind of thing never counts for another (DSSE protocol.md, "Signature Definition"). A record keeps
its signature beside it (:func:`sign`, :func:`verify`); marks, statements and documents travel in
an envelope (:func:`seal`, :func:`unseal`).
"""

import base64
import hashlib
from collections.abc import Iterable

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

from kiosk.errors import KioskError

ENVELOPE_BYTES_MAX = 1 << 20
SIGNATURES_MAX = 8
SIGNATURE_BYTES = 64
PUBLIC_BYTES = 32


class TrustError(KioskError):
    """A signature, key, version or scope is not acceptable."""


class _Signature(Struct, frozen=True, forbid_unknown_fields=True):
    keyid: str
    sig: str


class _Envelope(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    payload_type: str
    payload: str
    signatures: tuple[_Signature, ...]


_decoder = msgspec.json.Decoder(_Envelope)


def key_id(public: bytes) -> str:
    """Name a public key: the first 16 hexadecimal digits of its SHA-256. A hint, not a proof."""
    return hashlib.sha256(public).hexdigest()[:16]


def sign(payload_type: str, payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """Sign a payload of a type; 64 bytes."""
    return key.sign(_authenticated(payload_type, payload))


def verify(payload_type: str, payload: bytes, signature: bytes, public: bytes) -> None:
    """Return if ``signature`` is by the key whose 32 public bytes are given, else TrustError."""
    if len(signature) != SIGNATURE_BYTES:
        raise TrustError(f"a signature has {SIGNATURE_BYTES} bytes, not {len(signature)}")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(
            signature, _authenticated(payload_type, payload)
        )
    except ValueError as error:
        raise TrustError(f"not an Ed25519 public key ({len(public)} bytes)") from error
    except InvalidSignature as error:
        raise TrustError(f"the signature of this {payload_type} is not by {key_id(public)}") from (
            error
        )


def seal(payload_type: str, payload: bytes, *keys: Ed25519PrivateKey) -> bytes:
    """Put a payload and its signature, or those of several keys, into an envelope (JSON)."""
    signatures = tuple(_signature(payload_type, payload, key) for key in keys)
    return msgspec.json.encode(_Envelope(payload_type, _text(payload), signatures))


def _signature(payload_type: str, payload: bytes, key: Ed25519PrivateKey) -> _Signature:
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return _Signature(key_id(public), _text(sign(payload_type, payload, key)))


def unseal(envelope: bytes, payload_type: str, publics: Iterable[bytes]) -> bytes:
    """Return the payload, if it is of this type and one of these keys signed it.

    Raises TrustError naming what is wrong: size, form, type, an unknown key or the signature.
    """
    opened = _opened(envelope, payload_type)
    if not 1 <= len(opened.signatures) <= SIGNATURES_MAX:
        raise TrustError(f"an envelope has 1 to {SIGNATURES_MAX} signatures")
    payload = _bytes(opened.payload)
    trusted = {key_id(public): public for public in publics}
    refused: TrustError | None = None
    for signature in opened.signatures:
        if signature.keyid in trusted:
            try:
                verify(payload_type, payload, _bytes(signature.sig), trusted[signature.keyid])
            except TrustError as error:
                refused = error
            else:
                return payload
    if refused is not None:
        raise refused
    named = ", ".join(signature.keyid[:16] for signature in opened.signatures)
    raise TrustError(f"signed by {named}, a key that is not trusted here")


def peek(envelope: bytes, payload_type: str) -> bytes:
    """Return the payload, whoever signed it: for those who only compare. Raises TrustError."""
    return _bytes(_opened(envelope, payload_type).payload)


def _opened(envelope: bytes, payload_type: str) -> _Envelope:
    if len(envelope) > ENVELOPE_BYTES_MAX:
        raise TrustError(f"an envelope of {len(envelope)} bytes; at most {ENVELOPE_BYTES_MAX}")
    try:
        opened = _decoder.decode(envelope)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TrustError(f"not a signed envelope: {error}") from error
    if opened.payload_type != payload_type:
        raise TrustError(f"the envelope holds {opened.payload_type!r}, not {payload_type!r}")
    return opened


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    """Read base64, in its one proper spelling only: decoders differ in what else they let pass."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise TrustError("not a signed envelope: wrong base64") from error
    if _text(data) != text:
        raise TrustError("not a signed envelope: wrong base64")
    return data


def _authenticated(payload_type: str, payload: bytes) -> bytes:
    """DSSE's PAE: lengths in front, so no two pairs of type and payload give the same bytes."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)
