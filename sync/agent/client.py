"""The cloud as the agent sees it: one method a request of the protocol, outcomes back."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from kiosk.cloud import BATCH_MAX_BYTES, StatusRequest
from kiosk.wire import BLOB_PART_BYTES_MAX, Enrol, Enrolment, EnrolmentRefused, SignedRecord
from sync.agent import answers, calls
from sync.agent.answers import JSON_MEDIA
from sync.agent.calls import Call, Meaning
from sync.agent.errors import SyncError
from sync.agent.http import Answer, Http
from sync.agent.outcomes import Failed, Heard, Opened, Rotated, Took, Trouble
from sync.agent.signing import Signer

OCTETS_MEDIA = "application/octet-stream"
RECORD_OVERHEAD_BYTES = 160
"""What a record costs in a batch beside its own bytes: signature, number, names."""


class Fetched(Struct, frozen=True):
    """A document, and the tag to ask for a newer one by."""

    envelope: bytes
    etag: str


class Client:
    """Signs, sends, and reads answers. Raises nothing for what a network may do."""

    def __init__(self, http: Http, signer: Signer) -> None:
        self._http = http
        self._signer = signer

    def sign_with(self, signer: Signer) -> None:
        """Sign everything from here on by another key."""
        self._signer = signer

    def signed_by(self, signer: Signer) -> "Client":
        """Return a client on the same connection that signs by another key."""
        return Client(self._http, signer)

    def enrol(self, asked: Enrol) -> Enrolment | EnrolmentRefused:
        """Ask to be enrolled; the request is signed by nothing but its statement."""
        call = calls.enrol(asked.code, asked.statement)
        try:
            url = check_url(asked.url) + call.path
            return call.read(self._http.exchange(call.method, url, call.headers, call.body))
        except SyncError as error:
            return EnrolmentRefused(str(error))

    def status(self, base: str, status: StatusRequest) -> Heard | Trouble:
        """Send a heartbeat."""
        return self._call(base, calls.status(status))

    def open_ledger(self, base: str, ledger: str, board: str) -> Opened | Trouble:
        """Tell of a ledger; where it comes from stands in its own first record."""
        return self._call(base, calls.open_ledger(ledger, board))

    def send(
        self,
        base: str,
        ledger: str,
        generation: int,
        records: tuple[SignedRecord, ...],
        quarantine: int | None,
    ) -> Took | Trouble:
        """Send records, numbered without gaps, as one batch."""
        return self._call(base, calls.batch(ledger, generation, records, quarantine))

    def document(self, base: str, name: str, etag: str) -> Fetched | Failed | None:
        """Fetch a document; None when the cloud still has the one with this tag."""
        headers = {"If-None-Match": etag} if etag else {}
        answer = self._exchange("GET", base, f"/v1/documents/{name}", headers, None)
        if isinstance(answer, Failed):
            return answer
        if answer.status == 304:
            return None
        if answer.status != 200 or answer.media != JSON_MEDIA:
            return Failed(answers.in_words(answer))
        return Fetched(answer.body, answer.headers.get("etag", ""))

    def totals(self, base: str, ledger: str) -> bytes | Failed:
        """Fetch what all of the machine's records add up to, as the controller will verify it."""
        answer = self._exchange("GET", base, f"/v1/ledgers/{ledger}/totals", {}, None)
        if isinstance(answer, Failed):
            return answer
        if answer.status != 200 or answer.media != JSON_MEDIA:
            return Failed(answers.in_words(answer))
        return answer.body

    def blob_part(self, base: str, sha256: str, offset: int) -> bytes | Failed:
        """Fetch the next part of a blob, so that a list of any length needs little memory."""
        headers = {"Range": f"bytes={offset}-{offset + BLOB_PART_BYTES_MAX - 1}"}
        answer = self._exchange("GET", base, f"/v1/blobs/{sha256}", headers, None)
        if isinstance(answer, Failed):
            return answer
        begins = answer.headers.get("content-range", "").startswith(f"bytes {offset}-")
        if answer.status != 206 or not begins or len(answer.body) > BLOB_PART_BYTES_MAX:
            return Failed(answers.in_words(answer))
        return answer.body

    def rotate(
        self, base: str, kiosk: str, old: Ed25519PrivateKey, new: Ed25519PrivateKey
    ) -> Rotated | Trouble:
        """Tell of the transport key that follows."""
        return self._call(base, calls.rotate(kiosk, old, new))

    def upload(self, base: str, sha256: str, data: bytes) -> str | None:
        """Bring bytes under their name; returns None, or why they are not there."""
        headers = {"Content-Type": OCTETS_MEDIA}
        answer = self._exchange("PUT", base, f"/v1/blobs/{sha256}", headers, data)
        if isinstance(answer, Failed):
            return answer.why
        return None if answer.status == 204 else answers.in_words(answer)

    def _call(self, base: str, call: Call[Meaning]) -> Meaning | Failed:
        answer = self._exchange(call.method, base, call.path, call.headers, call.body)
        return answer if isinstance(answer, Failed) else call.read(answer)

    def _exchange(
        self, method: str, base: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer | Failed:
        try:
            url = check_url(base) + path
            signed = self._signer.sign(method, url, headers, body)
            return self._http.exchange(method, url, signed, body)
        except SyncError as error:
            return Failed(str(error))


def check_url(url: str) -> str:
    """Return the cloud's address without a trailing slash.

    Raises SyncError for one that is not https: plain http is for this computer only.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise SyncError(f"the cloud's address {url[:200]!r} cannot be read: {error}") from error
    if not host or parts.username or parts.query or parts.fragment or not url.isascii():
        raise SyncError(f"the cloud's address {url[:200]!r} is not like https://cloud.example")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(host)):
        raise SyncError(
            f"the cloud's address {url[:200]!r} is refused: use https "
            "(plain http is for this computer only)"
        )
    return url.rstrip("/")


def fitting(records: tuple[SignedRecord, ...], most: int) -> tuple[SignedRecord, ...]:
    """Return as many of the first records as a batch takes; one at least."""
    size = 0
    for count, record in enumerate(records[:most]):
        # In JSON bytes travel as base64.
        size += len(record.data) * 4 // 3 + RECORD_OVERHEAD_BYTES
        if size > BATCH_MAX_BYTES and count > 0:
            return records[:count]
    return records[:most]


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
