"""A network between agent and endpoint that can be cut, or lose just the answer."""

import contextlib
import socket
import threading
from collections.abc import Callable

WAIT_S = 20


class Relay:
    """Forwards TCP to ``target`` (a port that may change), one thread a direction."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.lose_answers = 0
        """How many answers to batches are dropped after the endpoint has sent them."""
        self.lost = 0
        self.changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._up = True
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._run, name="relay")]
        self._threads[0].start()

    def __enter__(self) -> "Relay":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self.cut()
        for thread in self._threads:
            thread.join(WAIT_S)
        self._listener.close()

    def cut(self) -> None:
        """Break every connection and refuse new ones."""
        with self.changed:
            self._up = False
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """Let connections through again."""
        with self.changed:
            self._up = True

    def lose(self, answers: int) -> None:
        """Drop the next answers to batches."""
        with self.changed:
            self.lose_answers = answers

    def wait(self, until: Callable[[], bool]) -> None:
        """Wait until something holds."""
        with self.changed:
            assert self.changed.wait_for(until, WAIT_S)

    def _run(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self.changed:
                up = self._up
            far = None
            if up:
                with contextlib.suppress(OSError):
                    far = socket.create_connection(("127.0.0.1", self.target), 5)
                    far.settimeout(None)
            if far is None:
                near.close()
                continue
            with self.changed:
                self._open |= {near, far}
            thread = threading.Thread(target=self._pump_both, args=(near, far))
            self._threads.append(thread)
            thread.start()

    def _pump_both(self, near: socket.socket, far: socket.socket) -> None:
        back = threading.Thread(target=self._pump_back, args=(far, near))
        back.start()
        self._pump(near, far)
        back.join(WAIT_S)
        with self.changed:
            self._open -= {near, far}
        near.close()
        far.close()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                sink.sendall(piece)
        _shut(sink)

    def _pump_back(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                if b"batch-answer" in piece and self._loses():
                    break
                sink.sendall(piece)
        _shut(sink)
        _shut(source)

    def _loses(self) -> bool:
        with self.changed:
            if self.lose_answers == 0:
                return False
            self.lose_answers -= 1
            self.lost += 1
            self.changed.notify_all()
            return True


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
