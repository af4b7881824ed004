"""Any screen set from its outline: what does not fit at once comes page by page.

For large type, of which the smallest panel holds three lines, and for words that are too long for
the drawn screen, in a language we have not met or an operator's own: nothing is cut. Here
everything stands in one column, in the order in which it matters, and the buttons stay where they
are on every page.
"""

from collections.abc import Sequence
from itertools import groupby

from msgspec import Struct

from kiosk.views import View
from ui.code import Code, code_rect
from ui.geometry import Rect
from ui.outline import Fact, Option, Outline
from ui.parts import Align, Box
from ui.screens.flow_buttons import button_rows, rows_px, set_rows
from ui.screens.flow_tiles import tiles
from ui.screens.frame import CANCEL, brand, controls
from ui.screens.meter import Value
from ui.screens.receipt import CODE_INK, CODE_MM_MOST, PAPER_WHITE, plate_px
from ui.sheet import Sheet
from ui.theme import Size, Tone, Weight

FACT_PERCENT = 118
"""Height of a row of the card, in percent of a line; on a low panel every pixel counts."""
CODE_MM_LEAST = 34
LARGER = (Size.HUGE, Size.LARGE, Size.TITLE)


class Block(Struct, frozen=True):
    """Something that stands on one page: a fact, a line of text or the code."""

    height: int
    fact: Fact | None = None
    line: str = ""
    code: str = ""
    size: Size = Size.BODY
    """Of the fact's number."""


def flow(sheet: Sheet, view: View, outline: Outline) -> None:
    """Set the page of the outline that the moment asks for."""
    room, body = controls(sheet, view, CANCEL if outline.cancel else None)
    if outline.listed:
        tiles(sheet, body, outline)
        return
    aside = sheet.low and not outline.cancel and _fits_aside(sheet, room, outline)
    if not (aside or outline.cancel or (sheet.below and not sheet.tower)):
        brand(sheet, room, view.place, view.kiosk)
    head = 0 if aside else _head_px(sheet, body.w, outline)
    for more in (False, True):
        rows = button_rows(sheet, body.w, outline.options, more)
        page = body.cut_bottom(rows_px(sheet, body.w, rows), sheet.gap if rows else 0)[1]
        pages = _best(sheet, page, head, outline)
        if len(pages) == 1:
            break
    if len(rows) > 1 and page.h - head < 2 * sheet.line_px(Size.BODY):
        rows, page, pages = _apart(sheet, body, head, outline)
    title, page = page.cut_top(head)
    _head(sheet, room if aside else title, outline)
    words = _page(sheet, page, pages[sheet.moment.page % len(pages)])
    top = words.bottom if outline.huge and len(pages) == 1 else page.bottom
    set_rows(sheet, body._replace(y=top + sheet.gap, h=body.bottom - top - sheet.gap), rows)


def _apart(
    sheet: Sheet, body: Rect, head: int, outline: Outline
) -> tuple[list[list[Option]], Rect, list[list[Block]]]:
    """Words and buttons that do not go together on one page: the words come first, the last page
    is the buttons. Returns this page's rows, the room above them, and the pages."""
    turn = button_rows(sheet, body.w, (), more=True)
    above = body.cut_bottom(rows_px(sheet, body.w, turn), sheet.gap)[1]
    pages = [*_best(sheet, above, head, outline), []]
    if sheet.moment.page % len(pages) < len(pages) - 1:
        return turn, above, pages
    rows = button_rows(sheet, body.w, outline.options, more=True)
    return rows, body.cut_bottom(rows_px(sheet, body.w, rows), sheet.gap)[1], pages


def _fits_aside(sheet: Sheet, room: Rect, outline: Outline) -> bool:
    """True if the title takes the place of the machine's name: on a low panel that is a line."""
    width = room.w - _mark_px(sheet)
    return sheet.kit.fonts.width(_title(outline), Size.BODY, Weight.BOLD) <= width


def _title(outline: Outline) -> str:
    """The title in one paragraph: lines are dear here."""
    return " ".join(outline.title.split("\n"))


