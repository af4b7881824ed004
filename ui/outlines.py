"""The outline of every screen: what is said, in the order in which it matters."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from kiosk import views
from kiosk.views import View
from ui.meaning import (
    LOOKS,
    amount_label,
    choose_look,
    choose_notice,
    code_shown,
    distinct,
    enrol_key,
    identify_words,
    material_icon,
    out_body,
    out_icon,
    outcome_key,
    reason_words,
    receipt_key,
)
from ui.naming import APART, contact_line, currency_of, money, saved_words, weight
from ui.outline import (
    Fact,
    Option,
    Outline,
    least_words,
    money_fact,
    pair,
    price_fact,
    price_row,
    sentences,
    tile,
    weight_fact,
)
from ui.outlines_people import PEOPLE
from ui.theme import Tone
from ui.words import Words

Teller = Callable[[View, Any, Words], Outline]


def starting(view: View, screen: views.Starting, words: Words) -> Outline:
    body = (words.say("starting.body"),)
    return Outline("power", Tone.NOTE, words.say("starting.title"), body)


def not_enrolled(view: View, screen: views.NotEnrolled, words: Words) -> Outline:
    key, icon, tone = enrol_key(screen)
    body = words.say(f"{key}.body", reason=screen.reason or "")
    return Outline(icon, tone, words.say(f"{key}.title"), (body,))


def out_of_service(view: View, screen: views.OutOfService, words: Words) -> Outline:
    key = f"out.{screen.reason}"
    icon = out_icon(screen)
    label = words.say("contact.label")
    label = f"{label}{APART}{view.kiosk}" if view.kiosk else label
    facts = (Fact(label, "", screen.contact, f"{label} {screen.contact}"),)
    title, body = words.say(f"{key}.title"), ("\n".join(out_body(words, screen)),)
    shown = facts if screen.contact else ()
    return Outline(icon, Tone.WAIT, title, body, shown, words_first=True)


def idle(view: View, screen: views.Idle, words: Words) -> Outline:
    title, body = words.say("idle.title"), words.say("idle.body")
    icon, tone = "leaf", Tone.GOOD
    if screen.held is not None:
        title, body = words.say("idle.held_title"), words.say("idle.held", receipt=screen.held)
        icon, tone = "warning", Tone.WAIT
    call = contact_line(words, screen.contact, view.kiosk)
    prices = tuple(price_row(words, offer, screen.currency) for offer in distinct(screen.offers))
    start = Option("start", words.say("button.start"), "arrow-right")
    done = saved_words(words, screen.saved, "machine") if screen.saved else ""
    said, options = sentences(body, done, call), (_assist(words), start)
    told = screen.held is not None
    return Outline(icon, tone, title, said, prices, options, words_first=told)


def _assist(words: Words) -> Option:
    return Option("help", words.say("button.help"), "phone", main=False)


def identify(view: View, screen: views.Identify, words: Words) -> Outline:
    title, body = identify_words(words, screen)
    icon, tone = ("qr", Tone.GOOD) if screen.notice is None else ("warning", Tone.WAIT)
    donate = Option("donate", words.say("button.donate"), "heart", main=False)
    phone = Option("phone", words.say("button.phone"), "phone", main=False)
    options = pair(
        phone if screen.phone_allowed else None, donate if screen.donation_allowed else None
    )
    return Outline(icon, tone, title, body, options=options, cancel=True)


def choose(view: View, screen: views.Choose, words: Words) -> Outline:
    key = "choose.donation" if screen.id_level == "donation" else "choose.title"
    notice = choose_notice(words, screen)
    icon, tone = choose_look(screen)
    options = tuple(
        tile(words, offer, screen.currency, material_icon(offer.material))
        for offer in screen.offers
    )
    body = sentences(notice)
    return Outline(icon, tone, words.say(key), body, (), options, cancel=True, listed=True)


def _step(view: View, screen: Any, words: Words, key: str, icon: str, tone: Tone) -> Outline:
    """A step of a deposit with nothing to press but perhaps cancel."""
    promise = isinstance(screen, views.WeighingBefore | views.Opening)
    facts = [price_fact(words, screen.offer, screen.currency)]
    if not promise:
        grams = None if view.live is None else view.live.net_g
        facts.insert(0, weight_fact(words, words.say("meter.live"), grams, live=True))
    last = least_words(words, screen.offer) if promise else ()
    body = (words.say(f"{key}.body"), *(last or (words.say("meter.later"),)))
    cancel = isinstance(screen, views.WeighingBefore)
    title = words.say(f"{key}.title")
    return Outline(icon, tone, title, body, tuple(facts), cancel=cancel, words_first=True)


def weighing_before(view: View, screen: views.WeighingBefore, words: Words) -> Outline:
    return _step(view, screen, words, "before", "scale", Tone.NOTE)


def opening(view: View, screen: views.Opening, words: Words) -> Outline:
    return _step(view, screen, words, "opening", "door-open", Tone.WAIT)


def closing(view: View, screen: views.Closing, words: Words) -> Outline:
    key = "closing" if screen.tries <= 1 else "closing_again"
    return _step(view, screen, words, key, "door-close", Tone.WAIT)


def blocked(view: View, screen: views.Blocked, words: Words) -> Outline:
    key = "blocked" if screen.tries_left > 0 else "blocked_last"
    return _step(view, screen, words, key, "stop", Tone.STOP)


def weighing_after(view: View, screen: views.WeighingAfter, words: Words) -> Outline:
    return _step(view, screen, words, "after", "scale", Tone.NOTE)


def depositing(view: View, screen: views.Depositing, words: Words) -> Outline:
    name = words.material_within(screen.offer.material)
    icon, tone, body = "arrow-down", Tone.GOOD, words.say("depositing.body")
    grams = None if view.live is None else view.live.net_g
    facts = [weight_fact(words, words.say("meter.live"), grams, live=True)]
    later = words.say("meter.later")
    if screen.offer.by_piece:
        icon, body, later = "qr", words.say("depositing.scan"), ""
        count = words.count("meter.pieces", screen.pieces)
        facts.append(money_fact(words, count, screen.pieces_minor, screen.currency))
        if screen.item_notice is not None:
            icon, tone, body = "warning", Tone.WAIT, words.say(f"item.{screen.item_notice}")
    facts.append(price_fact(words, screen.offer, screen.currency))
    more = Option("more_time", words.say("button.more_time"), main=False)
    done = Option("done", words.say("button.done"), "check")
    options = pair(more if screen.extensions_left > 0 else None, done)
    title = words.say("depositing.title", material=name)
    return Outline(icon, tone, title, sentences(body, later), tuple(facts), options)


def result(view: View, screen: views.Result, words: Words) -> Outline:
    key, icon = outcome_key(screen)
    body = words.say(
        f"{key}.body",
        contact=screen.contact,
        weight=weight(words, screen.offer.min_g),
        reason=reason_words(words, screen),
    )
    facts = (
        weight_fact(words, words.say("meter.net"), screen.net_g),
        money_fact(words, amount_label(words, screen), screen.amount_minor, screen.currency),
        price_fact(words, screen.offer, screen.currency),
        _reading(words, "meter.before", screen.before_g),
        _reading(words, "meter.after", screen.after_g),
    )
    number = words.say("result.number", receipt=screen.receipt)
    another = Option("another", words.say("button.another"), main=False)
    finish = Option("finish", words.say("button.finish"), "check")
    options = pair(_assist(words), another if screen.another_allowed else None, finish)
    title = words.say(f"{key}.title")
    tone, explain = LOOKS[screen.outcome][1], screen.outcome != "PAID"
    return Outline(icon, tone, title, (body, number), facts, options, words_first=explain)


def _reading(words: Words, key: str, grams: int | None) -> Fact:
    """One of the two readings a deposit's mass is the difference of."""
    return replace(weight_fact(words, words.say(key), grams), main=False)


