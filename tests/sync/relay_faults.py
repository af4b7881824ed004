"""A network that does its worst with each request: cuts, delays, doubles, truncates, reorders.

It knows where a request and an answer end, and nothing else about HTTP. What happens to a request
is drawn from a seed; ``told`` counts what was done.
"""

import contextlib
import socket
import threading
from collections import Counter, deque
from random import Random

WAIT_S = 20
DELAY_S_MAX = 0.06
LATE_MOST = 4
"""So many requests at most overtake one that is late."""

FAULTS = {
    "none": 10,
    "delayed": 3,
    "request cut": 2,
    "answer lost": 3,
    "answer truncated": 3,
    "request doubled": 3,
    "request late": 3,
    "answer of another request": 2,
}
"""What may happen to a request, and how often, by weight."""


class FaultyRelay:
    """Use as a context manager. ``target`` is the endpoint's port and may change; faults begin
    and end with ``faulty``."""

    def __init__(self, target: int, seed: int) -> None:
        self.target = target
        self.faulty = False
        self.told: Counter[str] = Counter()
        self._dice = Random(seed)
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._late: deque[tuple[int, bytes]] = deque()
        """Requests that were taken from the agent and not yet handed on; after how many others."""
        self._answers: deque[bytes] = deque(maxlen=8)
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, name="faulty-relay")

    def __enter__(self) -> "FaultyRelay":
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join(WAIT_S)
        with self._lock:
            for one in self._open:
                _shut(one)
        for thread in self._threads:
            thread.join(WAIT_S)
        self._listener.close()

    def deliver_late(self) -> int:
        """Hand on every late request now; returns how many there were."""
        with self._lock:
            waiting, self._late = list(self._late), deque()
        for _, request in waiting:
            self._exchange(request)
        return len(waiting)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(near)
            thread = threading.Thread(target=self._serve, args=(near,))
            self._threads = [one for one in self._threads if one.is_alive()] + [thread]
            thread.start()

    def _serve(self, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while request := _message(near):
                answer = self._treat(request)
                if not answer:
                    break
                near.sendall(answer)
                if isinstance(answer, _Truncated):
                    break
        with self._lock:
            self._open.discard(near)
        near.close()

    def _treat(self, request: bytes) -> bytes:
        """Do something to a request; returns what the agent gets. A truncated answer, or none,
        ends the connection."""
        with self._lock:
            fault = self._draw()
            part = self._dice.random()
            self.told[fault] += 1
        if fault == "request late":
            with self._lock:
                self._late.append((1 + int(part * LATE_MOST), request))
            return b""
        if fault == "request cut":
            self._send_part(request, part)
            return b""
        if fault == "delayed":
            self._ended.wait(part * DELAY_S_MAX)
        if fault == "request doubled":
            twin = threading.Thread(target=self._exchange, args=(request,))
            twin.start()
            answer = self._exchange(request)
            twin.join(WAIT_S)
        else:
            answer = self._exchange(request)
        self._overtaken()
        return self._answered(fault, answer, part)

    def _answered(self, fault: str, answer: bytes, part: float) -> bytes:
        with self._lock:
            earlier = list(self._answers)
            self._answers.append(answer)
        if fault == "answer lost":
            return b""
        if fault == "answer of another request" and earlier:
            return earlier[int(part * len(earlier))]
        if fault == "answer truncated":
            return _Truncated(answer[: int(part * len(answer))])
        return answer

    def _draw(self) -> str:
        if not self.faulty:
            return "none"
        return self._dice.choices([*FAULTS], weights=[*FAULTS.values()])[0]

    def _overtaken(self) -> None:
        """Another request went by those that are late; some are overtaken often enough."""
        with self._lock:
            counted = [(left - 1, request) for left, request in self._late]
            self._late = deque(one for one in counted if one[0] > 0)
        for left, request in counted:
            if left <= 0:
                self._exchange(request)

    def _exchange(self, request: bytes) -> bytes:
        """Hand a request on; the whole answer, or nothing when the endpoint is away."""
        try:
            with socket.create_connection(("127.0.0.1", self.target), 5) as far:
                far.settimeout(WAIT_S)
                far.sendall(request)
                return _message(far)
        except OSError:
            return b""

    def _send_part(self, request: bytes, part: float) -> None:
        away = contextlib.suppress(OSError)
        with away, socket.create_connection(("127.0.0.1", self.target), 5) as far:
            far.sendall(request[: int(part * len(request))])


class _Truncated(bytes):
    """Part of an answer: the connection ends behind it."""


def _message(source: socket.socket) -> bytes:
    """Read a whole request or answer; nothing when it ends before."""
    data = bytearray()
    length = None
    while length is None or len(data) < length:
        piece = source.recv(65536)
        if not piece:
            return b""
        data += piece
        if length is None and (end := data.find(b"\r\n\r\n")) >= 0:
            length = end + 4 + _content_length(bytes(data[:end]))
    return bytes(data)


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return int(value)
    return 0


def _shut(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
