"""What widgets draw with: fills, masks and rounded boxes on an image with a moved origin."""

from PIL import Image

from ui.geometry import Rect
from ui.sprites import Shade, Sprites
from ui.theme import Colour, Size, Theme, Weight

EDGES = ((0, 0), (1, 0), (2, 0), (0, 1), (2, 1), (0, 2), (1, 2), (2, 2))
"""Column and row of the eight outer pieces of nine."""


class Painter:
    """Draws on one image whose top left pixel is panel pixel (``area.x``, ``area.y``)."""

    def __init__(self, image: Image.Image, area: Rect, sprites: Sprites, theme: Theme) -> None:
        self._image = image
        self._area = area
        self._sprites = sprites
        self._theme = theme

    def fill(self, rect: Rect, colour: Colour) -> None:
        if rect.w > 0 and rect.h > 0:
            self._image.paste((*colour, 255), self._local(rect))

    def mask(self, mask: Image.Image, x: int, y: int, colour: Colour) -> None:
        """Lay ``colour`` through ``mask`` with its top left at panel pixel (x, y)."""
        box = self._local(Rect(x, y, mask.width, mask.height))
        self._image.paste((*colour, 255), box, mask)

    def rounded(self, rect: Rect, radius: int, colour: Colour) -> None:
        """A filled rounded rectangle: three plain fills and four cached corners."""
        radius = min(radius, rect.w // 2, rect.h // 2)
        self.fill(rect.inset(radius, 0), colour)
        self.fill(Rect(rect.x, rect.y + radius, radius, rect.h - 2 * radius), colour)
        right = Rect(rect.right - radius, rect.y + radius, radius, rect.h - 2 * radius)
        self.fill(right, colour)
        if radius == 0:
            return
        right_x, low_y = rect.right - radius, rect.bottom - radius
        for index, (x, y) in enumerate(
            ((rect.x, rect.y), (right_x, rect.y), (rect.x, low_y), (right_x, low_y))
        ):
            if self._area.overlaps(Rect(x, y, radius, radius)):
                self.mask(self._sprites.corner(radius, index), x, y, colour)

    def shadow(self, rect: Rect, radius: int, drop: int, blur: int) -> None:
        """The one shadow, under ``rect``."""
        percent = self._theme.shadow.percent
        colour, key = self._theme.colours.shade, Shade(radius, blur, percent)
        across, down = rect.w - 2 * (radius + blur), rect.h - 2 * (radius + blur)
        if across < 1 or down < 1 or drop > blur:
            whole = self._sprites.whole_shadow(rect.w, rect.h, key)
            self.mask(whole, rect.x - 2 * blur, rect.y - 2 * blur + drop, colour)
            return
        # The middle lies under the box: eight pieces along its edge are a tenth of the pixels.
        there = rect.grown(blur)._replace(y=rect.y - blur + drop)
        for column, row in EDGES:
            wide = across if column == 1 else key.depth if row == 1 else key.corner
            high = down if row == 1 else key.depth if column == 1 else key.corner
            x = (there.x, there.x + key.corner, there.right - wide)[column]
            y = (there.y, there.y + key.corner, there.bottom - high)[row]
            if self._area.overlaps(Rect(x, y, wide, high)):
                length = across if column == 1 else down
                self.mask(self._sprites.shadow_piece(key, column, row, length), x, y, colour)

    def line(self, text: str, x: int, y: int, size: Size, weight: Weight, colour: Colour) -> None:
        """One line of text whose advance box has its top left at (x, y)."""
        mask = self._sprites.ink(text, size, weight)
        pad = self._sprites.pad_px(size)
        left, top = mask.info["at"]
        self.mask(mask, x - pad + left, y - pad + top, colour)

    def icon(self, name: str, rect: Rect, colour: Colour) -> None:
        self.mask(self._sprites.icon(name, rect.w), rect.x, rect.y, colour)

    def ring(self, rect: Rect, thick: int, share_permille: int, colour: Colour) -> None:
        self.mask(self._sprites.ring(rect.w, thick, share_permille), rect.x, rect.y, colour)

    def _local(self, rect: Rect) -> tuple[int, int, int, int]:
        x, y = rect.x - self._area.x, rect.y - self._area.y
        return (x, y, x + rect.w, y + rect.h)
