"""One transport key after another, as a machine asks for it."""

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import cloud
from kiosk.cloud import KeyAnswer, KeyRequest, KeyRotation
from kiosk.envelope import seal
from kiosk.keys import public_bytes
from sync.agent.http import Answer
from tests.sync.peer import Peer


def rotation(peer: Peer, old: Ed25519PrivateKey, new: Ed25519PrivateKey, **how: str) -> KeyRequest:
    said = KeyRotation(how.get("kiosk", peer.machine.kiosk), public_bytes(old), public_bytes(new))
    return KeyRequest(seal(cloud.KEYS_TYPE, msgspec.json.encode(said), old, new))


def ask(peer: Peer, asked: KeyRequest, key: Ed25519PrivateKey) -> Answer:
    return peer.call("POST", "/v1/keys", msgspec.json.encode(asked), key=key)


def rotated(answer: Answer) -> KeyAnswer:
    assert answer.status == 200, answer.body
    return msgspec.json.decode(answer.body, type=KeyAnswer)


def beats(peer: Peer, key: Ed25519PrivateKey) -> int:
    return peer.call("GET", f"/v1/ledgers/{peer.machine.ledger}", key=key).status
