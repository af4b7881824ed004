"""What came of one deposit, with its evidence: what the money does, and whom to call."""

from kiosk.views import Result, View
from ui.meaning import LOOKS, amount_label, outcome_key, reason_words
from ui.naming import money, weight
from ui.outline import Option
from ui.screens.frame import Talk, answers, frame, talk
from ui.screens.meter import Facts, meter
from ui.sheet import Sheet
from ui.theme import Tone


def result(sheet: Sheet, view: View, screen: Result) -> None:
    """Outcome in words on one side, weights and money on the other."""
    words = sheet.words
    place = frame(sheet, view, assist=True)
    key, icon = outcome_key(screen)
    tone = LOOKS[screen.outcome][1]
    body = words.say(
        f"{key}.body",
        contact=screen.contact,
        weight=weight(words, screen.offer.min_g),
        reason=reason_words(words, screen),
    )
    number = words.say("result.number", receipt=screen.receipt)
    talk(sheet, place.talk, Talk(icon, tone, words.say(f"{key}.title"), body, number))
    meter(sheet, place.facts, screen.offer, screen.currency, _facts(sheet, screen))
    finish = Option("finish", words.say("button.finish"), "check")
    if screen.another_allowed:
        another = Option("another", words.say("button.another"), main=False)
        answers(sheet, place.action.columns(2, sheet.px(3)), (another, finish))
    else:
        answers(sheet, (place.action,), (finish,))


def _facts(sheet: Sheet, screen: Result) -> Facts:
    words = sheet.words
    before, after = _kg(sheet, screen.before_g), _kg(sheet, screen.after_g)
    amount = screen.amount_minor
    tones = {"PAID": Tone.GOOD, "HELD": Tone.WAIT}
    return Facts(
        label=words.say("meter.net"),
        weight=None if screen.net_g is None else weight(words, screen.net_g),
        note=words.say("meter.evidence", before=before, after=after),
        amount_label=amount_label(words, screen),
        amount=None if amount is None else money(words, amount),
        tone=tones.get(screen.outcome),
        short_note=words.say("meter.readings", before=before, after=after),
    )


def _kg(sheet: Sheet, grams: int | None) -> str:
    return "–" if grams is None else weight(sheet.words, grams)
