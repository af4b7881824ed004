"""The block after ENQ: CAS PD-II type 6, SW, AP-1, Ohaus Aviator 7000, GRAM XFOC (serial.md 1.5).

    01 02 state sign wwwwww uu BCC 03 04        PD-II p23, SW-II p15, Aviator p36, AP-1

The host sends ENQ, the scale ACK or, busy, NAK; then the host sends DC1 and the scale the block.
State is S or U, sign blank, - or F for overflow; on a PD-II in overload all six characters are F.
BCC is the exclusive or of the ten bytes between STX and itself.

GRAM XFOC PLUS streams the same block unasked (``stream`` in the configuration), with a decimal
comma, capital units and one byte of flags after EOT. All 668 frames of its captures pass the BCC,
so here a comma is decimal. The flags (80h negative, 10h near zero) repeat what the block says.
"""

import re
from decimal import Decimal

from drivers.scale.decoded import Decoded, Error, Other, Weight
from drivers.scale.framer import Cut, Framer, xor

ENQ, ACK, DC1, NAK = b"\x05", b"\x06", b"\x11", b"\x15"
LENGTH = 15
_HEAD, _TAIL = b"\x01\x02", b"\x03\x04"
_FLAGS = b"\x00\x10\x80\x90"
_OVERFLOW = b"FFFFFF"
_BODY = re.compile(
    rb"(?P<state>[SU])(?P<sign>[ -])(?=.{6}..\Z) *(?P<whole>\d+)(?:[.,](?P<part>\d+))?"
    rb"(?P<unit>kg| g|g |lb|oz| t|t )",
    re.IGNORECASE | re.DOTALL,
)


class CasSoh:
    """Decoder of ``cas-soh``; ``request`` follows the conversation."""

    def __init__(self) -> None:
        self._granted = False
        self._framer = Framer(_read, longest=LENGTH, between=_FLAGS + b"\r\n")

    @property
    def request(self) -> bytes | None:
        """ENQ, and DC1 once the scale has said ACK."""
        return DC1 if self._granted else ENQ

    def feed(self, data: bytes) -> list[Decoded]:
        """Take the next bytes and return what they completed."""
        return self._follow(self._framer.feed(data))

    def end(self) -> list[Decoded]:
        """Take the end of a recorded transmission for the end of a frame."""
        return self._follow(self._framer.end())

    def _follow(self, frames: list[Decoded]) -> list[Decoded]:
        """Anything but ACK, noise too, sends the conversation back to its beginning."""
        if frames:
            last = frames[-1]
            self._granted = isinstance(last, Other) and last.kind == "ack"
        return frames


def _read(window: bytes, clean: bool, last: bool) -> Decoded | Cut:
    if window[:1] == ACK:
        return Other("ack", window[:1])
    if window[:1] == NAK:
        return Error("not_executable", window[:1])
    if not window.startswith(_HEAD[: len(window)]):
        return Cut.NONE
    if len(window) < LENGTH:
        return Cut.MORE
    body, check = window[2:12], window[12]
    if window[13:] != _TAIL:
        return Cut.NONE
    if check != xor(body):
        # Refused as a whole: its check byte may look like ACK or NAK.
        return Other("reject", window)
    if body[:1] in b"SU" and (body[1:2] == b"F" or body[2:8] == _OVERFLOW):
        return Error("overload", window)
    match = _BODY.fullmatch(body)
    if match is None:
        return Other("reject", window)
    sign = "-" if match["sign"] == b"-" else ""
    whole, part = match["whole"].decode("ascii"), match["part"]
    return Weight(
        weight=Decimal(sign + whole + ("" if part is None else "." + part.decode("ascii"))),
        unit=match["unit"].decode("ascii").strip().lower(),
        stable=match["state"].upper() == b"S",
        net=None,
        raw=window,
    )
