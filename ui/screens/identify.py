"""Who are you? A code for the scanner, or a gift without a name."""

from kiosk.views import Identify, View
from ui.geometry import Rect
from ui.screens.frame import PAIR, frame, notice
from ui.sheet import Sheet
from ui.theme import Size, Weight


def identify(sheet: Sheet, view: View, screen: Identify) -> None:
    """How to show the code, drawn; what was wrong with the last one, said."""
    words, colours = sheet.words, sheet.colours
    place = frame(sheet, view, cancel=True)
    room = place.talk
    title = sheet.text(
        room._replace(h=room.h * 60 // 100),
        words.say("identify.title"),
        (Size.LARGE, Size.TITLE, Size.BODY)[1 if sheet.low else 0 :],
        Weight.BOLD,
        top=True,
    )
    below = Rect(room.x, title.bottom + sheet.px(2), room.w, room.bottom - title.bottom)
    below = below._replace(h=below.h - sheet.px(2))
    if screen.notice is None:
        sheet.text(
            below,
            words.say("identify.body"),
            (Size.BODY, Size.SMALL),
            Weight.REGULAR,
            colours.soft,
            top=True,
        )
    else:
        notice(sheet, below, words.say(f"token.{screen.notice}"))
    _drawing(sheet, place.facts)
    answers = []
    if screen.phone_allowed:
        answers.append(("button.phone", "phone", "phone"))
    if screen.donation_allowed:
        answers.append(("button.donate", "donate", "heart"))
    cells = place.action.columns(max(1, len(answers)), sheet.px(3))
    for cell, (key, choice, icon) in zip(cells, answers, strict=False):
        # Beside another one there is no room for an icon.
        shown = icon if len(answers) == 1 else None
        sheet.button(cell, words.say(key), choice, icon=shown, main=False, sizes=PAIR)


def _drawing(sheet: Sheet, rect: Rect) -> None:
    """A phone that shows its code to the window below the screen."""
    colours = sheet.colours
    inside = sheet.card(rect)
    caption, inside = inside.cut_bottom(sheet.line_px(Size.SMALL), sheet.px(2))
    arrow, inside = inside.cut_bottom(sheet.px(8), sheet.px(2))
    height = inside.h
    phone = inside.centred(height * 58 // 100, height)
    sheet.box(phone, colours.ink, 5)
    glass = phone.inset(sheet.px(1, 5))
    sheet.box(glass, colours.card, 4)
    side = glass.w - 2 * sheet.px(2)
    sheet.icon(glass.centred(side, side), "qr", colours.accent, colours.card)
    sheet.icon(arrow, "arrow-down", colours.accent, colours.card)
    words = sheet.words.say("identify.scanner")
    width = sheet.kit.fonts.width(words, Size.SMALL, Weight.BOLD)
    sheet.text(
        caption.centred(min(width, caption.w), caption.h),
        words,
        (Size.SMALL,),
        Weight.BOLD,
        ground=colours.card,
    )
