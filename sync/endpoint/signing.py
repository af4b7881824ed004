"""Who sent this request: RFC 9421 signatures by a machine's transport key.

The age of a signature is not judged: a machine's clock may be wrong for weeks, and idempotence,
not clocks, protects against a replay (cloud.md, "Authentication").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
)
from http_message_signatures.algorithms import ED25519
from starlette.requests import Request

from kiosk.cloud import SIGNATURE_TAG, SIGNED_BODY_COMPONENTS, SIGNED_COMPONENTS
from sync.endpoint.problems import RefusedError


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What the library needs of a request, as it came over the wire."""

    method: str
    url: str
    headers: Mapping[str, str]

    @staticmethod
    def of(request: Request) -> "SignedRequest":
        """Rebuild the URL from the Host header and the raw path, not from what was parsed."""
        scope = request.scope
        path = scope["raw_path"].decode("ascii")
        query = scope["query_string"].decode("ascii")
        host = request.headers.get("host", "")
        url = f"{scope['scheme']}://{host}{path}" + (f"?{query}" if query else "")
        return SignedRequest(request.method, url, request.headers)


class _OneKey(HTTPSignatureKeyResolver):
    """Knows the one key the request names, looked up before."""

    def __init__(self, key_id: str, public: bytes) -> None:
        self._key_id = key_id
        self._key = Ed25519PublicKey.from_public_bytes(public)

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        return self._key if key_id == self._key_id else None


class _AgelessVerifier(HTTPMessageVerifier):
    """Leaves ``created`` and ``expires`` unjudged."""

    require_created = False

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        """Accept any age."""


def claimed_key(request: SignedRequest) -> str:
    """Return the key id the request says it is signed by. Raises RefusedError 401."""
    inputs = request.headers.get("signature-input", "")
    # The verifier parses this properly afterwards; here it only picks the key to try.
    _, found, rest = inputs.partition('keyid="')
    if not found:
        raise RefusedError(401, "unsigned", "The request is not signed")
    return rest.partition('"')[0]


def verify(request: SignedRequest, body: bytes, key_id: str, public: bytes) -> None:
    """Return if the signature covers what it must and the digest is the body's; else 401."""
    verifier = _AgelessVerifier(signature_algorithm=ED25519, key_resolver=_OneKey(key_id, public))
    components: tuple[str, ...] = SIGNED_COMPONENTS
    if body:
        components += tuple(name for name in SIGNED_BODY_COMPONENTS if name in request.headers)
    try:
        verifier.verify(
            request,
            max_age=None,
            expect_tag=SIGNATURE_TAG,
            require_components=components,
            body=body,
        )
    except HTTPMessageSignaturesException as error:
        raise RefusedError(
            401, "signature", "The signature or digest is wrong", str(error)
        ) from error
