"""The outlines of what is asked of a person beside a deposit: who, whether, and what went wrong."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from kiosk import views
from kiosk.language import in_language
from kiosk.money import weight_text
from kiosk.units import Grams
from kiosk.views import View
from ui.meaning import earlier_told
from ui.naming import APART, contact_line, currency_of, money, weight
from ui.outline import Fact, Option, Outline, pair, sentences
from ui.theme import Tone
from ui.words import Words

Teller = Callable[[View, Any, Words], Outline]

KEYS = "1234567890"
HASH_CHARS = 16
"""Of a SHA-256, as much as people compare by eye."""


def phone(view: View, screen: views.Phone, words: Words) -> Outline:
    """For the voice alone: the keypad is drawn the same in every type."""
    entry = view.entry
    wrong = entry is not None and entry.wrong
    icon, tone = ("warning", Tone.WAIT) if wrong else ("phone", Tone.NOTE)
    body = words.say("phone.wrong" if wrong else "phone.body")
    keys = tuple(Option(f"digit:{key}", key, main=False) for key in KEYS)
    erase = Option("erase", words.say("button.erase"), main=False)
    ok = Option("confirm", words.say("button.ok"), "check")
    title = words.say("phone.title")
    return Outline(icon, tone, title, (body,), options=(*keys, erase, ok), cancel=True)


def confirm_phone(view: View, screen: views.ConfirmPhone, words: Words) -> Outline:
    """The number, and what becomes of it: said every time, because nothing is remembered."""
    label, number = words.say("confirm.number"), grouped(screen.number)
    digits = " ".join(screen.number)
    facts = (Fact(label, number, "", f"{label} {digits}", main=True),)
    body = words.say("confirm.body", operator=screen.operator, contact=screen.contact)
    options = pair(
        Option("cancel", words.say("button.change"), main=False),
        Option("confirm", words.say("button.agree"), "check"),
    )
    title = words.say("confirm.title")
    return Outline("phone", Tone.NOTE, title, (body,), facts, options)


def limited(view: View, screen: views.Limited, words: Words) -> Outline:
    """A cap is reached; no door has moved."""
    rule = _limit(words, screen)
    following = words.say("limited.gift" if screen.donation_allowed else "limited.next")
    options = (Option("donate", words.say("button.donate"), "heart", main=False),)
    title = words.say("limited.title")
    call = contact_line(words, screen.contact, view.kiosk)
    return Outline(
        "hourglass",
        Tone.NOTE,
        title,
        sentences(rule, following, earlier_told(words, screen.earlier), call),
        options=options if screen.donation_allowed else (),
        cancel=True,
    )


def _limit(words: Words, screen: views.Limited) -> str:
    """What one person may do a day."""
    if screen.limit == "deposits":
        return words.count("limited.deposits", screen.most)
    if screen.limit == "grams":
        whole = weight_text(Grams(screen.most)).removesuffix(".000")
        return words.say("limited.grams", most=words.number(whole))
    unit = currency_of(words, screen.currency)
    return words.say("limited.money", most=money(words, screen.most), unit=unit)


def still_there(view: View, screen: views.StillThere, words: Words) -> Outline:
    """One question, one answer."""
    body = words.say(f"still.{screen.then}")
    option = Option("more_time", words.say("button.continue"), "check")
    return Outline(
        "hourglass", Tone.WAIT, words.say("still.title"), (body,), (), (option,), huge=True
    )


def help_menu(view: View, screen: views.Help, words: Words) -> Outline:
    """What can be asked for, and whom to call."""
    said = f"{screen.contact}{APART}{view.kiosk}" if view.kiosk else ""
    call = Option("", words.say("contact.label"), "phone", screen.contact, spoken=said)
    dispute = Option("dispute", words.say("help.dispute"), "scale")
    options = pair(
        dispute if screen.receipt is not None else None,
        Option("report:dropped", words.say("help.dropped"), "arrow-down"),
        Option("report:help", words.say("help.send"), "wrench"),
        Option("about", words.say("help.about"), "receipt"),
        call if screen.contact else None,
    )
    title = words.say("help.title")
    return Outline("phone", Tone.NOTE, title, options=options, cancel=True, listed=True)


def filed(view: View, screen: views.Filed, words: Words) -> Outline:
    """It is on record, under this number, and what happens next."""
    key = f"filed.{screen.about}"
    label = words.say("filed.number")
    facts = (Fact(label, "", screen.number, f"{label} {screen.number}"),)
    body = words.say(f"{key}.body", contact=screen.contact)
    back = Option("cancel", words.say("button.back"), "check")
    title = words.say(f"{key}.title")
    return Outline("check-circle", Tone.GOOD, title, (body,), facts, (back,))


def about(view: View, screen: views.About, words: Words) -> Outline:
    """For an inspector: nothing here is read aloud but the title."""
    rows = (
        ("about.software", screen.version),
        ("about.legal", screen.legal),
        ("about.parameters", screen.parameters[:HASH_CHARS]),
        ("about.counter", str(screen.event_counter)),
        ("about.ledger", f"{screen.ledger[:8]}-{screen.head_seq}"),
    )
    plain = tuple(Fact(words.say(key), "", value) for key, value in rows)
    scales = tuple(_scale(words, one) for one in screen.scales)
    source = in_language(screen.effect_source, words.language)
    saved = (Fact(words.say("about.saved"), "", source),) if source else ()
    title = words.say("about.title")
    return Outline("receipt", Tone.NOTE, title, (), (*plain, *scales, *saved), cancel=True)


def _scale(words: Words, one: views.AboutScale) -> Fact:
    """Range and worst case of one scale (M-17)."""
    limits = words.say(
        "about.scale",
        most=weight(words, one.max_g),
        least=weight(words, one.min_g),
        step=one.e_g,
        worst=one.worst_g,
    )
    return Fact(words.material(one.material), "", limits)


def grouped(number: str) -> str:
    """As people read it to each other: 138 0013 8000."""
    if len(number) <= 3:
        return number
    rest = number[3:]
    return " ".join([number[:3], *(rest[at : at + 4] for at in range(0, len(rest), 4))])


PEOPLE: Mapping[type, Teller] = MappingProxyType(
    {
        views.Phone: phone,
        views.ConfirmPhone: confirm_phone,
        views.Limited: limited,
        views.StillThere: still_there,
        views.Help: help_menu,
        views.Filed: filed,
        views.About: about,
    }
)
