"""Endpoints that are broken on purpose: the reference with a liar before it, or a part replaced."""

import asyncio
import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import pytest
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.cloud import Mark
from kiosk.envelope import seal
from sync.agent.answers import peek_mark
from sync.endpoint.operator import Operator
from tests.conformance.inprocess import InProcess

JSON = "application/json"


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> bytes:
        """The body, unpacked if that is possible."""
        try:
            return gzip.decompress(self.body)
        except (OSError, EOFError, zlib.error):
            return self.body

    @property
    def is_batch(self) -> bool:
        return self.path.endswith("/batches")

    @property
    def ledger(self) -> str:
        """Of a batch, or the one that is asked about."""
        return self.path.split("/")[3] if self.path.startswith("/v1/ledgers/") else ""


@dataclass(frozen=True)
class Told:
    """An answer; header names are in lower case."""

    status: int
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": JSON})
    body: bytes = b"{}"

    def json(self) -> Any:
        return msgspec.json.decode(self.body)

    def saying(self, **fields: Any) -> "Told":
        """The same with other fields in its JSON."""
        return replace(self, body=msgspec.json.encode({**self.json(), **fields}))

    def with_headers(self, **headers: str | None) -> "Told":
        """The same with other headers; None takes one away."""
        changed = {name.replace("_", "-"): text for name, text in headers.items()}
        kept = {name: text for name, text in self.headers.items() if name not in changed}
        return replace(
            self, headers=kept | {name: text for name, text in changed.items() if text is not None}
        )


Before = Callable[[Asked], Told | None]
"""Answers without asking the endpoint, or None."""
After = Callable[[Asked, Told], Told | None]
"""Changes the endpoint's answer, or None."""


@dataclass
class Stage:
    """Where an endpoint is broken: the line to it, and its parts."""

    line: InProcess
    desk: Operator
    patch: pytest.MonkeyPatch

    def before(self, answer: Before) -> None:
        self.line.front = lambda app: _Front(app, answer, lambda _asked, _told: None)

    def after(self, change: After) -> None:
        self.line.front = lambda app: _Front(app, lambda _asked: None, change)

    def part(self, module: Any, name: str) -> Any:
        """A part as it is."""
        return getattr(module, name)

    def replace(self, module: Any, name: str, value: Any) -> None:
        """Put another part in; there must be one of that name."""
        self.patch.setattr(module, name, value)

    def remarked(self, told: Told, **fields: Any) -> Told:
        """The answer to a batch with another mark, signed as it should be."""
        mark: Mark = msgspec.structs.replace(mark_of(told), **fields)
        return told.saying(mark=self.sealed(mark))

    def sealed(self, mark: Mark, key: Any = None) -> bytes:
        signer = key or self.desk.endpoint_key
        return seal("application/vnd.kiosk.mark+json", msgspec.json.encode(mark), signer)


def mark_of(told: Told) -> Mark:
    """The mark in the answer to a batch."""
    return peek_mark(msgspec.convert(told.json()["mark"], bytes))


@dataclass(frozen=True)
class Broken:
    """``caught_by``: every rule that fails, and no other one does; the first is the right one."""

    name: str
    caught_by: tuple[str, ...]
    breaks: Callable[[Stage], None]


def lies(name: str, change: After, *caught_by: str) -> Broken:
    """An endpoint whose answers are changed on their way."""
    return Broken(name, caught_by, lambda stage: stage.after(change))


def refuses(name: str, answer: Before, *caught_by: str) -> Broken:
    """An endpoint that answers some requests itself."""
    return Broken(name, caught_by, lambda stage: stage.before(answer))


def replaced(name: str, module: Any, part: str, value: Any, *caught_by: str) -> Broken:
    """An endpoint with one part exchanged."""
    return Broken(name, caught_by, lambda stage: stage.replace(module, part, value))


def on_path(path: str, change: Callable[[Told], Told], status: int = 200) -> After:
    """Change the answers of one path, where they have this status."""

    def told_otherwise(asked: Asked, told: Told) -> Told | None:
        return change(told) if asked.path.startswith(path) and told.status == status else None

    return told_otherwise


def on_batches(change: Callable[[Told], Told]) -> After:
    """Change what a batch that was taken is answered with."""

    def told_otherwise(asked: Asked, told: Told) -> Told | None:
        return change(told) if asked.is_batch and told.status == 200 else None

    return told_otherwise


class _Front:
    """Stands before an application, hears all and may say something else."""

    def __init__(self, app: ASGIApp, before: Before, after: After) -> None:
        self._app = app
        self._before = before
        self._after = after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        headers = {name.decode(): text.decode() for name, text in scope["headers"]}
        asked = Asked(scope["method"], scope["path"], headers, body)
        said = self._before(asked)
        if said is None:
            told = await _ask(self._app, scope, body)
            said = self._after(asked, told) or told
        headers = {name: text for name, text in said.headers.items() if name != "content-length"}
        await Response(said.body, said.status, headers)(scope, receive, send)


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


async def _ask(app: ASGIApp, scope: Scope, body: bytes) -> Told:
    parts = [body]
    status, pieces = 0, []
    headers: dict[str, str] = {}

    async def receive() -> Message:
        if not parts:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": parts.pop(), "more_body": False}

    async def send(message: Message) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = {name.decode(): text.decode() for name, text in message["headers"]}
        else:
            pieces.append(message.get("body", b""))

    await app(scope, receive, send)
    return Told(status, headers, b"".join(pieces))
