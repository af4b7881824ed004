"""Any screen in large type, set from its outline: what does not fit at once comes page by page.

A capital of 0.7 degrees leaves room for three lines on the smallest panel: there is nothing to be
gained by squeezing the ordinary arrangement. Here everything stands in one column, in the order in
which it matters, and the buttons stay where they are on every page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from kiosk.views import View
from ui.code import Code, code_rect
from ui.ease import PAGE
from ui.geometry import Rect
from ui.outline import Fact, Option, Outline
from ui.parts import Align, Box
from ui.screens.frame import CANCEL, brand, controls
from ui.screens.meter import Value
from ui.screens.receipt import CODE_INK, CODE_MM_MOST, PAPER_WHITE, plate_px
from ui.sheet import Sheet
from ui.theme import Size, Tone, Weight

FACT_PERCENT = 118
"""Height of a row of the card, in percent of a line; on a low panel every pixel counts."""
CODE_MM_LEAST = 34
GAP_MM = 2


@dataclass(frozen=True)
class Block:
    """Something that stands on one page: a fact, a line of text or the code."""

    height: int
    fact: Fact | None = None
    line: str = ""
    code: str = ""
    size: Size = Size.BODY
    """Of the fact's number."""


def large(sheet: Sheet, view: View, outline: Outline) -> None:
    """Set the page of the outline that the moment asks for."""
    room, body = controls(sheet, view, CANCEL if outline.cancel else None)
    if outline.listed:
        _tiles(sheet, body, outline)
        return
    aside = sheet.low and not outline.cancel and _fits_aside(sheet, room, outline)
    if not (aside or outline.cancel or (sheet.below and not sheet.tower)):
        brand(sheet, room, view.place, view.kiosk)
    head = 0 if aside else _head_px(sheet, body.w, outline)
    for more in (False, True):
        rows = _button_rows(sheet, body.w, outline.options, more)
        foot, page = body.cut_bottom(_foot_px(sheet, len(rows)), sheet.gap if rows else 0)
        pages = _best(sheet, page, head, outline)
        if len(pages) == 1:
            break
    for place, buttons in zip(foot.rows(max(1, len(rows)), _gap(sheet)), rows, strict=False):
        _foot(sheet, place, buttons)
    title, page = page.cut_top(head)
    _head(sheet, room if aside else title, outline)
    _page(sheet, page, pages[sheet.moment.page % len(pages)])


def _fits_aside(sheet: Sheet, room: Rect, outline: Outline) -> bool:
    """True if the title takes the place of the machine's name: on a low panel that is a line."""
    width = room.w - _mark_px(sheet)
    return sheet.kit.fonts.width(_title(outline), Size.BODY, Weight.BOLD) <= width


def _title(outline: Outline) -> str:
    """The title in one paragraph: lines are dear here."""
    return " ".join(outline.title.split("\n"))


def _best(sheet: Sheet, page: Rect, head: int, outline: Outline) -> list[list[Block]]:
    """The pages with the largest numbers that do not need another page."""
    found: list[list[list[Block]]] = []
    for size in (Size.BODY, Size.TITLE, Size.LARGE, Size.HUGE):
        pages = _pages(_blocks(sheet, page.w, outline, size), page.h - head, _pad(sheet))
        if found and len(pages) > len(found[0]):
            break
        found.append(pages)
    return found[-1]


def _gap(sheet: Sheet) -> int:
    """Between two things to press: in true millimetres, as fingers are."""
    return sheet.kit.panel.mm(GAP_MM)


def _pad(sheet: Sheet) -> int:
    """Above and below the rows of a card."""
    return sheet.px(1 if sheet.low else 2)


def _row_px(sheet: Sheet, size: Size) -> int:
    """The height of a row of the card."""
    return sheet.line_px(size) * (100 if sheet.low else FACT_PERCENT) // 100


def _head_px(sheet: Sheet, width: int, outline: Outline) -> int:
    size = _title_size(sheet, width, outline)
    room = width - _mark_px(sheet)
    return sheet.line_px(size) * len(sheet.lines(_title(outline), size, Weight.BOLD, room))


def _mark_px(sheet: Sheet) -> int:
    """The badge before the title and the space after it; none where the width is all needed."""
    return 0 if sheet.tall and not sheet.tower else sheet.line_px(Size.TITLE) + sheet.px(2)


def _title_size(sheet: Sheet, width: int, outline: Outline) -> Size:
    sizes = (Size.TITLE, Size.BODY)
    lines = 1 if sheet.low else 2
    return sheet.common_size((_title(outline),), sizes, width - _mark_px(sheet), lines)


def _head(sheet: Sheet, rect: Rect, outline: Outline) -> None:
    """The title, after the badge of its tone."""
    words = rect
    if mark := _mark_px(sheet):
        badge, words = rect.cut_left(mark - sheet.px(2), sheet.px(2))
        sheet.badge(badge._replace(h=min(rect.h, badge.w)), outline.icon, outline.tone)
    size = _title_size(sheet, rect.w, outline)
    colour = sheet.colours.tone(outline.tone) if outline.tone in (Tone.WAIT, Tone.STOP) else None
    words = words._replace(h=min(words.h, sheet.line_px(size) * 2))
    sheet.text(words, _title(outline), (size,), Weight.BOLD, colour)


