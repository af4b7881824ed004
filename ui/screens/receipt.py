"""Thanks, every deposit of this visit, and a code to keep of each."""

from kiosk.views import Receipt, ReceiptLine, View
from ui.code import MODULE_UM_LEAST, QUIET, Code, code_rect, modules
from ui.ease import PAGE
from ui.geometry import Rect
from ui.meaning import Shown, code_shown, material_icon, receipt_key
from ui.naming import money, weight
from ui.parts import Align, Box
from ui.screens.frame import PAIR, Talk, frame, talk
from ui.screens.meter import Value, currency_words
from ui.screens.saved import cut_saved
from ui.sheet import Sheet
from ui.theme import Colour, Size, Tone, Weight

ROWS_MOST = 4
"""More deposits than this are summed in one last row; the ledger and the account have them all."""

CODE_MM = 36
CODE_MM_MOST = 60
"""A larger code is no easier to read from an arm's length."""
PAPER_WHITE = Colour(0xFF, 0xFF, 0xFF)
CODE_INK = Colour(0, 0, 0)


def receipt(sheet: Sheet, view: View, screen: Receipt) -> None:
    """The thanks and the code to keep on one side, the list and the total on the other."""
    words = sheet.words
    shown = code_shown(screen, sheet.moment.page)
    place = frame(sheet, view, bare=shown is not None)
    key, icon = receipt_key(screen)
    body = words.say(key, contact=screen.contact)
    if shown is None:
        talk(sheet, place.talk, Talk(icon, Tone.GOOD, words.say("receipt.title"), body))
    else:
        _with_code(sheet, place.talk, body, shown)
    _list(sheet, place.facts, screen)
    finish = place.action
    if shown is not None and _out_of_reach(sheet, place.talk) and shown.of > 1:
        following, finish = finish.cut_left(finish.w * 45 // 100, sheet.px(3))
        sheet.button(following, words.say("button.more"), PAGE, main=False, sizes=PAIR)
    sheet.button(finish, words.say("button.finish"), "finish", icon="check")


def _out_of_reach(sheet: Sheet, rect: Rect) -> bool:
    """True where the code stands too high to be pressed (the low layout)."""
    return rect.y < sheet.reach_y


def _with_code(sheet: Sheet, rect: Rect, body: str, shown: Shown) -> None:
    """The words beside the code; what has no room beside it yields, the money's words last."""
    words, colours = sheet.words, sheet.colours
    wish = sheet.kit.panel.mm(CODE_MM_MOST if sheet.tower else CODE_MM)
    side = min(max(plate_px(sheet, shown.text), wish), rect.h)
    plate, rest = rect.cut_right(side, sheet.px(3))
    plate = plate.centred(side, side) if sheet.tower else plate._replace(h=side)
    pressable = shown.of > 1 and not _out_of_reach(sheet, plate)
    code_plate(sheet, plate, shown.text, pressable)
    keep = words.say("receipt.scan")
    if pressable:
        keep = words.say("receipt.scan_next", number=shown.number, count=shown.of)
    gap = sheet.px(1)
    below = Rect(rect.x, plate.bottom + gap, rect.w, rect.bottom - plate.bottom - gap)
    plain, soft = Weight.REGULAR, colours.soft
    under = Size.SMALL, plain, below.w, below.h
    if not sheet.tower and sheet.fits(body, *under):
        # What the money does has the whole width under the code; what the code is for, beside it.
        sheet.text(below, body, (Size.BODY, Size.SMALL), plain, soft, top=True)
        body, rest = "", rest._replace(h=plate.h)
    elif not sheet.tower and sheet.fits(line := " ".join(keep.split("\n")), *under):
        sheet.text(below, line, (Size.SMALL,), plain, soft, top=True)
        keep, rest = "", rest._replace(h=plate.h)
    title, size = words.say("receipt.title"), Size.TITLE if sheet.tower else Size.BODY
    # One code explains itself; that there are more does not.
    second = ("", body, keep) if pressable else (title, body)
    for head, *texts in ((title, body, keep), second, ("", body)):
        text = "\n".join(one for one in texts if one)
        lines = len(sheet.lines(head, size, Weight.BOLD, rest.w)) if head else 0
        high = lines * sheet.line_px(size) + (2 * gap if head else 0)
        if sheet.fits(text, Size.SMALL, plain, rest.w, rest.h - high):
            break
    used = rest._replace(h=0)
    if head:
        used = sheet.text(rest, head, (size,), Weight.BOLD, top=True)
    left = rest._replace(y=used.bottom + gap, h=rest.bottom - used.bottom - gap)
    if text:
        sheet.text(left, text, (Size.BODY, Size.SMALL), plain, soft, top=True)


def plate_px(sheet: Sheet, text: str) -> int:
    """The least side of a plate on which a phone reads the code."""
    panel = sheet.kit.panel
    module_px = -(-MODULE_UM_LEAST * panel.px_per_cm // 10_000)
    return (len(modules(text)) + 2 * QUIET) * module_px


def code_plate(sheet: Sheet, plate: Rect, text: str, pressable: bool) -> None:
    """The code on its white plate, whatever the look: readers want dark on light. With more than
    one, a press shows the next."""
    ground = colour = PAPER_WHITE
    if pressable and sheet.touchable(plate, PAGE):
        colour = sheet.colours.accent
    radius = sheet.px(sheet.kit.theme.radius_small)
    sheet.parts.append(Box(plate, ground, radius, False, colour, sheet.edge_px))
    sheet.parts.append(Code(code_rect(plate, text), text, CODE_INK, ground))


def _list(sheet: Sheet, rect: Rect, screen: Receipt) -> None:
    inside = sheet.card(rect)
    words, colours = sheet.words, sheet.colours
    total, inside = inside.cut_bottom(sheet.px(14), sheet.px(1))
    rule, inside = inside.cut_bottom(sheet.px(1))
    sheet.rule(rule)
    kilos = words.say("receipt.total", weight=weight(words, screen.total_g))
    least = sheet.kit.fonts.width(kilos, Size.SMALL, Weight.BOLD) + sheet.px(2)
    amount = money(words, screen.total_minor)
    value = Value(amount, currency_words(sheet, screen.currency))
    used = value.set(sheet, total, (Size.TITLE, Size.BODY), colours.accent, least)
    left = total._replace(w=total.w - used - sheet.px(2))
    size = sheet.common_size((kilos,), (Size.BODY, Size.SMALL), left.w)
    sheet.text(left, kilos, (size,), Weight.BOLD, ground=colours.card)
    rows = min(len(screen.lines), ROWS_MOST) * (2 * sheet.line_px(Size.SMALL) + sheet.px(1))
    inside = cut_saved(sheet, inside, screen.saved, "visit", rows)
    most = max(1, min(ROWS_MOST, inside.h // sheet.px(11)))
    shown = screen.lines[-most:]
    hidden = len(screen.lines) - len(shown)
    if hidden:
        shown = shown[1:]
        more, inside = inside.cut_top(sheet.line_px(Size.SMALL), sheet.px(1))
        sheet.text(
            more,
            words.count("receipt.more", hidden + 1),
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
    if line.donated and line.outcome == "PAID":
        text, ink = words.say("line.donated"), colours.soft
        size = Size.SMALL
    elif line.outcome == "PAID" and line.amount_minor is not None:
        text, ink = money(words, line.amount_minor), colours.ink
        size = Size.BODY
    else:
        text, ink = words.say(f"line.{line.outcome}"), colours.wait
        size = Size.SMALL
    width = sheet.kit.fonts.width(text, size, Weight.BOLD) + sheet.px(1)
    right, rest = rest.cut_right(width, sheet.px(2))
    sheet.text(right, text, (size,), Weight.BOLD, ink, colours.card, Align.RIGHT)
    name = words.material(line.material)
    if line.net_g is not None:
        name = f"{name} {weight(words, line.net_g)} {words.say('unit.kg')}"
    sheet.text(rest, name, (Size.SMALL,), ground=colours.card)
