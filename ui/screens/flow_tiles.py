"""The choices of a flowing screen as tiles: a name over its price, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from ui.ease import PAGE
from ui.geometry import Rect
from ui.outline import Option, Outline
from ui.parts import Align, Box
from ui.screens.flow_buttons import button_rows, rows_px, set_rows
from ui.sheet import Sheet
from ui.theme import Size, Tone, Weight

BADGE_LEAST, BADGE_MOST = 9, 22
"""A smaller picture tells nobody what it is; in grid units."""


def tiles(sheet: Sheet, body: Rect, outline: Outline) -> None:
    """The options as tiles of two lines, page by page; what went wrong before them, on a page of
    its own where it leaves no room."""
    page, wrong = sheet.moment.page, " ".join(outline.body)
    title = wrong or outline.title
    least = max(sheet.target_px, sheet.line_px(Size.BODY) * 2)
    size, high = _head_px(sheet, body.w, title)
    gap = sheet.apart_px
    across = max(1, min(2 if sheet.tall else 3, body.w // _tile_px(sheet, outline.options)))
    # A tile and the one that turns the page, or all of them if that is one.
    rows = 2 if across == 1 < len(outline.options) else 1
    if wrong and body.h - high - sheet.px(1) < rows * (least + gap) - gap:
        told = _told_alone(sheet, body, wrong, outline.tone)
        if page < told:
            return
        title, page = outline.title, page - told
        size, high = _head_px(sheet, body.w, title)
    head, body = body.cut_top(high, sheet.px(1))
    colour = sheet.colours.tone(outline.tone) if title == wrong else sheet.colours.ink
    sheet.text(head, title, (size,), Weight.BOLD, colour)
    down = max(0, sheet.reach_y - body.y)
    body = body._replace(y=body.y + down, h=body.h - down)
    down = max(1, (body.h + gap) // (least + gap))
    if across * down >= len(outline.options):
        down = -(-len(outline.options) // across)
        across = -(-len(outline.options) // down)
    cells = [cell for row in body.rows(down, gap) for cell in row.columns(across, gap)]
    shown, more = _shown(outline.options, len(cells), page)
    badge = _badge(sheet, cells[0], outline.options)
    for cell, option in zip(cells, shown, strict=False):
        _tile(sheet, cell, option, badge)
    if more:
        label = sheet.words.say("button.more")
        sheet.button(cells[-1], label, PAGE, main=False, sizes=(Size.BODY,))


def _head_px(sheet: Sheet, width: int, title: str) -> tuple[Size, int]:
    """The size of the words above the tiles, and their height."""
    lines = 1 if sheet.low else 2
    largest = (Size.LARGE,) if sheet.tower else ()
    size = sheet.common_size((title,), (*largest, Size.TITLE, Size.BODY), width, lines)
    return size, sheet.line_px(size) * len(sheet.lines(title, size, Weight.BOLD, width))


def _told_alone(sheet: Sheet, body: Rect, wrong: str, tone: Tone) -> int:
    """The first pages are what went wrong, with a button to go on; returns how many they are."""
    rows = button_rows(sheet, body.w, (), more=True)
    foot, rest = body.cut_bottom(rows_px(sheet, body.w, rows), sheet.gap)
    lines = sheet.lines(wrong, Size.BODY, Weight.BOLD, body.w)
    each = max(1, rest.h // sheet.line_px(Size.BODY))
    pages = -(-len(lines) // each)
    if (page := sheet.moment.page) < pages:
        text = "\n".join(lines[page * each : (page + 1) * each])
        sheet.text(rest, text, (Size.BODY,), Weight.BOLD, sheet.colours.tone(tone), top=True)
        set_rows(sheet, foot, rows)
    return pages


def _shown(options: Sequence[Option], room: int, page: int) -> tuple[Sequence[Option], bool]:
    """The options of that page, and whether its last cell turns it."""
    if len(options) <= room:
        return options, False
    each = max(1, room - 1)
    start = page % -(-len(options) // each) * each
    return options[start : start + each], True


def _tile_px(sheet: Sheet, options: Sequence[Option]) -> int:
    fonts, bold = sheet.kit.fonts, Weight.BOLD
    # A label without a note may take both lines.
    words = (fonts.longest(one.label, Size.BODY, bold) for one in options)
    return max((1, _words_px(sheet, options), *words)) + sheet.px(6)


def _words_px(sheet: Sheet, options: Sequence[Option]) -> int:
    """The width of the widest label or note, with its mark, of those that have both."""
    fonts, bold = sheet.kit.fonts, Weight.BOLD
    labels = [fonts.width(one.label, Size.BODY, bold) for one in options if one.note]
    notes = [
        fonts.width(one.note, Size.BODY, bold) + (_mark_px(sheet) if one.mark else 0)
        for one in options
        if one.note
    ]
    return max((0, *labels, *notes))


def _mark_px(sheet: Sheet) -> int:
    """The width of a mark before a note, with the space after it."""
    return sheet.kit.fonts.em_px(Size.BODY) + sheet.px(1)


@dataclass(frozen=True)
class Badge:
    """What a tile is for, as a picture: how large, and whether over the words or beside them."""

    side: int
    over: bool


def _badge(sheet: Sheet, cell: Rect, options: Sequence[Option]) -> Badge | None:
    """The same on every tile; None where the words need all the room."""
    if not all(one.icon and one.note for one in options):
        return None
    words = 2 * sheet.line_px(Size.BODY)
    least, most, gap = sheet.px(BADGE_LEAST), sheet.px(BADGE_MOST), sheet.px(2)
    over = min(most, cell.h - words - 2 * gap)
    beside = min(most, words, cell.h - gap, cell.w - _words_px(sheet, options) - 4 * gap)
    if max(over, beside) < least:
        return None
    return Badge(max(over, beside), over >= beside)


def _tile(sheet: Sheet, rect: Rect, option: Option, badge: Badge | None) -> None:
    """A name over its price; one that takes nothing has no shadow, and says why after its mark."""
    colours, taken, bold = sheet.colours, bool(option.choice), Weight.BOLD
    pressed = taken and sheet.touchable(rect, option.choice)
    ground = colours.card if taken else colours.line.over(colours.paper, 45)
    if pressed:
        ground = colours.wash(Tone.GOOD)
    edge = colours.accent if pressed else colours.edge if taken else None
    radius = sheet.px(sheet.kit.theme.radius)
    sheet.parts.append(Box(rect, ground, radius, taken and not pressed, edge, sheet.edge_px))
    inner = rect.inset(sheet.px(2), 0)
    stack = inner.centred(inner.w, min(inner.h, 2 * sheet.line_px(Size.BODY)))
    ink = colours.ink if taken else colours.soft
    if not option.note:
        sheet.text(stack, option.label, (Size.BODY,), bold, ink, ground, Align.CENTRE)
        return
    align = Align.CENTRE
    if badge is not None:
        align = Align.CENTRE if badge.over else Align.LEFT
        mark, stack = _parted(sheet, inner, stack.h, badge)
        sheet.badge(mark, option.icon, Tone.GOOD if taken else None)
    upper, lower = stack.rows(2, 0)
    sheet.text(upper, option.label, (Size.BODY,), bold, ink, ground, align)
    accent = colours.accent if taken else colours.wait
    if option.mark:
        side = sheet.kit.fonts.em_px(Size.BODY)
        wide = sheet.kit.fonts.width(option.note, Size.BODY, bold) + _mark_px(sheet)
        if align is Align.CENTRE:
            lower = lower.centred(min(lower.w, wide), lower.h)
        sheet.icon(lower._replace(w=side), option.mark, accent, ground)
        lower = lower.cut_left(_mark_px(sheet))[1]
    sheet.text(lower, option.note, (Size.BODY,), bold, accent, ground, align)


def _parted(sheet: Sheet, inner: Rect, words: int, badge: Badge) -> tuple[Rect, Rect]:
    """The place of the picture and that of the words, ``words`` pixels high."""
    gap = sheet.px(2)
    if badge.over:
        group = inner.centred(inner.w, badge.side + words)
        return group.cut_top(badge.side)
    mark, rest = inner.cut_left(badge.side, gap)
    return mark.centred(badge.side, badge.side), rest.centred(rest.w, words)
