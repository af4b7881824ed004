"""A panel that is mounted turned: one setting turns the picture, the places and the touches.

Field note behind it (screen.md 3): where picture and touch are turned by two settings, sooner or
later only one of them is.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from PIL import Image

from ui.geometry import Rect
from ui.scene import Places, Target
from ui.surfaces.framebuffer import ByteOrder
from ui.surfaces.surface import Surface, part_of
from ui.touch import Contact

Degrees = Literal[0, 90, 180, 270]

TRANSPOSE = {
    90: Image.Transpose.ROTATE_90,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_270,
}
"""Pillow turns counter-clockwise: against the panel, so that the picture stands upright."""


class Turn(Struct, frozen=True):
    """From what a person sees (``width`` by ``height``) to the panel's own pixels and back."""

    width: int
    height: int
    degrees: Degrees
    """How far the panel is turned clockwise from its upright position."""

    @property
    def device_size(self) -> tuple[int, int]:
        return (self.height, self.width) if self.degrees in (90, 270) else (self.width, self.height)

    def rect(self, seen: Rect) -> Rect:
        """Where the panel has the rectangle that a person sees at ``seen``."""
        x, y, w, h = seen
        match self.degrees:
            case 90:
                return Rect(y, self.width - x - w, h, w)
            case 180:
                return Rect(self.width - x - w, self.height - y - h, w, h)
            case 270:
                return Rect(self.height - y - h, x, h, w)
            case _:
                return seen

    def seen(self, x: int, y: int) -> tuple[int, int]:
        """Where a person sees the panel's pixel (x, y)."""
        match self.degrees:
            case 90:
                return (self.width - 1 - y, x)
            case 180:
                return (self.width - 1 - x, self.height - 1 - y)
            case 270:
                return (y, self.height - 1 - x)
            case _:
                return (x, y)

    def patch(self, patch: Image.Image) -> Image.Image:
        """A finished rectangle as the panel shows it."""
        return patch if self.degrees == 0 else patch.transpose(TRANSPOSE[self.degrees])


class TurnedSurface:
    """Any surface, turned. Only damaged rectangles are turned, never the whole picture."""

    def __init__(self, surface: Surface, turn: Turn) -> None:
        self._surface = surface
        self._turn = turn
        self._picture = Image.new("RGBX", turn.device_size)

    @property
    def byte_order(self) -> ByteOrder:
        return self._surface.byte_order

    def show(self, picture: Image.Image, damage: Sequence[Rect]) -> None:
        there = [self._turn.rect(rect) for rect in damage]
        for rect, place in zip(damage, there, strict=True):
            self._picture.paste(self._turn.patch(part_of(picture, rect)), (place.x, place.y))
        self._surface.show(self._picture, there)

    def tell(self, places: Places) -> None:
        targets = tuple(Target(self._turn.rect(one.rect), one.choice) for one in places.targets)
        self._surface.tell(Places(places.view, places.screen, targets))

    def fileno(self) -> int | None:
        return self._surface.fileno()

    def wants_write(self) -> bool:
        return self._surface.wants_write()

    def ready(self, now_ms: int) -> list[Contact]:
        return [
            Contact(*self._turn.seen(one.x, one.y), one.phase)
            for one in self._surface.ready(now_ms)
        ]

    def tick(self, now_ms: int) -> int | None:
        return self._surface.tick(now_ms)

    def wants_all(self) -> bool:
        return self._surface.wants_all()

    def close(self) -> None:
        self._surface.close()
