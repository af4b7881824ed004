"""How requests reach the endpoint: one after the other, several at once, or very slowly."""

import http.client
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from kiosk.clock import Clock
from sync.agent.errors import UnreachableError
from sync.agent.http import ANSWER_MAX_BYTES, SILENCE_S, Answer, Http

PAUSE_S = 1.5
"""How long a slow request stands still in the middle of its body."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is sent, signed or not."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


class Line(Protocol):
    """A way to the endpoint. Everything raises UnreachableError when no whole answer came."""

    def exchange(self, request: Request) -> Answer:
        """Send a request and return its answer."""
        ...

    def together(self, requests: Sequence[Request]) -> tuple[Answer, ...]:
        """Send all at the same time, each over a connection of its own."""
        ...

    def slowly(self, request: Request, meanwhile: Callable[[], None]) -> Answer:
        """Send half of the body, do something else, wait, send the rest."""
        ...


class HttpLine:
    """Over the network, by what the agent sends with."""

    def __init__(self, clock: Clock, pause_s: float = PAUSE_S) -> None:
        self._clock = clock
        self._pause_s = pause_s
        self._http = Http(clock)

    def exchange(self, request: Request) -> Answer:
        """Send a request over the connection that is kept."""
        return self._http.exchange(request.method, request.url, request.headers, request.body)

    def together(self, requests: Sequence[Request]) -> tuple[Answer, ...]:
        """Send all when every thread is ready."""
        ready = threading.Barrier(len(requests))

        def send(request: Request) -> Answer:
            own = Http(self._clock)
            try:
                ready.wait(SILENCE_S)
                return own.exchange(request.method, request.url, request.headers, request.body)
            finally:
                own.close()

        with ThreadPoolExecutor(len(requests)) as pool:
            return tuple(pool.map(send, requests))

    def slowly(self, request: Request, meanwhile: Callable[[], None]) -> Answer:
        """Send a request in two halves with a pause between them."""
        parts = urlsplit(request.url)
        secure = parts.scheme == "https"
        make = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = make(parts.netloc, timeout=SILENCE_S)
        body = request.body or b""
        half = len(body) // 2
        try:
            connection.putrequest(request.method, parts.path, skip_accept_encoding=True)
            for name, value in {**request.headers, "Content-Length": str(len(body))}.items():
                connection.putheader(name, value)
            connection.endheaders()
            connection.send(body[:half])
            meanwhile()
            threading.Event().wait(self._pause_s)
            connection.send(body[half:])
            response = connection.getresponse()
            headers = {name.lower(): value for name, value in response.getheaders()}
            media = headers.get("content-type", "").partition(";")[0].strip().lower()
            return Answer(response.status, media, headers, response.read(ANSWER_MAX_BYTES))
        except (http.client.HTTPException, OSError) as error:
            raise UnreachableError(f"{type(error).__name__}: {error}"[:300]) from error
        finally:
            connection.close()

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()