def _blocks(sheet: Sheet, width: int, outline: Outline, largest: Size) -> list[Block]:
    """Facts first, then the words line by line, then the code."""
    line = sheet.line_px(Size.BODY)
    room = width - 2 * sheet.px(3)
    texts = [
        [Block(line, line=one) for one in sheet.lines(text, Size.BODY, Weight.REGULAR, width)]
        for text in outline.body
    ]
    first = texts.pop(0) if outline.words_first and texts else []
    done = []
    for fact in outline.facts:
        size = largest if fact.main else Size.BODY
        above = 0 if _one_row(sheet, fact, room, size) else len(_label(sheet, fact, room))
        rows = 1 if fact.value else len(_unit(sheet, fact, room))
        high = line * (above + rows - 1) + _row_px(sheet, size)
        done.append(Block(high, fact=fact, size=size))
    done = [*first, *done, *(block for text in texts for block in text)]
    if outline.code:
        side = max(plate_px(sheet, outline.code), sheet.kit.panel.mm(CODE_MM_LEAST))
        done.append(Block(side, code=outline.code))
    return done


def _unit(sheet: Sheet, fact: Fact, room: int) -> Sequence[str]:
    """The words that stand in a number's place."""
    return sheet.lines(fact.unit, Size.BODY, Weight.BOLD, room)


def _label(sheet: Sheet, fact: Fact, room: int) -> Sequence[str]:
    return sheet.lines(fact.label, Size.BODY, Weight.REGULAR, room) if fact.label else ()


def _value_px(sheet: Sheet, fact: Fact, size: Size) -> int:
    number = sheet.number_px(fact.value, size) + sheet.px(1) if fact.value else 0
    return number + sheet.kit.fonts.width(fact.unit, Size.BODY, Weight.BOLD)


def _one_row(sheet: Sheet, fact: Fact, room: int, size: Size) -> bool:
    """True if label and value stand on one line."""
    label = sheet.kit.fonts.width(fact.label, Size.BODY, Weight.REGULAR)
    return label + sheet.px(3) + _value_px(sheet, fact, size) <= room


def _pages(blocks: Sequence[Block], height: int, pad: int) -> list[list[Block]]:
    """The blocks in pages of at most that height; one block at least on each."""
    pages: list[list[Block]] = [[]]
    used = 0
    for block in blocks:
        last = pages[-1]
        opens = block.fact is not None and not any(one.fact for one in last)
        extra = 3 * pad if opens else 0
        if last and (used + block.height + extra > height or block.code):
            pages.append([])
            used, extra = 0, 3 * pad if block.fact is not None else 0
        pages[-1].append(block)
        used += block.height + extra
    return pages


def _page(sheet: Sheet, rect: Rect, blocks: Sequence[Block]) -> None:
    """The blocks from top to bottom; facts that follow each other share a card."""
    pad, colours, y = _pad(sheet), sheet.colours, rect.y
    for is_fact, group in groupby(blocks, key=lambda block: block.fact is not None):
        some = list(group)
        if is_fact:
            high = sum(block.height for block in some) + 2 * pad
            y += pad // 2
            _card(sheet, Rect(rect.x, y, rect.w, high), some)
            y += high + pad
            continue
        for block in some:
            line = Rect(rect.x, y, rect.w, block.height)
            if block.code:
                _code(sheet, rect._replace(y=y, h=rect.bottom - y), block.code)
            else:
                plain = Weight.REGULAR
                sheet.text(line, block.line, (Size.BODY,), plain, colours.soft, even=False)
            y += block.height


def _card(sheet: Sheet, card: Rect, facts: Sequence[Block]) -> None:
    """Rows with a hairline between them."""
    sheet.box(card, sheet.colours.card, sheet.kit.theme.radius, shadow=True)
    top = card.y + _pad(sheet)
    for index, block in enumerate(facts):
        row = Rect(card.x, top, card.w, block.height).inset(sheet.px(3), 0)
        if index:
            sheet.rule(row._replace(h=max(1, sheet.px(0, 3))))
        if block.fact is not None:
            _fact(sheet, row, block, block.fact)
        top += block.height


def _code(sheet: Sheet, rect: Rect, text: str) -> None:
    side = min(rect.h, rect.w, sheet.kit.panel.mm(CODE_MM_MOST))
    plate = rect.centred(side, side)
    sheet.parts.append(Box(plate, PAPER_WHITE, sheet.px(2)))
    sheet.parts.append(Code(code_rect(plate, text), text, CODE_INK, PAPER_WHITE))


