"""What every screen has: the strip at the top, the talk and the place of the facts."""

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from kiosk.views import Closing, Opening, View
from ui.ease import CLOSE, OPEN
from ui.geometry import Rect
from ui.outline import Option
from ui.parts import Align, Box, Ring
from ui.sheet import Sheet
from ui.theme import Size, Tone, Weight

HURRY_MS = 10_000
"""With this little time left the countdown turns to the waiting colour..."""
HURRY_TOTAL_MS = 20_000
"""...unless the whole is short: then it is the machine that is busy, not the person late."""
PAIR = (Size.BODY, Size.SMALL)
"""Type of two buttons side by side: the one must not shout the other down."""
CANCEL = ("button.cancel", "cancel", "cancel")
ASSIST = ("button.help", "help", "phone")
BACK = ("ease.close", CLOSE, "back")
"""The words, the choice and the icon of leaving."""


class Frame(Struct, frozen=True):
    """The room a screen has below the strip: for words, for facts and for what to press.

    On a wide panel the facts stand on the right from the strip to the foot, on a tall one between
    the words and the buttons; on one panel they are always in the same place.
    """

    talk: Rect
    facts: Rect
    action: Rect
    body: Rect
    """All of it, for screens that arrange themselves."""


def strip(sheet: Sheet, view: View, cancel: bool = False, assist: bool = False) -> Rect:
    """Set the strip at the top, its controls at the foot where those must be low; returns the
    page between."""
    leave = CANCEL if cancel else ASSIST if assist else None
    room, body = controls(sheet, view, leave)
    if sheet.tower or not (leave or sheet.below):
        brand(sheet, room, view.place, view.kiosk)
    return body


