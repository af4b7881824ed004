"""Broken in what it shows: problems, documents, blobs, the map, and several lines at once."""

from dataclasses import replace
from typing import Any

import msgspec

from tests.conformance.broken import (
    JSON,
    Asked,
    Broken,
    Stage,
    Told,
    lies,
    on_batches,
    on_path,
    refuses,
)


def _as_text(_asked: Asked, told: Told) -> Told | None:
    return told.with_headers(content_type="text/plain") if told.status >= 400 else None


def _no_report(asked: Asked) -> Told | None:
    return Told(400) if b'"compartments":[{' in asked.body else None


def _next_version(told: Told) -> Told:
    versions = {name: version + 1 for name, version in told.json()["documents"].items()}
    return told.saying(documents=versions)


def _altered(asked: Asked, told: Told) -> Told | None:
    if asked.path != "/v1/documents/tariff" or told.status != 200:
        return None
    whole = told.json()
    payload = msgspec.convert(whole["payload"], bytes).replace(b"8000", b"9000")
    return told.saying(payload=msgspec.to_builtins(payload))


def _whole_blobs(asked: Asked, told: Told) -> Told | None:
    return replace(told, status=200) if told.status == 206 else None


def _times_out_slow(stage: Stage) -> None:
    def front(endpoint: Any) -> Any:
        async def impatient(scope: Any, receive: Any, send: Any) -> None:
            first = await receive()
            if first.get("more_body"):
                await _say(send, 408)
                return
            pieces = [first]
            await endpoint(scope, lambda: _next(pieces, receive), send)

        return impatient

    stage.line.front = front


def _one_at_a_time(stage: Stage) -> None:
    """Busy while somebody's request stands still."""
    slow = [0]

    def front(endpoint: Any) -> Any:
        async def busy(scope: Any, receive: Any, send: Any) -> None:
            if slow[0]:
                await _say(send, 500)
                return
            first = await receive()
            pieces = [first]
            slow[0] += bool(first.get("more_body"))
            try:
                await endpoint(scope, lambda: _next(pieces, receive), send)
            finally:
                slow[0] -= bool(first.get("more_body"))

        return busy

    stage.line.front = front


def _no_two_at_once(stage: Stage) -> None:
    """Two batches of one ledger at once: the second one ends in an exception."""
    busy: set[str] = set()

    def front(endpoint: Any) -> Any:
        async def racing(scope: Any, receive: Any, send: Any) -> None:
            path = scope["path"]
            if path in busy and path.endswith("/batches"):
                await _say(send, 500)
                return
            busy.add(path)
            try:
                await endpoint(scope, receive, send)
            finally:
                busy.discard(path)

        return racing

    stage.line.front = front


async def _next(pieces: list[Any], receive: Any) -> Any:
    return pieces.pop() if pieces else await receive()


async def _say(send: Any, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


PAGES = (
    lies("refuses in plain text", _as_text, "problem.public", "problem.machine"),
    lies(
        "does not say what is allowed",
        lambda _asked, told: told.with_headers(allow=None) if told.status == 405 else None,
        "method.refused",
    ),
    lies(
        "tells of other versions",
        on_path("/v1/status", _next_version),
        "document.signed",
        "held.decided",
    ),
    lies("changes a price on its way", _altered, "document.signed"),
    lies(
        "has no tags",
        on_path("/v1/documents", lambda told: told.with_headers(etag=None)),
        "document.etag",
    ),
    refuses(
        "knows only one version",
        lambda asked: Told(304, {}, b"") if "if-none-match" in asked.headers else None,
        "document.etag",
    ),
    lies(
        "has a document of any name",
        on_path("/v1/documents", lambda _told: Told(200), 404),
        "document.unknown",
        "problem.machine",
    ),
    lies(
        "gives no pace",
        on_path("/v1/status", lambda told: told.saying(next_interval_s=0)),
        "status.answer",
    ),
    refuses("refuses reports", _no_report, "status.report"),
    lies(
        "gives other bytes than were asked for",
        on_path("/v1/blobs", lambda told: replace(told, body=told.body[::-1])),
        "blob.whole",
    ),
    lies("gives blobs whole only", _whole_blobs, "blob.parts"),
    lies("has every blob", on_path("/v1/blobs", lambda _told: Told(200), 404), "blob.unknown"),
    lies(
        "shows no machine",
        on_path("/v1/public", lambda told: told.saying(kiosks=[])),
        "public.map",
    ),
    lies(
        "shows who was paid",
        on_path("/v1/public", lambda told: told.saying(newest="conformance-kit")),
        "public.private",
    ),
    refuses(
        "is not well",
        lambda asked: Told(500) if asked.path == "/healthz" else None,
        "public.health",
        "line.meanwhile",
    ),
    Broken("has no patience", ("line.slow", "line.meanwhile"), _times_out_slow),
    Broken("serves one at a time", ("line.meanwhile",), _one_at_a_time),
    Broken("fails when two come at once", ("again.together", "line.many"), _no_two_at_once),
    lies(
        "answers batches as anything else",
        on_batches(lambda told: told.with_headers(content_type=JSON)),
        "answer.media",
    ),
)
