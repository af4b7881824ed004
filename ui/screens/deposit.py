"""The screens of one deposit, from the first weighing to the last."""

from kiosk.views import (
    Blocked,
    Closing,
    Depositing,
    Live,
    Offer,
    Opening,
    View,
    WeighingAfter,
    WeighingBefore,
)
from ui.naming import money, weight
from ui.outline import Option
from ui.screens.frame import Frame, Talk, announce, answers, frame, talk
from ui.screens.meter import Facts, meter
from ui.sheet import Sheet
from ui.theme import Tone


def weighing_before(sheet: Sheet, view: View, screen: WeighingBefore) -> None:
    """The bin is weighed; the person waits."""
    place = frame(sheet, view, cancel=True)
    _say(sheet, place, "before", "scale", Tone.NOTE, 0)
    _facts(sheet, place, screen.offer, screen.currency, None, promise=True)


def opening(sheet: Sheet, view: View, screen: Opening) -> None:
    """The door is about to move."""
    place = frame(sheet, view)
    _say(sheet, place, "opening", "door-open", Tone.WAIT, 0)
    _facts(sheet, place, screen.offer, screen.currency, None, promise=True)


def depositing(sheet: Sheet, view: View, screen: Depositing) -> None:
    """The door is open: put things in, then say so."""
    words = sheet.words
    place = frame(sheet, view)
    title = words.say("depositing.title", material=words.material_within(screen.offer.material))
    if not screen.offer.by_piece:
        say = Talk("arrow-down", Tone.GOOD, title, words.say("depositing.body"))
    elif screen.item_notice is None:
        say = Talk("qr", Tone.GOOD, title, words.say("depositing.scan"))
    else:
        say = Talk("warning", Tone.WAIT, title, words.say(f"item.{screen.item_notice}"))
    talk(sheet, place.talk, say)
    _facts(sheet, place, screen.offer, screen.currency, view.live, False, _pieces(sheet, screen))
    done = Option("done", words.say("button.done"), "check")
    if screen.extensions_left > 0:
        more = Option("more_time", words.say("button.more_time"), main=False)
        share = place.action.w * 40 // 100
        answers(sheet, place.action.cut_left(share, sheet.px(3)), (more, done))
    else:
        answers(sheet, (place.action,), (done,))


def closing(sheet: Sheet, view: View, screen: Closing) -> None:
    """The door is about to close or closing: hands away."""
    place = frame(sheet, view)
    key = "closing" if screen.tries <= 1 else "closing_again"
    _say(sheet, place, key, "door-close", Tone.WAIT, 2)
    _facts(sheet, place, screen.offer, screen.currency, view.live, promise=False)


def blocked(sheet: Sheet, view: View, screen: Blocked) -> None:
    """Something is in the way of the door."""
    place = frame(sheet, view)
    key = "blocked" if screen.tries_left > 0 else "blocked_last"
    _say(sheet, place, key, "stop", Tone.STOP, 2)
    _facts(sheet, place, screen.offer, screen.currency, view.live, promise=False)


def weighing_after(sheet: Sheet, view: View, screen: WeighingAfter) -> None:
    """The door is closed and the scale settles."""
    place = frame(sheet, view)
    _say(sheet, place, "after", "scale", Tone.NOTE, 2)
    _facts(sheet, place, screen.offer, screen.currency, view.live, promise=False)


def _say(sheet: Sheet, place: Frame, key: str, icon: str, tone: Tone, step: int) -> None:
    """Title and sentence of a screen with nothing to press but perhaps cancel."""
    title, body = sheet.words.say(f"{key}.title"), sheet.words.say(f"{key}.body")
    announce(sheet, place, Talk(icon, tone, title, body), step)


def _pieces(sheet: Sheet, screen: Depositing) -> tuple[str, str] | None:
    """How many pieces were scanned and what they are worth, for a deposit by piece."""
    if not screen.offer.by_piece:
        return None
    amount = money(sheet.words, screen.pieces_minor)
    return sheet.words.count("meter.pieces", screen.pieces), amount


def _facts(
    sheet: Sheet,
    place: Frame,
    offer: Offer,
    currency: str,
    live: Live | None,
    promise: bool,
    pieces: tuple[str, str] | None = None,
) -> None:
    """The card while nothing is settled: the live weight is never money."""
    words = sheet.words
    least = weight(words, offer.min_g)
    if live is None or live.net_g is None:
        key = "meter.not_yet" if promise else "meter.weighing"
        put_in, note = None, words.say(key if live is None else "meter.no_weight")
    else:
        put_in = weight(words, live.net_g)
        note = words.say("meter.steady" if live.steady else "meter.moving")
    if pieces is not None:
        facts = Facts(words.say("meter.live"), put_in, note, *pieces, live=True)
        meter(sheet, place.facts, offer, currency, facts)
        return
    light = promise and not offer.by_piece
    amount_note = words.say("meter.minimum", weight=least) if light else words.say("meter.later")
    facts = Facts(words.say("meter.live"), put_in, note, "", None, amount_note, live=True)
    meter(sheet, place.facts, offer, currency, facts)
