"""What Unicode's CLDR knows of a language, taken from Babel when its catalogue is compiled.

It goes into the .mo as messages of their own, so that a machine needs no Babel. A catalogue may
state any of them itself: what CLDR calls 人民币, people at a kiosk call 元.
"""

from collections.abc import Sequence
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.messages.catalog import Catalog
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_name,
    get_currency_precision,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
)
from babel.plural import PluralRule, to_gettext
from babel.units import format_unit

UNITS = {"kg": "mass-kilogram", "g": "mass-gram", "km": "length-kilometer"}
FORMS = ("zero", "one", "two", "few", "many", "other")
SAMPLE = Decimal("2.5")
"""Masses and money are written with decimals: their words have the form that goes with this."""
COUNTS = range(200)
"""Whole numbers as a screen counts: every form but that of a million occurs among them."""


class CatalogueError(ValueError):
    """A catalogue has more or fewer forms of a counted message than its language."""


def locale_of(code: str) -> Locale:
    """CLDR's entry for a catalogue's folder; one it does not know writes numbers as English."""
    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def provided(code: str) -> dict[str, str]:
    """Every message that CLDR provides for a language, by id."""
    locale = locale_of(code)
    return {**_numbers(locale), **_units(locale), **_currencies(locale)}


def _numbers(locale: Locale) -> dict[str, str]:
    """The separators; and how digits are grouped: the last group, those before it, and how many
    digits must stand before the first separator."""
    last, before = locale.decimal_formats[None].grouping
    grouped = get_group_symbol(locale) in format_decimal(1234, locale=locale)
    return {
        "number.decimal": get_decimal_symbol(locale),
        "number.group": get_group_symbol(locale),
        "number.grouping": f"{last} {before} {1 if grouped else 2}",
    }


def _units(locale: Locale) -> dict[str, str]:
    """The units as they are written, and as they are said where CLDR has words for that."""
    number = format_decimal(SAMPLE, locale=locale)
    found = {}
    for unit, name in UNITS.items():
        short = format_unit(SAMPLE, name, "short", locale=locale)
        spoken = format_unit(SAMPLE, name, "long", locale=locale)
        found[f"unit.{unit}"] = short.replace(number, "").strip()
        said = short if name in spoken else spoken
        found[f"voice.{unit}"] = said.replace(number, "").strip()
    return found


def _currencies(locale: Locale) -> dict[str, str]:
    """Symbol, name and pattern of every currency in use that has two decimals (kiosk.money)."""
    tender = get_global("territory_currencies").values()
    codes = {code for land in tender for code, _, until, legal in land if legal and until is None}
    one = format_decimal(Decimal(1), format="0.00", locale=locale)
    found = {}
    for code in sorted(code for code in codes if get_currency_precision(code) == 2):
        found[f"symbol.{code}"] = get_currency_symbol(code, locale)
        found[f"currency.{code}"] = get_currency_name(code, SAMPLE, locale)
        pattern = format_currency(Decimal(1), code, locale=locale).replace(one, "{amount}")
        found[f"money.{code}"] = pattern
    return found


def _forms(rule: PluralRule) -> tuple[str, ...]:
    """The forms that whole numbers have, in the order in which a catalogue lists them."""
    found = {rule(number) for number in COUNTS}
    return tuple(one for one in FORMS if one in found)


def _expression(rule: PluralRule, forms: Sequence[str]) -> str:
    """The rule for gettext: which of ``forms`` goes with n."""
    said = ""
    for index, name in enumerate(forms[:-1]):
        # Of a rule with this form alone gettext says 0 where it holds, else 1.
        alone = to_gettext(PluralRule({name: rule.rules[name]}))
        said += f"{alone.partition('plural=')[2].rstrip(';')} == 0 ? {index} : "
    return f"{said}{len(forms) - 1}"


def complete(catalogue: Catalog, code: str) -> None:
    """Add to a catalogue what CLDR provides and it does not state itself.

    Raises CatalogueError where it has not as many plural forms as CLDR tells apart.
    """
    locale = locale_of(code)
    forms = _forms(locale.plural_form)
    if catalogue.num_plurals != len(forms):
        raise CatalogueError(
            f"{code}: Plural-Forms says {catalogue.num_plurals} forms; CLDR has {len(forms)}: "
            f"{', '.join(forms)}"
        )
    rule = _expression(locale.plural_form, forms)
    catalogue.mime_headers = [("Plural-Forms", f"nplurals={len(forms)}; plural={rule};")]
    stated = {message.id: str(message.string) for message in catalogue}
    for key, text in provided(code).items():
        if key in stated:
            continue
        family, _, name = key.partition(".")
        if family == "money" and (symbol := stated.get(f"symbol.{name}")):
            text = text.replace(get_currency_symbol(name, locale), symbol)
        catalogue.add(key, text)
