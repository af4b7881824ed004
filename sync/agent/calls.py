"""The requests of the protocol as values: what to send, and what the answer to it means.

Pure: ``sync.agent.client`` sends them one at a time for a machine, and the fleet simulator for
thousands of machines at once.
"""

import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.cloud import (
    KEYS_TYPE,
    Batch,
    EnrolAnswer,
    EnrolRequest,
    KeyRequest,
    KeyRotation,
    LedgerRequest,
    StatusRequest,
)
from kiosk.envelope import key_id, seal
from kiosk.keys import public_bytes
from kiosk.records import digest
from kiosk.wire import Enrolment, EnrolmentRefused, SignedRecord
from sync.agent import answers
from sync.agent.answers import JSON_MEDIA, Sent
from sync.agent.http import Answer
from sync.agent.outcomes import Heard, Opened, Rotated, Took, Trouble

Meaning = TypeVar("Meaning")

_JSON = {"Content-Type": JSON_MEDIA}


@dataclass(frozen=True, slots=True)
class Call(Generic[Meaning]):
    """One request, without the cloud's address and without a signature."""

    method: str
    path: str
    body: bytes | None
    read: Callable[[Answer], Meaning]
    """Says what an answer means; raises nothing."""
    headers: Mapping[str, str] = field(default_factory=lambda: dict(_JSON))


def enrol(code: str, statement: bytes) -> Call[Enrolment | EnrolmentRefused]:
    """Ask to be enrolled; nothing is trusted yet, so nothing but the statement is sent."""
    body = msgspec.json.encode(EnrolRequest(code, statement))
    return Call("POST", "/v1/enrol", body, _enrolment)


def status(said: StatusRequest) -> Call[Heard | Trouble]:
    """A heartbeat."""
    return Call("POST", "/v1/status", msgspec.json.encode(said), answers.of_status)


def open_ledger(ledger: str, board: str) -> Call[Opened | Trouble]:
    """Tell of a ledger; where it comes from stands in its own first record."""
    body = msgspec.json.encode(LedgerRequest(ledger, None, "attached", board))

    def read(answer: Answer) -> Opened | Trouble:
        return answers.of_ledger(answer, ledger)

    return Call("POST", "/v1/ledgers", body, read)


def batch(
    ledger: str, generation: int, records: tuple[SignedRecord, ...], quarantine: int | None
) -> Call[Took | Trouble]:
    """Records, numbered without gaps, as one batch."""
    quarantined = (quarantine,) if quarantine is not None else ()
    whole = Batch(1, generation, records[0].seq, records[-1].seq, records, quarantined)
    # mtime=0: the same records always make the same body.
    body = gzip.compress(msgspec.json.encode(whole), compresslevel=6, mtime=0)

    def read(answer: Answer) -> Took | Trouble:
        hashes = tuple(digest(record.data) for record in records)
        sent = Sent(hashlib.sha256(body).hexdigest(), ledger, records[0].seq, hashes)
        return answers.of_batch(answer, sent)

    headers = {**_JSON, "Content-Encoding": "gzip"}
    return Call("POST", f"/v1/ledgers/{ledger}/batches", body, read, headers)


def rotate(kiosk: str, old: Ed25519PrivateKey, new: Ed25519PrivateKey) -> Call[Rotated | Trouble]:
    """One transport key follows another; both say so."""
    said = KeyRotation(kiosk, public_bytes(old), public_bytes(new))
    sealed = seal(KEYS_TYPE, msgspec.json.encode(said), old, new)

    def read(answer: Answer) -> Rotated | Trouble:
        return answers.of_rotation(answer, key_id(said.new_key))

    return Call("POST", "/v1/keys", msgspec.json.encode(KeyRequest(sealed)), read)


def _enrolment(answer: Answer) -> Enrolment | EnrolmentRefused:
    if answer.status != 201 or answer.media != JSON_MEDIA:
        return EnrolmentRefused(answers.in_words(answer))
    try:
        found = msgspec.json.decode(answer.body, type=EnrolAnswer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return EnrolmentRefused(f"the cloud's answer cannot be read: {error}")
    return Enrolment(found.kiosk, found.root_key, found.documents)
