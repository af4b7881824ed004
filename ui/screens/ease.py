"""What would make it easier? The page of the screen itself over any question."""

from kiosk.views import View
from ui.ease import LOUDEST, REPEAT, SOFTEST, Ease
from ui.geometry import Rect
from ui.parts import Align, Box
from ui.screens.frame import BACK, controls
from ui.sheet import Sheet
from ui.theme import Size, Tone, Weight


def ease(sheet: Sheet, view: View, asked: Ease) -> None:
    """A tile for each thing that can be asked for; what is on is filled and has a tick."""
    _, body = controls(sheet, view, BACK)
    title = sheet.words.say("ease.title")
    size = sheet.common_size((title,), (Size.TITLE, Size.BODY), body.w)
    head, body = body.cut_top(sheet.line_px(size), sheet.px(2))
    sheet.text(head, title, (size,), Weight.BOLD)
    down = max(0, sheet.reach_y - body.y)
    body = body._replace(y=body.y + down, h=body.h - down)
    wishes = [("large", "large", asked.large), ("contrast", "contrast", asked.contrast)]
    if sheet.tall:
        wishes.append(("low", "low", asked.low))
    wishes.append(("voice", "voice" if asked.voice else "muted", asked.voice))
    doings = [("softer", "softer"), ("louder", "voice")]
    least, most = asked.volume <= SOFTEST, asked.volume >= LOUDEST
    across = 2 if sheet.tall else 3
    count = len(wishes) + len(doings) + 1
    gap = sheet.apart_px
    rows = body.rows(-(-count // across), gap)
    cells = [cell for row in rows for cell in row.columns(across, gap)][:count]
    # A last one that stands alone takes its whole row: nothing looks forgotten.
    if count % across == 1:
        cells[-1] = rows[-1]
    for cell, (name, icon, on) in zip(cells, wishes, strict=False):
        _tile(sheet, cell, name, f"ease:{name}", icon, on)
    for cell, (name, icon), end in zip(cells[len(wishes) :], doings, (least, most), strict=False):
        _tile(sheet, cell, name, f"ease:{name}", icon, None if end and asked.voice else False)
    _tile(sheet, cells[count - 1], "repeat", REPEAT, "again", False if asked.voice else None)


def wishes_of(asked: Ease) -> tuple[str, ...]:
    """What can be asked for, by name, as the voice lists it."""
    names = ("large", "contrast", "low", "voice", "softer", "louder")
    return (*names, "repeat") if asked.voice else names


def _tile(sheet: Sheet, rect: Rect, name: str, choice: str, icon: str, on: bool | None) -> None:
    """One wish; ``on`` None is one that changes nothing now and takes no finger."""
    colours = sheet.colours
    pressed = on is not None and sheet.touchable(rect, choice)
    ground = colours.accent if on else colours.card
    ink = colours.on_accent if on else colours.accent
    if on is None:
        ground, ink = colours.line.over(colours.paper, 45), colours.soft
    elif pressed:
        ground, ink = colours.wash(Tone.GOOD), colours.accent
    edge = colours.accent if pressed else colours.edge
    radius = sheet.px(sheet.kit.theme.radius)
    shadow = on is not None and not pressed
    sheet.parts.append(Box(rect, ground, radius, shadow, edge, sheet.edge_px))
    inner = rect.inset(sheet.px(1), sheet.px(1))
    label = sheet.words.say(f"ease.{name}")
    sizes = (Size.BODY, Size.SMALL)
    line = sheet.line_px(Size.BODY)
    if on:
        icon = "check"
    if inner.h >= line + sheet.px(5):
        side = min(inner.h - line, sheet.px(12))
        stack = inner.centred(inner.w, side + line)
        mark, words = stack.cut_top(side)
        sheet.icon(mark, icon, ink, ground)
    elif on:
        # Too low for an icon: the tick alone, before the word.
        mark, words = inner.cut_left(min(inner.h, sheet.px(7)), sheet.px(1))
        sheet.icon(mark, icon, ink, ground)
    else:
        words = inner
    sheet.text(words, label, sizes, Weight.BOLD, ink, ground, Align.CENTRE)
