"""A machine that speaks to the endpoint without an agent, so that it can misbehave."""

import gzip
from dataclasses import dataclass
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.cloud import Batch, BatchAnswer, EnrolRequest
from kiosk.wire import SignedRecord
from sync.agent.http import Answer, Http
from sync.agent.signing import Signer
from tests.sync.machine import Machine
from tests.sync.places import CLOCK

JSON = {"Content-Type": "application/json"}
GZIP = JSON | {"Content-Encoding": "gzip"}


@dataclass
class Peer:
    """An enrolled machine that speaks to the endpoint without an agent, so it can misbehave."""

    url: str
    machine: Machine
    http: Http
    transport: Ed25519PrivateKey

    def call(self, method: str, path: str, body: bytes | None = None, **how: Any) -> Answer:
        """Sign and send; ``after`` may damage headers, ``sent`` replaces the body."""
        url = self.url + path
        signed = Signer(how.get("key", self.transport), CLOCK).sign(
            method, url, how.get("headers", JSON) if body is not None else {}, body
        )
        signed.update(how.get("after", {}))
        return self.http.exchange(method, url, signed, how.get("sent", body))

    def send(self, records: tuple[SignedRecord, ...] | list[SignedRecord], **how: Any) -> Answer:
        """Send records as a batch."""
        first, last = records[0].seq, records[-1].seq
        batch = Batch(
            1, how.pop("generation", 1), first, last, tuple(records), how.pop("quarantined", ())
        )
        body = gzip.compress(msgspec.json.encode(batch), mtime=0)
        path = f"/v1/ledgers/{self.machine.ledger}/batches"
        return self.call("POST", path, body, headers=GZIP, **how)


def enrol(http: Http, url: str, statement: bytes, code: str) -> Answer:
    body = msgspec.json.encode(EnrolRequest(code, statement))
    return http.exchange("POST", f"{url}/v1/enrol", JSON, body)


def problem(answer: Answer, status: int) -> dict[str, Any]:
    assert answer.status == status, answer.body
    assert answer.media == "application/problem+json"
    found: dict[str, Any] = msgspec.json.decode(answer.body)
    assert found["status"] == status and found["title"]
    return found


def taken(answer: Answer) -> BatchAnswer:
    assert answer.status == 200, answer.body
    return msgspec.json.decode(answer.body, type=BatchAnswer)
