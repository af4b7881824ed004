"""A server between agent and endpoint that answers some requests itself, wrongly."""

import http.client
import http.server
import threading
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Lie:
    """An answer that did not come from the endpoint, or was changed on the way."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut_short: int = 0
    """How many bytes of the promised length are missing."""


Teller = Callable[[str, bytes, Lie], Lie | None]
"""Given path, request body and the true answer: what to say instead, or None for the truth."""


class Liar:
    """Use as a context manager; ``tell`` decides about each answer."""

    def __init__(self, target: int) -> None:
        self.tell: Teller = lambda _path, _body, _truth: None
        self.paths: list[str] = []
        self.cookies = 0
        self.refuse: Callable[[str, bytes], Lie | None] = lambda _path, _body: None
        """Asked first: what it says is said without asking the endpoint at all."""
        self.changed = threading.Condition()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, target))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    def __enter__(self) -> "Liar":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def count(self, part: str) -> int:
        """How many requests had this in their path."""
        with self.changed:
            return sum(part in path for path in self.paths)

    def wait_count(self, part: str, least: int) -> None:
        """Wait until so many requests had this in their path."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.count(part) >= least, 20)


def _handler(liar: Liar, target: int) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        """One request a connection, so that nothing is left open."""

        def do_POST(self) -> None:
            self._answer()

        def do_PUT(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Be quiet."""

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            with liar.changed:
                liar.paths.append(self.path)
                liar.cookies += "cookie" in self.headers
                liar.changed.notify_all()
            self._say(liar.refuse(self.path, body) or self._ask(body))

        def _ask(self, body: bytes) -> Lie:
            upstream = http.client.HTTPConnection("127.0.0.1", target, timeout=10)
            upstream.request(self.command, self.path, body, dict(self.headers))
            response = upstream.getresponse()
            truth = Lie(response.status, dict(response.getheaders()), response.read())
            upstream.close()
            return liar.tell(self.path, body, truth) or truth

        def _say(self, said: Lie) -> None:
            self.send_response_only(said.status)
            for name, value in said.headers.items():
                if name.lower() not in ("content-length", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body) + said.cut_short))
            self.end_headers()
            self.wfile.write(said.body)

    return Handler
