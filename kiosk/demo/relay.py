"""The network cable: a TCP relay on loopback between the agent and the operator's cloud.

Cut, it closes what runs through it and refuses what comes, as a pulled cable looks to the agent
through a router; mended, it listens again on the same port. It carries bytes and knows no HTTP.
"""

import queue
import selectors
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.demo.errors import DemoError

_CHUNK = 64 * 1024
_HELD_MAX = 256 * 1024
"""Bytes held for a slow reader before its partner is no longer read."""
# SO_LINGER with zero seconds: close with a reset and leave no TIME_WAIT behind on our port.
_RESET = struct.pack("ii", 1, 0)


@dataclass(eq=False, slots=True)
class _End:
    """One end of a relayed connection; ``held`` is what still has to be written to it."""

    sock: socket.socket
    held: bytearray = field(default_factory=bytearray)
    partner: "_End | None" = None
    finished: bool = False
    """Nothing more will be read from this end."""


class Relay:
    """Listens on ``127.0.0.1:port`` and carries each connection to ``target``, in one thread."""

    def __init__(self, port: int, target: tuple[str, int]) -> None:
        """``port`` 0 takes a free one, which is then kept. Raises DemoError if it is taken."""
        self._target = target
        self._listener: socket.socket | None = _listen(port)
        self.port: int = self._listener.getsockname()[1]
        self._selector = selectors.DefaultSelector()
        self._asked: queue.SimpleQueue[tuple[Callable[[], None], threading.Event]]
        self._asked = queue.SimpleQueue()
        self._wake, self._woken = socket.socketpair()
        self._ends: set[_End] = set()
        self._running = True
        self._thread = threading.Thread(target=self._run, name="demo-relay", daemon=True)

    @property
    def mended(self) -> bool:
        """True while the cable is whole."""
        return self._listener is not None

    def start(self) -> None:
        """Begin to carry."""
        self._thread.start()

    def stop(self) -> None:
        """Close everything; returns when the thread has ended."""
        if self._thread.is_alive():
            self._ask(self._end)
            self._thread.join()
        else:
            self._cut()
        self._wake.close()
        self._woken.close()

    def cut(self) -> None:
        """Reset every connection and refuse new ones; done when this returns."""
        self._ask(self._cut)

    def mend(self) -> None:
        """Listen again on the same port; done when this returns."""
        self._ask(self._mend)

    def _ask(self, what: Callable[[], None]) -> None:
        done = threading.Event()
        self._asked.put((what, done))
        self._wake.send(b"!")
        done.wait()

    # ---- everything below runs in the relay's own thread ----

    def _run(self) -> None:
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._watch_listener()
        while self._running:
            for key, events in self._selector.select():
                if key.fileobj is self._woken:
                    self._obey()
                elif key.fileobj is self._listener:
                    self._accept()
                elif isinstance(key.data, _End) and key.data in self._ends:
                    self._serve(key.data, events)
        self._selector.close()

    def _obey(self) -> None:
        self._woken.recv(_CHUNK)
        while not self._asked.empty():
            what, done = self._asked.get()
            what()
            done.set()

    def _end(self) -> None:
        self._cut()
        self._running = False

    def _cut(self) -> None:
        if self._listener is not None:
            if self._listener in self._selector.get_map():
                self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None
        for end in tuple(self._ends):
            self._drop(end)

    def _mend(self) -> None:
        if self._listener is None:
            self._listener = _listen(self.port)
            self._watch_listener()

    def _watch_listener(self) -> None:
        if self._listener is not None:
            self._selector.register(self._listener, selectors.EVENT_READ)

    def _accept(self) -> None:
        assert self._listener is not None
        try:
            near, _ = self._listener.accept()
        except OSError:
            return
        try:
            far = socket.create_connection(self._target, timeout=2)
        except OSError:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            near.close()
            return
        one, two = _End(near), _End(far)
        one.partner, two.partner = two, one
        for end in (one, two):
            end.sock.setblocking(False)
            self._ends.add(end)
            self._selector.register(end.sock, selectors.EVENT_READ, end)

    def _serve(self, end: _End, events: int) -> None:
        partner = end.partner
        assert partner is not None
        try:
            if events & selectors.EVENT_READ:
                if data := end.sock.recv(_CHUNK):
                    partner.held += data
                else:
                    end.finished = True
            for one in (end, partner):
                if one.held:
                    del one.held[: one.sock.send(one.held)]
        except BlockingIOError:
            pass
        except OSError:
            self._drop_pair(end)
            return
        self._settle(end, partner)

    def _settle(self, end: _End, partner: _End) -> None:
        """Close what is finished and wait for what can come next."""
        for one, other in ((end, partner), (partner, end)):
            if one.finished and not other.held:
                self._drop_pair(one)
                return
        for one, other in ((end, partner), (partner, end)):
            wanted = selectors.EVENT_WRITE if one.held else 0
            if not one.finished and len(other.held) < _HELD_MAX:
                wanted |= selectors.EVENT_READ
            self._wait_for(one, wanted)

    def _wait_for(self, end: _End, wanted: int) -> None:
        known = end.sock in self._selector.get_map()
        if wanted and known:
            self._selector.modify(end.sock, wanted, end)
        elif wanted:
            self._selector.register(end.sock, wanted, end)
        elif known:
            self._selector.unregister(end.sock)

    def _drop_pair(self, end: _End) -> None:
        for one in (end, end.partner):
            if one is not None and one in self._ends:
                self._drop(one)

    def _drop(self, end: _End) -> None:
        self._ends.discard(end)
        if end.sock in self._selector.get_map():
            self._selector.unregister(end.sock)
        if not self._gentle(end):
            end.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        end.sock.close()

    @staticmethod
    def _gentle(end: _End) -> bool:
        """An end whose conversation is over is closed in order; a cut one is reset."""
        return end.finished or (end.partner is not None and end.partner.finished)


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise DemoError(
            f"port {port} on 127.0.0.1, the demo's network cable, cannot be had "
            f"({error.strerror}); this machine has enrolled at that port, so end what uses it "
            "(a demo on a copy of the same directory?), or begin a new machine with another --dir"
        ) from error
    listener.listen()
    listener.setblocking(False)
    return listener
