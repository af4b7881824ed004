"""The machine takes nothing now: starting, not enrolled, out of service."""

from kiosk.views import NotEnrolled, OutOfService, Starting, View
from ui.geometry import Rect
from ui.parts import Align
from ui.screens.frame import strip
from ui.sheet import Sheet
from ui.theme import Size, Tone, Weight


def starting(sheet: Sheet, view: View, screen: Starting) -> None:
    """Please wait; also what a screen without a controller shows."""
    words = sheet.words
    body = strip(sheet, view)
    _notice(
        sheet, body, "power", Tone.NOTE, words.say("starting.title"), words.say("starting.body")
    )


def not_enrolled(sheet: Sheet, view: View, screen: NotEnrolled) -> None:
    """For a technician: show the enrolment code to the scanner."""
    words = sheet.words
    body = strip(sheet, view)
    if screen.waiting:
        key, icon, tone = "enrol.waiting", "hourglass", Tone.NOTE
    elif screen.reason is not None:
        key, icon, tone = "enrol.failed", "warning", Tone.WAIT
    else:
        key, icon, tone = "enrol.show", "qr", Tone.NOTE
    text = words.say(f"{key}.body", reason=screen.reason or "")
    _notice(sheet, body, icon, tone, words.say(f"{key}.title"), text)


def out_of_service(sheet: Sheet, view: View, screen: OutOfService) -> None:
    """Why nothing is taken, and whom to call, in the largest type."""
    words, colours = sheet.words, sheet.colours
    body = strip(sheet, view)
    if screen.contact:
        card, body = body.cut_bottom(sheet.px(24), sheet.gap)
        inside = sheet.card(card)
        badge, rest = inside.cut_left(inside.h, sheet.px(4))
        sheet.badge(badge, "phone", Tone.GOOD)
        label, number = rest.cut_top(sheet.line_px(Size.SMALL))
        sheet.text(
            label, words.say("contact.label"), (Size.SMALL,), colour=colours.soft,
            ground=colours.card,
        )
        sheet.text(
            number, screen.contact, (Size.TITLE, Size.BODY, Size.SMALL), Weight.BOLD,
            colours.accent, colours.card,
        )
    icon = "power" if screen.reason == "stopping" else "wrench"
    key = f"out.{screen.reason}"
    _notice(
        sheet, body, icon, Tone.WAIT, words.say(f"{key}.title"), words.say(f"{key}.body")
    )


def _notice(sheet: Sheet, rect: Rect, icon: str, tone: Tone, title: str, body: str) -> None:
    """A badge, a title and a sentence in the middle of the page."""
    side = sheet.px(24)
    sizes = (Size.LARGE, Size.TITLE)
    width = min(rect.w, sheet.px(130))
    column = rect.centred(width, rect.h)
    size = next(
        (s for s in sizes if len(sheet.lines(title, s, Weight.BOLD, width)) <= 2), Size.BODY
    )
    lines = len(sheet.lines(title, size, Weight.BOLD, width))
    height = sheet.line_px(size) * lines
    texts = len(sheet.lines(body, Size.BODY, Weight.REGULAR, width)) * sheet.line_px(Size.BODY)
    block = column.centred(width, min(column.h, side + height + texts + sheet.px(7)))
    badge, block = block.cut_top(side, sheet.px(4))
    sheet.badge(badge, icon, tone)
    head, block = block.cut_top(height, sheet.px(3))
    sheet.text(head, title, (size,), Weight.BOLD, align=Align.CENTRE)
    sheet.text(
        block, body, (Size.BODY, Size.SMALL), Weight.REGULAR, sheet.colours.soft,
        align=Align.CENTRE, top=True,
    )
