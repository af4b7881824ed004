"""Cutting a byte stream into lines, for every dialect that ends its frames with CR and/or LF."""

import re

LINE_MAX = 96
"""Longer than any frame we know; what exceeds it is noise and is dropped to the next line end."""
_END = re.compile(rb"[\r\n]")
_NOISE = b"\x00\x7f\xff"
"""What a line gives when a plug goes in; no frame begins with these."""


class LineCutter:
    """Collects bytes until CR or LF. Never gives part of a line, never holds more than a line."""

    def __init__(self) -> None:
        self._pending = b""
        self._skipping = False

    def feed(self, data: bytes) -> list[bytes]:
        """Return the lines that ``data`` completes, without terminators, empty ones left out."""
        *whole, rest = _END.split(data)
        lines: list[bytes] = []
        for piece in whole:
            line = self._pending + piece
            if not self._skipping and len(line) <= LINE_MAX:
                lines.append(line)
            self._pending = b""
            self._skipping = False
        if self._skipping or len(self._pending) + len(rest) > LINE_MAX:
            self._pending = b""
            self._skipping = True
        else:
            self._pending += rest
        return [kept for line in lines if (kept := line.lstrip(_NOISE))]

    def end(self) -> list[bytes]:
        """Return what is pending as a last line and start afresh."""
        return self.feed(b"\r")
