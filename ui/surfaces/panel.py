"""A real panel: framebuffer, touch device and console as one surface."""

from collections.abc import Sequence

from PIL import Image

from ui.geometry import Rect
from ui.scene import Places
from ui.surfaces.console import Console
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
    ) -> None:
        self._framebuffer = framebuffer
        self._touch = touch
        self._console = console
        self._late: list[Contact] = []

    @property
    def byte_order(self) -> ByteOrder:
        return self._framebuffer.mode.order

    def show(self, picture: Image.Image, damage: Sequence[Rect]) -> None:
        for rect in damage:
            self._framebuffer.write(part_of(picture, rect), rect)

    def tell(self, places: Places) -> None:
        """A person sees where to press."""

    def fileno(self) -> int | None:
        return None if self._touch is None else self._touch.fileno()

    def wants_write(self) -> bool:
        return False

    def ready(self, now_ms: int) -> list[Contact]:
        found = [] if self._touch is None else self._touch.ready(now_ms)
        late, self._late = self._late, []
        return [*late, *found]

    def tick(self, now_ms: int) -> int | None:
        if self._touch is None:
            return None
        due_ms, late = self._touch.tick(now_ms)
        self._late += late
        return due_ms

    def wants_all(self) -> bool:
        return False

    def close(self) -> None:
        if self._touch is not None:
            self._touch.close()
        self._framebuffer.close()
        if self._console is not None:
            self._console.close()
