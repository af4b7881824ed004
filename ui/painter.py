"""What widgets draw with: fills, masks and rounded boxes on an image with a moved origin."""

from PIL import Image

from ui.geometry import Rect
from ui.sprites import Sprites
from ui.theme import Colour, Size, Theme, Weight


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
        corner = self._sprites.corner(radius)
        for turn, x, y in (
            (None, rect.x, rect.y),
            (Image.Transpose.FLIP_LEFT_RIGHT, rect.right - radius, rect.y),
            (Image.Transpose.FLIP_TOP_BOTTOM, rect.x, rect.bottom - radius),
            (Image.Transpose.ROTATE_180, rect.right - radius, rect.bottom - radius),
        ):
            self.mask(corner if turn is None else corner.transpose(turn), x, y, colour)

    def shadow(self, rect: Rect, radius: int, drop: int, blur: int) -> None:
        """The one shadow, under ``rect``."""
        percent = self._theme.shadow.percent
        mask = self._sprites.shadow(rect.w, rect.h, radius, blur, percent)
        self.mask(mask, rect.x - 2 * blur, rect.y - 2 * blur + drop, self._theme.colours.ink)

    def line(self, text: str, x: int, y: int, size: Size, weight: Weight, colour: Colour) -> None:
        """One line of text whose advance box has its top left at (x, y)."""
        mask = self._sprites.line(text, size, weight)
        pad = self._sprites.pad_px(size)
        self.mask(mask, x - pad, y - pad, colour)

    def icon(self, name: str, rect: Rect, colour: Colour) -> None:
        self.mask(self._sprites.icon(name, rect.w), rect.x, rect.y, colour)

    def ring(self, rect: Rect, thick: int, share_permille: int, colour: Colour) -> None:
        self.mask(self._sprites.ring(rect.w, thick, share_permille), rect.x, rect.y, colour)

    def _local(self, rect: Rect) -> tuple[int, int, int, int]:
        x, y = rect.x - self._area.x, rect.y - self._area.y
        return (x, y, x + rect.w, y + rect.h)
