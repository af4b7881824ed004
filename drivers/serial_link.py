"""Keeping a serial line open: one thread per port, reopened by its stable link, for ever.

The back-off grows with sessions that ended early and is reset by a session that lasted, not by a
successful opening: a flapping cable once reopened 87 times a second (serial.md 4).
"""

import threading
from collections.abc import Callable
from typing import Protocol

from drivers.errors import PortError
from drivers.serial_port import SerialPort
from drivers.sparse_log import SparseLog
from kiosk import logs
from kiosk.clock import Clock
from kiosk.config import Serial
from kiosk.units import Millis

READ_MS = 150
"""Longest wait inside one step, so that ``stop`` is heard soon; a scale at 10 Hz wakes it first."""
RETRY_MS = 250
RETRY_MS_MAX = 800
GOOD_SESSION_MS = 5000
JOIN_S = 5
_SETTLE_MS = 10
"""Some USB adaptors deliver stale bytes just after opening: wait, then flush (serialx)."""


class Conversation(Protocol):
    """What a device does with its line; every call comes from the link's thread."""

    def opened(self) -> None:
        """The line was opened and flushed: forget everything heard before."""
        ...

    def step(self, port: SerialPort) -> None:
        """Read once, for READ_MS at most, and say what came. Raises PortError to reopen."""
        ...

    def lost(self, reason: str) -> None:
        """The line cannot be opened, or broke; told at every try."""
        ...


class Backoff:
    """How long to wait before the next opening."""

    def __init__(self) -> None:
        self._next_ms = RETRY_MS

    def wait_ms(self, session_ms: int | None) -> int:
        """Return the wait after a session of that length; None if the line was never open."""
        if session_ms is None:
            return RETRY_MS
        if session_ms >= GOOD_SESSION_MS:
            self._next_ms = RETRY_MS
        wait = self._next_ms
        self._next_ms = min(RETRY_MS_MAX, self._next_ms * 2)
        return wait


class SerialLink:
    """The thread of one port."""

    def __init__(
        self,
        line: Serial,
        talk: Conversation,
        clock: Clock,
        open_port: Callable[[Serial], SerialPort] = SerialPort,
    ) -> None:
        self._line = line
        self._talk = talk
        self._clock = clock
        self._open_port = open_port
        self._stopping = threading.Event()
        self._backoff = Backoff()
        self._log = SparseLog(logs.get(__name__), clock)
        self._thread = threading.Thread(target=self._run, name=f"serial {line.port}", daemon=True)

    def start(self) -> None:
        """Begin to open the line; whether it works comes by ``Conversation``."""
        self._thread.start()

    def stop(self) -> None:
        """Close the line; returns when the thread has ended."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(JOIN_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            opened_at: Millis | None = None
            try:
                port = self._open_port(self._line)
                try:
                    opened_at = self._clock.monotonic_ms()
                    self._hold(port)
                finally:
                    port.close()
            except PortError as error:
                self._lose(str(error), str(error), opened_at)
            except Exception as error:  # boundary: a silent dead thread would look like a scale
                kind = type(error).__name__
                self._log.exception("line_failed", key=kind, port=str(self._line.port))
                self._lose(kind, f"{self._line.port}: {kind}: {error}", opened_at)

    def _lose(self, kind: str, reason: str, opened_at: Millis | None) -> None:
        session_ms = None if opened_at is None else self._clock.monotonic_ms() - opened_at
        self._talk.lost(reason)
        self._log.warning("line_lost", key=kind, reason=reason, session_ms=session_ms)
        self._stopping.wait(self._backoff.wait_ms(session_ms) / 1000)

    def _hold(self, port: SerialPort) -> None:
        if self._stopping.wait(_SETTLE_MS / 1000):
            return
        port.flush_input()
        self._log.event("line_opened", port=str(self._line.port))
        self._talk.opened()
        while not self._stopping.is_set():
            self._talk.step(port)
