"""What an answer of the cloud means; pure, and suspicious: captive portals answer 200 too."""

from dataclasses import dataclass
from typing import TypeVar

import msgspec
from msgspec import Struct

from kiosk.cloud import (
    BATCH_ANSWER_MEDIA,
    FORK,
    GAP,
    LEDGER_UNKNOWN,
    MARK_TYPE,
    PROBLEM_MEDIA,
    STALE_GENERATION,
    BatchAnswer,
    KeyAnswer,
    LedgerAnswer,
    Mark,
    Problem,
    StatusAnswer,
)
from sync.agent.errors import SyncError
from sync.agent.http import Answer
from sync.agent.outcomes import (
    Barred,
    Busy,
    Failed,
    Forked,
    Gap,
    Heard,
    LedgerUnknown,
    Opened,
    Refused,
    Rotated,
    Took,
    TooLarge,
    Trouble,
)

Wanted = TypeVar("Wanted")

JSON_MEDIA = "application/json"
RETRY_AFTER_MAX_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Sent:
    """What a batch held, to hold the answer against."""

    digest: str
    """SHA-256 of the body as sent, in hexadecimal."""
    ledger: str
    first_seq: int
    hashes: tuple[str, ...]
    """The records' hashes, from ``first_seq`` on."""

    @property
    def last_seq(self) -> int:
        """The number of the last record."""
        return self.first_seq + len(self.hashes) - 1


class _Envelope(Struct, frozen=True, rename="camel"):
    payload_type: str
    payload: bytes


def of_batch(answer: Answer, sent: Sent) -> Took | Trouble:
    """Read the answer to a batch; only a mark that fits what was sent counts."""
    if answer.status != 200:
        return trouble(answer)
    if answer.media != BATCH_ANSWER_MEDIA:
        return Failed(f"200 with media type {answer.media!r}: not the cloud's answer")
    try:
        body = msgspec.json.decode(answer.body, type=BatchAnswer)
        mark = peek_mark(body.mark)
    except (msgspec.DecodeError, UnicodeDecodeError, SyncError) as error:
        return Failed(f"the answer cannot be read: {error}")
    if body.batch_digest != sent.digest:
        return Failed("the answer is to another batch: its digest differs")
    if mark.ledger != sent.ledger:
        return Failed(f"the mark is for ledger {mark.ledger[:40]!r}")
    if not sent.first_seq <= mark.acked_through <= sent.last_seq:
        return Failed(
            f"the mark acknowledges {mark.acked_through}; "
            f"{sent.first_seq} to {sent.last_seq} were sent"
        )
    if mark.head_hash != sent.hashes[mark.acked_through - sent.first_seq]:
        return Failed("the mark's hash is not that of the record it acknowledges")
    suspects = tuple(one.seq for one in body.exceptions if one.verdict == "stored_suspect")
    return Took(mark.acked_through, body.mark, suspects, _to_ms(body.next_interval_s))


def peek_mark(envelope: bytes) -> Mark:
    """Read a mark without judging its signature: that is the controller's to do.

    Raises SyncError for something that is no mark.
    """
    try:
        opened = msgspec.json.decode(envelope, type=_Envelope)
        if opened.payload_type != MARK_TYPE:
            raise SyncError(f"an envelope of {opened.payload_type[:80]!r} is no mark")
        return msgspec.json.decode(opened.payload, type=Mark)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SyncError(f"not a mark: {error}") from error


def of_status(answer: Answer) -> Heard | Trouble:
    """Read the answer to a heartbeat."""
    if answer.status != 200:
        return trouble(answer)
    try:
        body = _json(answer, StatusAnswer)
    except SyncError as error:
        return Failed(str(error))
    return Heard(
        _to_ms(body.next_interval_s),
        _to_ms(body.retry_cap_s),
        body.documents,
        body.commands,
        body.state,
    )


def of_rotation(answer: Answer, new_key: str) -> Rotated | Trouble:
    """Read the answer to a new transport key, whose id is ``new_key``."""
    if answer.status != 200:
        return trouble(answer)
    try:
        body = _json(answer, KeyAnswer)
    except SyncError as error:
        return Failed(str(error))
    if body.key != new_key:
        return Failed(f"the answer is about key {body.key[:40]!r}")
    return Rotated(body.key)


def of_ledger(answer: Answer, ledger: str) -> Opened | Trouble:
    """Read the answer to the opening of a ledger."""
    if answer.status != 200:
        return trouble(answer)
    try:
        body = _json(answer, LedgerAnswer)
    except SyncError as error:
        return Failed(str(error))
    if body.ledger != ledger:
        return Failed(f"the answer is for ledger {body.ledger[:40]!r}")
    return Opened(body.generation, body.acked_through)


def trouble(answer: Answer) -> Trouble:
    """Say what an answer other than the wished one means (cloud.md's table)."""
    status, problem = answer.status, problem_of(answer)
    why = f"{status} {problem.title if problem else ''}".strip()
    if problem and problem.detail:
        why = f"{why}: {problem.detail}"[:300]
    if status in (429, 503):
        retry_after_ms = _retry_after_ms(answer.headers.get("retry-after", ""))
        return Failed(why) if retry_after_ms is None else Busy(retry_after_ms)
    if status in (401, 403, 426):
        return Barred(why)
    if status in (400, 422):
        return Refused(why)
    if status == 413:
        return TooLarge()
    # A stranger's 404 or 409 says nothing about a ledger: only a problem of ours does.
    if status == 404 and problem and problem.type == LEDGER_UNKNOWN:
        return LedgerUnknown()
    if status == 409 and problem:
        if problem.type == GAP and problem.expected_seq is not None:
            return Gap(problem.expected_seq)
        if problem.type == FORK:
            return Forked("fork", why)
        if problem.type == STALE_GENERATION:
            return Forked("stale", why)
    return Failed(why)


def problem_of(answer: Answer) -> Problem | None:
    """Return the RFC 9457 problem in an answer, if it is one."""
    if answer.media != PROBLEM_MEDIA:
        return None
    try:
        return msgspec.json.decode(answer.body, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def in_words(answer: Answer) -> str:
    """Say why an answer is not the wished one."""
    problem = problem_of(answer)
    if problem is None:
        return f"the cloud answered {answer.status} {answer.media or 'without a media type'}"
    return f"{problem.title} ({problem.detail})"[:300] if problem.detail else problem.title[:300]


def _json(answer: Answer, kind: type[Wanted]) -> Wanted:
    if answer.media != JSON_MEDIA:
        raise SyncError(f"200 with media type {answer.media!r}: not the cloud's answer")
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SyncError(f"the answer cannot be read: {error}") from error


def _retry_after_ms(text: str) -> int | None:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        return None
    return _to_ms(min(int(text), RETRY_AFTER_MAX_S))


def _to_ms(seconds: int) -> int:
    return max(0, seconds) * 1000
