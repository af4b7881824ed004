"""What is asked of a person beside a deposit, set from the outline: question, facts, answers."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from kiosk.views import View
from ui.ease import PAGE
from ui.geometry import Rect
from ui.naming import APART
from ui.outline import Fact, Option
from ui.outlines_people import PEOPLE
from ui.parts import Align, Ring
from ui.screens.frame import PAIR, Talk, address, answers, strip, talk, title_size
from ui.sheet import Sheet
from ui.theme import Size, Weight

SIZES = (Size.TITLE, Size.BODY, Size.SMALL)


def told(sheet: Sheet, view: View, screen: Any) -> None:
    """The title, a card with what it is about, the words, and one or two buttons below."""
    outline = PEOPLE[type(screen)](view, screen, sheet.words)
    body = strip(sheet, view, cancel=outline.cancel)
    if outline.options:
        high = max(sheet.target_px, sheet.px(18))
        action, body = body.cut_bottom(high, sheet.gap)
        _buttons(sheet, action, outline.options)
    say = Talk(outline.icon, outline.tone, outline.title, "\n".join(outline.body))
    if outline.facts:
        card, body = _beside(sheet, body)
        _card(sheet, card, outline.facts)
    if sheet.low:
        talk(sheet, body, say)
    else:
        address(sheet, body, say)


def _beside(sheet: Sheet, body: Rect) -> tuple[Rect, Rect]:
    """Where the card stands: beside the words on a wide panel, over them on a tall one."""
    if sheet.tall:
        return body.cut_top(sheet.px(42 if sheet.tower else 32), sheet.gap)
    card, words = body.cut_right(body.w * 48 // 100, sheet.gap + sheet.px(2))
    return card.centred(card.w, min(card.h, sheet.px(44))), words


def _card(sheet: Sheet, rect: Rect, facts: Sequence[Fact]) -> None:
    """Each fact with its label over it, in the middle of the card."""
    colours = sheet.colours
    inside = sheet.card(rect)
    for row, fact in zip(inside.rows(len(facts), 0), facts, strict=True):
        label, value = row.cut_top(sheet.line_px(Size.SMALL))
        soft, bold = colours.soft, Weight.BOLD
        sheet.text(label, fact.label, (Size.SMALL,), bold, soft, colours.card)
        said = fact.value or fact.unit
        size = sheet.common_size((said,), SIZES, value.w)
        sheet.text(value, said, (size,), bold, colours.ink, colours.card, Align.CENTRE)


def _buttons(sheet: Sheet, rect: Rect, options: Sequence[Option]) -> None:
    answers(sheet, rect.columns(len(options), sheet.px(3)), options)


def still_there(sheet: Sheet, view: View, screen: Any) -> None:
    """The whole panel: the seconds, the question, and one huge button."""
    outline = PEOPLE[type(screen)](view, screen, sheet.words)
    # The strip's small ring would count the same seconds twice.
    body = strip(sheet, replace(view, left_ms=None))
    down = max(0, sheet.reach_y - body.y)
    share = 36 if sheet.tall and not sheet.tower else 46
    high = max(sheet.target_px, (body.h - down) * share // 100)
    button, room = body.cut_bottom(high, sheet.gap)
    one = outline.options[0]
    sheet.button(button, one.label, one.choice, icon=one.icon, sizes=(Size.LARGE, *SIZES))
    if view.left_ms is not None and view.total_ms:
        cut = room.cut_top if sheet.tall else room.cut_left
        side = min(room.h, sheet.px(46)) if not sheet.tall else min(room.w, room.h * 45 // 100)
        ring, room = cut(side, sheet.px(4))
        _ring(sheet, ring.centred(side, side), view.total_ms)
    colours = sheet.colours
    align = Align.CENTRE if sheet.tall else Align.LEFT
    plain, text, gap = Weight.REGULAR, "\n".join(outline.body), sheet.px(1)
    head = room._replace(h=sheet.line_px(Size.LARGE))
    size = title_size(sheet, head, outline.title, text, room.h - gap)
    used = sheet.text(head, outline.title, (size,), Weight.BOLD, align=align, top=True)
    rest = room._replace(y=used.bottom + gap, h=room.bottom - used.bottom - gap)
    sheet.text(rest, text, (Size.BODY, Size.SMALL), plain, colours.soft, align=align, top=True)


def _ring(sheet: Sheet, rect: Rect, total_ms: int) -> None:
    """The seconds that are left, large enough to be seen from a step away."""
    left_ms = max(0, min(sheet.moment.left_ms or 0, total_ms))
    seconds = -(-left_ms // 1000)
    share = min(1000, seconds * 1_000_000 // total_ms)
    colours = sheet.colours
    sheet.add([Ring(rect.inset(sheet.px(1)), share, sheet.px(3), colours.wait, colours.line)])
    size = Size.LARGE if rect.h >= 2 * sheet.line_px(Size.LARGE) else Size.TITLE
    number = rect.centred(sheet.number_px(str(seconds), size), sheet.line_px(size))
    sheet.number(number, str(seconds), size, colours.wait, colours.paper)


def help_menu(sheet: Sheet, view: View, screen: Any) -> None:
    """What can be asked for, as large buttons; whom to call below them."""
    outline = PEOPLE[type(screen)](view, screen, sheet.words)
    body = strip(sheet, view, cancel=True)
    call = [one for one in outline.options if not one.choice]
    options = [one for one in outline.options if one.choice]
    sizes = PAIR if sheet.low else SIZES
    head, body = body.cut_top(sheet.line_px(sizes[0]), sheet.px(1 if sheet.low else 2))
    sheet.text(head, outline.title, sizes, Weight.BOLD)
    body = _call(sheet, view, body, call, sizes[1:])
    down = max(0, sheet.reach_y - body.y)
    body = body._replace(y=body.y + down, h=body.h - down)
    gap = sheet.apart_px
    column = len(options) * (sheet.target_px + gap) - gap
    across = 1 if sheet.tall and column <= body.h else 2
    rows = body.rows(-(-len(options) // across), gap)
    cells = [cell for row in rows for cell in row.columns(across, gap)]
    room = cells[0].w - sheet.px(15)
    size = sheet.common_size([one.label for one in options], PAIR, room)
    for cell, one in zip(cells, options, strict=False):
        high = cell.centred(cell.w, min(cell.h, sheet.px(30)))
        icon = one.icon or None
        sheet.button(high, one.label, one.choice, icon=icon, main=False, sizes=(size,))


def _call(
    sheet: Sheet, view: View, body: Rect, call: Sequence[Option], sizes: Sequence[Size]
) -> Rect:
    """Whom to call at the foot, with the machine's name: on one line, else on two. Returns the
    room above."""
    gap, bold = sheet.px(1 if sheet.low else 2), Weight.BOLD
    said = "".join(f"{one.label}  {one.note}" for one in call)
    wide = body._replace(h=sheet.line_px(sizes[0]))
    if said and view.kiosk:
        line = f"{said}{APART}{view.kiosk}"
        fits = sheet.fits(line, Size.SMALL, bold, wide.w, wide.h)
        said = line if fits else f"{said}\n{view.kiosk}"
        if not fits:
            wide, sizes = wide._replace(h=2 * sheet.line_px(Size.SMALL)), (Size.SMALL,)
    foot, rest = body.cut_bottom(wide.h, gap)
    if said:
        sheet.text(foot, said, sizes, bold, sheet.colours.soft)
    return rest


def about(sheet: Sheet, view: View, screen: Any) -> None:
    """A table for an inspector, in small type, over the whole page; what is left over of it comes
    with a press."""
    outline = PEOPLE[type(screen)](view, screen, sheet.words)
    body = strip(sheet, view, cancel=True)
    head, body = body.cut_top(sheet.line_px(Size.BODY), sheet.px(1))
    sheet.text(head, outline.title, (Size.BODY,), Weight.BOLD)
    pages = _about_pages(sheet, body, outline.facts)
    if len(pages) > 1:
        high = max(sheet.target_px, sheet.px(18))
        if sheet.tall:
            turn, body = body.cut_bottom(high, sheet.gap)
        else:
            side, body = body.cut_right(max(high, sheet.px(24)), sheet.gap)
            turn = side.cut_bottom(high)[0]
        sheet.button(turn, sheet.words.say("button.more"), PAGE, main=False, sizes=PAIR)
        pages = _about_pages(sheet, body, outline.facts)
    _about_table(sheet, body, pages[sheet.moment.page % len(pages)])


def _about_pages(sheet: Sheet, body: Rect, facts: Sequence[Fact]) -> list[list[Fact]]:
    """The rows in pages that fit on a card over ``body``."""
    inside = sheet.inside(body)
    pages: list[list[Fact]] = [[]]
    used, line = 0, sheet.line_px(Size.SMALL)
    for fact in facts:
        high = _about_lines(sheet, fact, inside.w) * line
        if pages[-1] and used + high > inside.h:
            pages.append([])
            used = 0
        pages[-1].append(fact)
        used += high
    return pages


def _about_table(sheet: Sheet, body: Rect, facts: Sequence[Fact]) -> None:
    """One page of it, on a card as high as it needs."""
    colours, line = sheet.colours, sheet.line_px(Size.SMALL)
    edges = body.h - sheet.inside(body).h
    lines = [_about_lines(sheet, fact, sheet.inside(body).w) for fact in facts]
    spare = len(facts) * sheet.px(2)
    inside = sheet.card(body._replace(h=min(body.h, sum(lines) * line + spare + edges)))
    step, y = inside.h // max(1, sum(lines)), inside.y
    for fact, count in zip(facts, lines, strict=True):
        row = Rect(inside.x, y, inside.w, step * count)
        wide = _about_px(sheet, fact)
        name, value = row.cut_left(wide) if count == 1 else row.cut_top(step)
        small, bold = (Size.SMALL,), Weight.BOLD
        sheet.text(name, fact.label, small, Weight.REGULAR, colours.soft, colours.card)
        sheet.text(value, fact.unit, small, bold, colours.ink, colours.card, Align.RIGHT)
        y += step * count


def _about_px(sheet: Sheet, fact: Fact) -> int:
    """The width of a row's name, and of the space after it."""
    return sheet.kit.fonts.width(fact.label, Size.SMALL, Weight.REGULAR) + sheet.px(3)


def _about_lines(sheet: Sheet, fact: Fact, width: int) -> int:
    """One line where name and value fit beside each other, else one and the value's."""
    value = sheet.kit.fonts.width(fact.unit, Size.SMALL, Weight.BOLD)
    if value + _about_px(sheet, fact) <= width:
        return 1
    return 1 + len(sheet.lines(fact.unit, Size.SMALL, Weight.BOLD, width))
