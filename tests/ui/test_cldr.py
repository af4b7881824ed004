"""Numbers, units, currencies and counts are written as each language writes them (CLDR), and a
language is one catalogue: with a region too, with a comma for a point, with its own nouns."""

from gettext import c2py
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from hypothesis import given
from hypothesis import strategies as st

from kiosk import views
from kiosk.money import money_text, weight_text
from kiosk.session import inputs
from kiosk.session.touch import input_of
from kiosk.units import Grams, MinorUnits
from tests.ui import exam, tongues
from tests.ui.ink import faults
from ui import naming
from ui.kit import Kit
from ui.locale.cldr import COUNTS, FORMS, CatalogueError, complete, locale_of, provided
from ui.outlines import outline_of
from ui.parts import Digits, Text
from ui.samples import PAPER, samples
from ui.words import LOCALES, Words, all_words, locales, words_of

GERMAN: tongues.Texts = {
    "language.name": "Deutsch",
    "material.paper": "Papier",
    "within.paper": "Papier",
    "depositing.title": "{material} hinein",
    "receipt.total": "Summe {weight} kg",
    "limited.deposits": ("Höchstens {count} Abgabe am Tag.", "Höchstens {count} Abgaben am Tag."),
}
TAIWAN: tongues.Texts = {
    "language.name": "正體中文",
    "material.paper": "紙類",
    "within.paper": "紙類",
}
POLISH: tongues.Texts = {
    "language.name": "Polski",
    "meter.pieces": ("{count} sztuka", "{count} sztuki", "{count} sztuk"),
}
SHOWN = ("idle", "choose", "depositing", "result-large", "receipt", "limited-deposits", "help")


@pytest.fixture(scope="module")
def tongue(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Words]:
    """Every language of ours and three more, each of which is one catalogue and nothing else."""
    directory = tmp_path_factory.mktemp("locale")
    tongues.ours(directory)
    tongues.add(directory, "zh_TW", "zh_CN", TAIWAN)
    tongues.add(directory, "de", "en", GERMAN)
    tongues.add(directory, "pl", "en", POLISH)
    return dict(all_words(directory))


# ---- numbers ----


def test_separators_are_those_of_the_language(tongue: dict[str, Words]) -> None:
    assert naming.weight(tongue["en"], 1_800) == "1.800"
    assert naming.weight(tongue["de"], 1_800) == "1,800"
    assert naming.money(tongue["en"], 718_902) == "7,189.02"
    assert naming.money(tongue["de"], 718_902) == "7.189,02"
    assert naming.money(tongue["pl"], 718_902) == "7\N{NO-BREAK SPACE}189,02"
    assert naming.money(tongue["zh"], -144) == "-1.44"
    assert tongue["en"].number("-1234567.5") == "-1,234,567.5"


@given(st.integers(-(10**12), 10**12))
def test_the_digits_are_the_same_in_every_language(amount: int) -> None:
    """P2: what a language changes is what stands between the digits."""
    for language in LOCALES:
        words = exam.WORDS[language]
        mass, money = weight_text(Grams(amount)), money_text(MinorUnits(amount))
        assert naming.weight(words, amount).replace(",", "") == mass
        assert naming.money(words, amount).replace(",", "") == money


@pytest.mark.parametrize(
    ("code", "shown"),
    [("hi", "12,34,567.00"), ("es", "1.234.567,00"), ("de_CH", "1’234’567.00")],
)
def test_digits_are_grouped_as_the_language_groups_them(
    code: str, shown: str, tmp_path: Path
) -> None:
    tongues.add(tmp_path, code, "en", {})
    (words,) = all_words(tmp_path).values()
    assert naming.money(words, 123_456_700) == shown


def test_what_is_cldrs_own_is_taken_from_it() -> None:
    german = provided("de")
    assert german["money.EUR"] == "{amount}\N{NO-BREAK SPACE}€"
    assert (german["unit.kg"], german["voice.kg"]) == ("kg", "Kilogramm")
    assert provided("zh_TW")["unit.kg"] == "公斤"
    assert "money.JPY" not in provided("en"), "kiosk.money counts in hundredths"


def test_a_price_has_the_pattern_of_its_language_and_currency(tongue: dict[str, Words]) -> None:
    said = {
        (language, currency): naming.price_of(tongue[language], PAPER, currency)
        for language in ("zh", "en", "de")
        for currency in ("CNY", "EUR", "XTS")
    }
    assert said["zh", "CNY"] == "0.80 元/公斤"
    assert said["en", "CNY"] == "¥0.80/kg"
    assert said["en", "EUR"] == "€0.80/kg"
    assert said["de", "EUR"] == "0,80\N{NO-BREAK SPACE}€/kg"
    assert said["en", "XTS"] == "0.80 XTS/kg"


# ---- counts ----


