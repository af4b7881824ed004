"""How prices, money and weights are named in a language; the digits are ``kiosk.money``'s."""

from kiosk.money import money_text, price_text, weight_text
from kiosk.units import Grams, MinorUnits, PriceE4
from kiosk.views import Offer, Saved
from ui.words import Words

APART = " · "
"""Between two things on one line; the voice pauses there."""
KILO = 1000
WHOLE_FROM = 100
"""From so many kilograms on, what was saved is told in whole ones."""


def weight(words: Words, grams: int) -> str:
    """A mass in kilograms with three decimals."""
    return words.number(weight_text(Grams(grams)))


def money(words: Words, minor: int) -> str:
    """An amount in the currency's major unit with two decimals."""
    return words.number(money_text(MinorUnits(minor)))


def price(words: Words, price_e4: int) -> str:
    """A unit price with all its decimals, two at least."""
    return words.number(price_text(PriceE4(price_e4)))


def price_of(words: Words, offer: Offer, currency: str) -> str:
    """``0.80 元/公斤``: the number exactly as the controller has it; by piece, words."""
    if offer.by_piece:
        return words.say("price.by_piece")
    amount, pattern = price(words, offer.price_e4), f"money.{currency}"
    written = f"{amount} {currency}"
    if words.knows(pattern):
        written = words.say(pattern, amount=amount)
    return words.say("price.full", money=written)


def unit_of(words: Words, currency: str) -> str:
    """The unit of a price."""
    return words.say("price.unit", symbol=words.named("symbol", currency))


def currency_of(words: Words, currency: str) -> str:
    """The currency's everyday name; one the catalogue does not know is its code."""
    return words.named("currency", currency)


def saved_words(words: Words, saved: Saved, who: str) -> str:
    """What the ``visit`` or the ``machine`` saved; as a way by car where the operator says so."""
    if saved.car_m is None or saved.car_m < KILO:
        return words.say(f"saved.{who}", mass=_mass(words, saved.co2e_g))
    way = f"{words.number(str(saved.car_m // KILO))} {words.say('unit.km')}"
    return words.say(f"saved.{who}_car", mass=_mass(words, saved.co2e_g), way=way)


def _mass(words: Words, grams: int) -> str:
    """A mass for people, not for money: rounded down, in the larger unit from one of it on."""
    if grams < KILO:
        return f"{grams} {words.say('unit.g')}"
    whole, part = divmod(grams, KILO)
    text = str(whole) if whole >= WHOLE_FROM else f"{whole}.{part // 100}"
    return f"{words.number(text)} {words.say('unit.kg')}"


def contact_line(words: Words, contact: str, kiosk: str) -> str:
    """Whom to call, and the machine's name, which is the first thing they ask; nothing where
    nobody is to be called."""
    if not contact:
        return ""
    line = words.say("contact.line", contact=contact)
    return f"{line}{APART}{kiosk}" if kiosk else line
