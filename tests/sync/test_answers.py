"""Answers of a cloud, and of those who only pretend."""

import hashlib
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.cloud import (
    BATCH_ANSWER_MEDIA,
    FORK,
    GAP,
    LEDGER_UNKNOWN,
    MARK_TYPE,
    PROBLEM_MEDIA,
    STALE_GENERATION,
    BatchAnswer,
    Mark,
    Problem,
)
from kiosk.envelope import seal
from kiosk.wire import SignedRecord
from sync.agent import answers
from sync.agent.answers import Sent
from sync.agent.client import check_url, fitting
from sync.agent.errors import SyncError
from sync.agent.http import Answer
from sync.agent.outcomes import (
    Barred,
    Busy,
    Failed,
    Forked,
    Gap,
    LedgerUnknown,
    Refused,
    Took,
    TooLarge,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
HASHES = tuple(hashlib.sha256(bytes([n])).hexdigest() for n in range(3))
SENT = Sent("d" * 64, "ledger", 11, HASHES)


def answer(
    status: int = 200, media: str = BATCH_ANSWER_MEDIA, body: bytes = b"", **headers: str
) -> Answer:
    return Answer(status, media, {name.replace("_", "-"): v for name, v in headers.items()}, body)


def batch_answer(media: str = BATCH_ANSWER_MEDIA, digest: str = "d" * 64, **changed: Any) -> Answer:
    fields: dict[str, Any] = {
        "kiosk": "k",
        "ledger": "ledger",
        "acked_through": 13,
        "head_hash": HASHES[2],
    }
    mark = Mark(**(fields | {"server_time_ms": 1} | changed))
    sealed = seal(MARK_TYPE, msgspec.json.encode(mark), KEY)
    return answer(200, media, msgspec.json.encode(BatchAnswer(digest, sealed, (), 60)))


def problem(status: int, kind: str = "about:blank", expected: int | None = None) -> Answer:
    body = msgspec.json.encode(Problem(kind, "t", status, "", expected))
    return answer(status, PROBLEM_MEDIA, body)


def test_the_whole_batch_is_taken() -> None:
    took = answers.of_batch(batch_answer(), SENT)
    assert isinstance(took, Took) and took.through == 13


def test_a_part_of_the_batch_may_be_taken() -> None:
    took = answers.of_batch(batch_answer(acked_through=12, head_hash=HASHES[1]), SENT)
    assert isinstance(took, Took) and took.through == 12


@pytest.mark.parametrize(
    ("pretended", "word"),
    [
        (batch_answer(media="text/html"), "media type"),
        (batch_answer(media="application/json"), "media type"),
        (batch_answer(digest="e" * 64), "digest"),
        (batch_answer(acked_through=14), "acknowledges 14"),
        (batch_answer(acked_through=10), "acknowledges 10"),
        (batch_answer(acked_through=-1), "acknowledges -1"),
        (batch_answer(ledger="another"), "ledger"),
        (batch_answer(head_hash="0" * 64), "hash"),
        (answer(body=b"<html>"), "cannot be read"),
        (answer(body=b'{"batch_digest":"' + b"d" * 64 + b'"}'), "cannot be read"),
    ],
)
def test_a_200_that_only_pretends_is_a_failure(pretended: Answer, word: str) -> None:
    outcome = answers.of_batch(pretended, SENT)
    assert isinstance(outcome, Failed) and word in outcome.why


@pytest.mark.parametrize("status", [201, 204, 301, 302, 307, 404, 405, 409, 418, 500, 502, 504])
def test_other_statuses_are_failures(status: int) -> None:
    assert isinstance(answers.of_batch(answer(status, "text/html"), SENT), Failed)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (problem(401), Barred),
        (problem(403), Barred),
        (problem(426), Barred),
        (problem(400), Refused),
        (problem(422), Refused),
        (problem(413), TooLarge),
        (problem(409, FORK), Forked),
        (problem(409, STALE_GENERATION), Forked),
        (problem(409, GAP), Failed),
        (problem(409, GAP, 5), Gap),
        (problem(404, LEDGER_UNKNOWN), LedgerUnknown),
        (problem(404), Failed),
        (answer(429, retry_after="7"), Busy),
        (answer(503, retry_after="7"), Busy),
        (answer(503), Failed),
        (answer(429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"), Failed),
        (answer(429, retry_after="-1"), Failed),
    ],
)
def test_what_refusals_mean(given_: Answer, expected: type) -> None:
    assert isinstance(answers.of_batch(given_, SENT), expected)


def test_retry_after_is_bounded() -> None:
    assert answers.of_batch(answer(429, retry_after="7"), SENT) == Busy(7_000)
    assert answers.of_batch(answer(429, retry_after="999999999"), SENT) == Busy(86_400_000)


@given(
    st.binary(max_size=300),
    st.integers(100, 599),
    st.sampled_from([BATCH_ANSWER_MEDIA, PROBLEM_MEDIA, ""]),
)
def test_no_bytes_raise(body: bytes, status: int, media: str) -> None:
    for read in (
        lambda given_: answers.of_batch(given_, SENT),
        answers.of_status,
        lambda given_: answers.of_ledger(given_, "ledger"),
    ):
        assert not isinstance(read(Answer(status, media, {}, body)), Took)


def test_a_batch_is_bounded_but_never_empty() -> None:
    small = tuple(SignedRecord(n, b"x" * 400, b"s" * 64) for n in range(1, 400))
    assert len(fitting(small, 200)) == 200
    big = tuple(SignedRecord(n, b"x" * 50_000, b"s" * 64) for n in range(1, 10))
    assert len(fitting(big, 200)) == 3
    assert len(fitting((SignedRecord(1, b"x" * 400_000, b""),), 200)) == 1


@pytest.mark.parametrize(
    "url", ["https://cloud.example/", "http://127.0.0.1:8087", "http://[::1]:1", "http://localhost"]
)
def test_addresses_that_may_be_used(url: str) -> None:
    assert check_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://192.168.1.4",
        "http://127.0.0.1.evil.example",
        "file:///etc",
        "",
        "https://",
        "https://a:b@c",
        "http://[",
        "https://x:99999",
        "https://例.cn",
        "https://a?b",
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(SyncError):
        check_url(url)
