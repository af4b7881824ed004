"""Codes as lines: an optional prefix, the code, a suffix (serial.md 3, "Framing lessons").

A damaged code must be shown again; a *tail* of one must never pass for a code. So after anything
is thrown away, everything up to the next terminator goes with it, unless the line was quiet for
so long that a new transmission must have begun.
"""

from drivers.labels.symbology import split_aim, split_vendor
from drivers.scanning.scan import CODE_MAX, GAP_MS, Scan
from kiosk.config import Scanner
from kiosk.units import Millis

QUIET_MS = 2000
"""After such a pause a new transmission begins, whatever came before."""
SUFFIXES = {"cr": b"\r", "lf": b"\n", "crlf": b"\r\n", "tab": b"\t", "etx": b"\x03"}
_LEFTOVER = {"cr": b"\r\n", "lf": b"\r\n", "crlf": b"\r\n", "tab": b"", "etx": b"\x02"}
"""Bytes that may stand before a code without belonging to it: CRLF sent where CR is expected."""


class ScanFramer:
    """A :class:`~drivers.scanning.scan.Framer` for everything but packets.

    ``answers`` are acknowledgements without a terminator: they glue to the next code, so they are
    cut where a code may begin, and nowhere else, since a code's data may hold the same bytes.
    """

    def __init__(self, settings: Scanner, answers: tuple[bytes, ...] = ()) -> None:
        self._suffix = SUFFIXES[settings.suffix]
        self._prefix = settings.prefix.encode("latin-1")
        self._leftover = bytes(
            byte for byte in _LEFTOVER[settings.suffix] if byte not in self._prefix
        )
        self._answers = answers
        self._aim = settings.aim
        self._vendor = settings.code_id
        self._pending = b""
        self._skipping = False
        self._last_at: Millis | None = None
        self.rejected = 0
        self.answered = 0

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
        self._pending = rest if self._skipping else self._cut_front(rest)
        if self._skipping or len(self._pending) > CODE_MAX:
            self._discard()
        return scans

    def take_replies(self) -> bytes:
        """Such a scanner wants no answer."""
        return b""

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

    def _cut_front(self, piece: bytes) -> bytes:
        """Cut what stands before a code: answers, and leftovers of the last terminator."""
        while piece:
            answer = next((one for one in self._answers if piece.startswith(one)), None)
            if answer is not None:
                self.answered += 1
                piece = piece[len(answer) :]
            elif piece[:1] in self._leftover and not self._may_become_answer(piece):
                piece = piece[1:]
            else:
                return piece
        return piece

    def _may_become_answer(self, piece: bytes) -> bool:
        return any(one.startswith(piece) for one in self._answers)

    def _scan(self, piece: bytes) -> Scan | None:
        code = self._cut_front(piece).lstrip(self._leftover)
        if self._suffix == b"\n":
            code = code.removesuffix(b"\r")
        if not code:
            return None
        scan = None
        if len(code) <= CODE_MAX and code.startswith(self._prefix):
            scan = self._named(code.removeprefix(self._prefix))
        if scan is None:
            # Without what must stand before it, it may be a tail, or the scanner lost its set-up.
            self.rejected += 1
        return scan

    def _named(self, code: bytes) -> Scan | None:
        if not self._aim and self._vendor == "none":
            return Scan(code, None) if code else None
        parts = split_aim(code) if self._aim else split_vendor(code, self._vendor)
        return Scan(*parts) if parts and parts[0] else None
