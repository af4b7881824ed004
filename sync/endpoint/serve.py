"""Serves the endpoint until it is told to stop."""

import errno
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import uvicorn

from kiosk.clock import Clock
from kiosk.logs import get
from sync.endpoint.app import make_app
from sync.endpoint.errors import EndpointError
from sync.endpoint.impatience import ImpatientProtocol
from sync.endpoint.operator import Operator

_log = get(__name__)


class Server:
    """An endpoint that listens already, and is served by ``run``.

    ``port`` is the real one, also when 0 was asked for. In the main thread SIGINT and SIGTERM
    end ``run``; from another thread ``stop`` does.
    """

    def __init__(
        self,
        directory: Path,
        host: str,
        port: int,
        clock: Clock,
        database: str | None = None,
        *,
        shared: bool = False,
        page_hosts: tuple[str, ...] = (),
    ) -> None:
        app = make_app(Operator.load(directory, clock), clock, database, page_hosts)
        self._socket = _listen(host, port, shared=shared)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            http=ImpatientProtocol,
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            # Nobody's word is taken for where a request comes from (sync.endpoint.visitors).
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
            h11_max_incomplete_event_size=32 * 1024,
        )
        self._server = uvicorn.Server(config)

    def run(self) -> None:
        """Serve until stopped; requests that are being answered have one second to finish."""
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._socket.close()

    def stop(self) -> None:
        """End ``run`` soon; may be called from any thread."""
        self._server.should_exit = True


def run(
    directory: Path,
    host: str,
    port: int,
    clock: Clock,
    ready: Callable[[int], None],
    database: str | None = None,
    *,
    workers: int = 1,
    page_hosts: tuple[str, ...] = (),
) -> None:
    """Serve in the main thread until a signal; ``ready`` is told the port once it listens.

    More ``workers`` are processes beside this one, for books in PostgreSQL: they end with it,
    however it ends. Raises EndpointError.
    """
    if workers < 1:
        raise EndpointError("--workers is 1 at least")
    if workers > 1 and not (database or "").startswith("postgresql"):
        raise EndpointError("--workers is for PostgreSQL: books in SQLite have one writer")

    def make(at: int) -> Server:
        shared = workers > 1
        return Server(directory, host, at, clock, database, shared=shared, page_hosts=page_hosts)

    server = make(port)
    # Nobody writes into the pipe: it ends when this process does, and then so do the others.
    ends, alive = os.pipe()
    died = threading.Event()
    watchers = []
    for _ in range(workers - 1):
        pid = os.fork()
        if pid == 0:
            os.close(alive)
            _work_until(ends, lambda: make(server.port))
        # Threads are started when all are forked: a fork in a process of threads is fragile.
        watchers.append(threading.Thread(target=_watch, args=(pid, server, died), name="worker"))
    for watcher in watchers:
        watcher.start()
    try:
        ready(server.port)
        server.run()
        if died.is_set():
            raise EndpointError("a worker process ended by itself; see its log, and start again")
    finally:
        os.close(ends)
        os.close(alive)
        for watcher in watchers:
            watcher.join()


def _watch(pid: int, server: Server, died: threading.Event) -> None:
    """Wait for a worker. With fewer than were asked for the whole server ends: systemd restarts."""
    _, status = os.waitpid(pid, 0)
    if code := os.waitstatus_to_exitcode(status):
        _log.error("worker_died", pid=pid, code=code)
        died.set()
    server.stop()


def _work_until(ends: int, make: Callable[[], Server]) -> NoReturn:
    """Serve in a child until the pipe ends; never return into the parent's code."""
    code = 1
    try:
        server = make()

        def watch() -> None:
            os.read(ends, 1)
            server.stop()

        threading.Thread(target=watch, name="parent", daemon=True).start()
        server.run()
        code = 0
    except Exception as error:  # boundary: the parent must not go on twice
        _log.error("worker_failed", why=str(error))
    finally:
        os._exit(code)


def _listen(host: str, port: int, *, shared: bool) -> socket.socket:
    """Open the port first, so that a taken one is told plainly. Raises EndpointError.

    ``shared``: the kernel deals connections out to every worker that listens here.
    """
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # The protocol is named because asyncio switches Nagle's delay off only then: without it
        # every answer waits 40 ms for the other side's delayed acknowledgement.
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
        listener.listen(512)
        return listener
    except OSError as error:
        if listener is not None:
            listener.close()
        if error.errno == errno.EADDRINUSE:
            raise EndpointError(
                f"port {port} on {host} is taken by another program; "
                "stop it, or choose another with --port"
            ) from error
        raise EndpointError(f"cannot listen on {host} port {port}: {error.strerror}") from error
