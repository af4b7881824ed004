"""The cloud as the agent sees it: one method a request of the protocol, outcomes back."""

import gzip
import hashlib
import ipaddress
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from kiosk.cloud import (
    BATCH_MAX_BYTES,
    Batch,
    EnrolAnswer,
    EnrolRequest,
    LedgerRequest,
    StatusRequest,
)
from kiosk.records import digest
from kiosk.wire import BLOB_PART_BYTES_MAX, Enrol, Enrolment, EnrolmentRefused, SignedRecord
from sync.agent import answers
from sync.agent.answers import JSON_MEDIA, Sent
from sync.agent.errors import SyncError
from sync.agent.http import Answer, Http
from sync.agent.outcomes import Failed, Heard, Opened, Took, Trouble
from sync.agent.signing import Signer

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

    def enrol(self, asked: Enrol) -> Enrolment | EnrolmentRefused:
        """Ask to be enrolled; nothing is trusted yet, so nothing but the statement is sent."""
        body = msgspec.json.encode(EnrolRequest(asked.code, asked.statement))
        try:
            url = f"{check_url(asked.url)}/v1/enrol"
            answer = self._http.exchange("POST", url, {"Content-Type": JSON_MEDIA}, body)
        except SyncError as error:
            return EnrolmentRefused(str(error))
        if answer.status != 201 or answer.media != JSON_MEDIA:
            return EnrolmentRefused(_why(answer))
        try:
            found = msgspec.json.decode(answer.body, type=EnrolAnswer)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return EnrolmentRefused(f"the cloud's answer cannot be read: {error}")
        return Enrolment(found.kiosk, found.root_key, found.documents)

    def status(self, base: str, status: StatusRequest) -> Heard | Trouble:
        """Send a heartbeat."""
        answer = self._post(base, "/v1/status", msgspec.json.encode(status))
        return answers.of_status(answer) if isinstance(answer, Answer) else answer

    def open_ledger(self, base: str, ledger: str, board: str) -> Opened | Trouble:
        """Tell of a ledger; where it comes from stands in its own first record."""
        body = msgspec.json.encode(LedgerRequest(ledger, None, "attached", board))
        answer = self._post(base, "/v1/ledgers", body)
        return answers.of_ledger(answer, ledger) if isinstance(answer, Answer) else answer

    def send(
        self,
        base: str,
        ledger: str,
        generation: int,
        records: tuple[SignedRecord, ...],
        quarantine: int | None,
    ) -> Took | Trouble:
        """Send records, numbered without gaps, as one batch."""
        quarantined = (quarantine,) if quarantine is not None else ()
        batch = Batch(1, generation, records[0].seq, records[-1].seq, records, quarantined)
        # mtime=0: the same records always make the same body.
        body = gzip.compress(msgspec.json.encode(batch), compresslevel=6, mtime=0)
        answer = self._post(base, f"/v1/ledgers/{ledger}/batches", body, encoding="gzip")
        if not isinstance(answer, Answer):
            return answer
        hashes = tuple(digest(record.data) for record in records)
        sent = Sent(hashlib.sha256(body).hexdigest(), ledger, records[0].seq, hashes)
        return answers.of_batch(answer, sent)

    def document(self, base: str, name: str, etag: str) -> Fetched | Failed | None:
        """Fetch a document; None when the cloud still has the one with this tag."""
        headers = {"If-None-Match": etag} if etag else {}
        answer = self._exchange("GET", base, f"/v1/documents/{name}", headers, None)
        if isinstance(answer, Failed):
            return answer
        if answer.status == 304:
            return None
        if answer.status != 200 or answer.media != JSON_MEDIA:
            return Failed(_why(answer))
        return Fetched(answer.body, answer.headers.get("etag", ""))

    def blob_part(self, base: str, sha256: str, offset: int) -> bytes | Failed:
        """Fetch the next part of a blob, so that a list of any length needs little memory."""
        headers = {"Range": f"bytes={offset}-{offset + BLOB_PART_BYTES_MAX - 1}"}
        answer = self._exchange("GET", base, f"/v1/blobs/{sha256}", headers, None)
        if isinstance(answer, Failed):
            return answer
        begins = answer.headers.get("content-range", "").startswith(f"bytes {offset}-")
        if answer.status != 206 or not begins or len(answer.body) > BLOB_PART_BYTES_MAX:
            return Failed(_why(answer))
        return answer.body

    def _post(self, base: str, path: str, body: bytes, encoding: str = "") -> Answer | Failed:
        headers = {"Content-Type": JSON_MEDIA}
        if encoding:
            headers["Content-Encoding"] = encoding
        return self._exchange("POST", base, path, headers, body)

    def _exchange(
        self, method: str, base: str, path: str, headers: dict[str, str], body: bytes | None
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


def _why(answer: Answer) -> str:
    problem = answers.problem_of(answer)
    if problem is None:
        return f"the cloud answered {answer.status} {answer.media or 'without a media type'}"
    return f"{problem.title} ({problem.detail})"[:300] if problem.detail else problem.title[:300]
