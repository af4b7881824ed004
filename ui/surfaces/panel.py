"""A real panel: framebuffer, touch device, console and light as one surface.

The light goes out after a time without a new picture and without a finger, where that is
configured: prices on an idle screen stay lit otherwise. The finger that wakes it presses nothing
until it has been lifted.
"""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from ui.geometry import Rect
from ui.scene import Places
from ui.surfaces.console import Backlight, Console
from ui.surfaces.evdev import TouchDevice
from ui.surfaces.framebuffer import ByteOrder, Framebuffer
from ui.surfaces.surface import part_of
from ui.touch import Contact


class PanelSurface:
    """What a person stands in front of."""

    def __init__(
        self,
        framebuffer: Framebuffer,
        touch: TouchDevice | None,
        console: Console | None = None,
        light: Path | None = None,
        dark_after_ms: int | None = None,
    ) -> None:
        self._framebuffer = framebuffer
        self._touch = touch
        self._console = console
        self._light = Backlight(light)
        self._light.switch(on=True)
        self._dark_after_ms = dark_after_ms
        self._now_ms = 0
        self._dark_ms: int | None = None
        self._dark = False
        self._swallowing = False
        self._late: list[Contact] = []

    @property
    def byte_order(self) -> ByteOrder:
        return self._framebuffer.mode.order

    def show(self, picture: Image.Image, damage: Sequence[Rect]) -> None:
        self._wake()
        for rect in damage:
            self._framebuffer.write(part_of(picture, rect), rect)

    def tell(self, places: Places) -> None:
        """A person sees where to press."""

    def fileno(self) -> int | None:
        return None if self._touch is None else self._touch.fileno()

    def wants_write(self) -> bool:
        return False

    def ready(self, now_ms: int) -> list[Contact]:
        self._now_ms = now_ms
        found = [] if self._touch is None else self._touch.ready(now_ms)
        late, self._late = self._late, []
        return [one for one in (*late, *found) if not self._swallowed(one)]

    def tick(self, now_ms: int) -> int | None:
        self._now_ms = now_ms
        due_ms = None
        if self._touch is not None:
            due_ms, late = self._touch.tick(now_ms)
            self._late += late
        if self._dark_after_ms is None or self._dark:
            return due_ms
        if self._dark_ms is None:
            self._dark_ms = now_ms + self._dark_after_ms
        if now_ms >= self._dark_ms:
            self._dark = True
            self._light.switch(on=False)
            return due_ms
        return self._dark_ms if due_ms is None else min(due_ms, self._dark_ms)

    def wants_all(self) -> bool:
        return False

    def close(self) -> None:
        self._light.switch(on=True)
        if self._touch is not None:
            self._touch.close()
        self._framebuffer.close()
        if self._console is not None:
            self._console.close()

    def _swallowed(self, contact: Contact) -> bool:
        """True for the finger that woke the panel, from its touch to its lift."""
        if self._dark:
            self._wake()
            self._swallowing = True
        self._dark_ms = None
        if not self._swallowing:
            return False
        self._swallowing = contact.phase not in ("up", "lost")
        return True

    def _wake(self) -> None:
        self._dark_ms = None
        if self._dark:
            self._dark = False
            self._light.switch(on=True)
