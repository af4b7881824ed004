"""The choices of a flowing screen as tiles: a name over its price, page by page."""

from collections.abc import Sequence

from ui.ease import PAGE
from ui.geometry import Rect
from ui.outline import Option, Outline
from ui.parts import Align, Box
from ui.screens.flow_buttons import button_rows, gap_px, rows_px, set_rows
from ui.sheet import Sheet
from ui.theme import Size, Tone, Weight


def tiles(sheet: Sheet, body: Rect, outline: Outline) -> None:
    """The options as tiles of two lines, page by page; what went wrong before them, on a page of
    its own where it leaves no room."""
    page, wrong = sheet.moment.page, " ".join(outline.body)
    title = wrong or outline.title
    least = max(sheet.target_px, sheet.line_px(Size.BODY) * 2)
    size, high = _head_px(sheet, body.w, title)
    gap = gap_px(sheet)
    across = max(1, min(2 if sheet.tall else 3, body.w // _tile_px(sheet, outline.options)))
    # A tile and the one that turns the page, or all of them if that is one.
    rows = 2 if across == 1 < len(outline.options) else 1
    if wrong and body.h - high - sheet.px(1) < rows * (least + gap) - gap:
        told = _told_alone(sheet, body, wrong)
        if page < told:
            return
        title, page = outline.title, page - told
        size, high = _head_px(sheet, body.w, title)
    head, body = body.cut_top(high, sheet.px(1))
    colour = sheet.colours.wait if title == wrong else sheet.colours.ink
    sheet.text(head, title, (size,), Weight.BOLD, colour)
    down = max(0, sheet.reach_y - body.y)
    body = body._replace(y=body.y + down, h=body.h - down)
    down = max(1, (body.h + gap) // (least + gap))
    if across * down >= len(outline.options):
        down = -(-len(outline.options) // across)
        across = -(-len(outline.options) // down)
    cells = [cell for row in body.rows(down, gap) for cell in row.columns(across, gap)]
    shown, more = _shown(outline.options, len(cells), page)
    for cell, option in zip(cells, shown, strict=False):
        _tile(sheet, cell, option)
    if more:
        label = sheet.words.say("button.more")
        sheet.button(cells[-1], label, PAGE, main=False, sizes=(Size.BODY,))


def _head_px(sheet: Sheet, width: int, title: str) -> tuple[Size, int]:
    """The size of the words above the tiles, and their height."""
    lines = 1 if sheet.low else 2
    size = sheet.common_size((title,), (Size.TITLE, Size.BODY), width, lines)
    return size, sheet.line_px(size) * len(sheet.lines(title, size, Weight.BOLD, width))


def _told_alone(sheet: Sheet, body: Rect, wrong: str) -> int:
    """The first pages are what went wrong, with a button to go on; returns how many they are."""
    rows = button_rows(sheet, body.w, (), more=True)
    foot, rest = body.cut_bottom(rows_px(sheet, body.w, rows), sheet.gap)
    lines = sheet.lines(wrong, Size.BODY, Weight.BOLD, body.w)
    each = max(1, rest.h // sheet.line_px(Size.BODY))
    pages = -(-len(lines) // each)
    if (page := sheet.moment.page) < pages:
        text = "\n".join(lines[page * each : (page + 1) * each])
        sheet.text(rest, text, (Size.BODY,), Weight.BOLD, sheet.colours.wait, top=True)
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
    texts = [text for one in options for text in (one.label, one.note) if one.note]
    widest = max((fonts.width(text, Size.BODY, bold) for text in texts), default=1)
    words = (fonts.longest(one.label, Size.BODY, bold) for one in options)
    widest = max(widest, *words) if options else widest
    return widest + sheet.px(6)


def _tile(sheet: Sheet, rect: Rect, option: Option) -> None:
    """A name over its price; one that takes nothing has no shadow and says why."""
    colours, taken = sheet.colours, bool(option.choice)
    pressed = taken and sheet.touchable(rect, option.choice)
    ground = colours.card if taken else colours.line.over(colours.paper, 45)
    if pressed:
        ground = colours.wash(Tone.GOOD)
    edge = colours.accent if pressed else colours.edge if taken else None
    radius = sheet.px(sheet.kit.theme.radius)
    sheet.parts.append(Box(rect, ground, radius, taken and not pressed, edge, sheet.edge_px))
    inner = rect.inset(sheet.px(2), 0)
    line = sheet.line_px(Size.BODY)
    stack = inner.centred(inner.w, min(inner.h, 2 * line))
    upper, lower = stack.rows(2, 0) if option.note else (stack, stack)
    ink = colours.ink if taken else colours.soft
    accent = colours.accent if taken else colours.wait
    if not option.note:
        sheet.text(stack, option.label, (Size.BODY,), Weight.BOLD, ink, ground, Align.CENTRE)
        return
    sheet.text(upper, option.label, (Size.BODY,), Weight.BOLD, ink, ground, Align.CENTRE)
    if not option.note:
        return
    sheet.text(lower, option.note, (Size.BODY,), Weight.BOLD, accent, ground, Align.CENTRE)