def controls(sheet: Sheet, view: View, leave: tuple[str, str, str] | None) -> tuple[Rect, Rect]:
    """The strip's buttons and its countdown; ``leave`` is the one on the left, if there is one.

    Returns the room left in the strip, and the page below or above it.
    """
    height = max(sheet.small_target_px, sheet.px(15))
    page = sheet.page
    top, body = page.cut_top(height, sheet.gap)
    row = top
    if sheet.below:
        # A tower has room for a strip at either end, a panel in one hand's reach for one.
        rest = body if sheet.tower else page
        row, body = rest.cut_bottom(height, sheet.gap)
    gap = sheet.apart_px if sheet.tall else max(sheet.gap, sheet.px(3))
    # At a door the number goes when it moves: what stands beside it stays where it is.
    counted = view.left_ms is not None or isinstance(view.screen, Opening | Closing)
    clock = height + gap if counted and not sheet.tower else 0
    side = min(max(height, sheet.px(24)), (row.w - clock - 2 * gap) // 3)
    words = sheet.words
    language, rest = row.cut_right(side, gap)
    sheet.small_button(language, words.next_name, f"language:{words.next_language}", "language")
    if leave != BACK:
        easier, rest = rest.cut_right(side, gap)
        sheet.small_button(easier, words.say("ease.open"), OPEN, "ease")
    if leave is not None:
        key, choice, icon = leave
        sheet.small_button(rest.cut_left(side, gap)[0], words.say(key), choice, icon)
    room = top if sheet.tower else rest
    if counted:
        ring, room = room.cut_right(height, gap)
        if view.left_ms is not None and view.total_ms:
            countdown(sheet, ring, view.total_ms)
    return room, body


def brand(sheet: Sheet, rect: Rect, place: str, name: str) -> None:
    """The leaf, where the machine stands, and its name as people may quote it on the phone."""
    leaf, rest = rect.cut_left(sheet.px(12), sheet.px(3))
    bold, soft, line = Weight.BOLD, sheet.colours.soft, sheet.line_px(Size.SMALL)
    alone = rect._replace(w=rect.w - sheet.gap)
    if place and sheet.fits(place, Size.SMALL, bold, rest.w, line):
        sheet.badge(leaf, "leaf", Tone.GOOD)
    elif place and sheet.fits(place, Size.SMALL, bold, alone.w, min(2 * line, alone.h)):
        # On a narrow panel the place is worth more than the leaf.
        sheet.text(alone, place, (Size.SMALL,), bold, soft)
        return
    else:
        place = ""
        if not sheet.fits(name, Size.SMALL, bold, rest.w, line):
            fits = sheet.fits(name, Size.SMALL, bold, alone.w, line)
            sheet.text(alone, name if fits else "", (Size.SMALL,), bold, soft)
            if fits:
                return
            name = ""
        sheet.badge(leaf, "leaf", Tone.GOOD)
    if place and name and rest.h >= 2 * line:
        upper, lower = rest.centred(rest.w, 2 * line).rows(2, 0)
        sheet.text(upper, place, (Size.SMALL,), bold, soft)
        sheet.text(lower, name, (Size.SMALL,), Weight.REGULAR, soft, may_cut=True)
    elif text := place or name:
        size = sheet.common_size((text,), (Size.BODY, Size.SMALL), rest.w)
        sheet.text(rest, text, (size,), bold, soft, may_cut=True)


def countdown(sheet: Sheet, rect: Rect, total_ms: int) -> None:
    """The seconds left, in a ring of the share that is left."""
    left_ms = max(0, min(sheet.moment.left_ms or 0, total_ms))
    seconds = -(-left_ms // 1000)
    # A ring moves a step a second, with the number: one small redraw, nothing in between.
    share = min(1000, seconds * 1_000_000 // total_ms)
    colours = sheet.colours
    hurry = left_ms <= HURRY_MS and total_ms >= HURRY_TOTAL_MS
    colour = colours.wait if hurry else colours.accent
    ring = rect if sheet.large else rect.inset(sheet.px(1))
    thick = sheet.px(0, 9) if sheet.large else sheet.px(1, 4)
    sheet.add([Ring(ring, share, thick, colour, colours.line)])
    width = sheet.number_px(str(seconds), Size.BODY)
    sheet.number(
        ring.centred(width, sheet.line_px(Size.BODY)),
        str(seconds),
        Size.BODY,
        colour,
        colours.paper,
    )


def frame(
    sheet: Sheet, view: View, cancel: bool = False, bare: bool = False, assist: bool = False
) -> Frame:
    """The strip, then the three places of a session's screens. ``bare``: on a low panel the words
    begin at the very top, without the machine's name."""
    bare = bare and sheet.low
    body = controls(sheet, view, None)[1] if bare else strip(sheet, view, cancel, assist)
    height = max(sheet.target_px, sheet.px(18))
    if sheet.tower:
        # What is read stands at the height of the eyes, what is pressed within reach.
        facts, rest = body.cut_top(sheet.reach_y - body.y, 2 * sheet.gap)
        action, talk = rest.cut_bottom(height, sheet.gap)
        return Frame(talk, facts, action, body)
    if sheet.tall:
        action, rest = body.cut_bottom(height, sheet.gap)
        facts, talk = rest.cut_bottom(sheet.px(58), sheet.gap)
        return Frame(talk, facts, action, body)
    facts, left = body.cut_right(sheet.px(66 if sheet.low else 78), sheet.gap + sheet.px(2))
    action, talk = left.cut_bottom(height, sheet.gap)
    if bare:
        talk = talk._replace(y=sheet.page.y, h=talk.bottom - sheet.page.y)
    return Frame(talk, facts, action, body)


class Talk(Struct, frozen=True):
    """What is going on and what happens next."""

    icon: str
    tone: Tone
    title: str
    body: str
    aside: str = ""
    """A short line under the title."""


def talk(sheet: Sheet, rect: Rect, say: Talk) -> None:
    """Beside things to press, or on a tall panel: badge and title in one row, then the body."""
    if sheet.tower and not sheet.kit.theme.low:
        address(sheet, rect, say)
        return
    colours = sheet.colours
    line = sheet.line_px(Size.SMALL) if say.aside else 0
    height = max(sheet.px(12 if sheet.low else 13), sheet.line_px(Size.TITLE)) + line
    gap = 0 if sheet.low or (sheet.tall and not say.aside) else sheet.px(1 if sheet.tall else 2)
    head, rest = rect.cut_top(height, gap)
    badge, words = head.cut_left(sheet.px(11 if sheet.low else 14), sheet.px(3))
    sheet.badge(badge, say.icon, say.tone)
    title, aside = words.cut_top(words.h - line)
    sheet.text(title, say.title, (Size.TITLE, Size.BODY), Weight.BOLD)
    if say.aside:
        sheet.text(aside, say.aside, (Size.SMALL,), Weight.BOLD, colours.soft)
    sheet.text(rest, say.body, (Size.BODY, Size.SMALL), Weight.REGULAR, colours.soft, top=True)


def announce(sheet: Sheet, place: Frame, say: Talk, step: int) -> None:
    """A screen with nothing to press: the words have the room, and a trail shows the step."""
    trail(sheet, place.action, step)
    if sheet.tall or sheet.low:
        talk(sheet, place.talk, say)
    else:
        address(sheet, place.talk, say)


def address(sheet: Sheet, rect: Rect, say: Talk) -> None:
    """Where there is room: the badge, a large title, the aside, the body, from top to bottom."""
    badge, rest = rect.cut_top(sheet.px(18 if sheet.tower else 14), sheet.px(1))
    sheet.badge(badge._replace(w=badge.h), say.icon, say.tone)
    line, gap = sheet.line_px(Size.SMALL) if say.aside else 0, sheet.px(1)
    head = rest._replace(h=sheet.px(17))
    size = title_size(sheet, head, say.title, say.body, rest.h - line - gap)
    used = sheet.text(head, say.title, (size,), Weight.BOLD, top=True)
    if say.aside:
        used = used._replace(y=used.bottom, h=line)
        sheet.text(used, say.aside, (Size.SMALL,), Weight.BOLD, sheet.colours.soft)
    below = Rect(rest.x, used.bottom + gap, rest.w, rest.bottom - used.bottom - gap)
    sheet.text(
        below, say.body, (Size.BODY, Size.SMALL), Weight.REGULAR, sheet.colours.soft, top=True
    )


def title_size(sheet: Sheet, head: Rect, title: str, body: str, room: int) -> Size:
    """The largest size at which the title fits ``head`` and leaves the body, of ``room`` pixels
    for both, its ordinary size: a title that shouts its explanation down explains nothing."""
    sizes = (Size.LARGE, Size.TITLE, Size.BODY)
    fitting = [one for one in sizes if sheet.fits(title, one, Weight.BOLD, head.w, head.h)]
    for size in fitting:
        lines = sheet.lines(title, size, Weight.BOLD, head.w)
        left = room - len(lines) * sheet.line_px(size)
        if sheet.fits(body, Size.BODY, Weight.REGULAR, head.w, left):
            return size
    return next((size for size in fitting if size is not Size.LARGE), sizes[-1])


def answers(sheet: Sheet, cells: Sequence[Rect], options: Sequence[Option]) -> None:
    """Buttons side by side: none speaks louder than the one we expect, and those that are equals
    speak alike."""
    bold, pad = Weight.BOLD, 2 * sheet.px(2)
    both = list(zip(cells, options, strict=True))

    def speaks(some: Sequence[tuple[Rect, Option]], size: Size, sign: int = 0) -> bool:
        line = sheet.line_px(size)
        return all(
            sheet.fits(one.label, size, bold, cell.w - pad - sign, line) for cell, one in some
        )

    size = PAIR[0]
    for main in (True, False):
        some = [one for one in both if one[1].main is main]
        sizes = PAIR[PAIR.index(size) :]
        size = next((one for one in sizes if speaks(some, one)), sizes[-1])
        signs = speaks(some, size, sheet.px(8 + 2))
        for cell, one in some:
            icon = one.icon if signs and one.icon else None
            sheet.button(cell, one.label, one.choice, icon, one.main, (size,))


def trail(sheet: Sheet, rect: Rect, step: int) -> None:
    """The three steps of a deposit; ``step`` (0 to 2) is where we are."""
    colours = sheet.colours
    names = ("trail.open", "trail.put_in", "trail.weigh")
    cells = rect.columns(len(names), 0)
    side = sheet.px(9)
    line = sheet.line_px(Size.SMALL)
    discs = [cell.centred(side, side)._replace(y=rect.bottom - line - side) for cell in cells]
    for left, right in pairwise(discs):
        join = Rect(left.right, left.y + side // 2, right.x - left.right, max(2, sheet.px(0, 6)))
        sheet.box(join.inset(sheet.px(2), 0), colours.line, 0)
    for index, (disc, cell, name) in enumerate(zip(discs, cells, names, strict=True)):
        now, done = index == step, index < step
        ground = colours.accent if now else colours.wash(Tone.GOOD) if done else colours.line
        ink = colours.on_accent if now else colours.accent if done else colours.soft
        sheet.parts.append(Box(disc, ground, side // 2))
        if done:
            sheet.icon(disc.inset(side // 4), "check", ink, ground)
        else:
            number = str(index + 1)
            sheet.text(disc, number, (Size.SMALL,), Weight.BOLD, ink, ground, Align.CENTRE)
        label = cell._replace(y=rect.bottom - line, h=line)
        weight = Weight.BOLD if now else Weight.REGULAR
        colour = colours.ink if now else colours.soft
        sheet.text(label, sheet.words.say(name), (Size.SMALL,), weight, colour, align=Align.CENTRE)


def notice(
    sheet: Sheet, rect: Rect, text: str, icon: str = "warning", tone: Tone = Tone.WAIT
) -> Rect:
    """Something that went wrong and what to do, on its wash, never a dialogue in the way.

    Returns the room it takes, from the top of ``rect``.
    """
    colours = sheet.colours
    ground, ink = colours.wash(tone), colours.tone(tone)
    pad, side = sheet.px(2 if sheet.low else 3), sheet.px(6 if sheet.low else 8)
    edge = sheet.px(1 if sheet.low else 2)
    width = rect.w - 2 * pad - side - sheet.px(2)
    size = next(
        (
            size
            for size in (Size.BODY, Size.SMALL)
            if sheet.line_px(size) * len(sheet.lines(text, size, Weight.BOLD, width))
            <= rect.h - 2 * edge
        ),
        Size.SMALL,
    )
    lines = sheet.lines(text, size, Weight.BOLD, width)
    height = min(rect.h, max(side, sheet.line_px(size) * len(lines)) + 2 * edge)
    box = rect._replace(h=height)
    sheet.box(box, ground, sheet.kit.theme.radius)
    mark, words = box.inset(pad, edge).cut_left(side, sheet.px(2))
    sheet.icon(mark, icon, ink, ground)
    sheet.text(words, text, (size,), Weight.BOLD, ink, ground)
    return box
