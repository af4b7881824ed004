"""An endpoint in this very process and thread, so that forty broken ones are tried in seconds."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kiosk.clock import Clock
from sync.agent.http import Answer
from sync.conformance.line import Request
from sync.endpoint.app import make_app
from sync.endpoint.operator import Operator

URL = "http://127.0.0.1:1"


class InProcess:
    """A kit's line to an application. ``front`` may stand before the endpoint and lie."""

    def __init__(self, desk: Path, clock: Clock, database: str | None = None) -> None:
        self.desk = desk
        self.front: Callable[[ASGIApp], ASGIApp] = lambda app: app
        self._clock = clock
        self._database = database
        self._loop = asyncio.new_event_loop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def start(self) -> None:
        """Serve."""
        self._app = make_app(Operator.load(self.desk, self._clock), self._clock, self._database)
        self._lifespan = self._app.router.lifespan_context(self._app)
        self._loop.run_until_complete(self._lifespan.__aenter__())

    def stop(self) -> None:
        """Let go of the database."""
        self._loop.run_until_complete(self._lifespan.__aexit__(None, None, None))

    def exchange(self, request: Request) -> Answer:
        answer: Answer = self._run(self._ask(request))
        return answer

    def together(self, requests: Sequence[Request]) -> tuple[Answer, ...]:
        async def all_at_once() -> list[Answer]:
            return await asyncio.gather(*(self._ask(request) for request in requests))

        return tuple(self._run(all_at_once()))

    def slowly(self, request: Request, meanwhile: Callable[[], None]) -> Answer:
        waiting = asyncio.Event()
        task = self._loop.create_task(self._ask(request, waiting))
        try:
            meanwhile()
        finally:
            waiting.set()
            answer = self._loop.run_until_complete(task)
        return answer

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(work)

    async def _ask(self, request: Request, waiting: asyncio.Event | None = None) -> Answer:
        body = request.body or b""
        half = len(body) // 2
        parts = [body[:half], body[half:]] if waiting is not None else [body]
        status, pieces = 0, []
        headers: Mapping[str, str] = {}

        async def receive() -> Message:
            if not parts:
                # Nobody hangs up here: whoever listens for that listens for ever.
                await asyncio.Event().wait()
            if waiting is not None and len(parts) == 1:
                await waiting.wait()
            return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

        async def send(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], _text(message["headers"])
            else:
                pieces.append(message.get("body", b""))

        await self.front(self._app)(_scope(request), receive, send)
        media = headers.get("content-type", "").partition(";")[0].strip().lower()
        return Answer(status, media, headers, b"".join(pieces))


def _scope(request: Request) -> Scope:
    parts = urlsplit(request.url)
    headers = {"host": parts.netloc, **request.headers}
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), text.encode()) for name, text in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 1),
        "state": {},
    }


def _text(headers: Sequence[tuple[bytes, bytes]]) -> Mapping[str, str]:
    return {name.decode().lower(): value.decode() for name, value in headers}


async def told(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Pass everything on."""
    await app(scope, receive, send)
