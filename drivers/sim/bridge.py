"""The pins' wire between the simulated world and the controller's mock pins.

A Unix stream socket carrying messages of two bytes: BCM number and level (0 or 1). The world sends
input levels, first all of them, then ``END_OF_SNAPSHOT``, then changes; the controller sends output
levels as they change. When the connection drops, every output is off: the controller is gone
(D-10). The pins are one controller's as long as it lives: who else connects is hung up on without
a snapshot.
"""

import select
import selectors
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from drivers.errors import DriverError

END_OF_SNAPSHOT = b"\xff\x00"
_BUFFER = 1024


class PinMessages:
    """Cuts the byte stream into pairs."""

    def __init__(self) -> None:
        self._half = b""

    def feed(self, data: bytes) -> list[tuple[int, int]]:
        """Return the pairs that ``data`` completes."""
        data = self._half + data
        whole = len(data) // 2 * 2
        self._half = data[whole:]
        return [(data[at], data[at + 1]) for at in range(0, whole, 2)]


class BridgeHost:
    """The world's end: one controller at a time, served by the machine's thread."""

    def __init__(
        self,
        path: Path,
        selector: selectors.BaseSelector,
        on_outputs: Callable[[Mapping[int, bool]], None],
    ) -> None:
        """``on_outputs`` gets the levels of all outputs that were ever set, at every change."""
        self._path = path
        self._selector = selector
        self._on_outputs = on_outputs
        self._inputs: dict[int, bool] = {}
        self._outputs: dict[int, bool] = {}
        self._client: socket.socket | None = None
        self._messages = PinMessages()
        if path.exists() and not path.is_socket():
            raise DriverError(f"{path} is not a socket: the pin bridge would destroy it")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._listener.bind(str(path))
        except OSError as error:
            self._listener.close()
            raise DriverError(f"{path}: {error.strerror or error}") from error
        path.chmod(0o600)
        self._listener.listen(4)
        selector.register(self._listener, selectors.EVENT_READ, self._accept)

    @property
    def connected(self) -> bool:
        """A controller holds the pins."""
        return self._client is not None

    def show(self, inputs: Mapping[int, bool]) -> None:
        """Send the input levels that changed."""
        changed = {pin: on for pin, on in inputs.items() if self._inputs.get(pin) != on}
        self._inputs.update(changed)
        self._send(b"".join(bytes((pin, on)) for pin, on in changed.items()))

    def close(self) -> None:
        """Drop the controller and the socket."""
        self._drop()
        self._selector.unregister(self._listener)
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        self._hear_out()
        if self._client is not None:
            client.close()
            return
        client.settimeout(1)
        self._client = client
        self._messages = PinMessages()
        self._selector.register(client, selectors.EVENT_READ, self._receive)
        levels = b"".join(bytes((pin, on)) for pin, on in self._inputs.items())
        self._send(levels + END_OF_SNAPSHOT)

    def _hear_out(self) -> None:
        """Take what the controller sent so far: the last of one that died is its hanging up."""
        while self._receive():
            pass

    def _receive(self) -> bool:
        """Take what is there, without waiting for more; False when nothing was."""
        if self._client is None or not select.select([self._client], [], [], 0)[0]:
            return False
        try:
            data = self._client.recv(_BUFFER)
        except OSError:
            data = b""
        if not data:
            self._drop()
        for pin, level in self._messages.feed(data):
            self._outputs[pin] = bool(level)
            # Each change by itself: a pulse within one read must not vanish.
            self._on_outputs(self._outputs)
        return True

    def _send(self, data: bytes) -> None:
        if self._client is None or not data:
            return
        try:
            self._client.sendall(data)
        except OSError:
            self._drop()

    def _drop(self) -> None:
        if self._client is None:
            return
        self._selector.unregister(self._client)
        self._client.close()
        self._client = None
        self._outputs = dict.fromkeys(self._outputs, False)
        self._on_outputs(self._outputs)
