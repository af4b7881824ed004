"""Nobody is here: what the machine takes, what it pays, and one thing to press."""

from kiosk.views import Idle, Offer, View
from ui.geometry import Rect
from ui.meaning import distinct, material_icon, shut_icon
from ui.naming import APART, contact_line, price
from ui.parts import Align
from ui.screens.frame import notice, strip
from ui.screens.meter import unit_words
from ui.screens.saved import cut_saved
from ui.sheet import Sheet
from ui.theme import Size, Tone, Weight

SIZES = (Size.TITLE, Size.BODY, Size.SMALL)


def idle(sheet: Sheet, view: View, screen: Idle) -> None:
    """The greeting, the price list, the button, and whom to call."""
    words = sheet.words
    body = strip(sheet, view)
    height = max(sheet.target_px, sheet.px(20))
    if sheet.tall:
        contact, body = body.cut_bottom(sheet.line_px(Size.SMALL), sheet.px(2))
        start, body = body.cut_bottom(height, sheet.gap)
        greeting, prices = body.cut_top(sheet.px(32), sheet.px(2))
    else:
        prices, left = body.cut_right(sheet.px(60 if sheet.low else 82), sheet.gap + sheet.px(2))
        contact, left = left.cut_bottom(sheet.line_px(Size.SMALL), sheet.px(2))
        start, greeting = left.cut_bottom(height, sheet.gap)
    if screen.held is None:
        _greet(sheet, greeting)
    else:
        _tell_held(sheet, greeting, screen.held)
    side = max(sheet.target_px, sheet.px(24))
    assist, start = start.cut_right(side, sheet.apart_px)
    sheet.small_button(assist, words.say("button.help"), "help", "phone")
    sheet.button(start, words.say("button.start"), "start", icon="arrow-right")
    if screen.contact:
        call(sheet, contact, screen.contact, view.kiosk)
    _price_list(sheet, prices, screen)


def _greet(sheet: Sheet, rect: Rect) -> None:
    """What this machine is for, in two lines of large type and one of small."""
    line = sheet.line_px(Size.SMALL)
    title = sheet.text(
        rect._replace(h=rect.h - line),
        sheet.words.say("idle.title"),
        (Size.LARGE, Size.TITLE, Size.BODY),
        Weight.BOLD,
        top=True,
    )
    below = rect._replace(y=title.bottom + sheet.px(1), h=rect.bottom - title.bottom)
    soft, sizes = sheet.colours.soft, (Size.BODY, Size.SMALL)
    sheet.text(below, sheet.words.say("idle.body"), sizes, Weight.REGULAR, soft, top=True)


def _tell_held(sheet: Sheet, rect: Rect, receipt: str) -> None:
    """In place of the greeting: the power failed while somebody deposited, and nothing is lost."""
    title, rest = rect.cut_top(sheet.line_px(Size.BODY), sheet.px(2))
    sheet.text(title, sheet.words.say("idle.held_title"), (Size.BODY,), Weight.BOLD)
    notice(sheet, rest, sheet.words.say("idle.held", receipt=receipt))


def call(sheet: Sheet, rect: Rect, contact: str, kiosk: str) -> None:
    """Whom to call, in one line, with the machine's name where it has room."""
    mark, rest = rect.cut_left(sheet.px(6), sheet.px(2))
    soft, plain = sheet.colours.soft, Weight.REGULAR
    sheet.icon(mark, "phone", soft, sheet.colours.paper)
    said = [contact_line(sheet.words, contact, kiosk), contact_line(sheet.words, contact, "")]
    if kiosk:
        said.insert(1, f"{contact}{APART}{kiosk}")
    text = sheet.first_fitting(said, Size.SMALL, plain, rest.w, rest.h)
    sheet.text(rest, text, (Size.SMALL,), plain, soft)


