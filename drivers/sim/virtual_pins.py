"""gpiozero's mock pins, moved by the simulated world over its bridge (``drivers.sim.bridge``).

Runs inside the controller's process in place of the Pi's pins: the real door drives and the real
gpiozero devices, with only the last inch simulated. When the world is gone every input is released,
which reads as "no end switch reached, way not clear", until the world is back: then its inputs and
our outputs are told again.
"""

import socket
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from gpiozero.pins.mock import MockFactory, MockPin

from drivers.errors import DriverError
from drivers.pins import GpioPins
from drivers.sim.bridge import END_OF_SNAPSHOT, PinMessages
from kiosk import logs

CONNECT_S = 5
AGAIN_S = 0.25
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
        # Held while a level is learned and passed on, in either direction, so that neither a pin
        # nor the world is left with an older one.
        self.lock = threading.RLock()
        self._path = path
        self._closing = threading.Event()
        self._log = logs.get(__name__)
        self._thread = threading.Thread(target=self._run, name="virtual pins", daemon=True)
        self._factory: Any = None
        self._socket, self._messages, self._levels = _join(path)

    def level(self, number: int) -> bool:
        """The last known level of an input; high (released) if the world never named it."""
        return self._levels.get(number, True)

    def send(self, number: int, level: bool) -> None:
        """Tell the world an output's level; a world that is gone has no motors to move."""
        with self.lock, suppress(OSError):
            self._socket.sendall(bytes((number, level)))

    def serve(self, factory: Any) -> None:
        """Begin to drive the factory's inputs."""
        self._factory = factory
        self._thread.start()

    def close(self) -> None:
        """Hang up."""
        with self.lock:
            self._closing.set()
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        if self._thread.is_alive():
            self._thread.join(JOIN_S)
        self._socket.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            while data := self._receive():
                for number, level in self._messages.feed(data):
                    self._apply(number, bool(level))
            for number in list(self._levels):
                self._apply(number, True)
            if not self._closing.is_set():
                self._log.warning("virtual_machine_gone")
                self._come_back()

    def _receive(self) -> bytes:
        try:
            return self._socket.recv(_BUFFER)
        except OSError:
            return b""

    def _come_back(self) -> None:
        """Connect again, however long it takes."""
        while not self._closing.wait(AGAIN_S):
            try:
                joined = _join(self._path)
            except DriverError:
                continue
            with self.lock:
                self._socket.close()
                self._socket, self._messages, levels = joined
                if self._closing.is_set():
                    return
                for number, level in levels.items():
                    self._apply(number, level)
                for pin in list(self._factory.pins.values()):
                    if pin.function == "output":
                        self.send(pin.number, bool(pin.state))
            self._log.event("virtual_machine_back")
            return

    def _apply(self, number: int, level: bool) -> None:
        with self.lock:
            self._levels[number] = level
            for pin in list(self._factory.pins.values()):
                if pin.number == number:
                    pin.follow(level)


def _join(path: Path) -> tuple[socket.socket, PinMessages, dict[int, bool]]:
    """Connect and take the snapshot of all input levels. Raises DriverError."""
    wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    wire.settimeout(CONNECT_S)
    messages = PinMessages()
    try:
        wire.connect(str(path))
        levels = _snapshot(wire, messages)
    except OSError as error:
        wire.close()
        why = error.strerror or str(error)
        raise DriverError(f"no virtual machine at {path} ({why}): start `kiosk demo`") from error
    if levels is None:
        wire.close()
        raise DriverError(f"{path}: another controller holds the pins of the virtual machine")
    wire.settimeout(None)
    return wire, messages, levels


def _snapshot(wire: socket.socket, messages: PinMessages) -> dict[int, bool] | None:
    """The levels of all inputs; None when the world hangs up before they are complete."""
    end = tuple(END_OF_SNAPSHOT)
    levels: dict[int, bool] = {}
    complete = False
    while not complete:
        data = wire.recv(_BUFFER)
        if not data:
            return None
        for message in messages.feed(data):
            if message == end:
                complete = True
            else:
                levels[message[0]] = bool(message[1])
    return levels


def connect(path: Path) -> GpioPins:
    """Connect to the virtual machine's bridge. Raises DriverError if there is none."""
    bridge = _BridgeClient(path)
    factory = _BridgeFactory(bridge)
    bridge.serve(factory)
    return GpioPins(factory)
