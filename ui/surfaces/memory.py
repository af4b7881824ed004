"""A surface in memory: keeps what a panel would show and takes touches through a socket pair."""

import os
from collections.abc import Sequence

import msgspec
from PIL import Image

from ui.geometry import Rect
from ui.scene import Places
from ui.surfaces.framebuffer import ByteOrder
from ui.surfaces.surface import part_of
from ui.surfaces.wire import TouchMessage
from ui.touch import Contact


class MemorySurface:
    """For tests and for measuring: the shown picture, and a pipe that a finger can write to."""

    def __init__(self, width: int, height: int) -> None:
        self.shown = Image.new("RGBX", (width, height), None)
        self.flushes: list[tuple[Rect, ...]] = []
        self.places: Places | None = None
        self._read, self._write = os.pipe()
        self._rest = b""

    def touch(self, contact: Contact) -> None:
        """What a finger does; may be called from another thread."""
        assert contact.phase != "lost", "a page's finger is never lost"
        message = TouchMessage(contact.x, contact.y, contact.phase)
        os.write(self._write, msgspec.json.encode(message) + b"\n")

    @property
    def byte_order(self) -> ByteOrder:
        return "RGBA"

    def show(self, picture: Image.Image, damage: Sequence[Rect]) -> None:
        for rect in damage:
            self.shown.paste(part_of(picture, rect), (rect.x, rect.y))
        self.flushes.append(tuple(damage))

    def tell(self, places: Places) -> None:
        self.places = places

    def fileno(self) -> int | None:
        return self._read

    def wants_write(self) -> bool:
        return False

    def ready(self, now_ms: int) -> list[Contact]:
        *lines, self._rest = (self._rest + os.read(self._read, 65536)).split(b"\n")
        messages = [msgspec.json.decode(line, type=TouchMessage) for line in lines]
        return [Contact(message.x, message.y, message.phase) for message in messages]

    def tick(self, now_ms: int) -> int | None:
        return None

    def wants_all(self) -> bool:
        return False

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)
