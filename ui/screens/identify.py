"""Who are you? A code for the scanner, or a gift without a name."""

from kiosk.views import Identify, View
from ui.geometry import Rect
from ui.meaning import identify_words
from ui.outline import Option
from ui.parts import Align
from ui.screens.frame import answers, frame, notice, title_size
from ui.sheet import Sheet
from ui.theme import Size, Tone, Weight


def identify(sheet: Sheet, view: View, screen: Identify) -> None:
    """How to show the code, drawn; what was wrong with the last one, said."""
    words, colours = sheet.words, sheet.colours
    place = frame(sheet, view, cancel=True)
    room, gap = place.talk, sheet.px(0, 5) if sheet.low else sheet.px(2)
    title, (body, last) = identify_words(words, screen)
    lost = screen.notice == "scanner_lost"
    said = last if lost else body
    head = room._replace(h=room.h * 60 // 100)
    size = title_size(sheet, head, title, said, room.h - gap)
    used = sheet.text(head, title, (size,), Weight.BOLD, top=True)
    below = Rect(room.x, used.bottom + gap, room.w, room.bottom - used.bottom - gap)
    if screen.notice is None or lost:
        plain = Weight.REGULAR
        sheet.text(below, said, (Size.BODY, Size.SMALL), plain, colours.soft, top=True)
    else:
        notice(sheet, below, said)
    if lost:
        _lost(sheet, place.facts, body)
    else:
        _drawing(sheet, place.facts, last)
    options = []
    if screen.phone_allowed:
        options.append(Option("phone", words.say("button.phone"), "phone", main=False))
    if screen.donation_allowed:
        options.append(Option("donate", words.say("button.donate"), "heart", main=False))
    cells = place.action.columns(max(1, len(options)), sheet.px(3))
    answers(sheet, cells[: len(options)], options)


def _lost(sheet: Sheet, rect: Rect, why: str) -> None:
    """In the drawing's place: no scanner, no phone to show it."""
    inside = _captioned(sheet, rect, why)
    side = min(inside.w, inside.h, sheet.px(30))
    sheet.badge(inside.centred(side, side), "wrench", Tone.WAIT)


def _captioned(sheet: Sheet, rect: Rect, words: str) -> Rect:
    """A card with its words at the foot; returns the room above them."""
    inside = sheet.card(rect)
    lines = sheet.lines(words, Size.SMALL, Weight.BOLD, inside.w)
    high = len(lines) * sheet.line_px(Size.SMALL)
    caption, inside = inside.cut_bottom(high, sheet.px(2))
    ground, ink = sheet.colours.card, sheet.colours.ink
    sheet.text(caption, words, (Size.SMALL,), Weight.BOLD, ink, ground, Align.CENTRE)
    return inside


def _drawing(sheet: Sheet, rect: Rect, where: str) -> None:
    """A phone that shows its code to the window below the screen."""
    colours = sheet.colours
    inside = _captioned(sheet, rect, where)
    arrow, inside = inside.cut_bottom(sheet.px(8), sheet.px(2))
    height = inside.h
    phone = inside.centred(height * 58 // 100, height)
    sheet.box(phone, colours.ink, 5)
    glass = phone.inset(sheet.px(1, 5))
    sheet.box(glass, colours.card, 4)
    side = glass.w - 2 * sheet.px(2)
    sheet.icon(glass.centred(side, side), "qr", colours.accent, colours.card)
    sheet.icon(arrow, "arrow-down", colours.accent, colours.card)
