"""Thanks, and every deposit of this visit."""

from kiosk.money import money_text, weight_text
from kiosk.units import Grams, MinorUnits
from kiosk.views import Receipt, ReceiptLine, View
from ui.geometry import Rect
from ui.parts import Align
from ui.screens.frame import Talk, frame, talk
from ui.screens.meter import Value, currency_words, material_icon
from ui.sheet import Sheet
from ui.theme import Size, Tone, Weight

ROWS_MOST = 4
"""More deposits than this are summed in one last row; the ledger and the account have them all."""


def receipt(sheet: Sheet, view: View, screen: Receipt) -> None:
    """The thanks on one side, the list and the total on the other."""
    words = sheet.words
    place = frame(sheet, view)
    donation = screen.id_level == "donation"
    key = "receipt.donation" if donation else "receipt.account"
    if any(line.outcome == "HELD" for line in screen.lines):
        key = "receipt.held"
    icon = "heart" if donation else "check-circle"
    body = words.say(key, contact=screen.contact)
    talk(sheet, place.talk, Talk(icon, Tone.GOOD, words.say("receipt.title"), body))
    _list(sheet, place.facts, screen)
    sheet.button(place.action, words.say("button.finish"), "finish", icon="check")


def _list(sheet: Sheet, rect: Rect, screen: Receipt) -> None:
    inside = sheet.card(rect)
    words, colours = sheet.words, sheet.colours
    total, inside = inside.cut_bottom(sheet.px(14), sheet.px(1))
    rule, inside = inside.cut_bottom(sheet.px(1))
    sheet.rule(rule)
    kilos = words.say("receipt.total", weight=weight_text(Grams(screen.total_g)))
    least = sheet.kit.fonts.width(kilos, Size.SMALL, Weight.BOLD) + sheet.px(2)
    amount = money_text(MinorUnits(screen.total_minor))
    value = Value(amount, currency_words(sheet, screen.currency))
    used = value.set(sheet, total, (Size.TITLE, Size.BODY), colours.accent, least)
    left = total._replace(w=total.w - used - sheet.px(2))
    size = sheet.common_size((kilos,), (Size.BODY, Size.SMALL), left.w)
    sheet.text(left, kilos, (size,), Weight.BOLD, ground=colours.card)
    most = max(1, min(ROWS_MOST, inside.h // sheet.px(11)))
    shown = screen.lines[-most:]
    hidden = len(screen.lines) - len(shown)
    if hidden:
        shown = shown[1:]
        more, inside = inside.cut_top(sheet.line_px(Size.SMALL), sheet.px(1))
        sheet.text(
            more,
            words.say("receipt.more", count=hidden + 1),
            (Size.SMALL,),
            colour=colours.soft,
            ground=colours.card,
        )
    height = min(sheet.px(15), inside.h // max(1, len(shown)))
    for index, line in enumerate(shown):
        _row(sheet, Rect(inside.x, inside.y + index * height, inside.w, height), line)


def _row(sheet: Sheet, row: Rect, line: ReceiptLine) -> None:
    """Icon, weight over receipt number, and the money or the outcome's word."""
    words, colours = sheet.words, sheet.colours
    badge, rest = row.cut_left(min(row.h - sheet.px(1), sheet.px(12)), sheet.px(3))
    tone = Tone.GOOD if line.outcome == "PAID" else None
    sheet.badge(badge, material_icon(line.material), tone)
    if line.outcome == "PAID" and line.amount_minor is not None:
        text, ink = money_text(MinorUnits(line.amount_minor)), colours.ink
        size = Size.BODY
    else:
        text, ink = words.say(f"line.{line.outcome}"), colours.wait
        size = Size.SMALL
    width = sheet.kit.fonts.width(text, size, Weight.BOLD) + sheet.px(1)
    right, rest = rest.cut_right(width, sheet.px(2))
    sheet.text(right, text, (size,), Weight.BOLD, ink, colours.card, Align.RIGHT)
    name = words.material(line.material)
    if line.net_g is not None:
        name = f"{name} {weight_text(Grams(line.net_g))} kg"
    sheet.text(rest, name, (Size.SMALL,), ground=colours.card)
