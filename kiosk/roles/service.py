"""The service role: a technician's requests in, sentences out (``kiosk service``)."""

import threading
from itertools import count
from pathlib import Path

import msgspec

from kiosk.events import ServiceAsked, ServiceLeft
from kiosk.lines import encode
from kiosk.logs import get
from kiosk.ports import EventSink
from kiosk.roles.server import Connection, RoleServer
from kiosk.wire import ServiceRequest, ServiceSaid

_log = get(__name__)


class ServiceRole:
    """Serves ``service.sock`` in ``directory``, to the technicians' group."""

    def __init__(self, directory: Path, sink: EventSink) -> None:
        self._sink = sink
        self._decoder: msgspec.json.Decoder[ServiceRequest] = msgspec.json.Decoder(ServiceRequest)
        self._lock = threading.Lock()
        self._numbers = count(1)
        self._lines: dict[Connection, int] = {}
        self._server = RoleServer(
            directory / "service.sock",
            "kiosk-role-service",
            on_open=self._opened,
            on_line=self._said,
            on_end=self._ended,
        )

    def start(self) -> None:
        """Begin to serve."""
        self._server.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.stop()

    def answer(self, line: int, said: ServiceSaid) -> None:
        """Tell a technician, if the connection is still there."""
        with self._lock:
            found = [connection for connection, number in self._lines.items() if number == line]
        for connection in found:
            connection.send(encode(said))

    def _opened(self, connection: Connection) -> None:
        with self._lock:
            self._lines[connection] = next(self._numbers)

    def _said(self, connection: Connection, line: bytes) -> None:
        try:
            request = self._decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            _log.warning("service_line_refused", reason=str(error))
            connection.send(encode(ServiceSaid(f"not understood: {error}", False)))
            connection.close()
            return
        self._sink(ServiceAsked(self._lines[connection], request))

    def _ended(self, connection: Connection) -> None:
        with self._lock:
            number = self._lines.pop(connection)
        self._sink(ServiceLeft(number))