def _fact(sheet: Sheet, row: Rect, block: Block, fact: Fact) -> None:
    """Label on the left, value on the right; on two lines where one is too narrow."""
    colours, small, size = sheet.colours, Size.BODY, block.size
    label, value = row, row
    used = row.w
    if not _one_row(sheet, fact, row.w, size):
        label, value = row.cut_top(sheet.line_px(small) * len(_label(sheet, fact, row.w)))
    else:
        used -= _value_px(sheet, fact, size) + sheet.px(2)
    if fact.label:
        plain = Weight.REGULAR
        sheet.text(label._replace(w=used), fact.label, (small,), plain, colours.soft, colours.card)
    if not fact.value:
        room = min(row.w, sheet.kit.fonts.width(fact.unit, small, Weight.BOLD))
        words, bold = value.cut_right(room)[0], Weight.BOLD
        sheet.text(words, fact.unit, (small,), bold, colours.ink, colours.card, Align.RIGHT)
        return
    live = fact.live
    Value(fact.value, fact.unit, live).set(sheet, value, (size,), colours.ink)


def _button_rows(
    sheet: Sheet, width: int, options: Sequence[Option], more: bool
) -> list[list[Option]]:
    """The buttons side by side, the one that turns the page before them; the main one gets a row
    of its own where the words of all need more than the width."""
    buttons = list(options)
    if more:
        buttons.insert(0, Option(PAGE, sheet.words.say("button.more"), main=False))
    if not buttons:
        return []
    needs = sum(_button_px(sheet, one.label) for one in buttons)
    if needs + _gap(sheet) * (len(buttons) - 1) <= width or len(buttons) == 1:
        return [buttons]
    return [buttons[:-1], buttons[-1:]]


def _foot_px(sheet: Sheet, rows: int) -> int:
    """The height of so many rows of buttons."""
    height = max(sheet.target_px, sheet.line_px(Size.BODY) + sheet.px(3))
    return rows * height + _gap(sheet) * max(0, rows - 1)


def _foot(sheet: Sheet, rect: Rect, buttons: Sequence[Option]) -> None:
    """One row of buttons, each as wide as its words and a share of the rest."""
    gap = _gap(sheet)
    needs = [_button_px(sheet, one.label) for one in buttons]
    spare = (rect.w - gap * (len(needs) - 1) - sum(needs)) // len(needs)
    x = rect.x
    for need, one in zip(needs, buttons, strict=True):
        cell = Rect(x, rect.y, need + spare, rect.h)
        sheet.button(cell, one.label, one.choice, main=one.main, sizes=(Size.BODY,))
        x += need + spare + gap


def _button_px(sheet: Sheet, label: str) -> int:
    """The width a button needs for its words on one line."""
    words = sheet.kit.fonts.width(label, Size.BODY, Weight.BOLD)
    return max(sheet.target_px, words + 2 * sheet.px(2) + 1)


def _tiles(sheet: Sheet, body: Rect, outline: Outline) -> None:
    """The options as tiles of two lines, page by page; what went wrong before them."""
    title = outline.title if not outline.body else " ".join(outline.body)
    size = sheet.common_size((title,), (Size.TITLE, Size.BODY), body.w, 1 if sheet.low else 2)
    lines = sheet.lines(title, size, Weight.BOLD, body.w)
    head, body = body.cut_top(sheet.line_px(size) * len(lines), sheet.px(1))
    colour = sheet.colours.wait if outline.body else sheet.colours.ink
    sheet.text(head, title, (size,), Weight.BOLD, colour)
    down = max(0, sheet.reach_y - body.y)
    body = body._replace(y=body.y + down, h=body.h - down)
    gap = _gap(sheet)
    line = sheet.line_px(Size.BODY)
    least = max(sheet.target_px, line * 2)
    across = max(1, min(2 if sheet.tall else 3, body.w // _tile_px(sheet, outline.options)))
    down = max(1, (body.h + gap) // (least + gap))
    if across * down >= len(outline.options):
        down = -(-len(outline.options) // across)
        across = -(-len(outline.options) // down)
    cells = [cell for row in body.rows(down, gap) for cell in row.columns(across, gap)]
    shown, more = _shown(outline.options, len(cells), sheet.moment.page)
    for cell, option in zip(cells, shown, strict=False):
        _tile(sheet, cell, option)
    if more:
        label = sheet.words.say("button.more")
        sheet.button(cells[-1], label, PAGE, main=False, sizes=(Size.BODY,))


def _shown(options: Sequence[Option], room: int, page: int) -> tuple[Sequence[Option], bool]:
    """The options of that page, and whether its last cell turns it."""
    if len(options) <= room:
        return options, False
    each = max(1, room - 1)
    start = page % -(-len(options) // each) * each
    return options[start : start + each], True


def _tile_px(sheet: Sheet, options: Sequence[Option]) -> int:
    fonts, bold = sheet.kit.fonts, Weight.BOLD
    texts = [text for one in options for text in (one.label, one.note)]
    widest = max((fonts.width(text, Size.BODY, bold) for text in texts), default=1)
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
    upper, lower = stack.rows(2, 0)
    ink = colours.ink if taken else colours.soft
    accent = colours.accent if taken else colours.wait
    sheet.text(upper, option.label, (Size.BODY,), Weight.BOLD, ink, ground, Align.CENTRE)
    sheet.text(lower, option.note, (Size.BODY,), Weight.BOLD, accent, ground, Align.CENTRE)
