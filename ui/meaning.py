"""What a view means to a person: which words, which icon, which of several things to show.

The drawn screens and the outlines both ask here, so that they cannot say different things.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from kiosk.language import base
from kiosk.views import (
    Choose,
    Earlier,
    Identify,
    NotEnrolled,
    Offer,
    OfferState,
    OutOfService,
    Receipt,
    Result,
)
from ui.naming import currency_of, money
from ui.theme import Tone
from ui.words import Words

MATERIALS = (
    *("paper", "cardboard", "books", "plastic", "bottles", "metal"),
    *("cans", "glass", "textiles", "shoes", "electronics", "wood"),
)
"""What machines in Chinese yards take: each has a word in every catalogue and an icon of its
name. An operator that takes something else names it itself (``kiosk.documents.Settings``)."""
LOOKS = {
    "PAID": ("check-circle", Tone.GOOD),
    "UNPRICED": ("feather", Tone.NOTE),
    "HELD": ("hourglass", Tone.WAIT),
    "VOID": ("scale", Tone.NOTE),
}
FULL_REASONS = frozenset({"all_full", "all_compartments"})
OUT_ICONS = {"stopping": "power", "all_full": "hourglass", "temperature": "warning"}

SHUT_ICONS: Mapping[OfferState, str] = MappingProxyType(
    {"full": "hourglass", "faulty": "wrench", "closed": "cancel"}
)


def material_icon(material: str) -> str:
    return material if material in MATERIALS else "other"


def shut_icon(state: OfferState) -> str:
    """The mark of a compartment that takes nothing: full, broken or closed."""
    return SHUT_ICONS[state]


def distinct(offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """One offer for each material and price: two bins of paper are one line, open if either is."""
    best: dict[tuple[str, int], Offer] = {}
    for offer in offers:
        key = (offer.material, offer.price_e4)
        if key not in best or (best[key].state != "open" and offer.state == "open"):
            best[key] = offer
    return tuple(best.values())


def enrol_key(screen: NotEnrolled) -> tuple[str, str, Tone]:
    """How far the enrolment is: the family of its words, its icon and its tone."""
    if screen.waiting:
        return "enrol.waiting", "hourglass", Tone.NOTE
    if screen.reason is not None:
        return "enrol.failed", "warning", Tone.WAIT
    return "enrol.show", "qr", Tone.NOTE


def outcome_key(screen: Result) -> tuple[str, str]:
    """The family of the outcome's words, and its icon."""
    if screen.outcome == "PAID" and screen.id_level == "donation":
        return "outcome.donated", "heart"
    if screen.outcome == "PAID" and screen.id_level == "phone":
        return "outcome.phone", LOOKS["PAID"][0]
    if screen.reason == "no_items":
        return "outcome.UNSCANNED", LOOKS[screen.outcome][0]
    return f"outcome.{screen.outcome}", LOOKS[screen.outcome][0]


def reason_words(words: Words, screen: Result) -> str:
    """Why, in words a resident can repeat on the phone; an unknown code is shown as it is."""
    reason = screen.reason
    return words.say("reason.none") if reason is None else words.named("reason", reason)


def amount_label(words: Words, screen: Result) -> str:
    """What the amount is: paid, given, on hold, or for so many pieces."""
    if screen.outcome == "PAID" and screen.id_level == "donation":
        return words.say("amount.donated")
    if screen.outcome == "PAID" and screen.pieces:
        return words.count("meter.pieces", screen.pieces)
    return words.say(f"amount.{screen.outcome}")


def receipt_key(screen: Receipt) -> tuple[str, str]:
    """The id of what is said of the money, and the icon."""
    donation = screen.id_level == "donation"
    icon = "heart" if donation else "check-circle"
    if any(line.outcome == "HELD" for line in screen.lines):
        return "receipt.held", icon
    if screen.id_level == "phone":
        return "receipt.phone", icon
    return ("receipt.donation" if donation else "receipt.account"), icon


def identify_words(words: Words, screen: Identify) -> tuple[str, tuple[str, ...]]:
    """Title and sentences of the question who somebody is: a scanner that is out of order is not
    asked to be shown anything."""
    if screen.notice == "scanner_lost":
        other = screen.donation_allowed or screen.phone_allowed
        following = words.say("identify.other_way" if other else "identify.no_way")
        return words.say("identify.lost"), (words.say("token.scanner_lost"), following)
    body = words.say("identify.body" if screen.notice is None else f"token.{screen.notice}")
    return words.say("identify.title"), (body, words.say("identify.scanner"))


class Shown(NamedTuple):
    """One deposit's signed receipt, and which of how many it is."""

    text: str
    number: int
    of: int


def code_shown(screen: Receipt, page: int) -> Shown | None:
    """The receipt whose code is shown: the newest first, another with each press on it."""
    codes = [line.code for line in reversed(screen.lines) if line.code is not None]
    if not codes:
        return None
    index = page % len(codes)
    return Shown(codes[index], index + 1, len(codes))


def choose_look(screen: Choose) -> tuple[str, Tone]:
    """The icon and the tone of what stands before the question: news of money are no warning."""
    if screen.notice is not None:
        return "warning", Tone.WAIT
    news = screen.earlier
    if news is None:
        return "leaf", Tone.GOOD
    if news.amount_minor is None:
        return "hourglass", Tone.NOTE
    return ("check-circle", Tone.GOOD) if news.amount_minor else ("scale", Tone.NOTE)


def choose_notice(words: Words, screen: Choose) -> str:
    """What stands before the question: what just went wrong, or the news of an earlier deposit."""
    if screen.notice is not None:
        return words.say(f"notice.{screen.notice}")
    return earlier_told(words, screen.earlier)


def earlier_told(words: Words, news: Earlier | None) -> str:
    """The news of an earlier deposit, if there are any."""
    if news is None:
        return ""
    deposit = f"{news.receipt} ({news.date})" if news.date else news.receipt
    if news.amount_minor is None:
        key = "earlier.interrupted" if news.interrupted else "earlier.held"
        return words.say(key, deposit=deposit)
    if news.amount_minor == 0:
        return words.say("earlier.refused", deposit=deposit)
    amount = f"{money(words, news.amount_minor)} {currency_of(words, news.currency)}"
    return words.say("earlier.decided", deposit=deposit, amount=amount)


def out_icon(screen: OutOfService) -> str:
    """A full machine is not a broken one."""
    return OUT_ICONS.get(screen.reason, "wrench")


def out_body(words: Words, screen: OutOfService) -> tuple[str, ...]:
    """Why nothing is taken, and where to go instead."""
    said = [words.say(f"out.{screen.reason}.body")]
    for near in screen.nearby[:1]:
        place = near.place_zh if base(words.language) == "zh" else near.place_en
        said.append(words.say("out.nearby", place=place, distance=near.distance_m))
    if screen.reason in FULL_REASONS and not screen.nearby:
        said.append(words.say("out.later"))
    return tuple(said)
