"""Requests that are signed wrongly on purpose; right ones are signed by the agent's own code."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPSignatureKeyResolver
from http_message_signatures.algorithms import ED25519

from kiosk.cloud import SIGNATURE_TAG, SIGNED_BODY_COMPONENTS, SIGNED_COMPONENTS
from sync.conformance.line import Request


@dataclass(frozen=True, slots=True)
class Forgery:
    """How a request is signed. ``claimed`` is the key id it names, whoever's ``key`` signs."""

    key: Ed25519PrivateKey
    claimed: str
    left_out: str = ""
    """A component that the signature does not cover."""
    tag: str = SIGNATURE_TAG
    created_s: int = 0


@dataclass(frozen=True, slots=True)
class _Message:
    method: str
    url: str
    headers: dict[str, str]


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        return self._key


def sign(request: Request, how: Forgery) -> Request:
    """Return the request with a digest and this signature added."""
    message = _Message(request.method, request.url, dict(request.headers))
    components: tuple[str, ...] = SIGNED_COMPONENTS
    if request.body is not None:
        # Not by the library, which covers the digest of every body that it is given.
        hashed = base64.b64encode(hashlib.sha256(request.body).digest()).decode()
        message.headers["Content-Digest"] = f"sha-256=:{hashed}:"
        present = {name.lower() for name in message.headers}
        components += tuple(name for name in SIGNED_BODY_COMPONENTS if name in present)
    HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=_OneKey(how.key)).sign(
        message,
        key_id=how.claimed,
        created=datetime.fromtimestamp(how.created_s, UTC),
        label="kiosk",
        tag=how.tag,
        covered_component_ids=[name for name in components if name != how.left_out],
        use_existing_digest="Content-Digest" in message.headers,
    )
    return Request(request.method, request.url, message.headers, request.body)
