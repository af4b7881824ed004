"""What is committed under ui/assets is whole, licensed and used."""

import re
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import Image

from kiosk import views
from ui.assets.build_fonts import wanted
from ui.assets.build_icons import OWN, PHOSPHOR, SIDE_PX
from ui.fonts import DIRECTORY, FILES, FontBook
from ui.kit import Kit
from ui.samples import samples
from ui.screens.every import compose
from ui.sheet import Moment
from ui.sprites import ICONS, Sprites
from ui.theme import Size, Weight
from ui.words import all_words

UI = Path(ICONS).parent.parent
COMING = {"offline", "receipt"}
"""Drawn with the others, for views that are announced and not there yet."""


def test_the_fonts_have_what_the_script_asks_for() -> None:
    assert len([point for point in wanted() if 0x4E00 <= point <= 0x9FFF]) == 6763
    for name in FILES.values():
        with TTFont(DIRECTORY / name) as font:
            missing = wanted() - set(font.getBestCmap())
            # The five signs of GB 2312 that Noto Sans SC does not draw are not letters.
            assert not [point for point in missing if chr(point).isalpha()], name
            assert "Adobe" in font["name"].getDebugName(0)
    assert "SIL OPEN FONT LICENSE" in (DIRECTORY / "OFL.txt").read_text()
    assert "© 2014-2021 Adobe" in (DIRECTORY / "NOTICE.txt").read_text()


def test_digits_are_of_one_width(wide: Kit) -> None:
    for size in Size:
        for weight in Weight:
            assert len({wide.fonts.width(digit, size, weight) for digit in "0123456789"}) == 1


def test_no_glyph_is_cut_by_its_sprite(wide: Kit) -> None:
    for text in ("gjpqy|ÂÇ", "请把手拿开，（箱门）正在关闭。", "fWjf", "0123456789.–"):
        for size in Size:
            for weight in Weight:
                mask = wide.sprites.line(text, size, weight)
                box = mask.getbbox()
                assert box is not None
                assert box[0] > 0 and box[1] > 0
                assert box[2] < mask.width and box[3] < mask.height, (text, size, weight)


def test_every_icon_is_a_mask_and_is_named(wide: Kit) -> None:
    names = {path.stem for path in ICONS.glob("*.png")}
    assert names == set(PHOSPHOR) | set(OWN)
    for path in ICONS.glob("*.png"):
        with Image.open(path) as icon:
            assert (icon.mode, icon.size) == ("L", (SIDE_PX, SIDE_PX))
            # What draws reads them by itself: the same, so nothing is in a place it does not look.
            assert (
                Sprites(wide.panel, wide.fonts).icon(path.stem, SIDE_PX).tobytes() == icon.tobytes()
            )
    assert "MIT License" in (ICONS / "LICENSE-phosphor.txt").read_text()


def test_every_icon_is_used() -> None:
    code = "".join(path.read_text() for path in UI.rglob("*.py") if "assets" not in path.parts)
    for name in set(PHOSPHOR | dict.fromkeys(OWN)) - COMING:
        assert re.search(rf'"{name}"', code), name


def test_text_outside_the_subset_falls_back_when_the_full_font_is_there(wide: Kit) -> None:
    book = FontBook(wide.panel)
    assert book.width("𠮷野家", Size.BODY, Weight.REGULAR) > 0


def test_an_operator_may_be_called_anything(wide: Kit) -> None:
    for name in ("", "x" * 80, "囍龘 03", "垃圾分类回收示范点（二期）东门口"):
        for _, view in samples("zh"):
            if isinstance(view.screen, views.Idle):
                named = views.View(1, "zh", view.screen, None, None, None, name)
                scene = compose(named, wide, all_words()["zh"], Moment())
                assert all(wide.panel.width >= part.rect.right for part in scene.parts)
