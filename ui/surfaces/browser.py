"""The virtual kiosk's panel: rectangles go to a Unix socket, touches come back.

The listener (the demo's page server) may come and go: this side connects again by itself. The
drawing thread never waits for it: bytes that the socket does not take are kept, and when too many
are waiting, they are dropped and the whole picture is sent once the listener reads again.
"""

import socket
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from kiosk import logs
from kiosk.views import Language
from ui.geometry import Rect
from ui.scene import Places
from ui.surfaces import wire
from ui.surfaces.framebuffer import ByteOrder
from ui.touch import Contact

RETRY_MS = 500
WAITING_BYTES_MAX = 8 << 20
READ_BYTES = 65536

_log = logs.get(__name__)


class BrowserSurface:
    """Client of the listener at ``path``."""

    def __init__(self, path: Path, width: int, height: int) -> None:
        self._path = path
        self._size = (width, height)
        self._socket: socket.socket | None = None
        self._reader = wire.MessageReader()
        self._out: deque[memoryview] = deque()
        self._waiting = 0
        self._retry_ms = 0
        self._wants_all = False
        self._behind = False

    @property
    def byte_order(self) -> ByteOrder:
        return "RGBA"

    def show(self, picture: Image.Image, damage: Sequence[Rect]) -> None:
        if self._socket is None or self._behind:
            return
        for rect in damage:
            self._queue(wire.rectangle(picture, rect))
        if self._waiting > WAITING_BYTES_MAX:
            # Drop whole messages only: the first may be half sent.
            self._waiting = len(self._out[0])
            self._out = deque([self._out[0]])
            self._behind = True
        self._send()

    def tell(self, places: Places) -> None:
        if self._socket is None or self._behind:
            return
        self._queue(wire.places(places))
        self._send()

    def say(self, text: str, language: Language, volume: int) -> None:
        """Let the page speak: this is a ``ui.voice.speaker.Speaker``, too."""
        if self._socket is not None and not self._behind:
            self._queue(wire.speech(text, language, volume))
            self._send()

    def hush(self) -> None:
        """Let the page be quiet."""
        self.say("", "", 0)

    def fileno(self) -> int | None:
        return None if self._socket is None else self._socket.fileno()

    def wants_write(self) -> bool:
        return self._waiting > 0

    def ready(self, now_ms: int) -> list[Contact]:
        self._send()
        if self._socket is None:
            return []
        try:
            data = self._socket.recv(READ_BYTES)
            messages = self._reader.feed(data)
            contacts = [
                Contact(message.x, message.y, message.phase)
                for message in (wire.touch(m.body) for m in messages if m.kind == b"T")
            ]
        except BlockingIOError:
            return []
        except (OSError, wire.SurfaceWireError) as error:
            self._lose(str(error))
            return []
        if not data:
            self._lose("the listener closed")
        if any(message.kind == b"F" for message in messages):
            self._wants_all = True
        return contacts

    def tick(self, now_ms: int) -> int | None:
        if self._socket is not None:
            return None
        if now_ms >= self._retry_ms:
            self._retry_ms = now_ms + RETRY_MS
            if self._connect():
                return None
        return self._retry_ms

    def wants_all(self) -> bool:
        wanted, self._wants_all = self._wants_all, False
        return wanted

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _connect(self) -> bool:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        link.setblocking(False)
        try:
            # A Unix socket connects at once or not at all; nothing here waits.
            link.connect(str(self._path))
        except OSError:
            link.close()
            return False
        self._socket = link
        self._reader = wire.MessageReader()
        self._out.clear()
        self._waiting = 0
        self._behind = False
        self._queue(wire.hello(*self._size))
        self._wants_all = True
        _log.event("surface.connected")
        self._send()
        return True

    def _queue(self, message: bytes) -> None:
        self._out.append(memoryview(message))
        self._waiting += len(message)

    def _send(self) -> None:
        """Send what the socket takes now."""
        try:
            while self._out and (link := self._socket) is not None:
                sent = link.send(self._out[0])
                self._waiting -= sent
                if sent < len(self._out[0]):
                    self._out[0] = self._out[0][sent:]
                else:
                    self._out.popleft()
        except BlockingIOError:
            return
        except OSError as error:
            self._lose(str(error))
            return
        if self._behind:
            self._behind = False
            self._wants_all = True

    def _lose(self, reason: str) -> None:
        _log.warning("surface.lost", reason=reason)
        self.close()
        self._out.clear()
        self._waiting = 0
