"""What was saved, in a line at the foot of a card: of prices, or of a visit's deposits."""

from kiosk.views import Saved
from ui.geometry import Rect
from ui.naming import saved_words
from ui.sheet import Sheet
from ui.theme import Size, Weight

LINES_MOST = 2


def cut_saved(sheet: Sheet, inside: Rect, saved: Saved | None, who: str, least: int) -> Rect:
    """Set the line, if there is one, at the foot of a card's inside; returns the room above it.

    The way by car is left out where it would take a second line and leave less than ``least``
    pixels.
    """
    if saved is None:
        return inside
    side, gap, high = sheet.px(6), sheet.px(2), sheet.line_px(Size.SMALL)
    width, plain = inside.w - side - gap, Weight.REGULAR
    whole = saved_words(sheet.words, saved, who)
    room = inside.h - 2 * sheet.px(1) - least
    most = max(1, min(LINES_MOST, room // high))
    fits = sheet.fits(whole, Size.SMALL, plain, width, most * high)
    text = whole if fits else saved_words(sheet.words, Saved(saved.co2e_g, None), who)
    lines = len(sheet.lines(text, Size.SMALL, plain, width))
    foot, inside = inside.cut_bottom(lines * high, sheet.px(1))
    rule, inside = inside.cut_bottom(sheet.px(1))
    sheet.rule(rule)
    mark, rest = foot.cut_left(side, gap)
    colours = sheet.colours
    sheet.icon(mark._replace(h=high).centred(side, side), "leaf", colours.accent, colours.card)
    sheet.text(rest, text, (Size.SMALL,), plain, colours.soft, colours.card)
    return inside
