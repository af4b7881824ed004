"""gpiozero's mock pins, moved by the simulated world over its bridge (``drivers.sim.bridge``).

Runs inside the controller's process in place of the Pi's pins: the real door drives and the real
gpiozero devices, with only the last inch simulated. When the world is gone every input is released,
which reads as "no end switch reached, way not clear".
"""

import socket
import threading
from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from drivers.errors import DriverError
from drivers.pins import GpioPins
from drivers.sim.bridge import END_OF_SNAPSHOT, PinMessages
from kiosk import logs

CONNECT_S = 5
JOIN_S = 5
_BUFFER = 1024


class _BridgePin(MockPin):  # type: ignore[misc]  # gpiozero ships no types
    """A mock pin whose output goes to the world and whose input comes from there."""

    @property
    def number(self) -> int:
        return int(self.info.name.removeprefix("GPIO"))

    def _change_state(self, value: bool) -> bool:
        changed = bool(super()._change_state(value))
        if changed and self._function == "output":
            self.factory.bridge.send(self.number, bool(value))
        return changed

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        bridge = self.factory.bridge
        with bridge.lock:
            self.follow(bridge.level(self.number))

    def follow(self, level: bool) -> None:
        """Take the level that the world gives this input."""
        if self._function == "input":
            if level:
                self.drive_high()
            else:
                self.drive_low()


class _BridgeFactory(MockFactory):  # type: ignore[misc]  # gpiozero ships no types
    def __init__(self, bridge: "_BridgeClient") -> None:
        super().__init__(pin_class=_BridgePin)
        self.bridge = bridge

    def close(self) -> None:
        super().close()
        self.bridge.close()


class _BridgeClient:
    """The controller's end of the wire; its thread drives the mock inputs."""

    def __init__(self, path: Path) -> None:
        # Held while a level is learned and passed on, so that no pin is left with an older one.
        self.lock = threading.RLock()
        self._levels: dict[int, bool] = {}
        self._messages = PinMessages()
        self._closing = False
        self._log = logs.get(__name__)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._thread = threading.Thread(target=self._run, name="virtual pins", daemon=True)
        self._factory: Any = None
        self._socket.settimeout(CONNECT_S)
        try:
            self._socket.connect(str(path))
            self._take_snapshot()
        except OSError as error:
            self._socket.close()
            why = error.strerror or str(error)
            raise DriverError(
                f"no virtual machine at {path} ({why}): start `kiosk demo`"
            ) from error
        self._socket.settimeout(None)

    def level(self, number: int) -> bool:
        """The last known level of an input; high (released) if the world never named it."""
        return self._levels.get(number, True)

    def send(self, number: int, level: bool) -> None:
        """Tell the world an output's level; a world that is gone has no motors to move."""
        try:
            self._socket.sendall(bytes((number, level)))
        except OSError as error:
            if not self._closing:
                self._log.warning("virtual_machine_gone", reason=str(error))

    def serve(self, factory: Any) -> None:
        """Begin to drive the factory's inputs."""
        self._factory = factory
        self._thread.start()

    def close(self) -> None:
        """Hang up."""
        self._closing = True
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        if self._thread.is_alive():
            self._thread.join(JOIN_S)
        self._socket.close()

    def _take_snapshot(self) -> None:
        end = tuple(END_OF_SNAPSHOT)
        complete = False
        while not complete:
            data = self._socket.recv(_BUFFER)
            if not data:
                raise ConnectionResetError("it hung up")
            for message in self._messages.feed(data):
                if message == end:
                    complete = True
                else:
                    self._levels[message[0]] = bool(message[1])

    def _run(self) -> None:
        while data := self._receive():
            for number, level in self._messages.feed(data):
                self._apply(number, bool(level))
        for number in list(self._levels):
            self._apply(number, True)

    def _receive(self) -> bytes:
        try:
            return self._socket.recv(_BUFFER)
        except OSError:
            return b""

    def _apply(self, number: int, level: bool) -> None:
        with self.lock:
            self._levels[number] = level
            for pin in list(self._factory.pins.values()):
                if pin.number == number:
                    pin.follow(level)


def connect(path: Path) -> GpioPins:
    """Connect to the virtual machine's bridge. Raises DriverError if there is none."""
    bridge = _BridgeClient(path)
    factory = _BridgeFactory(bridge)
    bridge.serve(factory)
    return GpioPins(factory)
