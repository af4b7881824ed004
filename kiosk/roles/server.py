"""A Unix socket for one role: who may connect, and one reader and one writer thread each.

The deciding thread only ever puts lines into an outbox; a peer that does not read is closed, it
never delays a weighing.
"""

import grp
import os
import pwd
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from kiosk.errors import KioskError
from kiosk.lines import LineReader, LineTooLongError
from kiosk.logs import get
from kiosk.wire import MAX_LINE

OUTBOX_LINES_MAX = 256
SEND_LIMIT_S = 5
"""A peer that takes nothing for this long is closed."""
_CREDENTIALS = struct.Struct("3i")
_TIMEVAL = struct.Struct("ll")

_log = get(__name__)


class RoleError(KioskError, OSError):
    """A role socket cannot be served."""


class Connection:
    """One peer. ``on_line`` and ``on_end`` are called by its reader thread."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _TIMEVAL.pack(SEND_LIMIT_S, 0))
        self._sock = sock
        self._outbox: deque[bytes] = deque()
        self._latest: bytes | None = None
        self._open = True
        self._changed = threading.Condition()

    def send(self, line: bytes) -> None:
        """Queue a line. A peer that leaves too many unread is closed."""
        with self._changed:
            if len(self._outbox) >= OUTBOX_LINES_MAX:
                self._open = False
            self._outbox.append(line)
            self._changed.notify()

    def send_latest(self, line: bytes) -> None:
        """Queue a line in place of an earlier one of its kind that is not sent yet."""
        with self._changed:
            self._latest = line
            self._changed.notify()

    def close(self) -> None:
        """End the connection once what is queued is sent; the threads follow."""
        with self._changed:
            self._open = False
            self._changed.notify()

    def write_all(self) -> None:
        """The writer thread's work."""
        try:
            while (line := self._next()) is not None:
                self._sock.sendall(line)
        except OSError:
            pass
        finally:
            try:
                self._sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def read_all(self, on_line: Callable[["Connection", bytes], None]) -> None:
        """The reader thread's work."""
        reader = LineReader(MAX_LINE)
        try:
            while data := self._sock.recv(65536):
                for line in reader.feed(data):
                    on_line(self, line)
        except (OSError, LineTooLongError) as error:
            _log.event("role_connection_ended", reason=str(error))

    def release(self) -> None:
        """Free the descriptor; both threads have ended."""
        self._sock.close()

    def _next(self) -> bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: self._outbox or self._latest or not self._open)
            if self._outbox:
                return self._outbox.popleft()
            latest, self._latest = self._latest, None
            return latest


class RoleServer:
    """Listens on ``path``. ``group``: whose members may connect, besides root and ourselves."""

    def __init__(
        self,
        path: Path,
        group: str,
        on_open: Callable[[Connection], None],
        on_line: Callable[[Connection, bytes], None],
        on_end: Callable[[Connection], None],
    ) -> None:
        self._path = path
        self._group = group
        self._on_open = on_open
        self._on_line = on_line
        self._on_end = on_end
        self._gid = _group_id(group)
        self._listener: socket.socket | None = None
        self._lock = threading.Lock()
        self._connections: dict[Connection, threading.Thread] = {}
        self._accepting: threading.Thread | None = None

    def start(self) -> None:
        """Begin to accept. Raises RoleError when the path cannot be used."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Only the holder of the data lock gets here, so a socket that exists is a dead one.
            self._path.unlink(missing_ok=True)
            listener.bind(str(self._path))
            self._path.chmod(0o600 if self._gid is None else 0o660)
            if self._gid is not None:
                os.chown(self._path, -1, self._gid)
            listener.listen(8)
        except OSError as error:
            listener.close()
            raise RoleError(f"{self._path}: cannot be served ({error.strerror})") from error
        self._listener = listener
        self._accepting = threading.Thread(
            target=self._accept, args=(listener,), name=f"accept-{self._path.stem}", daemon=True
        )
        self._accepting.start()

    def stop(self) -> None:
        """Stop accepting, end every connection and wait for the threads."""
        if self._listener is None or self._accepting is None:
            return
        # shutdown() wakes a blocked accept(); close() alone does not.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        with self._lock:
            held = dict(self._connections)
        for connection, thread in held.items():
            connection.close()
            thread.join(timeout=2)
        self._path.unlink(missing_ok=True)

    def each(self) -> list[Connection]:
        """The open connections."""
        with self._lock:
            return list(self._connections)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            if not self._permitted(sock):
                sock.close()
                continue
            connection = Connection(sock)
            thread = threading.Thread(
                target=self._serve,
                args=(connection,),
                name=f"read-{self._path.stem}",
                daemon=True,
            )
            with self._lock:
                self._connections[connection] = thread
            thread.start()

    def _serve(self, connection: Connection) -> None:
        writer = threading.Thread(
            target=connection.write_all, name=f"write-{self._path.stem}", daemon=True
        )
        writer.start()
        self._on_open(connection)
        connection.read_all(self._on_line)
        connection.close()
        writer.join()
        with self._lock:
            self._connections.pop(connection, None)
        self._on_end(connection)
        connection.release()

    def _permitted(self, sock: socket.socket) -> bool:
        """Root, our own user, or a member of the role's group (SO_PEERCRED)."""
        raw = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        _, uid, gid = _CREDENTIALS.unpack(raw)
        if uid in (0, os.geteuid()):
            return True
        groups = _groups_of(uid, gid)
        if self._gid is not None and self._gid in groups:
            return True
        _log.warning("role_refused", role=self._path.stem, uid=uid)
        return False


def _group_id(name: str) -> int | None:
    """The group's number; None where the groups are not installed (a laptop, a test)."""
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None


def _groups_of(uid: int, gid: int) -> list[int]:
    try:
        return os.getgrouplist(pwd.getpwuid(uid).pw_name, gid)
    except KeyError:
        return [gid]
