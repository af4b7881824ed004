"""An operator for tests: root, issuer and endpoint keys, and the documents they sign."""

import hashlib
from dataclasses import dataclass, field

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import cloud, tokens
from kiosk.documents import (
    Body,
    Document,
    EndpointKeys,
    Issuers,
    Settings,
    Tariff,
    issue,
)
from kiosk.envelope import seal
from kiosk.keys import public_bytes

SITE = "yard-07"
KIOSK = "k-0001"


def _key(name: str) -> Ed25519PrivateKey:
    """Always the same key for a name, so that a failure can be replayed."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


@dataclass
class Operator:
    """Signs what a machine believes."""

    root: Ed25519PrivateKey = field(default_factory=lambda: _key("root"))
    issuer: Ed25519PrivateKey = field(default_factory=lambda: _key("issuer"))
    endpoint: Ed25519PrivateKey = field(default_factory=lambda: _key("endpoint"))
    _tokens: int = 0

    def document(self, name: str, version: int, body: Body, scope: str = "*") -> bytes:
        return issue(Document(name, scope, version, 0, None, body), self.root)

    def tariff(self, version: int = 1, paper: int = 8000) -> bytes:
        prices = {"paper": paper, "plastic": 12_000, "metal": 35_000, "textiles": 3_000}
        return self.document("tariff", version, Tariff("CNY", 1, prices))

    def documents(self) -> tuple[bytes, ...]:
        settings = Settings("Operator", "400-800-0000", True, "东门", "East gate")
        return (
            self.tariff(),
            self.document("issuers", 1, Issuers((public_bytes(self.issuer),))),
            self.document("endpoint_keys", 1, EndpointKeys((public_bytes(self.endpoint),))),
            self.document("settings", 1, settings),
        )

    def code(self, url: str = "https://cloud.example") -> bytes:
        root = hashlib.sha256(public_bytes(self.root)).hexdigest()
        code = cloud.EnrolmentCode(url, SITE, "one-time-code", root)
        return b"KIOSK1:" + msgspec.json.encode(code)

    def token(self, subject: str, now_ms: int, lives_ms: int = 300_000) -> bytes:
        """A fresh token, as the resident's phone shows it."""
        self._tokens += 1
        token_id = hashlib.sha256(f"{subject} {self._tokens}".encode()).digest()[:16]
        return tokens.issue(subject, token_id, now_ms + lives_ms, self.issuer).encode()

    def mark(self, ledger: str, through: int, head_hash: str, kiosk: str = KIOSK) -> bytes:
        payload = msgspec.json.encode(cloud.Mark(kiosk, ledger, through, head_hash, 0))
        return seal(cloud.MARK_TYPE, payload, self.endpoint)

    def totals(self, said: cloud.LedgerTotals) -> bytes:
        """What all records add up to, as the endpoint signs it."""
        return seal(cloud.TOTALS_TYPE, msgspec.json.encode(said), self.endpoint)
