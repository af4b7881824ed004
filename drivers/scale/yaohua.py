"""Yaohua XK3190 continuous output and command output (A9, A1+, A23p, A26, DS3, D10, clones).

    continuous 0   02 sign dddddd p XX 03         12 bytes; A26 manual p12, A23p p23, captures
    command        02 addr cmd sign dddddd p XX 03   14 bytes, 6 for a handshake; DS3 p8

``p`` counts the decimals from the right; ``XX`` is the exclusive or of all between STX and itself,
two digits of which those above 9 are sent as A to F. Every single-byte error is seen. Neither
frame tells unit or stability: the configuration gives the one, the host's window the other (M-32).
The formats have no overload flag either, so an overloaded indicator falls silent or sends a
number: the range of M-03 is the only guard.

Of the command table only A to D are trusted (serial.md 1.2): projects disagree about the rest.
"""

from decimal import Decimal

from drivers.scale.decoded import Decoded, Other, Weight
from drivers.scale.framer import Cut, Framer, xor

STX, ETX = 0x02, 0x03
CONTINUOUS_LENGTH = 12
REQUEST_LENGTH = 6
REPLY_LENGTH = 14
DECIMALS_MAX = 4


class YaohuaContinuous:
    """Decoder of ``yaohua-a9``; the device streams by itself."""

    request: bytes | None = None

    def __init__(self) -> None:
        self._framer = Framer(_read_continuous, longest=CONTINUOUS_LENGTH, between=b"\r\n")

    def feed(self, data: bytes) -> list[Decoded]:
        """Take the next bytes and return what they completed."""
        return self._framer.feed(data)

    def end(self) -> list[Decoded]:
        """Take the end of a recorded transmission for the end of a frame."""
        return self._framer.end()


class YaohuaCommand:
    """Decoder of ``yaohua-cmd``: asks for gross weight, and takes the answer of one address.

    ``address`` is a letter; without it the answers of every address are taken, for captures.
    """

    def __init__(self, address: str | None = None) -> None:
        self._address = None if address is None else address.encode("ascii")
        self.request: bytes | None = ask(self._address or b"A", b"B")
        self._framer = Framer(self._read, longest=REPLY_LENGTH, between=b"\r\n")

    def feed(self, data: bytes) -> list[Decoded]:
        """Take the next bytes and return what they completed."""
        return self._framer.feed(data)

    def end(self) -> list[Decoded]:
        """Take the end of a recorded transmission for the end of a frame."""
        return self._framer.end()

    def _read(self, window: bytes, clean: bool, last: bool) -> Decoded | Cut:
        if window[0] != STX:
            return Cut.NONE
        if len(window) < 4:
            return Cut.MORE
        if not window[1:3].isalpha() or not window[1:3].isupper():
            return Cut.NONE
        if window[3] not in b"+-":
            return _read_request(window)
        if len(window) < REPLY_LENGTH:
            return Cut.MORE
        weight = _number(window[3:11])
        if weight is None or not _checked(window[:REPLY_LENGTH]):
            return Cut.NONE
        command = window[2:3]
        if self._address not in (None, window[1:2]) or command not in b"BD":
            # Another scale's answer, or a tare: neither is the load on this one.
            return Other("info", window)
        return Weight(weight, unit=None, stable=None, net=command == b"D", raw=window)


def ask(address: bytes, command: bytes) -> bytes:
    """Write a request: A handshake, B gross, C tare, D net (DS3 manual p8)."""
    body = address + command
    return b"\x02" + body + b"%02X" % xor(body) + b"\x03"


def _read_continuous(window: bytes, clean: bool, last: bool) -> Decoded | Cut:
    if window[0] != STX or (len(window) > 1 and window[1] not in b"+-"):
        return Cut.NONE
    if len(window) < CONTINUOUS_LENGTH:
        return Cut.MORE
    weight = _number(window[1:9])
    if weight is None or not _checked(window):
        return Cut.NONE
    return Weight(weight, unit=None, stable=None, net=None, raw=window)


def _read_request(window: bytes) -> Decoded | Cut:
    """A request heard as echo; the answer to a handshake has the same shape."""
    if len(window) < REQUEST_LENGTH:
        return Cut.MORE
    if not _checked(window[:REQUEST_LENGTH]):
        return Cut.NONE
    return Other("request", window[:REQUEST_LENGTH])


def _checked(frame: bytes) -> bool:
    return frame[-1] == ETX and frame[-3:-1] == b"%02X" % xor(frame[1:-3])


def _number(field: bytes) -> Decimal | None:
    """Sign, six digits, count of decimals: ``+0012341`` is 123.4."""
    digits, decimals = field[1:7], field[7] - 0x30
    if field[:1] not in (b"+", b"-") or not digits.isdigit() or not 0 <= decimals <= DECIMALS_MAX:
        return None
    return Decimal((field[:1] + digits).decode("ascii")).scaleb(-decimals)
