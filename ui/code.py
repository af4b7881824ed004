"""A QR code as a part of a screen: whole pixels for each module, and its quiet zone around it."""

from functools import lru_cache

import segno
from msgspec import Struct
from PIL import Image

from ui.geometry import Rect
from ui.kit import Kit
from ui.painter import Painter
from ui.theme import Colour

QUIET = 4
"""Modules of light around the code (ISO/IEC 18004 9.1)."""
MODULE_UM_LEAST = 500
"""A phone at an arm's length reads modules of half a millimetre."""


@lru_cache(maxsize=8)
def modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """The code's modules in rows, True for dark; as small as the text allows."""
    return tuple(
        tuple(bool(one) for one in row) for row in segno.make(text, error="l", micro=False).matrix
    )


def code_rect(plate: Rect, text: str) -> Rect:
    """Where the dark modules stand on a plate, in the middle, as large as the plate allows."""
    count = len(modules(text))
    pixels = max(1, min(plate.w, plate.h) // (count + 2 * QUIET))
    return plate.centred(count * pixels, count * pixels)


class Code(Struct, frozen=True):
    """The dark modules of a QR code; the plate below it brings the light ones."""

    rect: Rect
    text: str
    colour: Colour
    ground: Colour

    def extent(self, kit: Kit) -> Rect:
        return self.rect

    def paint(self, painter: Painter, kit: Kit) -> None:
        rows = modules(self.text)
        mask = Image.new("L", (len(rows), len(rows)))
        mask.putdata([255 if dark else 0 for row in rows for dark in row])
        size = (self.rect.w, self.rect.h)
        painter.mask(mask.resize(size, Image.Resampling.NEAREST), *self.rect[:2], self.colour)