def receipt(view: View, screen: views.Receipt, words: Words) -> Outline:
    key, icon = receipt_key(screen)
    kilos = words.say("receipt.total", weight=weight(words, screen.total_g))
    total = money_fact(words, kilos, screen.total_minor, screen.currency)
    facts = (total, *(_line(words, line, screen.currency) for line in reversed(screen.lines)))
    finish = Option("finish", words.say("button.finish"), "check")
    done = saved_words(words, screen.saved, "visit") if screen.saved else ""
    body = sentences(words.say(key, contact=screen.contact), done)
    title, code = words.say("receipt.title"), code_shown(screen, 0)
    found = "" if code is None else code.text
    return Outline(icon, Tone.GOOD, title, body, facts, (finish,), code=found)


def _line(words: Words, line: views.ReceiptLine, currency: str) -> Fact:
    name = words.material(line.material)
    said = name
    if line.net_g is not None:
        said = name = f"{name} {weight(words, line.net_g)} {words.say('unit.kg')}"
    if line.donated and line.outcome == "PAID":
        return Fact(name, "", words.say("line.donated"), f"{said} {words.say('line.donated')}")
    if line.outcome != "PAID" or line.amount_minor is None:
        why = words.say(f"line.{line.outcome}")
        return Fact(name, "", why, f"{said} {why}")
    amount = money(words, line.amount_minor)
    unit = currency_of(words, currency)
    return Fact(name, amount, "", f"{said} {amount} {unit}")


TELLERS: Mapping[type, Teller] = MappingProxyType(
    {
        views.Starting: starting,
        views.NotEnrolled: not_enrolled,
        views.OutOfService: out_of_service,
        views.Idle: idle,
        views.Identify: identify,
        views.Choose: choose,
        views.WeighingBefore: weighing_before,
        views.Opening: opening,
        views.Depositing: depositing,
        views.Closing: closing,
        views.Blocked: blocked,
        views.WeighingAfter: weighing_after,
        views.Result: result,
        views.Receipt: receipt,
        **PEOPLE,
    }
)


def outline_of(view: View, words: Words) -> Outline | None:
    """What the view's screen says; None for one that has no words of its own."""
    teller = TELLERS.get(type(view.screen))
    if teller is None:
        return None
    contact = getattr(view.screen, "contact", "")
    return replace(teller(view, view.screen, words), contact=contact)
