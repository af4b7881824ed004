"""The status role: one line of read-only facts per connection, then it closes."""

from pathlib import Path

from kiosk.lines import encode
from kiosk.roles.server import Connection, RoleServer
from kiosk.wire import Status


class StatusRole:
    """Serves ``status.sock`` in ``directory``."""

    def __init__(self, directory: Path) -> None:
        self._status: Status | None = None
        self._server = RoleServer(
            directory / "status.sock",
            "kiosk-role-status",
            on_open=self._tell,
            on_line=lambda connection, _: connection.close(),
            on_end=lambda _: None,
        )

    def start(self) -> None:
        """Begin to serve."""
        self._server.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.stop()

    def publish(self, status: Status) -> None:
        """Keep the facts for whoever asks next; replacing a reference needs no lock."""
        self._status = status

    def _tell(self, connection: Connection) -> None:
        if self._status is not None:
            connection.send(encode(self._status))
        connection.close()
