"""What a screen says, in order, not how it looks: large type is set from it, the voice reads it.

The screens of ordinary size are drawn by hand; a test compares every outline with what its screen
shows, so neither can say what the other does not.
"""

import re
from collections.abc import Sequence

from msgspec import Struct

from kiosk.views import Offer
from ui.meaning import shut_icon
from ui.naming import APART, currency_of, money, price, price_of, weight
from ui.theme import Tone
from ui.words import Words

DIGIT, HYPHEN = re.compile(r"[0-9]"), re.compile(r"(?<=[0-9])-(?=[0-9])")
UNITS = ("kg", "g", "km")
"""Units are written short; the voice says their names."""


class Fact(Struct, frozen=True):
    """A line of a card: what it is, and its value."""

    label: str
    value: str
    """A number (tabular, large), or nothing where words say it all."""
    unit: str = ""
    """The number's unit, or the words in its place."""
    spoken: str = ""
    """The same as a person would say it, numbers still in digits."""
    live: bool = False
    """It changes ten times a second: shown, never said."""
    main: bool = False
    """A number people came for: as large as there is room."""


class Option(Struct, frozen=True):
    """Something to press."""

    choice: str
    """Empty for what is there and takes no finger now."""
    label: str
    icon: str = ""
    note: str = ""
    mark: str = ""
    """An icon before the note: why it takes no finger."""
    spoken: str = ""
    """The note as a person would say it."""
    main: bool = True


class Outline(Struct, frozen=True):
    """One screen in words."""

    icon: str
    tone: Tone
    title: str
    body: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    options: tuple[Option, ...] = ()
    cancel: bool = False
    listed: bool = False
    """The options are the screen: tiles, not one or two buttons at its foot."""
    code: str = ""
    """A text for a QR code."""
    words_first: bool = False
    """What is said matters more than the numbers: hands near a door, money on hold."""
    huge: bool = False
    """There is one answer, and its button takes the room that the words leave."""
    contact: str = ""
    """Whom to call, as its operator wrote it: its digits are no quantities."""

    def script(self, words: Words) -> tuple[str, ...]:
        """What the voice says, a sentence each."""
        facts = [fact.spoken for fact in self.facts if fact.spoken and not fact.live]
        open_ones = [option for option in self.options if option.choice]
        shut = [one for one in self.options if not one.choice]
        middle = [*self.body, *facts] if self.words_first else [*facts, *self.body]
        said = [self.title, *middle]
        said += [f"{one.label} {one.spoken or one.note}".strip() for one in shut]
        names = [f"{one.label} {one.spoken}".strip() for one in open_ones]
        if self.cancel:
            names.append(words.say("button.cancel"))
        if names:
            joined = words.say("voice.pause").join(names)
            said.append(words.say("voice.choices", choices=joined))
        pause = words.say("voice.pause")
        said = [one.replace(APART, pause) for one in said]
        if self.contact:
            said = [one.replace(self.contact, _apart(self.contact)) for one in said]
        return tuple(_units_said(words, one) for one in said if one)


def _units_said(words: Words, text: str) -> str:
    """The text with each unit that follows a number by its name."""
    for unit in UNITS:
        short = re.escape(words.say(f"unit.{unit}"))
        name = words.say(f"voice.{unit}")
        text = re.sub(rf"(?<=[0-9]) ?{short}(?![A-Za-z])", f" {name}", text)
    return " ".join(text.split())


def _apart(contact: str) -> str:
    """A telephone number's digits as words of their own, so that none becomes a thousand."""
    return DIGIT.sub(r" \g<0> ", HYPHEN.sub(" ", contact))


def weight_fact(words: Words, label: str, grams: int | None, live: bool = False) -> Fact:
    """A mass in kilograms; None is a dash, never a zero."""
    unit = words.say("unit.kg")
    if grams is None:
        return Fact(label, "–", unit, live=live, main=True)
    text = weight(words, grams)
    return Fact(label, text, unit, f"{label} {text} {unit}", live, main=True)


def money_fact(words: Words, label: str, minor: int | None, currency: str) -> Fact:
    """An amount; None is a dash: nobody hears a zero where nothing is decided."""
    unit = currency_of(words, currency)
    if minor is None:
        return Fact(label, "–", unit, main=True)
    text = money(words, minor)
    return Fact(label, text, unit, f"{label} {text} {unit}", main=True)


def price_fact(words: Words, offer: Offer, currency: str) -> Fact:
    """A material and its frozen unit price."""
    name = words.material(offer.material)
    said = f"{name} {price_said(words, offer, currency)}"
    return Fact(name, "", price_of(words, offer, currency), said)


def price_row(words: Words, offer: Offer, currency: str) -> Fact:
    """A material in a list of prices; a closed one says why in the price's place."""
    name = words.material(offer.material)
    if offer.state != "open":
        why = words.say(f"offer.{offer.state}")
        return Fact(name, "", why, f"{name} {why}")
    said = f"{name} {price_said(words, offer, currency)}"
    each = words.say("price.each") if offer.by_piece else price_of(words, offer, currency)
    return Fact(name, "", each, said)


def price_said(words: Words, offer: Offer, currency: str) -> str:
    """A unit price as a person says it."""
    if offer.by_piece:
        return words.say("price.by_piece")
    number = price(words, offer.price_e4)
    return words.say("voice.price", price=number, currency=currency_of(words, currency))


def sentences(*texts: str) -> tuple[str, ...]:
    """A body without what is empty."""
    return tuple(text for text in texts if text)


def tile(words: Words, offer: Offer, currency: str, icon: str) -> Option:
    """One compartment to choose, or why it cannot be."""
    name = words.material(offer.material)
    if offer.state != "open":
        return Option("", name, icon, words.say(f"offer.{offer.state}"), shut_icon(offer.state))
    note, said = price_of(words, offer, currency), price_said(words, offer, currency)
    return Option(f"compartment:{offer.compartment}", name, icon, note, spoken=said)


def pair(*options: Option | None) -> tuple[Option, ...]:
    """The buttons at the foot, those that there are."""
    return tuple(one for one in options if one is not None)


def least_words(words: Words, offer: Offer) -> Sequence[str]:
    """What is said before a door opens of a deposit that is too light."""
    if offer.by_piece:
        return ()
    return (words.say("meter.minimum", weight=weight(words, offer.min_g)),)
