"""The card of facts: material, unit price, weight and money, always in the same places (M-11)."""

from collections.abc import Sequence

from msgspec import Struct

from kiosk.views import Offer
from ui.fonts import BASELINE_PERCENT
from ui.geometry import Rect
from ui.meaning import material_icon as material_icon
from ui.naming import currency_of, price_of, unit_of
from ui.parts import Align
from ui.sheet import Sheet
from ui.theme import Colour, Size, Tone, Weight


class Facts(Struct, frozen=True):
    """What the card says; None is said as a dash, never as zero."""

    label: str
    weight: str | None
    note: str
    """Above the weight, on the right: the two readings, or how sure the number is."""
    amount_label: str
    amount: str | None
    amount_note: str = ""
    """Words in the place of the amount while there is none yet."""
    live: bool = False
    """The weight is the live one: it may change alone, ten times a second."""
    short_note: str = ""
    """In the place of ``note`` where that does not fit beside the label."""
    tone: Tone | None = None
    """The amount's colour; None is ink."""


def price_words(sheet: Sheet, offer: Offer, currency: str) -> str:
    """``0.80 元/公斤``: the number exactly as the controller has it; by piece, words."""
    return price_of(sheet.words, offer, currency)


def unit_words(sheet: Sheet, currency: str) -> str:
    """The unit of a price."""
    return unit_of(sheet.words, currency)


def currency_words(sheet: Sheet, currency: str) -> str:
    """The currency's everyday name."""
    return currency_of(sheet.words, currency)


def meter(sheet: Sheet, rect: Rect, offer: Offer, currency: str, facts: Facts) -> None:
    """Set the card."""
    inside = sheet.card(rect)
    tall = inside.h >= sheet.px(60)
    colours = sheet.colours
    head, inside = inside.cut_top(sheet.px(13 if tall else 10), sheet.px(2 if tall else 0))
    _head(sheet, head, offer, currency)
    rule, inside = inside.cut_top(sheet.px(3 if tall else 1))
    sheet.rule(rule)
    foot, inside = inside.cut_bottom(sheet.px(18 if tall else 14))
    _amount(sheet, foot, currency, facts)
    rule, inside = inside.cut_bottom(sheet.px(3 if tall else 1))
    sheet.rule(rule)
    top, inside = inside.cut_top(sheet.line_px(Size.SMALL))
    fonts = sheet.kit.fonts
    said, width = facts.note, fonts.width(facts.note, Size.SMALL, Weight.REGULAR)
    if width + fonts.width(facts.label, Size.SMALL, Weight.BOLD) + sheet.px(2) > top.w:
        said = facts.short_note or said
        width = fonts.width(said, Size.SMALL, Weight.REGULAR)
    note, label = top.cut_right(width, sheet.px(2))
    sheet.text(label, facts.label, (Size.SMALL,), Weight.BOLD, colours.soft, colours.card)
    sheet.text(note, said, (Size.SMALL,), Weight.REGULAR, colours.soft, colours.card, Align.RIGHT)
    value = Value(facts.weight, sheet.words.say("unit.kg"), facts.live)
    value.set(sheet, inside, (Size.HUGE, Size.LARGE), colours.ink)


def _head(sheet: Sheet, rect: Rect, offer: Offer, currency: str) -> None:
    """Icon and name on the left, the frozen unit price on the right."""
    colours = sheet.colours
    badge, rest = rect.cut_left(rect.h, sheet.px(2))
    sheet.badge(badge, material_icon(offer.material), Tone.GOOD)
    price = price_words(sheet, offer, currency)
    name = sheet.words.material(offer.material)
    fonts = sheet.kit.fonts
    size = Size.BODY
    if fonts.width(price + name, size, Weight.BOLD) > rest.w - sheet.px(3):
        size = Size.SMALL
    width = sheet.kit.fonts.width(price, size, Weight.BOLD)
    right, left = rest.cut_right(width, sheet.px(2))
    sheet.text(right, price, (size,), Weight.BOLD, colours.accent, colours.card, Align.RIGHT)
    sheet.text(left, name, (Size.BODY, Size.SMALL), Weight.BOLD, ground=colours.card)


def _amount(sheet: Sheet, rect: Rect, currency: str, facts: Facts) -> None:
    """The money, or the words that stand in its place."""
    colours = sheet.colours
    if facts.amount_note:
        sheet.text(
            rect,
            facts.amount_note,
            (Size.BODY, Size.SMALL),
            colour=colours.soft,
            ground=colours.card,
        )
        return
    ink = colours.ink if facts.tone is None else colours.tone(facts.tone)
    label = facts.amount_label
    least = sheet.kit.fonts.width(label, Size.SMALL, Weight.REGULAR) + sheet.px(2)
    value = Value(facts.amount, currency_words(sheet, currency))
    used = value.set(sheet, rect, (Size.LARGE, Size.TITLE, Size.BODY), ink, least)
    left = rect._replace(w=rect.w - used - sheet.px(2))
    size = sheet.common_size((label,), (Size.BODY, Size.SMALL), left.w)
    sheet.text(left, label, (size,), colour=colours.soft, ground=colours.card)


class Value(Struct, frozen=True):
    """A number with its unit."""

    number: str | None
    unit: str
    live: bool = False

    def set(
        self, sheet: Sheet, rect: Rect, sizes: Sequence[Size], ink: Colour, least: int = 0
    ) -> int:
        """Set it right-aligned on one line, as large as leaves ``least`` pixels on its left.

        Returns the width taken in pixels.
        """
        small = Size.BODY
        fonts, colours = sheet.kit.fonts, sheet.colours
        width = fonts.width(self.unit, small, Weight.BOLD)
        right, left = rect.cut_right(width, sheet.px(1, 5))
        shown = "–" if self.number is None else self.number
        size = next((s for s in sizes if sheet.number_px(shown, s) <= left.w - least), sizes[-1])
        # The unit stands on the number's baseline: both are set about their middle.
        drop = (fonts.em_px(size) - fonts.em_px(small)) * BASELINE_PERCENT // 100
        sheet.text(
            right._replace(y=right.y + drop),
            self.unit,
            (small,),
            Weight.BOLD,
            colours.soft,
            colours.card,
            Align.RIGHT,
        )
        sheet.number(left, shown, size, ink, colours.card, self.live)
        return width + sheet.px(1, 5) + sheet.number_px(shown, size)
