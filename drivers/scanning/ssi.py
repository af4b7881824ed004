"""Zebra/Symbol SSI packets: length, opcode, source, status, data, checksum (serial.md 3).

The length counts everything but the checksum, which is the two's complement of the sum of the
rest in 16 bits. Every packet from the scanner but ACK and NAK is acknowledged; a decode that was
not is sent again with the retransmit bit set, and counts once.
"""

from drivers.labels.symbology import SSI_TYPES, split_aim
from drivers.scanning.framer import SUFFIXES
from drivers.scanning.scan import CODE_MAX, GAP_MS, Scan
from kiosk.config import Scanner
from kiosk.units import Millis

ACK = 0xD0
NAK = 0xD1
DECODE_DATA = 0xF3
DECODER, HOST = 0x00, 0x04
RETRANSMITTED = 0x01
CONTINUED = 0x02
"""Status bits: this was sent before; more packets of this message follow."""
RESEND = 0x01
"""NAK cause: the checksum is wrong."""
_HEAD = 4
_CHECK = 2


def packet(opcode: int, data: bytes = b"", source: int = HOST, status: int = 0) -> bytes:
    """Encode a packet with its checksum. ``data`` has 251 bytes at most."""
    body = bytes((_HEAD + len(data), opcode, source, status)) + data
    return body + checksum(body)


def checksum(body: bytes) -> bytes:
    """Two's complement of the sum, high byte first."""
    return (-sum(body) & 0xFFFF).to_bytes(2, "big")


class SsiFramer:
    """A :class:`~drivers.scanning.scan.Framer` for SSI in packet mode."""

    def __init__(self, settings: Scanner) -> None:
        self._suffix = SUFFIXES[settings.suffix]
        self._prefix = settings.prefix.encode("latin-1")
        self._aim = settings.aim
        self._pending = b""
        self._message = b""
        """Data of the packets of a message that goes on."""
        self._last: bytes | None = None
        """Type and data of the last decode packet, to know it when it is sent again."""
        self._damaged = False
        self._last_at: Millis | None = None
        self._replies = b""
        self.rejected = 0
        self.answered = 0

    def feed(self, data: bytes, now: Millis) -> list[Scan]:
        """Take the next bytes; also judges the pause when there are none."""
        pause = 0 if self._last_at is None else now - self._last_at
        if pause > GAP_MS and (self._pending or self._damaged):
            self._give_up()
        if not data:
            return []
        self._last_at = now
        if self._damaged:
            # Where the next packet begins is not known before the line was quiet.
            return []
        self._pending += data
        scans: list[Scan] = []
        while (whole := self._next_packet()) is not None:
            if scan := self._take(whole):
                scans.append(scan)
        return scans

    def take_replies(self) -> bytes:
        """Acknowledgements that are due."""
        replies, self._replies = self._replies, b""
        return replies

    def _give_up(self) -> None:
        """After the pause: ask for what was damaged, or cut short, once more."""
        self.rejected += 1
        self._pending = b""
        self._damaged = False
        self._last_at = None
        self._replies += packet(NAK, bytes((RESEND,)))

    def _next_packet(self) -> bytes | None:
        """Return the next whole packet without its checksum, if it has come."""
        # A wake-up's echo, or a scanner's own 00 before it speaks.
        self._pending = self._pending.lstrip(b"\x00")
        if not self._pending:
            return None
        length = self._pending[0]
        if length >= _HEAD and len(self._pending) < length + _CHECK:
            return None
        body, check = self._pending[:length], self._pending[length : length + _CHECK]
        if length < _HEAD or checksum(body) != check or body[2] != DECODER:
            self._pending = b""
            self._damaged = True
            return None
        self._pending = self._pending[length + _CHECK :]
        return body

    def _take(self, body: bytes) -> Scan | None:
        opcode, status, data = body[1], body[3], body[_HEAD:]
        if opcode == ACK:
            self.answered += 1
            return None
        if opcode == NAK:
            return None
        self._replies += packet(ACK)
        if opcode != DECODE_DATA or not data:
            return None
        if status & RETRANSMITTED and data == self._last:
            return None
        self._last = data
        return self._decoded(data[0], data[1:], more=bool(status & CONTINUED))

    def _decoded(self, kind: int, data: bytes, *, more: bool) -> Scan | None:
        message = self._message + data
        if len(message) > CODE_MAX:
            self._message = b""
            self.rejected += 1
            return None
        self._message = message if more else b""
        if more:
            return None
        scan = self._named(kind, message.removesuffix(self._suffix))
        if scan is None:
            self.rejected += 1
        return scan

    def _named(self, kind: int, code: bytes) -> Scan | None:
        if not code.startswith(self._prefix):
            return None
        code = code.removeprefix(self._prefix)
        parts = split_aim(code) if self._aim else (code, SSI_TYPES.get(kind))
        return Scan(*parts) if parts and parts[0] else None
