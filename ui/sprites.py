"""Ready-made masks: lines of text, icons, corners, shadows and rings, kept while they are used."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from ui.fonts import BASELINE_PERCENT, FontBook
from ui.theme import Panel, Size, Weight

ICONS = Path(__file__).parent / "assets" / "icons"
CACHE_BYTES = 8 << 20
OVERSAMPLE = 4


class Sprites:
    """A cache of 'L' masks, least recently used out first, bounded in bytes."""

    def __init__(self, panel: Panel, fonts: FontBook, cache_bytes: int = CACHE_BYTES) -> None:
        self.panel = panel
        self.fonts = fonts
        self._left = cache_bytes
        self._masks: OrderedDict[Hashable, Image.Image] = OrderedDict()

    def _get(self, key: Hashable, make: Callable[[], Image.Image]) -> Image.Image:
        mask = self._masks.get(key)
        if mask is None:
            mask = make()
            self._masks[key] = mask
            self._left -= mask.width * mask.height
            while self._left < 0 and len(self._masks) > 1:
                _, dropped = self._masks.popitem(last=False)
                self._left += dropped.width * dropped.height
        else:
            self._masks.move_to_end(key)
        return mask

    def pad_px(self, size: Size) -> int:
        """Room around a line for glyphs that lean out of their advance or hang below it."""
        return max(2, self.fonts.em_px(size) // 8)

    def line(self, text: str, size: Size, weight: Weight) -> Image.Image:
        """One line of text, with ``pad_px`` around its advance and its line height."""
        return self._get(("line", text, size, weight), lambda: self._line(text, size, weight))

    def _line(self, text: str, size: Size, weight: Weight) -> Image.Image:
        pad, height = self.pad_px(size), self.fonts.line_px(size)
        width = self.fonts.width(text, size, weight)
        mask = Image.new("L", (width + 2 * pad, height + 2 * pad))
        baseline = pad + height // 2 + (self.fonts.em_px(size) * BASELINE_PERCENT + 50) // 100
        font = self.fonts.font(size, weight, text)
        ImageDraw.Draw(mask).text((pad, baseline), text, font=font, fill=255, anchor="ls")
        return mask

    def icon(self, name: str, side: int) -> Image.Image:
        """An icon of ``side`` pixels, cut from its 288 px master."""
        return self._get(("icon", name, side), lambda: self._icon(name, side))

    def _icon(self, name: str, side: int) -> Image.Image:
        with Image.open(ICONS / f"{name}.png") as master:
            return master.convert("L").resize((side, side), Image.Resampling.LANCZOS)

    def corner(self, radius: int) -> Image.Image:
        """The top left quarter of a disc."""
        return self._get(("corner", radius), lambda: _corner(radius))

    def shadow(self, width: int, height: int, radius: int, blur: int, percent: int) -> Image.Image:
        """A blurred rounded rectangle, ``2 * blur`` pixels larger on every side."""
        key = ("shadow", width, height, radius, blur, percent)
        return self._get(key, lambda: _shadow(width, height, radius, blur, percent))

    def ring(self, side: int, thick: int, share_permille: int) -> Image.Image:
        """A ring whose stroke runs clockwise from the top over the given share."""
        key = ("ring", side, thick, share_permille)
        return self._get(key, lambda: _ring(side, thick, share_permille))


def _corner(radius: int) -> Image.Image:
    big = radius * OVERSAMPLE
    mask = Image.new("L", (big, big))
    ImageDraw.Draw(mask).ellipse((0, 0, 2 * big - 1, 2 * big - 1), fill=255)
    return mask.resize((radius, radius), Image.Resampling.BOX)


def _shadow(width: int, height: int, radius: int, blur: int, percent: int) -> Image.Image:
    edge = 2 * blur
    mask = Image.new("L", (width + 2 * edge, height + 2 * edge))
    box = (edge, edge, edge + width - 1, edge + height - 1)
    ImageDraw.Draw(mask).rounded_rectangle(box, radius, fill=255 * percent // 100)
    return mask.filter(ImageFilter.BoxBlur(blur // 2)).filter(ImageFilter.BoxBlur(blur // 2))


def _ring(side: int, thick: int, share_permille: int) -> Image.Image:
    big = side * OVERSAMPLE
    mask = Image.new("L", (big, big))
    if share_permille > 0:
        box = (0, 0, big - 1, big - 1)
        end = -90 + share_permille * 360 // 1000
        ImageDraw.Draw(mask).arc(box, -90, end, fill=255, width=thick * OVERSAMPLE)
    return mask.resize((side, side), Image.Resampling.BOX)
