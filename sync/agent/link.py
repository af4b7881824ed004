"""The line to the controller: a Unix socket, one JSON object a line (kiosk.wire)."""

import select
import socket
from pathlib import Path

import msgspec

from kiosk import lines
from kiosk.wire import MAX_LINE, Attach, FromAgent, ToAgent
from sync.agent.errors import LinkLostError

SEND_S = 5.0
"""The controller takes a line at once or not at all."""

_PIECE = 64 * 1024
_decoder: msgspec.json.Decoder[ToAgent] = msgspec.json.Decoder(ToAgent)


class Link:
    """An open connection; every method raises LinkLostError when it is over."""

    def __init__(self, path: Path, transport_public: bytes) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        self._socket.settimeout(SEND_S)
        self._reader = lines.LineReader(MAX_LINE)
        self._poll = select.poll()
        self._poll.register(self._socket, select.POLLIN)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise LinkLostError(f"{path}: no controller ({error.strerror})") from error
        self.send(Attach(transport_public))

    def send(self, message: FromAgent) -> None:
        """Send one message, whole."""
        try:
            self._socket.sendall(lines.encode(message))
        except OSError as error:
            raise LinkLostError(f"the controller is gone: {error}") from error

    def receive(self) -> list[ToAgent]:
        """Return what has arrived by now, without waiting."""
        found: list[ToAgent] = []
        while self._readable():
            try:
                piece = self._socket.recv(_PIECE)
                if not piece:
                    raise LinkLostError("the controller closed the connection")
                found += [_decoder.decode(line) for line in self._reader.feed(piece)]
            except OSError as error:
                raise LinkLostError(f"the controller is gone: {error}") from error
            except (msgspec.DecodeError, UnicodeDecodeError, lines.LineTooLongError) as error:
                raise LinkLostError(f"the controller sent nonsense: {error}") from error
        return found

    def fileno(self) -> int:
        """Return the handle to wait on."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _readable(self) -> bool:
        return bool(self._poll.poll(0))
