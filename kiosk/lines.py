"""One JSON object a line: how the role sockets cut their bytes into messages (kiosk.wire)."""

import msgspec

from kiosk.errors import KioskError

_encoder = msgspec.json.Encoder()


class LineTooLongError(KioskError, ValueError):
    """The other side sent a line longer than allowed; close its connection."""


class LineReader:
    """Cuts a stream of bytes at newlines; holds at most ``max_line`` bytes of an unfinished one."""

    def __init__(self, max_line: int) -> None:
        self._max_line = max_line
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take what was read and return the lines it finished, without their newlines.

        Raises LineTooLongError for a line above ``max_line`` bytes; what came before it in the
        same read is dropped with it, because the connection is over.
        """
        *finished, tail = data.split(b"\n")
        if not finished:
            self._keep(tail)
            return []
        lines = [bytes(self._rest) + finished[0], *finished[1:]]
        for line in lines:
            self._refuse_long(len(line))
        self._rest.clear()
        self._keep(tail)
        return lines

    def _keep(self, tail: bytes) -> None:
        self._refuse_long(len(self._rest) + len(tail))
        self._rest += tail

    def _refuse_long(self, length: int) -> None:
        if length > self._max_line:
            raise LineTooLongError(f"a line of more than {self._max_line} bytes was received")


def encode(message: object) -> bytes:
    """Write one message as a line of JSON. JSON escapes newlines, so there is exactly one."""
    return _encoder.encode(message) + b"\n"
