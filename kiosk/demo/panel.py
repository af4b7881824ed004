"""The glass of the kiosk: takes the picture from the screen process and gives touches back.

The screen process connects to this Unix socket as it would open a framebuffer; it may come, die
and come again. Whoever wants the picture gives a callable; it runs in the panel's thread and must
not block.
"""

import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path

from kiosk import logs
from kiosk.demo.framing import REFRESH, FrameReader, FramingError, Touch, pack, pack_touch

_CHUNK = 256 * 1024
_PATIENCE = struct.pack("ll", 1, 0)
"""One second, as the kernel's timeval."""
_log = logs.get(__name__)

Listener = Callable[[bytes, bytes], None]
"""Is told kind and payload of every message, and ``GONE`` with nothing when the screen left."""

GONE = b"-"


class Panel:
    """Listens on ``path`` for one screen at a time, in one thread."""

    def __init__(self, path: Path) -> None:
        """Raises OSError when the socket cannot be made."""
        self._path = path
        self._listeners: tuple[Listener, ...] = ()
        self._lock = threading.Lock()
        self._screen: socket.socket | None = None
        self._stopping = False
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.listen(1)
        self._thread = threading.Thread(target=self._run, name="demo-panel", daemon=True)

    def listen(self, listener: Listener) -> None:
        """Tell ``listener`` everything from now on."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

    def start(self) -> None:
        """Begin to accept the screen."""
        self._thread.start()

    def stop(self) -> None:
        """Close and remove the socket; returns when the thread has ended."""
        with self._lock:
            self._stopping = True
            _shut(self._socket)
            if self._screen is not None:
                _shut(self._screen)
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def touch(self, touch: Touch) -> None:
        """Put a finger on the glass; without a screen nobody feels it."""
        self._send(pack_touch(touch))

    def refresh(self) -> None:
        """Ask for the whole picture again."""
        self._send(pack(REFRESH))

    def _send(self, message: bytes) -> None:
        with self._lock:
            if self._screen is None:
                return
            try:
                self._screen.sendall(message)
            except OSError:
                _shut(self._screen)

    def _run(self) -> None:
        while True:
            try:
                screen, _ = self._socket.accept()
            except OSError:
                return
            with self._lock:
                if self._stopping:
                    screen.close()
                    return
                # A screen that stops reading loses its connection instead of holding us up.
                screen.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _PATIENCE)
                self._screen = screen
            self._read(screen)
            with self._lock:
                self._screen = None
            screen.close()
            self._tell(GONE, b"")

    def _read(self, screen: socket.socket) -> None:
        reader = FrameReader()
        try:
            while data := screen.recv(_CHUNK):
                for kind, payload in reader.feed(data):
                    self._tell(kind, payload)
        except FramingError as error:
            _log.warning("screen_not_understood", reason=str(error))
        except OSError:
            pass

    def _tell(self, kind: bytes, payload: bytes) -> None:
        for listener in self._listeners:
            listener(kind, payload)


def _shut(sock: socket.socket) -> None:
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
