"""Reads the ledger of a running controller over its agent socket: the exact bytes, nobody's word.

No other process touches the files of a ledger in use (architecture.md, "Things that bite").
"""

import socket
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import msgspec

from kiosk import wire
from kiosk.ledger.errors import LedgerError
from kiosk.lines import LineReader, LineTooLongError, encode
from kiosk.wire import SignedRecord

ANSWER_LIMIT_S = 10
READ_BYTES = 1 << 16
MOST = 200

Message = TypeVar("Message", wire.Hello, wire.Records)


class AgentSocket:
    """A connection that only reads. Raises LedgerError when the controller does not answer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = LineReader(wire.MAX_LINE)
        self._waiting: list[bytes] = []
        self._decoder = msgspec.json.Decoder(wire.ToAgent)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        self._socket.settimeout(ANSWER_LIMIT_S)
        try:
            self._socket.connect(str(path))
            self.hello = self._next(wire.Hello)
        except OSError as error:
            self._socket.close()
            raise self._failed(error) from error
        except LedgerError:
            self._socket.close()
            raise

    def __enter__(self) -> "AgentSocket":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()

    def records(self) -> Iterator[SignedRecord]:
        """Yield every record up to the head that the controller named at first."""
        seq = 0
        while seq < self.hello.head_seq:
            try:
                self._socket.sendall(encode(wire.Want(seq, MOST)))
                answer = self._next(wire.Records)
            except OSError as error:
                raise self._failed(error) from error
            if answer.ledger != self.hello.ledger:
                raise LedgerError(f"{self._path}: the controller changed its ledger; ask again")
            if not answer.records:
                raise LedgerError(
                    f"{self._path}: named {self.hello.head_seq} records, sent {seq} of them"
                )
            for signed in answer.records:
                if signed.seq > self.hello.head_seq:
                    return
                yield signed
                seq = signed.seq

    def _next(self, kind: type[Message]) -> Message:
        """Wait for the next message of a kind; others are for the agent and passed over."""
        while True:
            while self._waiting:
                try:
                    message = self._decoder.decode(self._waiting.pop(0))
                except (msgspec.DecodeError, UnicodeDecodeError) as error:
                    raise LedgerError(f"{self._path}: not understood: {error}") from error
                if isinstance(message, kind):
                    return message
            data = self._socket.recv(READ_BYTES)
            if not data:
                raise LedgerError(f"{self._path}: the controller closed the connection")
            try:
                self._waiting = self._lines.feed(data)
            except LineTooLongError as error:
                raise LedgerError(f"{self._path}: {error}") from error

    def _failed(self, error: OSError) -> LedgerError:
        return LedgerError(
            f"{self._path}: a controller runs, but does not answer ({error.strerror or error})"
        )
