"""A surface that rests: black, and its light out, after a time without a picture and a finger.

Where that is configured; prices on an idle screen stay lit otherwise. A panel without a light of
its own (HDMI) is black all the same. The finger that wakes it presses nothing until it has been
lifted, and the light comes back with the picture, not before it.
"""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from ui.geometry import Rect
from ui.scene import Places
from ui.surfaces.console import Backlight
from ui.surfaces.framebuffer import ByteOrder
from ui.surfaces.surface import Surface
from ui.touch import Contact

BLACK = (0, 0, 0, 255)


class RestingSurface:
    """Any surface, with the panel's light where it has one."""

    def __init__(
        self,
        surface: Surface,
        size: tuple[int, int],
        light: Path | None,
        dark_after_ms: int | None,
    ) -> None:
        self._surface = surface
        self._bounds = Rect(0, 0, *size)
        self._light = Backlight(light)
        self._light.switch(on=True)
        self._dark_after_ms = dark_after_ms
        self._dark_ms: int | None = None
        self._dark = False
        self._waking = False
        self._swallowing = False

    @property
    def byte_order(self) -> ByteOrder:
        return self._surface.byte_order

    def show(self, picture: Image.Image, damage: Sequence[Rect]) -> None:
        self._dark_ms = None
        if not self._dark:
            self._surface.show(picture, damage)
            return
        self._surface.show(picture, (self._bounds,))
        self._light.switch(on=True)
        self._dark = self._waking = False

    def tell(self, places: Places) -> None:
        self._surface.tell(places)

    def fileno(self) -> int | None:
        return self._surface.fileno()

    def wants_write(self) -> bool:
        return self._surface.wants_write()

    def ready(self, now_ms: int) -> list[Contact]:
        return [one for one in self._surface.ready(now_ms) if not self._swallowed(one)]

    def tick(self, now_ms: int) -> int | None:
        due_ms = self._surface.tick(now_ms)
        if self._dark_after_ms is None or self._dark:
            return due_ms
        if self._dark_ms is None:
            self._dark_ms = now_ms + self._dark_after_ms
        if now_ms >= self._dark_ms:
            self._rest()
            return due_ms
        return self._dark_ms if due_ms is None else min(due_ms, self._dark_ms)

    def wants_all(self) -> bool:
        wanted = self._surface.wants_all()
        waking, self._waking = self._waking, False
        return wanted or waking

    def close(self) -> None:
        self._light.switch(on=True)
        self._surface.close()

    def _rest(self) -> None:
        self._dark = True
        self._light.switch(on=False)
        size = self._bounds.w, self._bounds.h
        self._surface.show(Image.new("RGBX", size, BLACK), (self._bounds,))

    def _swallowed(self, contact: Contact) -> bool:
        """True for the finger that wakes the panel, from its touch to its lift."""
        if self._dark:
            self._waking = self._swallowing = True
        self._dark_ms = None
        if not self._swallowing:
            return False
        self._swallowing = contact.phase not in ("up", "lost")
        return True
