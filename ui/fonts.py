"""The two committed fonts: opened once a size, measured once a string."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

from ui.text import balanced, pieces, wrap
from ui.theme import Panel, Size, Weight

DIRECTORY = Path(__file__).parent / "assets" / "fonts"
FILES = {Weight.REGULAR: "NotoSansSC-Regular.otf", Weight.BOLD: "NotoSansSC-Bold.otf"}
# Debian's full font, for operator-entered text outside the subset; index 2 is SC.
FULL = {
    Weight.REGULAR: Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"),
    Weight.BOLD: Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"),
}
FULL_INDEX = 2

CAPITAL_PERMILLE = 733
"""Height of a capital letter of Noto Sans SC, in thousandths of the em (its OS/2 table)."""
SMALLEST = (Size.SMALL, Size.BODY)

BASELINE_PERCENT = 37
"""Baseline below the middle of a line, in percent of the em.

Half of Noto Sans SC's cap height is 36.7 % and the middle of its hanzi 38 %: setting by this
figure instead of by each string's ink keeps lines of mixed script on one optical centre.
"""


class FontBook:
    """Fonts for one panel. The layout engine is fixed: RAQM would draw other pixels."""

    def __init__(self, panel: Panel, directory: Path = DIRECTORY, capital_um: int = 0) -> None:
        """``capital_um``: every capital letter is at least so many micrometres high."""
        self._panel = panel
        self._directory = directory
        self._fonts: dict[tuple[Weight, int, bool], ImageFont.FreeTypeFont] = {}
        self._em_px = {size: panel.px(0, size.em_tenths) for size in Size}
        if capital_um:
            self._em_px = _enlarged(self._em_px, panel, capital_um)
        self._line_px = {
            size: (em_px * size.line_percent + 50) // 100 for size, em_px in self._em_px.items()
        }
        self.width = lru_cache(maxsize=4096)(self._width)
        self.longest = lru_cache(maxsize=1024)(self._longest)
        self.lines = lru_cache(maxsize=1024)(self._lines)

    def em_px(self, size: Size) -> int:
        return self._em_px[size]

    def line_px(self, size: Size) -> int:
        """Height of a line of that size, in pixels."""
        return self._line_px[size]

    def font(self, size: Size, weight: Weight, text: str) -> ImageFont.FreeTypeFont:
        """The font that can write ``text``."""
        full = not in_subset(text) and FULL[weight].exists()
        key = (weight, self.em_px(size), full)
        if key not in self._fonts:
            file = FULL[weight] if full else self._directory / FILES[weight]
            self._fonts[key] = ImageFont.truetype(
                file,
                self.em_px(size),
                index=FULL_INDEX if full else 0,
                layout_engine=ImageFont.Layout.BASIC,
            )
        return self._fonts[key]

    def _width(self, text: str, size: Size, weight: Weight) -> int:
        """Advance width in pixels, rounded up."""
        return -int(-self.font(size, weight, text).getlength(text) // 1)

    def _longest(self, text: str, size: Size, weight: Weight) -> int:
        """The width of the widest piece that may not be broken, in pixels."""
        return self.widest(pieces(text.replace("\n", " ")), size, weight)

    def _lines(
        self, text: str, size: Size, weight: Weight, width: int, even: bool = True
    ) -> tuple[str, ...]:
        """Break ``text`` to ``width`` pixels; ``even`` makes a paragraph's lines about equal."""

        def measure(part: str) -> int:
            return self.width(part, size, weight)

        return tuple((balanced if even else wrap)(text, width, measure))

    def widest(self, lines: Sequence[str], size: Size, weight: Weight) -> int:
        return max((self.width(line.rstrip(), size, weight) for line in lines), default=0)


def _enlarged(em_px: dict[Size, int], panel: Panel, capital_um: int) -> dict[Size, int]:
    """The sizes of large type: none below ``capital_um``, and all larger than they were."""
    least = -(-capital_um * panel.pitch // (10 * CAPITAL_PERMILLE))
    body = max(least, em_px[Size.BODY] * 105 // 100)
    title = max(em_px[Size.TITLE], body * 118 // 100)
    return {size: max(px, body if size in SMALLEST else title) for size, px in em_px.items()}


def in_subset(text: str) -> bool:
    """True if the committed fonts have every character (see ``assets/build_fonts.py``)."""
    if text.isascii():
        return True
    try:
        "".join(char for char in text if not _extra(ord(char))).encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _extra(point: int) -> bool:
    return point < 0x100 or 0x2000 <= point < 0x2300 or 0xFF01 <= point < 0xFF5F
