"""Recordings of a serial line, to look at later and to send to somebody: JSON lines.

The first line names the line's settings, every other one is a piece as it was read:

    {"capture": 1, "port": "/dev/kiosk/scale", "baud": 9600, "data_bits": 8, "parity": "none", ...}
    {"ms": 120, "from": "device", "hex": "53542c47..."}

``ms`` is monotonic and counts from the recording's start; ``from`` is ``device`` or ``host``.
"""

from collections.abc import Iterable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from drivers.errors import DriverError
from kiosk.config import Serial

FORMAT: Literal[1] = 1
PIECES_MAX = 1_000_000
Sender = Literal["device", "host"]


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """The line as it was opened."""

    capture: Literal[1]
    port: str
    baud: int
    data_bits: int
    parity: str
    stop_bits: int


class Piece(Struct, frozen=True, forbid_unknown_fields=True, rename={"sender": "from"}):
    """Bytes that were read, or written, together."""

    ms: Annotated[int, Meta(ge=0)]
    sender: Sender
    hex: str

    @property
    def data(self) -> bytes:
        """The bytes."""
        return bytes.fromhex(self.hex)


class Capture(Struct, frozen=True):
    """A whole recording."""

    head: Head
    pieces: tuple[Piece, ...]

    @property
    def heard(self) -> bytes:
        """All that the device sent."""
        return b"".join(piece.data for piece in self.pieces if piece.sender == "device")

    @property
    def seconds(self) -> int:
        """How long it lasted, in whole seconds."""
        return self.pieces[-1].ms // 1000 if self.pieces else 0


def head_line(line: Serial) -> bytes:
    """The first line of a recording of ``line``."""
    settings = (line.baud, line.data_bits, line.parity, line.stop_bits)
    return msgspec.json.encode(Head(FORMAT, str(line.port), *settings)) + b"\n"


def piece_line(ms: int, sender: Sender, data: bytes) -> bytes:
    """One piece, ``ms`` after the recording's start."""
    return msgspec.json.encode(Piece(ms, sender, data.hex())) + b"\n"


def read(lines: Iterable[bytes], source: str) -> Capture:
    """Read a recording. Raises DriverError naming the line that is wrong."""
    head: Head | None = None
    pieces: list[Piece] = []
    for number, line in enumerate(lines, start=1):
        if number > PIECES_MAX:
            raise DriverError(f"{source}: more than {PIECES_MAX} lines")
        try:
            if head is None:
                head = msgspec.json.decode(line, type=Head)
                continue
            piece = msgspec.json.decode(line, type=Piece)
            bytes.fromhex(piece.hex)
        except (msgspec.DecodeError, ValueError) as error:
            raise DriverError(f"{source}, line {number}: not a recording: {error}") from error
        pieces.append(piece)
    if head is None:
        raise DriverError(f"{source}: empty, not a recording")
    return Capture(head, tuple(pieces))