def _price_list(sheet: Sheet, rect: Rect, screen: Idle) -> None:
    """The prices as a list on one card; the unit is said once, at its head."""
    inside = sheet.card(rect)
    words, colours = sheet.words, sheet.colours
    head, inside = inside.cut_top(sheet.line_px(Size.SMALL), sheet.px(1))
    unit = unit_words(sheet, screen.currency)
    width = sheet.kit.fonts.width(unit, Size.SMALL, Weight.REGULAR)
    right, head = head.cut_right(width, sheet.px(2))
    sheet.text(
        right,
        unit,
        (Size.SMALL,),
        Weight.REGULAR,
        colours.soft,
        colours.card,
        Align.RIGHT,
    )
    sheet.text(
        head, words.say("idle.prices"), (Size.SMALL,), Weight.BOLD, colours.soft, colours.card
    )
    listed = distinct(screen.offers)
    row_px = sheet.line_px(Size.SMALL) * 12 // 10
    inside = cut_saved(sheet, inside, screen.saved, "machine", len(listed) * row_px)
    across = 1 if len(listed) * sheet.line_px(Size.SMALL) * 11 // 10 <= inside.h else 2
    down = max(1, -(-len(listed) // across))
    rows = [row for column in inside.columns(across, sheet.px(4)) for row in column.rows(down, 0)]
    room = rows[0].w - min(rows[0].h, sheet.px(15)) - sheet.px(5)
    room -= sheet.number_px("00.00", Size.TITLE)
    names = [words.material(offer.material) for offer in listed]
    sizes = [size for size in SIZES if sheet.line_px(size) <= rows[0].h - sheet.px(1)]
    size = sheet.common_size(names, sizes or SIZES[-1:], room)
    for index, (row, offer) in enumerate(zip(rows, listed, strict=False)):
        if index % down:
            sheet.rule(row._replace(h=max(1, sheet.px(0, 3))))
        even = row._replace(h=rows[0].h).inset(0, sheet.px(0, 8))
        _row(sheet, even, offer, size, bare=across > 1)


def _row(sheet: Sheet, row: Rect, offer: Offer, size: Size, bare: bool) -> None:
    """One material: icon, name, price; a closed one says why in the price's place."""
    words, colours = sheet.words, sheet.colours
    taken, rest = offer.state == "open", row
    if not bare:
        badge, rest = row.cut_left(min(row.h, sheet.px(10 if sheet.low else 15)), sheet.px(3))
        sheet.badge(badge, material_icon(offer.material), Tone.GOOD if taken else None)
    name = words.material(offer.material)
    if taken and offer.by_piece:
        each = words.say("price.each")
        width = sheet.kit.fonts.width(each, size, Weight.BOLD)
        note, rest = rest.cut_right(width, sheet.px(2))
        sheet.text(note, each, (size,), Weight.BOLD, colours.ink, colours.card, Align.RIGHT)
    elif taken:
        text = price(words, offer.price_e4)
        number, rest = rest.cut_right(sheet.number_px(text, size), sheet.px(2))
        sheet.number(number, text, size, colours.ink, colours.card)
    else:
        rest = _shut(sheet, rest, offer, size, name)
    ink = colours.ink if taken else colours.soft
    sheet.text(rest, name, (size, Size.SMALL), Weight.BOLD, ink, colours.card)


def _shut(sheet: Sheet, rest: Rect, offer: Offer, size: Size, name: str) -> Rect:
    """In the price's place why there is none, after its mark; returns the room for the name."""
    bold, wait, card = Weight.BOLD, sheet.colours.wait, sheet.colours.card
    why, gap = sheet.words.say(f"offer.{offer.state}"), sheet.px(1)
    fonts = sheet.kit.fonts
    # Not louder than its neighbours' prices; the name keeps its size and its room.
    room = rest.w - fonts.width(name, size, bold) - 2 * gap
    wished = [one for one in SIZES[1:] if one.em_tenths <= size.em_tenths]
    fitting = (one for one in wished if fonts.width(why, one, bold) <= room)
    loud = next(fitting, Size.SMALL)
    note, rest = rest.cut_right(fonts.width(why, loud, bold), gap)
    sheet.text(note, why, (loud,), bold, wait, card, Align.RIGHT)
    side = min(fonts.em_px(loud), rest.h)
    if rest.w - side - gap >= fonts.width(name, size, bold):
        mark, rest = rest.cut_right(side, gap)
        sheet.icon(mark, shut_icon(offer.state), wait, card)
    return rest
