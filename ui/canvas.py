"""The picture in RAM.

Everything is composed here and goes to a surface as finished rectangles, so a half-drawn state is
never seen. A partial redraw paints the same widgets on a small image with its origin moved: the
pixels are the same as a full redraw's, which a test holds us to.
"""

from collections.abc import Sequence

from PIL import Image

from ui.geometry import Rect
from ui.kit import Kit
from ui.painter import Painter
from ui.parts import Box, Digits, Part
from ui.scene import Scene


class Canvas:
    """The whole picture, the size of the panel: RGBX, whose fourth byte is room and always 255.

    In RGBA each pixel under a mask costs a division for an opacity that a panel does not have.
    """

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self.bounds = Rect(0, 0, kit.panel.width, kit.panel.height)
        # No colour: the first drawing covers all of it.
        self.image = Image.new("RGBX", (self.bounds.w, self.bounds.h), None)

    def dress(self, kit: Kit) -> None:
        """Draw in another theme from now on."""
        self._kit = kit

    def draw(self, scene: Scene, damage: Sequence[Rect]) -> None:
        """Redraw the damaged rectangles so that they show ``scene``."""
        reach = [(part.extent(self._kit), part) for part in scene.parts]
        for area in damage:
            if area == self.bounds:
                self._paint(self.image, scene, reach, area)
                continue
            patch = Image.new("RGBX", (area.w, area.h), None)
            self._paint(patch, scene, reach, area)
            self.image.paste(patch, (area.x, area.y))

    def renumber(self, old: Digits, new: Digits) -> Rect | None:
        """Paste the digits of ``new`` that ``old`` has not; returns where, or None if none.

        ``new`` is ``old`` with other digits: the cells are the same, and under them is nothing
        but ``ground`` (a test compares every such change with a full redraw).
        """
        kit, changed = self._kit, None
        y = new.rect.y + (new.rect.h - kit.fonts.line_px(new.size)) // 2
        y += (kit.fonts.line_px(new.size) - kit.fonts.em_px(new.size)) // 2
        for was, (char, x, _) in zip(reversed(old.text), new.cells(kit), strict=True):
            if was != char:
                one = kit.sprites.digit(char, new.size, new.weight, new.colour, new.ground)
                self.image.paste(one, (x, y))
                place = Rect(x, y, one.width, one.height)
                changed = place if changed is None else changed.union(place)
        return changed

    def crop(self, area: Rect) -> Image.Image:
        """A copy of one rectangle of the picture."""
        return self.image.crop(area.box)

    def _paint(
        self, image: Image.Image, scene: Scene, reach: Sequence[tuple[Rect, Part]], area: Rect
    ) -> None:
        """Paint what ``area`` shows of the scene on an image of its size."""
        # Parts are drawn in order: what lies under the last box that fills the area is not seen.
        first, ground = 0, scene.ground
        for index, (_, part) in enumerate(reach):
            if isinstance(part, Box) and part.hides(area):
                first, ground = index + 1, part.colour
        image.paste((*ground, 255), (0, 0, area.w, area.h))
        painter = Painter(image, area, self._kit.sprites, self._kit.theme)
        for extent, part in reach[first:]:
            if extent.overlaps(area):
                part.paint(painter, self._kit)
