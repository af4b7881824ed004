"""Numbers as they are said, so that every voice says the same: "1.8" is 一点八, "one point eight".

A language without rules here keeps its digits: its voice reads them by its own. What is no amount
(a receipt's number, a telephone) is said digit by digit.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from kiosk.views import Language

# Both languages here part thousands by a comma (CLDR): to the ear it is nothing.
GROUPED = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])")
# Letters, digits and hyphens that touch are one token: 7F3K-000412 is no quantity.
TOKEN = re.compile(r"[A-Za-z0-9]+(?:[-.][A-Za-z0-9]+)*")
AMOUNT = re.compile(r"(0|[1-9][0-9]{0,5})(?:\.([0-9]+))?")

ZH_DIGITS = "零一二三四五六七八九"
ZH_PLACES = ("", "十", "百", "千")
EN_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen")
EN_SMALL = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *(*EN_TEENS, "seventeen", "eighteen", "nineteen"),
)
EN_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def in_words(text: str, language: Language) -> str:
    """``text`` with every number in words, where the language has rules here."""
    if language not in CARDINALS:
        return text
    text = GROUPED.sub(lambda found: found[0].replace(",", ""), text)
    return TOKEN.sub(lambda found: _token(found[0], language), text)


def _token(token: str, language: Language) -> str:
    """One token: an amount as a number, digits that are none one by one, words as they are."""
    amount = AMOUNT.fullmatch(token)
    if amount is not None:
        return decimal(amount[1], amount[2] or "", language)
    if not any(char.isdigit() for char in token):
        return token
    parts = (_digit(char, language) for char in token if char.isalnum())
    return " ".join(parts)


def decimal(whole: str, places: str, language: Language) -> str:
    """A decimal number: its places one by one, without the zeros that only a scale shows."""
    said, places = CARDINALS[language](int(whole)), places.rstrip("0")
    if not places:
        return said
    digits = [_digit(char, language) for char in places]
    if language == "zh":
        return f"{said}点{''.join(digits)}"
    return f"{said} point {' '.join(digits)}"


def _digit(char: str, language: Language) -> str:
    if not char.isdigit():
        return char
    return ZH_DIGITS[int(char)] if language == "zh" else EN_SMALL[int(char)]


def chinese(number: int) -> str:
    """A whole number below a million (一万 is the unit above 千)."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        gap = "零" if 0 < low < 1000 else ""
        return f"{chinese(high)}万{gap}{_below_wan(low, leading=False) if low else ''}"
    return _below_wan(number, leading=True)


def _below_wan(number: int, leading: bool) -> str:
    """A whole number below 10 000; ``leading``: ten at its head is 十, not 一十."""
    if number == 0:
        return ZH_DIGITS[0]
    said, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit == 0:
            gap = bool(said)
            continue
        said += ("零" if gap else "") + ZH_DIGITS[digit] + ZH_PLACES[place]
        gap = False
    return said.removeprefix("一") if leading and 10 <= number < 20 else said


def english(number: int) -> str:
    """A whole number below a million."""
    if number < 20:
        return EN_SMALL[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return EN_TENS[tens - 2] + (f"-{EN_SMALL[ones]}" if ones else "")
    unit, name = (100, "hundred") if number < 1000 else (1000, "thousand")
    high, low = divmod(number, unit)
    joint = " and " if low and low < 100 else " "
    return f"{english(high)} {name}{joint + english(low) if low else ''}"


CARDINALS: Mapping[Language, Callable[[int], str]] = MappingProxyType(
    {"zh": chinese, "en": english}
)
