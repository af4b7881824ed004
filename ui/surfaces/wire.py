"""The bytes between the browser surface and its listener (the demo).

Each message: 4 bytes of length, big-endian, counting what follows; 1 byte of kind; the body.

| kind | way | body |
|---|---|---|
| ``H`` | out | JSON ``{"width", "height", "version"}``, first after connecting |
| ``R`` | out | x, y, w, h as 2 bytes each, big-endian, then the rectangle as PNG |
| ``M`` | out | JSON ``{"view", "screen", "targets": [{"choice", "x", "y", "w", "h"}]}`` |
| ``S`` | out | JSON ``{"text", "language", "volume"}``: say this, 1 soft to 3 loud; no text: hush |
| ``T`` | in | JSON ``{"x", "y", "phase": "down" / "move" / "up"}``, panel pixels |
| ``F`` | in | empty: please send the whole picture again |
"""

import io
import struct
from typing import Literal

import msgspec
from msgspec import Struct
from PIL import Image

from kiosk.errors import KioskError
from ui.geometry import Rect
from ui.scene import Places

VERSION = 1
LENGTH = struct.Struct(">I")
PLACE = struct.Struct(">4H")
INBOUND_MAX = 4096
"""Longest inbound message in bytes; a touch takes under a hundred."""
PNG_LEVEL = 1


class SurfaceWireError(KioskError, ValueError):
    """The listener sent bytes that are no message; the connection is closed."""


class Hello(msgspec.Struct, frozen=True):
    """First message out."""

    width: int
    height: int
    version: int


class TargetMessage(msgspec.Struct, frozen=True):
    """One place to press."""

    choice: str
    x: int
    y: int
    w: int
    h: int


class PlacesMessage(msgspec.Struct, frozen=True):
    """Which question is shown and where its choices are, sent after its picture."""

    view: int
    screen: str
    targets: tuple[TargetMessage, ...]


class SpeechMessage(msgspec.Struct, frozen=True):
    """What the page should say aloud now, in place of what it is saying."""

    text: str
    language: str
    volume: int


class TouchMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the finger does, in panel pixels."""

    x: int
    y: int
    phase: Literal["down", "move", "up"]


class Message(Struct, frozen=True):
    """One inbound message."""

    kind: bytes
    body: bytes


def frame(kind: bytes, body: bytes) -> bytes:
    """One message as bytes."""
    return LENGTH.pack(len(body) + 1) + kind + body


def hello(width: int, height: int) -> bytes:
    return frame(b"H", msgspec.json.encode(Hello(width, height, VERSION)))


def rectangle(picture: Image.Image, rect: Rect) -> bytes:
    """One damaged rectangle as a message: finished pixels, lightly packed."""
    png = io.BytesIO()
    picture.crop(rect.box).convert("RGB").save(png, "PNG", compress_level=PNG_LEVEL)
    return frame(b"R", PLACE.pack(*rect) + png.getvalue())


def places(shown: Places) -> bytes:
    """What may be pressed, as a message."""
    targets = tuple(TargetMessage(target.choice, *target.rect) for target in shown.targets)
    message = PlacesMessage(shown.view, shown.screen, targets)
    return frame(b"M", msgspec.json.encode(message))


def speech(text: str, language: str, volume: int) -> bytes:
    """What to say aloud, as a message."""
    return frame(b"S", msgspec.json.encode(SpeechMessage(text, language, volume)))


class MessageReader:
    """Cuts a stream of bytes into messages; holds one unfinished message at most."""

    def __init__(self, longest: int = INBOUND_MAX) -> None:
        self._longest = longest
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """Take what was read; returns the messages it finished.

        Raises SurfaceWireError for a message that is empty or longer than allowed.
        """
        self._rest += data
        done: list[Message] = []
        while len(self._rest) >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._rest)
            if not 1 <= length <= self._longest:
                raise SurfaceWireError(f"a message of {length} bytes (1 to {self._longest})")
            end = LENGTH.size + length
            if len(self._rest) < end:
                break
            body = bytes(self._rest[LENGTH.size : end])
            done.append(Message(body[:1], body[1:]))
            del self._rest[:end]
        return done


def touch(body: bytes) -> TouchMessage:
    """Read a ``T`` body. Raises SurfaceWireError if it is none."""
    try:
        return msgspec.json.decode(body, type=TouchMessage)
    except msgspec.DecodeError as error:
        raise SurfaceWireError(f"a touch that cannot be read: {error}") from error
