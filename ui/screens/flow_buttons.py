"""The buttons of a flowing screen: as many side by side as their words allow."""

from collections.abc import Sequence

from ui.ease import PAGE
from ui.geometry import Rect
from ui.outline import Option
from ui.sheet import Sheet
from ui.theme import Size, Weight


def button_rows(
    sheet: Sheet, width: int, options: Sequence[Option], more: bool
) -> list[list[Option]]:
    """The buttons in rows, the one that turns the page before them; filled from the last, which is
    the one we expect."""
    buttons = list(options)
    if more:
        buttons.insert(0, Option(PAGE, sheet.words.say("button.more"), main=False))
    rows: list[list[Option]] = []
    left = 0
    for button in reversed(buttons):
        need = _need_px(sheet, width, button.label)
        if rows and need + sheet.apart_px <= left:
            rows[0].insert(0, button)
            left -= need + sheet.apart_px
        else:
            rows.insert(0, [button])
            left = width - need
    return rows


def rows_px(sheet: Sheet, width: int, rows: Sequence[Sequence[Option]]) -> int:
    """The height of the rows."""
    heights = [_row_px(sheet, width, row) for row in rows]
    return sum(heights) + sheet.apart_px * max(0, len(rows) - 1)


def set_rows(sheet: Sheet, rect: Rect, rows: Sequence[Sequence[Option]]) -> None:
    """Set them, each button as wide as its words and a share of the rest; a single row is as high
    as ``rect``."""
    y, gap = rect.y, sheet.apart_px
    for row in rows:
        height = rect.h if len(rows) == 1 else _row_px(sheet, rect.w, row)
        needs = [_need_px(sheet, rect.w, one.label) for one in row]
        spare = (rect.w - gap * (len(needs) - 1) - sum(needs)) // len(needs)
        x = rect.x
        for need, one in zip(needs, row, strict=True):
            cell = Rect(x, y, need + spare, height)
            sheet.button(cell, one.label, one.choice, main=one.main, sizes=(Size.BODY,))
            x += need + spare + gap
        y += height + gap


def _need_px(sheet: Sheet, width: int, label: str) -> int:
    """The width a button needs for its words on one line, the whole width at most."""
    words = sheet.kit.fonts.width(label, Size.BODY, Weight.BOLD)
    return min(width, max(sheet.target_px, words + 2 * sheet.px(2) + 1))


def _row_px(sheet: Sheet, width: int, row: Sequence[Option]) -> int:
    """The height of a row: of two lines where one button's words need them."""
    room = width - 2 * sheet.px(2)
    lines = max(len(sheet.lines(one.label, Size.BODY, Weight.BOLD, room)) for one in row)
    line = sheet.line_px(Size.BODY)
    return max(sheet.target_px, line * (lines if len(row) == 1 else 1) + sheet.px(3))
