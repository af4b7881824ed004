"""The screen role: views out, touches in. An operator may bring a screen of their own."""

from pathlib import Path

import msgspec

from kiosk.events import ScreenAttached, ScreenDetached, Touched
from kiosk.lines import encode
from kiosk.logs import get
from kiosk.ports import EventSink
from kiosk.roles.server import Connection, RoleServer
from kiosk.views import View
from kiosk.wire import Touch

_log = get(__name__)


class ScreenRole:
    """Serves ``screen.sock`` in ``directory``."""

    def __init__(self, directory: Path, sink: EventSink) -> None:
        self._sink = sink
        self._decoder = msgspec.json.Decoder(Touch)
        self._server = RoleServer(
            directory / "screen.sock",
            "kiosk-role-screen",
            on_open=lambda _: sink(ScreenAttached()),
            on_line=self._touched,
            on_end=lambda _: sink(ScreenDetached()),
        )

    def start(self) -> None:
        """Begin to serve."""
        self._server.start()

    def stop(self) -> None:
        """Stop serving."""
        self._server.stop()

    def show(self, view: View) -> None:
        """Send a view to every screen; only the latest matters to one that lags."""
        line = encode(view)
        for connection in self._server.each():
            connection.send_latest(line)

    def _touched(self, connection: Connection, line: bytes) -> None:
        try:
            touch = self._decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            _log.warning("screen_line_refused", reason=str(error))
            connection.close()
            return
        self._sink(Touched(touch.view, touch.choice))
