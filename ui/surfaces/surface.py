"""What the screen process asks of a surface."""

from collections.abc import Sequence
from typing import Protocol

from PIL import Image

from ui.geometry import Rect
from ui.scene import Places
from ui.surfaces.framebuffer import ByteOrder
from ui.touch import Contact


def part_of(picture: Image.Image, rect: Rect) -> Image.Image:
    """What ``rect`` shows of a picture: a copy, or the picture itself where that is all of it."""
    whole = rect.box == (0, 0, picture.width, picture.height)
    return picture if whole else picture.crop(rect.box)


class Surface(Protocol):
    """A panel and its touch device. No method waits."""

    @property
    def byte_order(self) -> ByteOrder:
        """Which colour of the picture it wants first; the theme is swapped to it, once."""
        ...

    def show(self, picture: Image.Image, damage: Sequence[Rect]) -> None:
        """Take the damaged rectangles of the whole picture (RGBX, the panel's size).

        The picture belongs to the caller: what is needed of it is copied before returning.
        """
        ...

    def tell(self, places: Places) -> None:
        """Another question is shown, or its places to press moved; sent after its picture.

        A panel has no use for it; a virtual one passes it to whoever presses without eyes.
        """
        ...

    def fileno(self) -> int | None:
        """A descriptor that becomes readable with touches, or None while there is none."""
        ...

    def wants_write(self) -> bool:
        """True while bytes wait for the descriptor to become writable."""
        ...

    def ready(self, now_ms: int) -> list[Contact]:
        """The descriptor is readable or writable: take what came, send what waits."""
        ...

    def tick(self, now_ms: int) -> int | None:
        """Look after the connection; returns when to call again (ms on the same clock), or None."""
        ...

    def wants_all(self) -> bool:
        """True once when the whole picture is wanted (a new connection); reading it clears it."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...
