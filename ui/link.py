"""The screen's end of the controller's screen socket: views in, touches out.

Connects again with back-off; the caller is told when the controller is away and then shows that
the machine is starting.
"""

import socket
from pathlib import Path

import msgspec

from kiosk import lines, logs
from kiosk.views import View
from kiosk.wire import MAX_LINE, Touch

SOCKET = "screen.sock"
"""Name of the controller's socket for screens, in ``machine.runtime_dir``."""
BACKOFF_MS = (100, 200, 400, 800, 1600, 3000)
READ_BYTES = 65536

_log = logs.get(__name__)
_decoder = msgspec.json.Decoder(View)


class ControllerLink:
    """Client of the controller's socket at ``path``. No method waits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._reader = lines.LineReader(MAX_LINE)
        self._tries = 0
        self._retry_ms = 0

    @property
    def connected(self) -> bool:
        return self._socket is not None

    def fileno(self) -> int | None:
        return None if self._socket is None else self._socket.fileno()

    def tick(self, now_ms: int) -> int | None:
        """Connect if it is time; returns when to call again, or None while connected."""
        if self._socket is None and now_ms >= self._retry_ms:
            self._connect(now_ms)
        return self._retry_ms if self._socket is None else None

    def ready(self, now_ms: int) -> View | None:
        """The descriptor is readable: returns the newest view that came, older ones are passed.

        Only the newest matters: a view is a whole question, never a difference.
        """
        if self._socket is None:
            return None
        try:
            data = self._socket.recv(READ_BYTES)
            found = [_decoder.decode(line) for line in self._reader.feed(data)]
        except BlockingIOError:
            return None
        except (OSError, lines.LineTooLongError, msgspec.DecodeError) as error:
            self._lose(now_ms, str(error))
            return None
        if not data:
            self._lose(now_ms, "the controller closed")
        if not found:
            return None
        self._tries = 0
        return found[-1]

    def send(self, touch: Touch, now_ms: int) -> None:
        """Send a touch. One that cannot be sent is lost: a person presses again, and an old
        answer must not arrive late."""
        if self._socket is None:
            return
        try:
            self._socket.sendall(lines.encode(touch))
        except OSError as error:
            self._lose(now_ms, str(error))

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self, now_ms: int) -> None:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        link.setblocking(False)
        try:
            link.connect(str(self._path))
        except OSError:
            link.close()
            self._later(now_ms)
            return
        self._socket = link
        self._reader = lines.LineReader(MAX_LINE)
        _log.event("controller.connected")

    def _later(self, now_ms: int) -> None:
        wait_ms = BACKOFF_MS[min(self._tries, len(BACKOFF_MS) - 1)]
        self._tries += 1
        self._retry_ms = now_ms + wait_ms

    def _lose(self, now_ms: int, reason: str) -> None:
        _log.warning("controller.lost", reason=reason)
        self.close()
        self._later(now_ms)
