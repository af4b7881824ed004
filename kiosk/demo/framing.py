"""The wire between the screen process and the page: length, kind, payload.

A message is a 4-byte big-endian length of what follows, one byte that names the kind, and the
payload. From the screen: ``H`` hello, ``R`` a finished rectangle as PNG, ``M`` where a finger may
press, ``S`` what to say aloud. To the screen: ``T`` a touch, ``F`` please send the whole picture
again.
"""

import struct

import msgspec
from msgspec import Struct

from kiosk.demo.errors import DemoError

MESSAGE_MAX = 16 << 20
"""Longest message accepted, in bytes: a whole 4096 x 4096 picture stays below it."""

HELLO = b"H"
RECTANGLE = b"R"
TARGETS = b"M"
SPEECH = b"S"
TOUCH = b"T"
REFRESH = b"F"

_LENGTH = struct.Struct(">I")
_BOX = struct.Struct(">4H")
BOX_SIZE = _BOX.size


class FramingError(DemoError, ValueError):
    """Bytes on the screen's wire that are no message of it."""


class Hello(Struct, frozen=True):
    """The panel's size in pixels, sent first."""

    width: int
    height: int
    version: int = 1


class Target(Struct, frozen=True):
    """One place that can be pressed, in pixels of the panel."""

    choice: str
    x: int
    y: int
    w: int
    h: int

    @property
    def centre(self) -> tuple[int, int]:
        """Where a finger would press."""
        return self.x + self.w // 2, self.y + self.h // 2


class Targets(Struct, frozen=True):
    """Which question is on the screen, and where its choices are."""

    view: int
    screen: str
    targets: tuple[Target, ...]

    def of(self, choice: str) -> Target | None:
        """The place of one choice, or None if this screen does not offer it."""
        return next((target for target in self.targets if target.choice == choice), None)


class Speech(Struct, frozen=True):
    """What to say aloud now, in place of what is being said; no text: be quiet."""

    text: str
    language: str
    volume: int
    """1 soft to 3 loud."""


class Touch(Struct, frozen=True):
    """A finger on the glass, in pixels of the panel."""

    x: int
    y: int
    phase: str
    """``down``, ``move`` or ``up``."""


def pack(kind: bytes, payload: bytes = b"") -> bytes:
    """Write one message. Raises FramingError when it is too long to be accepted."""
    if len(payload) + 1 > MESSAGE_MAX:
        raise FramingError(f"a message of {len(payload)} bytes is longer than {MESSAGE_MAX}")
    return _LENGTH.pack(len(payload) + 1) + kind + payload


def pack_touch(touch: Touch) -> bytes:
    """Write a touch."""
    return pack(TOUCH, msgspec.json.encode(touch))


def box(payload: bytes) -> tuple[int, int, int, int]:
    """Read x, y, width and height of a rectangle. Raises FramingError."""
    if len(payload) <= BOX_SIZE:
        raise FramingError(f"a rectangle of {len(payload)} bytes holds no picture")
    x, y, width, height = _BOX.unpack_from(payload)
    return x, y, width, height


def parse_hello(payload: bytes) -> Hello:
    """Read a hello. Raises FramingError."""
    try:
        return msgspec.json.decode(payload, type=Hello)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FramingError(f"not a hello: {error}") from error


def parse_targets(payload: bytes) -> Targets:
    """Read the places to press. Raises FramingError."""
    try:
        return msgspec.json.decode(payload, type=Targets)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FramingError(f"not a list of targets: {error}") from error


def parse_speech(payload: bytes) -> Speech:
    """Read what to say aloud. Raises FramingError."""
    try:
        return msgspec.json.decode(payload, type=Speech)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise FramingError(f"nothing that can be said: {error}") from error


class FrameReader:
    """Cuts a stream of bytes into messages, however it arrives."""

    def __init__(self, message_max: int = MESSAGE_MAX) -> None:
        self._message_max = message_max
        self._waiting = bytearray()

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Take what arrived; return every complete message as (kind, payload).

        Raises FramingError for an empty or over-long message: the stream cannot be followed
        any further and its connection must be closed.
        """
        self._waiting += data
        done: list[tuple[bytes, bytes]] = []
        while len(self._waiting) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._waiting)
            if not 1 <= length <= self._message_max:
                raise FramingError(f"a message of {length} bytes: 1 to {self._message_max} are")
            end = _LENGTH.size + length
            if len(self._waiting) < end:
                break
            kind = bytes(self._waiting[_LENGTH.size : _LENGTH.size + 1])
            done.append((kind, bytes(self._waiting[_LENGTH.size + 1 : end])))
            del self._waiting[:end]
        return done
