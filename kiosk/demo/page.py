"""The page: its files, and one WebSocket that shows the machine and takes what a person does.

It is for this computer only: it listens on 127.0.0.1, and answers only requests that were meant
for it, so that a web page elsewhere that resolves its own name to 127.0.0.1 (DNS rebinding) or
opens a WebSocket across origins gets nothing.
"""

import asyncio
import socket
import threading
from collections.abc import Mapping
from importlib import resources

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from kiosk.demo import bench
from kiosk.demo.bench import Bench, Said
from kiosk.demo.errors import DemoError, PortTakenError
from kiosk.demo.hub import PICTURES_HELD_MAX, Hub

MESSAGE_MAX = 4096
_POLICY_VIOLATION = 1008

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' data: blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

FILES = {
    "/": ("kiosk.demo", "assets/index.html", "text/html; charset=utf-8"),
    "/demo.css": ("kiosk.demo", "assets/demo.css", "text/css; charset=utf-8"),
    "/words.js": ("kiosk.demo", "assets/words.js", "text/javascript; charset=utf-8"),
    "/basics.js": ("kiosk.demo", "assets/basics.js", "text/javascript; charset=utf-8"),
    "/glass.js": ("kiosk.demo", "assets/glass.js", "text/javascript; charset=utf-8"),
    "/demo.js": ("kiosk.demo", "assets/demo.js", "text/javascript; charset=utf-8"),
    "/favicon.svg": ("kiosk.demo", "assets/favicon.svg", "image/svg+xml"),
    # The kiosk's own type, so that the page reads the same on a computer without Chinese fonts.
    "/regular.otf": ("ui", "assets/fonts/NotoSansSC-Regular.otf", "font/otf"),
    "/bold.otf": ("ui", "assets/fonts/NotoSansSC-Bold.otf", "font/otf"),
}


def listen(port: int) -> socket.socket:
    """Take the page's port on 127.0.0.1. Raises PortTakenError."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise PortTakenError(
            f"port {port} on 127.0.0.1 is taken ({error.strerror}); "
            "choose another: `make demo PORT=N` or `kiosk demo --port N` (0: any free one)"
        ) from error
    return listener


class OnlyHere:
    """Refuses requests that were not addressed to this computer by one of its own names."""

    def __init__(self, app: ASGIApp, port: int) -> None:
        self._app = app
        self._hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
        self._origins = frozenset(f"http://{host}" for host in self._hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        if headers.get("host") in self._hosts and self._origin_is_ours(scope, headers):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
        else:
            refusal = PlainTextResponse("This page answers this computer only.\n", 403)
            await refusal(scope, receive, send)

    def _origin_is_ours(self, scope: Scope, headers: Mapping[str, str]) -> bool:
        origin = headers.get("origin")
        if origin is None:
            # A browser always names the origin of a WebSocket; of a plain visit it does not.
            return bool(scope["type"] == "http")
        return origin in self._origins


class Line:
    """One page's connection as a visitor of the hub; crosses from threads into the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: asyncio.Queue[str | bytes] = asyncio.Queue()
        self._pictures = 0
        self._lost = False
        self._lock = threading.Lock()

    def fact(self, text: str) -> None:
        self._put(text)

    def picture(self, message: bytes) -> None:
        with self._lock:
            if self._pictures >= PICTURES_HELD_MAX:
                self._lost = True
                return
            self._pictures += 1
        self._put(message)

    async def next(self) -> tuple[str | bytes, bool]:
        """The next message, and whether pictures were lost and all are sent by now."""
        message = await self._queue.get()
        with self._lock:
            self._pictures -= isinstance(message, bytes)
            behind = self._lost and self._pictures == 0
            if behind:
                self._lost = False
        return message, behind

    def _put(self, message: str | bytes) -> None:
        try:
            self._loop.call_soon_threadsafe(self._queue.put_nowait, message)
        except RuntimeError:
            # The page server has ended; nobody looks any more.
            pass


class Page:
    """The ASGI application."""

    def __init__(self, hub: Hub, table: Bench) -> None:
        self._hub = hub
        self._table = table
        self._contents = {
            path: resources.files(package).joinpath(name).read_bytes()
            for path, (package, name, _) in FILES.items()
        }

    def app(self, port: int) -> ASGIApp:
        """The application as it is served on ``port``."""
        routes = [Route(path, self._file) for path in FILES]
        inner = Starlette(routes=[*routes, WebSocketRoute("/live", self._live)])
        return OnlyHere(inner, port)

    async def _file(self, request: Request) -> Response:
        path = request.url.path
        return Response(self._contents[path], media_type=FILES[path][2], headers=HEADERS)

    async def _live(self, websocket: WebSocket) -> None:
        await websocket.accept()
        line = Line(asyncio.get_running_loop())
        self._hub.join(line)
        teller = asyncio.create_task(self._tell(websocket, line))
        try:
            while True:
                said = await self._answer(await websocket.receive_text())
                if said is not None:
                    line.fact(_as_fact(said))
        except (WebSocketDisconnect, KeyError):
            # KeyError: Starlette's receive_text on a binary message; the page sends none.
            pass
        finally:
            self._hub.leave(line)
            teller.cancel()
            # A page that is gone makes the last message fail; there is nobody to tell.
            await asyncio.gather(teller, return_exceptions=True)

    async def _tell(self, websocket: WebSocket, line: Line) -> None:
        while True:
            message, behind = await line.next()
            if isinstance(message, bytes):
                await websocket.send_bytes(message)
            else:
                await websocket.send_text(message)
            if behind:
                self._hub.refresh()

    async def _answer(self, text: str) -> Said | None:
        try:
            deed = bench.parse(text)
        except DemoError as error:
            return Said(False, "没有这种操作", str(error))
        return await run_in_threadpool(self._table.do, deed)


def _as_fact(said: Said) -> str:
    return msgspec.json.encode({"type": "said", "fact": said}).decode()


class PageServer:
    """Serves the page in a thread of its own."""

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        self._listener = listener
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                ws="websockets-sansio",
                ws_max_size=MESSAGE_MAX,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._thread = threading.Thread(target=self._run, name="demo-page", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def ask_to_stop(self) -> None:
        """Begin to close the pages' connections."""
        self._server.should_exit = True

    def stop(self) -> None:
        """Close everything; returns when the thread has ended."""
        self.ask_to_stop()
        if self._thread.is_alive():
            self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._listener])
