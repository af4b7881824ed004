"""Signs requests with the transport key: RFC 9421 with an RFC 9530 digest of the body."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPSignatureKeyResolver,
)
from http_message_signatures.algorithms import ED25519

from kiosk.clock import Clock
from kiosk.cloud import SIGNATURE_TAG, SIGNED_BODY_COMPONENTS, SIGNED_COMPONENTS
from kiosk.envelope import key_id
from kiosk.keys import public_bytes
from sync.agent.errors import SyncError


@dataclass(frozen=True, slots=True)
class _Message:
    """What the library signs; it adds its headers to ``headers``."""

    method: str
    url: str
    headers: dict[str, str]


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> Ed25519PrivateKey:
        return self._key


class Signer:
    """Holds the transport key."""

    def __init__(self, key: Ed25519PrivateKey, clock: Clock) -> None:
        self._clock = clock
        self._key_id = key_id(public_bytes(key))
        self._signer = HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=_OneKey(key))

    def sign(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> dict[str, str]:
        """Return the headers with digest and signature added. Raises SyncError for a bad URL.

        ``created`` is this machine's idea of the time, which the endpoint does not judge.
        """
        message = _Message(method, url, dict(headers))
        components = list(SIGNED_COMPONENTS)
        if body is not None:
            present = {name.lower() for name in headers} | {"content-digest"}
            components += [name for name in SIGNED_BODY_COMPONENTS if name in present]
        now_ms = self._clock.wall().utc_ms or 0
        try:
            self._signer.sign(
                message,
                key_id=self._key_id,
                created=datetime.fromtimestamp(now_ms // 1000, UTC),
                label="kiosk",
                tag=SIGNATURE_TAG,
                covered_component_ids=components,
                body=body,
            )
        except HTTPMessageSignaturesException as error:
            raise SyncError(f"a request to {url[:200]!r} cannot be signed: {error}") from error
        return message.headers