def test_one_deposit_is_one_deposit(tongue: dict[str, Words]) -> None:
    def most(language: str, number: int) -> str:
        screen = views.Limited("deposits", number, "CNY", False, "")
        view = views.View(1, language, screen, None, None, None, "")
        outline = outline_of(view, tongue[language])
        assert outline is not None
        return outline.body[0]

    assert most("en", 1) == "At most 1 deposit a day each."
    assert most("en", 2) == "At most 2 deposits a day each."
    assert most("de", 1) == "Höchstens 1 Abgabe am Tag."
    assert most("zh", 1).replace("1", "2") == most("zh", 2)


def test_a_language_with_three_forms_has_three(tongue: dict[str, Words]) -> None:
    said = [tongue["pl"].count("meter.pieces", number) for number in (1, 3, 5, 22)]
    assert said == ["1 sztuka", "3 sztuki", "5 sztuk", "22 sztuki"]


def test_the_rule_is_cldrs_not_the_headers(tmp_path: Path) -> None:
    """Hindi and French say "0 piece"; many a tool writes another rule into a new catalogue."""
    for code in ("hi", "fr"):
        tongues.add(tmp_path, code, "en", {"meter.pieces": ("{count} piece", "{count} pieces")})
        words = Words(code, tmp_path)
        said = [words.count("meter.pieces", number) for number in (0, 1, 2)]
        assert said == ["0 piece", "1 piece", "2 pieces"]


@pytest.mark.parametrize("code", ["ar", "cs", "de", "fr", "ga", "lt", "pl", "ru", "sl", "zh"])
def test_every_rule_is_understood_by_gettext(code: str) -> None:
    catalogue = Catalog(locale=code)
    rule = locale_of(code).plural_form
    forms = [one for one in FORMS if one in {rule(number) for number in COUNTS}]
    catalogue.mime_headers = [("Plural-Forms", f"nplurals={len(forms)}; plural=0;")]
    complete(catalogue, code)
    which = c2py(catalogue.plural_expr)
    assert all(forms[which(number)] == rule(number) for number in COUNTS)


def test_a_catalogue_with_other_forms_than_its_language_is_not_compiled() -> None:
    catalogue = Catalog(locale="pl")
    catalogue.mime_headers = [("Plural-Forms", "nplurals=2; plural=(n != 1);")]
    with pytest.raises(CatalogueError, match=r"pl: .* 2 forms; CLDR has 3: one, few, many"):
        complete(catalogue, "pl")


# ---- a third language ----


def test_a_region_takes_no_other_languages_code(tongue: dict[str, Words]) -> None:
    """zh_TW beside zh_CN: both are offered, each by a code of its own that can be pressed."""
    assert list(tongue) == ["zh", "en", "de", "pl", "zh_TW"]
    around = [words.next_language for words in tongue.values()]
    assert around == ["en", "de", "pl", "zh_TW", "zh"]
    for code in around:
        assert input_of(f"language:{code}") == inputs.SetLanguage(code)
    assert tongue["zh"].material("paper") == "纸类"
    assert tongue["zh_TW"].material("paper") == "紙類"


def test_the_first_of_two_regions_has_the_languages_code(tmp_path: Path) -> None:
    for code in ("pt_PT", "pt_BR"):
        tongues.add(tmp_path, code, "en", {})
    assert locales(tmp_path) == {"pt": "pt_BR", "pt_PT": "pt_PT"}


def test_nouns_within_a_sentence_are_the_catalogues_matter(tongue: dict[str, Words]) -> None:
    def title(language: str, **names: str) -> str:
        screen = views.Depositing(PAPER, "CNY", 10)
        view = views.View(1, language, screen, None, None, None, "", materials=names)
        outline = outline_of(view, words_of(tongue, view))
        assert outline is not None
        return outline.title

    assert title("en") == "Put paper in"
    assert title("de") == "Papier hinein"
    assert title("en", paper="PET bottles") == "Put PET bottles in", "as its operator writes it"


def test_a_language_without_a_catalogue_has_the_words_of_the_nearest() -> None:
    def shown(language: str) -> str:
        view = views.View(1, language, views.Starting(), None, None, None, "")
        return words_of(exam.WORDS, view).language

    assert [shown("en"), shown("en_GB"), shown("zh_HK"), shown("bo")] == ["en", "en", "zh", "zh"]


@pytest.mark.parametrize("language", ["zh_TW", "de"])
def test_its_screens_are_whole(language: str, tongue: dict[str, Words], wide: Kit) -> None:
    words, seen = tongue[language], ""
    for name, view in samples(language):
        if name not in SHOWN:
            continue
        for scene in exam.pages(view, wide, words):
            assert [*faults(scene, wide), *exam.whole(scene)] == [], name
            parts = (part for part in scene.parts if isinstance(part, Text | Digits))
            seen += " ".join(
                part.text if isinstance(part, Digits) else " ".join(part.lines) for part in parts
            )
    found = ("1,805", "7.189,02", "2,440 kg") if language == "de" else ("紙類", "7,189.02")
    assert all(text in seen for text in found), seen
