"""A number instead of a code: the keypad."""

from kiosk.views import Entry, Phone, View
from ui.geometry import Rect
from ui.outlines_people import grouped
from ui.parts import Align
from ui.screens.frame import PAIR, strip
from ui.sheet import Sheet
from ui.theme import Size, Tone, Weight

ROWS = ("123", "456", "789", "<0=")
ROWS_LOW = ("12345<", "67890=")
"""On a low panel four rows of keys of 20 mm have no room."""
KEY_MM_LEAST = 16
SIZES = (Size.TITLE, Size.BODY, Size.SMALL)


def phone(sheet: Sheet, view: View, screen: Phone) -> None:
    """What to type, what was typed, and the keys."""
    body = strip(sheet, view, cancel=True)
    rows = ROWS_LOW if sheet.low else ROWS
    gap = sheet.apart_px
    key = max(sheet.target_px, sheet.px(18))
    if sheet.tall and not sheet.tower and (sheet.large or sheet.kit.theme.low):
        # Four full rows would leave no room for larger words, or stand too high to be reached.
        key = sheet.kit.panel.mm(KEY_MM_LEAST)
    height = key * len(rows) + gap * (len(rows) - 1)
    if sheet.low or sheet.tall:
        keys, said = body.cut_bottom(height, sheet.gap)
    else:
        keys, said = body.cut_right(sheet.px(88), sheet.gap + sheet.px(4))
        keys = keys.centred(keys.w, min(keys.h, height + sheet.px(24)))
    field, room = _places(sheet, said)
    entry = view.entry or Entry("", False)
    _digits(sheet, field, entry)
    _say(sheet, room, entry)
    _keys(sheet, keys, rows, gap)


def _places(sheet: Sheet, rect: Rect) -> tuple[Rect, Rect]:
    """Where the digits stand, and the words: over them, or beside them on a low panel."""
    high = sheet.line_px(Size.TITLE) + sheet.px(2 if sheet.low or sheet.large else 6)
    if not sheet.low:
        return rect.cut_bottom(min(high, rect.h), sheet.gap)
    field, room = rect.cut_right(rect.w * 56 // 100, sheet.gap)
    return field.centred(field.w, min(field.h, high)), room


def _digits(sheet: Sheet, field: Rect, entry: Entry) -> None:
    """As they come, in groups as people read them to each other."""
    colours = sheet.colours
    ground = colours.wash(Tone.WAIT) if entry.wrong else colours.card
    sheet.box(field, ground, sheet.kit.theme.radius, shadow=True)
    shown = grouped(entry.digits) or "–"
    inner = field.inset(sheet.px(3), 0)
    size = sheet.common_size((shown,), SIZES, inner.w)
    sheet.text(inner, shown, (size,), Weight.BOLD, colours.ink, ground, Align.CENTRE)


def _say(sheet: Sheet, room: Rect, entry: Entry) -> None:
    """The question, or what is wrong with the answer."""
    words, colours, bold = sheet.words, sheet.colours, Weight.BOLD
    if sheet.low and sheet.large:
        # No room beside the digits: the sign says it, and the voice.
        icon, tone = ("warning", Tone.WAIT) if entry.wrong else ("phone", Tone.NOTE)
        sheet.badge(room, icon, tone)
        return
    if entry.wrong:
        mark, rest = room.cut_left(min(room.h, sheet.line_px(Size.BODY)), sheet.px(2))
        sheet.icon(mark, "warning", colours.wait, colours.paper)
        sheet.text(rest, words.say("phone.wrong"), SIZES[1:], bold, colours.wait)
        return
    title, body = words.say("phone.title"), words.say("phone.body")
    plain, size = Weight.REGULAR, Size.SMALL
    least = sheet.line_px(size) * len(sheet.lines(body, size, plain, room.w))
    if sheet.low or room.h < 2 * sheet.line_px(Size.TITLE) + sheet.px(2) + least:
        sheet.text(room, title, SIZES, bold)
        return
    head = room._replace(h=room.h - least - sheet.px(2))
    used = sheet.text(head, title, SIZES, bold, top=True)
    below = room._replace(y=used.bottom + sheet.px(2), h=room.bottom - used.bottom - sheet.px(2))
    sheet.text(below, body, (Size.BODY, size), plain, colours.soft, top=True)


def _keys(sheet: Sheet, rect: Rect, rows: tuple[str, ...], gap: int) -> None:
    """The keys in rows; erase stands on the left of the last digit, OK on its right."""
    for line, names in zip(rect.rows(len(rows), gap), rows, strict=True):
        for cell, name in zip(line.columns(len(names), gap), names, strict=True):
            if name == "<":
                _worded(sheet, cell, "button.erase", "erase", "back", main=False)
            elif name == "=":
                _worded(sheet, cell, "button.ok", "confirm", "check", main=True)
            else:
                sheet.button(cell, name, f"digit:{name}", main=False, sizes=SIZES)


def _worded(sheet: Sheet, cell: Rect, key: str, choice: str, icon: str, main: bool) -> None:
    """A key with a word; with its sign alone where the word is too long."""
    label, room = sheet.words.say(key), cell.w - 2 * sheet.px(2)
    if sheet.kit.fonts.longest(label, Size.SMALL, Weight.BOLD) <= room:
        sheet.button(cell, label, choice, main=main, sizes=PAIR)
    else:
        sheet.button(cell, "", choice, icon=icon, main=main, sizes=PAIR)
