"""The machine takes nothing now: starting, not enrolled, out of service."""

from kiosk.views import NotEnrolled, OutOfService, Starting, View
from ui.geometry import Rect
from ui.meaning import enrol_key, out_body, out_icon
from ui.naming import APART
from ui.parts import Align
from ui.screens.frame import strip, title_size
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
    key, icon, tone = enrol_key(screen)
    text = words.say(f"{key}.body", reason=screen.reason or "")
    _notice(sheet, body, icon, tone, words.say(f"{key}.title"), text)


def out_of_service(sheet: Sheet, view: View, screen: OutOfService) -> None:
    """Why nothing is taken, and whom to call, in the largest type."""
    words, colours = sheet.words, sheet.colours
    body = strip(sheet, view)
    if screen.contact:
        card, body = body.cut_bottom(sheet.px(19 if sheet.low else 24), sheet.gap)
        inside = sheet.card(card)
        badge, rest = inside.cut_left(inside.h, sheet.px(4))
        sheet.badge(badge, "phone", Tone.GOOD)
        label, number = rest.cut_top(sheet.line_px(Size.SMALL))
        soft, plain = colours.soft, Weight.REGULAR
        said = [words.say("contact.label")]
        # Whoever answers asks first which machine it is; the icon says what the number is.
        said = [f"{said[0]}{APART}{view.kiosk}", view.kiosk, *said] if view.kiosk else said
        text = sheet.first_fitting(said, Size.SMALL, plain, label.w, label.h)
        sheet.text(label, text, (Size.SMALL,), plain, soft, colours.card)
        sheet.text(
            number,
            screen.contact,
            (Size.TITLE, Size.BODY, Size.SMALL),
            Weight.BOLD,
            colours.accent,
            colours.card,
        )
    icon = out_icon(screen)
    key = f"out.{screen.reason}"
    why = "\n".join(out_body(words, screen))
    _notice(sheet, body, icon, Tone.WAIT, words.say(f"{key}.title"), why)


def _notice(sheet: Sheet, rect: Rect, icon: str, tone: Tone, title: str, body: str) -> None:
    """A badge, a title and a sentence: side by side on a wide panel, stacked on a tall one."""
    if sheet.tall:
        badge, column = rect.cut_top(sheet.px(30), sheet.px(5))
        badge, align = badge._replace(y=badge.y + sheet.px(4)), Align.CENTRE
    else:
        block = rect.centred(min(rect.w, sheet.px(150)), rect.h)
        badge, column = block.cut_left(sheet.px(30 if sheet.low else 36), sheet.px(8))
        align = Align.LEFT
    bold, plain = Weight.BOLD, Weight.REGULAR
    gap = sheet.px(1 if sheet.low else 2)
    head = column._replace(h=2 * sheet.line_px(Size.TITLE if sheet.low else Size.LARGE))
    size = title_size(sheet, head, title, body, column.h - gap)
    height = sheet.line_px(size) * len(sheet.lines(title, size, bold, column.w))
    fits = sheet.fits(body, Size.BODY, plain, column.w, column.h - height - gap)
    small = Size.BODY if fits else Size.SMALL
    texts = len(sheet.lines(body, small, plain, column.w)) * sheet.line_px(small)
    whole = height + gap + texts
    stack = column._replace(h=whole) if sheet.tall else column.centred(column.w, whole)
    head, rest = stack.cut_top(height, gap)
    sheet.badge(badge, icon, tone)
    sheet.text(head, title, (size,), bold, align=align)
    sheet.text(rest, body, (small,), plain, sheet.colours.soft, align=align, top=True)
