"""Ready-made masks: lines of text, icons, corners, shadows and rings, kept while they are used."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFilter

from ui.fonts import BASELINE_PERCENT, FontBook
from ui.theme import Colour, Panel, Size, Weight

ICONS = Path(__file__).parent / "assets" / "icons"
CACHE_BYTES = 8 << 20
OVERSAMPLE = 4
TURNS = (
    None,
    Image.Transpose.FLIP_LEFT_RIGHT,
    Image.Transpose.FLIP_TOP_BOTTOM,
    Image.Transpose.ROTATE_180,
)


class Shade(NamedTuple):
    """The shape of a shadow's edge, in pixels, and its opacity."""

    radius: int
    blur: int
    percent: int

    @property
    def corner(self) -> int:
        """The side of its corner piece: from the outermost pixel to where the edge is straight."""
        return self.radius + 2 * self.blur

    @property
    def depth(self) -> int:
        """The depth of its straight pieces: what lies further in is under the box."""
        return 2 * self.blur


class Sprites:
    """A cache of 'L' masks (and opaque digits), least recently used out first, bounded in bytes."""

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
            self._left -= mask.width * mask.height * len(mask.getbands())
            while self._left < 0 and len(self._masks) > 1:
                _, dropped = self._masks.popitem(last=False)
                self._left += dropped.width * dropped.height * len(dropped.getbands())
        else:
            self._masks.move_to_end(key)
        return mask

    def pad_px(self, size: Size) -> int:
        """Room around a line for glyphs that lean out of their advance or hang below it."""
        return max(2, self.fonts.em_px(size) // 8)

    def ink(self, text: str, size: Size, weight: Weight) -> Image.Image:
        """One line of text cut to its ink: half the pixels of :meth:`line` to lay down.

        ``info["at"]`` is where its top left stands in the line's mask.
        """

        def make() -> Image.Image:
            whole = self.line(text, size, weight)
            box = whole.getbbox() or (0, 0, 1, 1)
            cut = whole.crop(box)
            cut.info["at"] = box[:2]
            return cut

        return self._get(("ink", text, size, weight), make)

    def digit(
        self, char: str, size: Size, weight: Weight, ink: Colour, ground: Colour
    ) -> Image.Image:
        """A finished digit on its ground: as wide as its cell, as high as an em.

        An opaque paste costs a tenth of one through a mask (screen.md 2), ten times a second.
        """

        def make() -> Image.Image:
            mask, pad = self.line(char, size, weight), self.pad_px(size)
            lead = (self.fonts.line_px(size) - self.fonts.em_px(size)) // 2
            cell = self.fonts.width(char, size, weight)
            box = (pad, pad + lead, pad + cell, pad + lead + self.fonts.em_px(size))
            done = Image.new("RGBX", (cell, self.fonts.em_px(size)), (*ground, 255))
            done.paste((*ink, 255), (0, 0, *done.size), mask.crop(box))
            return done

        return self._get(("digit", char, size, weight, ink, ground), make)

    def line(self, text: str, size: Size, weight: Weight) -> Image.Image:
        """One line of text, with ``pad_px`` around its advance and its line height; not kept."""
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
        return _master(ICONS / f"{name}.png").resize((side, side), Image.Resampling.LANCZOS)

    def corner(self, radius: int, index: int) -> Image.Image:
        """A quarter of a disc: top left, top right, bottom left, bottom right."""

        def make() -> Image.Image:
            turn = TURNS[index]
            return _corner(radius) if turn is None else self.corner(radius, 0).transpose(turn)

        return self._get(("corner", radius, index), make)

    def whole_shadow(self, width: int, height: int, key: Shade) -> Image.Image:
        """The shadow of a box too small to be cut in nine."""
        return self._get(("small", width, height, key), lambda: _shadow(width, height, *key))

    def shadow_piece(self, key: Shade, column: int, row: int, length: int) -> Image.Image:
        """One of the eight outer pieces of a shadow, counted from the top left; the four in the
        middle of a side are stretched to ``length``."""

        def make() -> Image.Image:
            whole = self._frame(key)
            corner, depth, far = key.corner, key.depth, whole.width
            spans = ((0, corner), (corner, corner + 1), (far - corner, far))
            (left, right), (top, bottom) = spans[column], spans[row]
            if column == 1:
                top, bottom = (0, depth) if row == 0 else (far - depth, far)
                return whole.crop((left, top, right, bottom)).resize((length, depth))
            if row == 1:
                left, right = (0, depth) if column == 0 else (far - depth, far)
                return whole.crop((left, top, right, bottom)).resize((depth, length))
            return whole.crop((left, top, right, bottom))

        straight = length if 1 in (column, row) else 0
        return self._get(("piece", key, column, row, straight), make)

    def _frame(self, key: Shade) -> Image.Image:
        """The smallest shadow that has all eight pieces, without its empty margin."""

        def make() -> Image.Image:
            side, margin = 2 * (key.radius + key.blur) + 1, key.blur
            whole = _shadow(side, side, *key)
            return whole.crop((margin, margin, whole.width - margin, whole.height - margin))

        return self._get(("frame", key), make)

    def ring(self, side: int, thick: int, share_permille: int) -> Image.Image:
        """A ring whose stroke runs clockwise from the top over the given share."""
        key = ("ring", side, thick, share_permille)
        return self._get(key, lambda: _ring(side, thick, share_permille))


def _master(path: Path) -> Image.Image:
    """One of our icons: a grey PNG without interlace, its pixels in one chunk after the header.

    Pillow opens any picture there is and loads a dozen modules for it, which is a tenth of the
    time to the first picture; these bytes are known (a test opens every icon both ways).
    """
    data = path.read_bytes()
    # Signature (8 bytes), header chunk (12 around 13), then length and name of the pixels' chunk.
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    length = int.from_bytes(data[33:37], "big")
    return Image.frombytes("L", (width, height), data[41 : 41 + length], "zip", "L", 0)


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