def _best(sheet: Sheet, page: Rect, head: int, outline: Outline) -> list[list[Block]]:
    """The pages with the largest numbers people came for that leave the first page as it is with
    small ones, for one page more at most."""
    found: list[list[list[Block]]] = []
    for size in (Size.BODY, Size.TITLE, Size.LARGE, Size.HUGE):
        high = page.h - head
        pages = _pages(_blocks(sheet, page.w, high, outline, size), high, _pad(sheet))
        if found and (len(pages) > len(found[0]) + 1 or _mains(pages[0]) < _mains(found[0][0])):
            break
        if found and len(found[0]) == 1 < len(pages):
            break
        found.append(pages)
    return found[-1]


def _mains(blocks: Sequence[Block]) -> int:
    """How many of the numbers people came for are among them."""
    return sum(block.fact is not None and block.fact.main for block in blocks)


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


def _blocks(sheet: Sheet, width: int, most: int, outline: Outline, largest: Size) -> list[Block]:
    """Facts first, then the words line by line, then the code; a fact higher than ``most`` is
    words, too."""
    line = sheet.line_px(Size.BODY)
    room = width - 2 * sheet.px(3)
    texts = [
        [Block(line, line=one) for one in sheet.lines(text, Size.BODY, Weight.REGULAR, width)]
        for text in outline.body
    ]
    first = texts.pop(0) if outline.words_first and texts else []
    done = []
    for fact in outline.facts:
        size = _number_size(sheet, fact, room, largest)
        above = 0 if _one_row(sheet, fact, room, size) else len(_label(sheet, fact, room))
        rows = 1 if fact.value else len(_unit(sheet, fact, room))
        high = line * (above + rows - 1) + _row_px(sheet, size)
        if high + 3 * _pad(sheet) <= most:
            done.append(Block(high, fact=fact, size=size))
            continue
        text = f"{fact.label} {fact.value}{fact.unit}"
        lines = sheet.lines(text, Size.BODY, Weight.REGULAR, width)
        done += [Block(line, line=one) for one in lines]
    done = [*first, *done, *(block for text in texts for block in text)]
    if outline.code:
        side = max(plate_px(sheet, outline.code), sheet.kit.panel.mm(CODE_MM_LEAST))
        done.append(Block(side, code=outline.code))
    return done


def _number_size(sheet: Sheet, fact: Fact, room: int, largest: Size) -> Size:
    """As large as wished, if it is one of the numbers people came for and has the room."""
    wished = [size for size in LARGER if size.em_tenths <= largest.em_tenths and fact.main]
    fits = (size for size in wished if _value_px(sheet, fact, size) <= room)
    return next(fits, Size.BODY)


def _unit(sheet: Sheet, fact: Fact, room: int) -> Sequence[str]:
    """The words that stand in a number's place."""
    return sheet.lines(fact.unit, Size.BODY, Weight.BOLD, room)


def _label(sheet: Sheet, fact: Fact, room: int) -> Sequence[str]:
    return sheet.lines(fact.label, Size.BODY, Weight.REGULAR, room) if fact.label else ()


def _value_px(sheet: Sheet, fact: Fact, size: Size) -> int:
    number = sheet.number_px(fact.value, size) + sheet.px(1) if fact.value else 0
    return number + sheet.px(1) + sheet.kit.fonts.width(fact.unit, Size.BODY, Weight.BOLD)


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


def _page(sheet: Sheet, rect: Rect, blocks: Sequence[Block]) -> Rect:
    """The blocks from top to bottom; facts that follow each other share a card. Returns the room
    they take."""
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
    return rect._replace(h=y - rect.y)


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
    """The code, and what it is for: over it on a tall panel, beside it on a wide one."""
    caption, size, bold = sheet.words.say("receipt.scan"), Size.BODY, Weight.BOLD
    if sheet.tall:
        lines = len(sheet.lines(caption, size, bold, rect.w))
        head, rect = rect.cut_top(lines * sheet.line_px(size), sheet.px(1))
        sheet.text(head, caption, (size,), bold, align=Align.CENTRE)
    side = min(rect.h, rect.w, sheet.kit.panel.mm(CODE_MM_MOST))
    if not sheet.tall:
        plate, beside = rect.cut_left(side, sheet.px(4))
        sheet.text(beside._replace(h=side), caption, (size,), bold)
        rect = plate
    plate = rect.centred(side, side)
    radius = sheet.px(sheet.kit.theme.radius_small)
    sheet.parts.append(Box(plate, PAPER_WHITE, radius))
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
