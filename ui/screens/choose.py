"""Which material? One tile for each compartment, with its price."""

from collections.abc import Sequence

from kiosk.views import Choose, Offer, View
from ui.geometry import Rect
from ui.meaning import choose_look, choose_notice, shut_icon
from ui.parts import Align, Box
from ui.screens.frame import PAIR, notice, strip
from ui.screens.meter import material_icon, price_words
from ui.sheet import Sheet
from ui.theme import Colour, Size, Tone, Weight

MARK = 8
"""The side of an icon before a name, in grid units."""


def choose(sheet: Sheet, view: View, screen: Choose) -> None:
    """The question, what went wrong before it, and the tiles."""
    words = sheet.words
    body = strip(sheet, view, cancel=True)
    # On a wide panel a notice takes the title's place: it says what to do now, and the tiles stay
    # as large as they are without it.
    told = choose_notice(words, screen)
    if not told or sheet.tall:
        largest = Size.LARGE if sheet.tower else Size.TITLE
        head, body = body.cut_top(sheet.line_px(largest), sheet.px(2))
        key = "choose.donation" if screen.id_level == "donation" else "choose.title"
        sheet.text(head, words.say(key), (largest, Size.TITLE, Size.BODY, Size.SMALL), Weight.BOLD)
    if told:
        room, body = body.cut_top(
            sheet.px(32 if sheet.tall else 16 if sheet.low else 20), sheet.px(2)
        )
        used = notice(sheet, room, told, *choose_look(screen))
        body = body._replace(y=used.bottom + sheet.gap, h=body.bottom - used.bottom - sheet.gap)
    down = max(0, sheet.reach_y - body.y)
    body = body._replace(y=body.y + down, h=body.h - down)
    cells = _cells(sheet, body, len(screen.offers))
    tiles = [Tile(sheet, cell) for cell in cells]
    names = [words.material(offer.material) for offer in screen.offers]
    width = min((tile.words.w for tile in tiles), default=body.w)
    beside = any(tile.badge is None for tile in tiles)
    upper = min((tile.upper.h for tile in tiles), default=body.h)
    high = [one for one in (Size.TITLE, Size.BODY, Size.SMALL) if sheet.line_px(one) <= upper]
    named = width - sheet.px(MARK + 2) if beside else width
    size = sheet.common_size(names, high or (Size.SMALL,), named)
    # Prices are compared: they are all of one size.
    prices = [
        price_words(sheet, offer, screen.currency)
        for offer in screen.offers
        if offer.state == "open"
    ]
    price = sheet.common_size(prices, PAIR, width)
    for tile, offer in zip(tiles, screen.offers, strict=True):
        _tile(sheet, tile, offer, screen.currency, size, price)


def _cells(sheet: Sheet, rect: Rect, count: int) -> list[Rect]:
    """A grid for that many tiles: two columns for four, three for three and six, then four."""
    across = 3 if count in (3, 5, 6) else 2 if count <= 4 else 4
    if sheet.tall:
        across = 1 if count <= 3 else 2
    down = max(1, -(-count // across))
    gap = max(sheet.gap, sheet.px(3))
    cells = [cell for row in rect.rows(down, gap) for cell in row.columns(across, gap)]
    return cells[:count]


class Tile:
    """Where things stand on a tile: the badge beside the words on a wide one, above on a tall."""

    def __init__(self, sheet: Sheet, rect: Rect) -> None:
        self.rect = rect
        inner = rect.inset(sheet.px(4), sheet.px(2))
        self.badge: Rect | None = None
        """None on a tile too low for it: a small icon then stands before the name."""
        if rect.w >= max(rect.h * 13 // 10, sheet.px(58)):
            side = min(sheet.px(22), inner.h, inner.w * 2 // 5)
            self.badge, rest = inner.cut_left(side, sheet.px(4))
            self.align = Align.LEFT
        else:
            rest = inner
            self.align = Align.CENTRE
            rest = inner = inner.centred(inner.w, min(inner.h, sheet.px(52)))
            if inner.h >= sheet.px(22):
                side = min(sheet.px(22), inner.h * 45 // 100)
                self.badge, rest = inner.cut_top(side, sheet.px(1))
        self.words = rest.centred(rest.w, min(rest.h, sheet.px(26)))
        self.upper, self.lower = self.words.cut_top(self.words.h * 54 // 100)


def _tile(
    sheet: Sheet, tile: Tile, offer: Offer, currency: str, size: Size, price_size: Size
) -> None:
    """One material: pressed as a whole when it is open, a plain note when it is not."""
    colours, words = sheet.colours, sheet.words
    taken = offer.state == "open"
    pressed = taken and sheet.touchable(tile.rect, f"compartment:{offer.compartment}")
    ground = colours.card if taken else colours.line.over(colours.paper, 45)
    if pressed:
        ground = colours.wash(Tone.GOOD)
    radius = sheet.px(sheet.kit.theme.radius_large)
    edge = colours.accent if pressed else colours.edge if taken else None
    sheet.parts.append(
        Box(tile.rect, ground, radius, taken and not pressed, edge, max(2, sheet.px(0, 5)))
    )
    price = price_words(sheet, offer, currency) if taken else words.say(f"offer.{offer.state}")
    ink = colours.ink if taken else colours.soft
    accent = colours.accent if taken else colours.wait
    if tile.badge is not None:
        sheet.badge(tile.badge, material_icon(offer.material), Tone.GOOD if taken else None)
    upper, lower = tile.upper, tile.lower
    name = words.material(offer.material)
    if tile.badge is None:
        side = min(upper.h, sheet.px(MARK))
        wide = sheet.kit.fonts.width(name, size, Weight.BOLD)
        group = upper.centred(min(upper.w, side + sheet.px(2) + wide), upper.h)
        mark, upper = group.cut_left(side, sheet.px(2))
        sheet.icon(mark, material_icon(offer.material), accent if taken else ink, ground)
    sheet.text(upper, name, (size, Size.BODY, Size.SMALL), Weight.BOLD, ink, ground, tile.align)
    if not taken:
        _shut(sheet, lower, tile.align, offer, PAIR[PAIR.index(price_size) :], ground)
        return
    sheet.text(lower, price, (price_size, Size.SMALL), Weight.BOLD, accent, ground, tile.align)


def _shut(
    sheet: Sheet, rect: Rect, align: Align, offer: Offer, wished: Sequence[Size], ground: Colour
) -> None:
    """A mark of its own before why nothing can be put in, as colour alone tells nobody."""
    why = sheet.words.say(f"offer.{offer.state}")
    colour, bold, gap = sheet.colours.wait, Weight.BOLD, sheet.px(2)
    side = min(rect.h, sheet.px(7))
    sizes = [one for one in wished if sheet.line_px(one) <= rect.h] or PAIR[-1:]
    size = sheet.common_size((why,), sizes, rect.w - side - gap)
    if align is Align.CENTRE:
        wide = sheet.kit.fonts.width(why, size, bold)
        rect = rect.centred(min(rect.w, side + gap + wide), rect.h)
    mark, rest = rect.cut_left(side, gap)
    sheet.icon(mark, shut_icon(offer.state), colour, ground)
    sheet.text(rest, why, (size, Size.SMALL), bold, colour, ground, align)
