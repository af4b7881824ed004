"""The code reader: one line per code, with an AIM identifier in front (serial.md 3).

A damaged code must be shown again; a *tail* of one must never pass for a code. So after anything
is thrown away, everything up to the next terminator goes with it, unless the line was quiet for
so long that a new transmission must have begun.
"""

import re
from typing import NamedTuple

from drivers.serial_link import READ_MS, SerialLink
from drivers.serial_port import SerialPort
from kiosk import logs
from kiosk.clock import Clock
from kiosk.config import Scanner
from kiosk.events import LabelScanned, ScannerLost, ScannerReady
from kiosk.ports import EventSink
from kiosk.units import Millis

CODE_MAX = 4096
"""A QR code holds 2953 bytes at most."""
GAP_MS = 200
"""Longest pause within a code; at 9600 baud a character takes 1 ms."""
QUIET_MS = 2000
"""After such a pause a new transmission begins, whatever came before."""
_SUFFIX = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "tab": b"\t", "etx": b"\x03"}
_LEFTOVER = {"cr": b"\r\n", "lf": b"\r\n", "crlf": b"\r\n", "tab": b"", "etx": b"\x02"}
"""Bytes that may stand before a code without belonging to it: CRLF sent where CR is expected."""
_AIM = re.compile(rb"\](?P<id>[A-Za-z][0-9A-Za-z])(?P<data>.+)", re.DOTALL)


class Scan(NamedTuple):
    """One code; ``symbology`` is the AIM identifier without its bracket, empty without one."""

    data: bytes
    symbology: str


class ScanFramer:
    """Cuts codes out of the scanner's bytes; pure, bounded, time is an argument."""

    def __init__(self, settings: Scanner) -> None:
        self._suffix = _SUFFIX[settings.suffix]
        self._leftover = _LEFTOVER[settings.suffix]
        self._aim = settings.aim
        self._pending = b""
        self._skipping = False
        self._last_at: Millis | None = None
        self.rejected = 0
        """Codes and pieces thrown away so far."""

    def feed(self, data: bytes, now: Millis) -> list[Scan]:
        """Take the next bytes, read at ``now``, and return the codes they completed."""
        if not data:
            return []
        self._judge_pause(now)
        *whole, rest = (self._pending + data).split(self._suffix)
        scans: list[Scan] = []
        for piece in whole:
            if not self._skipping and (scan := self._scan(piece)):
                scans.append(scan)
            self._skipping = False
        self._pending = rest.lstrip(self._leftover) if not self._skipping else rest
        if self._skipping or len(self._pending) > CODE_MAX:
            self._discard()
        return scans

    def _judge_pause(self, now: Millis) -> None:
        pause = 0 if self._last_at is None else now - self._last_at
        self._last_at = now
        if pause > GAP_MS and self._pending:
            self._discard()
        if pause > QUIET_MS:
            self._pending = b""
            self._skipping = False

    def _discard(self) -> None:
        """Throw away what is pending, but not the half of a terminator that may end it."""
        if not self._skipping:
            self.rejected += 1
        self._skipping = True
        half = self._suffix[:-1]
        self._pending = half if half and self._pending.endswith(half) else b""

    def _scan(self, piece: bytes) -> Scan | None:
        code = piece.lstrip(self._leftover)
        if self._suffix == b"\n":
            code = code.removesuffix(b"\r")
        if not code:
            return None
        if len(code) > CODE_MAX:
            self.rejected += 1
            return None
        if not self._aim:
            return Scan(code, "")
        match = _AIM.fullmatch(code)
        if match is None:
            # Without its identifier it may be a tail, or a scanner whose set-up was lost.
            self.rejected += 1
            return None
        return Scan(match["data"], match["id"].decode("ascii"))


class ScannerDevice:
    """The scanner on its port; a ``kiosk.ports.Device``."""

    def __init__(self, settings: Scanner, sink: EventSink, clock: Clock) -> None:
        self._link = SerialLink(settings.line, ScannerTalk(settings, sink, clock), clock)

    def start(self) -> None:
        """Begin; a missing or busy port is a ``ScannerLost``, and is tried again for ever."""
        self._link.start()

    def stop(self) -> None:
        """End the thread and close the port."""
        self._link.stop()


class ScannerTalk:
    """Listens; a scanner may be silent for days, so silence proves nothing here."""

    def __init__(self, settings: Scanner, sink: EventSink, clock: Clock) -> None:
        self._settings = settings
        self._sink = sink
        self._clock = clock
        self._framer = ScanFramer(settings)
        self._lost = False
        self._log = logs.get(__name__)

    def opened(self) -> None:
        """A new session: nothing of the last one may complete a code of this one."""
        self._framer = ScanFramer(self._settings)
        self._lost = False
        self._sink(ScannerReady())

    def step(self, port: SerialPort) -> None:
        """Read once and report complete codes. Raises PortError."""
        data = port.read(READ_MS)
        now = self._clock.monotonic_ms()
        before = self._framer.rejected
        for scan in self._framer.feed(data, now):
            self._sink(LabelScanned(scan.data, scan.symbology, now))
        if self._framer.rejected > before:
            # Not the bytes: they may be most of somebody's token.
            self._log.warning("scan_rejected", read_bytes=len(data))

    def lost(self, reason: str) -> None:
        """Tell the loss once."""
        if not self._lost:
            self._lost = True
            self._sink(ScannerLost(reason))
