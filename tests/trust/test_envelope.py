"""Signatures cover type and bytes, and an envelope is believed only by a known key."""

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk import envelope
from kiosk.envelope import TrustError
from kiosk.keys import public_bytes

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
OTHER = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
PUBLIC, OTHER_PUBLIC = public_bytes(KEY), public_bytes(OTHER)
KIND = "application/vnd.example+json"


@given(st.binary(max_size=200))
def test_a_payload_comes_back_exactly(payload: bytes) -> None:
    sealed = envelope.seal(KIND, payload, KEY)
    assert envelope.unseal(sealed, KIND, (OTHER_PUBLIC, PUBLIC)) == payload


def test_the_authenticated_bytes_are_those_of_dsse() -> None:
    """The example of DSSE protocol.md."""
    expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert envelope._authenticated("http://example.com/HelloWorld", b"hello world") == expected
    assert envelope.sign("http://example.com/HelloWorld", b"hello world", KEY) == KEY.sign(expected)


@given(st.text(), st.binary(), st.text(), st.binary())
def test_no_two_things_have_the_same_authenticated_bytes(
    kind: str, payload: bytes, other_kind: str, other: bytes
) -> None:
    same = envelope._authenticated(kind, payload) == envelope._authenticated(other_kind, other)
    assert same == ((kind, payload) == (other_kind, other))


def test_what_a_signature_does_not_cover_is_refused() -> None:
    signature = envelope.sign(KIND, b"paid 144", KEY)
    envelope.verify(KIND, b"paid 144", signature, PUBLIC)
    for kind, payload, sig, public in (
        (KIND, b"paid 145", signature, PUBLIC),
        ("text/plain", b"paid 144", signature, PUBLIC),
        (KIND, b"paid 144", signature[:-1] + bytes([signature[-1] ^ 1]), PUBLIC),
        (KIND, b"paid 144", signature[:-1], PUBLIC),
        (KIND, b"paid 144", signature, OTHER_PUBLIC),
        (KIND, b"paid 144", signature, PUBLIC[:-1]),
    ):
        with pytest.raises(TrustError):
            envelope.verify(kind, payload, sig, public)


def spoilt(**changes: Any) -> bytes:
    return json.dumps({**json.loads(envelope.seal(KIND, b"{}", KEY)), **changes}).encode()


SIGNATURE = {"keyid": envelope.key_id(PUBLIC), "sig": base64.b64encode(bytes(64)).decode()}


@pytest.mark.parametrize(
    ("sealed", "words"),
    [
        (b"", "not a signed envelope"),
        (b"null", "not a signed envelope"),
        (b"\xff", "not a signed envelope"),
        (b"[" * 100_000, "not a signed envelope"),
        (b" " * (envelope.ENVELOPE_BYTES_MAX + 1), "at most 1048576"),
        (spoilt(payloadType="text/plain"), "holds 'text/plain'"),
        (spoilt(payload="e30K"), "is not by"),
        (spoilt(payload="e31="), "wrong base64"),
        (spoilt(payload="%%%"), "not a signed envelope"),
        (spoilt(more=1), "not a signed envelope"),
        (spoilt(signatures=[]), "1 to 8 signatures"),
        (spoilt(signatures=[SIGNATURE] * 9), "1 to 8 signatures"),
        (spoilt(signatures=[SIGNATURE]), "is not by"),
        (envelope.seal(KIND, b"{}", OTHER), "not trusted here"),
    ],
)
def test_an_envelope_is_refused_in_words(sealed: bytes, words: str) -> None:
    with pytest.raises(TrustError, match=words):
        envelope.unseal(sealed, KIND, (PUBLIC,))


def test_one_good_signature_among_several_is_enough() -> None:
    good = json.loads(envelope.seal(KIND, b"{}", KEY))["signatures"]
    assert envelope.unseal(spoilt(signatures=[SIGNATURE, *good]), KIND, (PUBLIC,)) == b"{}"


@given(st.binary(max_size=300))
def test_anything_raises_trust_errors_only(data: bytes) -> None:
    with pytest.raises(TrustError):
        envelope.unseal(data, KIND, (PUBLIC,))
