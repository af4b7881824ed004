"""How prices, money and weights are named in a language; the numbers are ``kiosk.money``'s."""

from kiosk.money import price_text
from kiosk.units import PriceE4
from kiosk.views import Offer
from ui.words import Words


def price_of(words: Words, offer: Offer, currency: str) -> str:
    """``0.80 元/公斤``: the number exactly as the controller has it; by piece, words."""
    if offer.by_piece:
        return words.say("price.by_piece")
    number = price_text(PriceE4(offer.price_e4))
    return words.say("price.full", price=number, symbol=words.named("symbol", currency))


def unit_of(words: Words, currency: str) -> str:
    """The unit of a price."""
    return words.say("price.unit", symbol=words.named("symbol", currency))


def currency_of(words: Words, currency: str) -> str:
    """The currency's everyday name; one the catalogue does not know is its code."""
    return words.named("currency", currency)
