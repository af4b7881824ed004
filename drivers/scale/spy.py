"""A trace of everything on a scale's line, for a technician: a recording that never grows large.

It has the form of ``kiosk scale capture``, so ``kiosk scale replay`` reads it. A trace that cannot
be written is given up: it must never cost a weighing.
"""

from pathlib import Path

from drivers.scale import capture
from drivers.scale.capture import Sender
from kiosk import logs
from kiosk.clock import Clock
from kiosk.config import Serial

BYTES_MAX = 1_048_576
"""Then the file becomes ``NAME.1`` and a new one begins: two of this size at most."""


class Spy:
    """Writes what is heard and sent; used by the link's thread only."""

    def __init__(self, path: Path, line: Serial, clock: Clock) -> None:
        self._path = path
        self._line = line
        self._clock = clock
        self._start_ms = clock.monotonic_ms()
        self._size: int | None = None
        self._given_up = False
        self._log = logs.get(__name__)

    def heard(self, data: bytes) -> None:
        """The device sent ``data``, perhaps nothing."""
        if data:
            self._write("device", data)

    def sent(self, data: bytes) -> None:
        """The host sent ``data``."""
        self._write("host", data)

    def _write(self, sender: Sender, data: bytes) -> None:
        if self._given_up:
            return
        try:
            if self._size is None or self._size > BYTES_MAX:
                self._begin()
            piece = capture.piece_line(self._clock.monotonic_ms() - self._start_ms, sender, data)
            self._append(piece)
        except OSError as error:
            self._given_up = True
            self._log.warning("spy_given_up", path=str(self._path), reason=str(error))

    def _begin(self) -> None:
        """Keep the last file beside the new one."""
        if self._path.exists():
            self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        self._size = 0
        self._start_ms = self._clock.monotonic_ms()
        self._append(capture.head_line(self._line))

    def _append(self, line: bytes) -> None:
        with self._path.open("ab") as file:
            file.write(line)
        self._size = (self._size or 0) + len(line)
