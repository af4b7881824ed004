"""Thanks, and every deposit of this visit."""

from kiosk.money import money_text, weight_text
from kiosk.units import Grams, MinorUnits
from kiosk.views import Receipt, ReceiptLine, View
from ui.geometry import Rect
from ui.parts import Align
from ui.screens.frame import Talk, frame, talk
from ui.screens.meter import currency_words, material_icon
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
    icon = "heart" if donation else "leaf"
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
    amount = money_text(MinorUnits(screen.total_minor))
    unit = currency_words(sheet, screen.currency)
    width = sheet.kit.fonts.width(unit, Size.BODY, Weight.BOLD)
    mark, rest = total.cut_right(width, sheet.px(1, 5))
    drop = (sheet.kit.fonts.em_px(Size.TITLE) - sheet.kit.fonts.em_px(Size.BODY)) * 37 // 100
    sheet.text(
        mark._replace(y=mark.y + drop), unit, (Size.BODY,), Weight.BOLD, colours.soft,
        colours.card, Align.RIGHT,
    )
    sheet.number(rest, amount, Size.TITLE, colours.accent, colours.card)
    left = rest._replace(w=rest.w - sheet.number_px(amount, Size.TITLE) - sheet.px(2))
    kilos = words.say("receipt.total", weight=weight_text(Grams(screen.total_g)))
    sheet.text(left, kilos, (Size.BODY, Size.SMALL), Weight.BOLD, ground=colours.card)
    most = max(1, min(ROWS_MOST, inside.h // sheet.px(11)))
    shown = screen.lines[-most:]
    hidden = len(screen.lines) - len(shown)
    if hidden:
        shown = shown[1:]
        more, inside = inside.cut_top(sheet.line_px(Size.SMALL), sheet.px(1))
        sheet.text(
            more, words.say("receipt.more", count=hidden + 1), (Size.SMALL,),
            colour=colours.soft, ground=colours.card,
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
    kilos = "–" if line.net_g is None else weight_text(Grams(line.net_g))
    sheet.text(
        rest, f"{words.material(line.material)} {kilos} kg", (Size.BODY, Size.SMALL),
        Weight.REGULAR, ground=colours.card,
    )
