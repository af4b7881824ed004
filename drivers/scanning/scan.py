"""One code as it came off the line, and what every framer offers."""

from typing import NamedTuple, Protocol

from drivers.labels.symbology import Symbology
from kiosk.units import Millis

CODE_MAX = 4096
"""A QR code holds 2953 bytes at most."""
GAP_MS = 200
"""Longest pause within a code; at 9600 baud a character takes 1 ms."""


class Scan(NamedTuple):
    """One code: its payload without prefixes, and what kind of symbol it was, if that was sent."""

    data: bytes
    symbology: Symbology | None


class Framer(Protocol):
    """Cuts codes out of the scanner's bytes; pure, bounded, time is an argument."""

    rejected: int
    """Codes and pieces thrown away so far."""
    answered: int
    """Commands that the scanner has acknowledged so far."""

    def feed(self, data: bytes, now: Millis) -> list[Scan]:
        """Take the bytes read at ``now``, perhaps none; return the codes they completed."""
        ...

    def take_replies(self) -> bytes:
        """What the host has to send back; given once."""
        ...
