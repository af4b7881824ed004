"""Both catalogues are complete, agree on their placeholders, and are what is compiled."""

import ast
import re
from collections.abc import Iterator
from gettext import GNUTranslations
from io import BytesIO
from string import Formatter
from typing import get_args

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from kiosk import records, views
from ui.fonts import in_subset
from ui.locale.cldr import provided
from ui.locale.compile import compiled
from ui.meaning import MATERIALS
from ui.words import DIRECTORY, LOCALES, all_words

UI = DIRECTORY.parent
SOURCES = {code: DIRECTORY / code / "LC_MESSAGES" / "ui.po" for code in LOCALES.values()}


def texts(code: str) -> dict[str, str]:
    """Each message by id; the forms of a counted one together. What CLDR provides may be left
    out (ui.locale.cldr)."""
    with SOURCES[code].open("rb") as file:
        catalogue: Catalog = read_po(file, locale=code, abort_invalid=True)
    stated = {key: "\n".join(forms) for key, forms in map(forms_of, catalogue) if key}
    return provided(code) | stated


def forms_of(message: Message) -> tuple[str, tuple[str, ...]]:
    """A message's id and what it is in words: more than one form, if it is counted."""
    if isinstance(message.id, tuple) and message.string:
        return message.id[0], tuple(message.string)
    return str(message.id), (str(message.string),)


TEXTS = {code: texts(code) for code in SOURCES}


def said_in_code() -> Iterator[str]:
    """Ids in the code, as patterns: the parts that are only known at run time become ``.+``."""
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", node.value):
                    yield re.escape(node.value)
            elif isinstance(node, ast.JoinedStr):
                pattern = "".join(
                    re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
                    for part in node.values
                )
                if re.fullmatch(r"([a-z_]+|\.\+)(\\\.([a-z_]+|\.\+))+", pattern):
                    yield pattern


def families() -> Iterator[str]:
    """Ids that are built from the values of a view."""
    for state in get_args(views.OfferState):
        if state != "open":
            yield f"offer.{state}"
    for notice in get_args(views.TokenNotice):
        yield f"token.{notice}"
    for wrong in get_args(views.ChooseNotice):
        yield f"notice.{wrong}"
    for outcome in (*get_args(views.OutcomeName), "donated"):
        yield f"outcome.{outcome}.title"
        yield f"outcome.{outcome}.body"
    for outcome in get_args(views.OutcomeName):
        yield f"amount.{outcome}"
        yield f"line.{outcome}"
    yield "reason.none"
    for reason in get_args(records.Reason):
        yield f"reason.{reason}"
    for reason in get_args(views.OutOfService.__annotations__["reason"]):
        yield f"out.{reason}.title"
        yield f"out.{reason}.body"
    for key in (
        "before",
        "opening",
        "closing",
        "closing_again",
        "blocked",
        "blocked_last",
        "after",
        "enrol.show",
        "enrol.waiting",
        "enrol.failed",
    ):
        yield f"{key}.title"
        yield f"{key}.body"
    for material in MATERIALS:
        yield f"material.{material}"
        yield f"within.{material}"
    for who in ("visit", "machine"):
        yield f"saved.{who}"
        yield f"saved.{who}_car"


@pytest.mark.parametrize("code", SOURCES)
def test_nothing_is_missing(code: str) -> None:
    assert all(TEXTS[code].values())
    assert set(families()) <= set(TEXTS[code])
    plain = {key.replace("\\", "") for key in said_in_code() if ".+" not in key}
    known = set(TEXTS[code])
    first_words = {key.split(".")[0] for key in known}
    for wish in ("large", "contrast", "low", "voice", "softer", "louder", "repeat"):
        assert f"ease.{wish}" in known
    for key in plain:
        if key.split(".")[0] in first_words:
            assert key in known or f"{key}.title" in known, key


def test_the_catalogues_have_the_same_ids_and_placeholders() -> None:
    chinese, english = TEXTS["zh_CN"], TEXTS["en"]
    assert set(chinese) == set(english)

    def placeholders(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    for key in chinese:
        assert placeholders(chinese[key]) == placeholders(english[key]), key


def test_nothing_is_left_over() -> None:
    patterns = [re.compile(pattern) for pattern in said_in_code()]
    for key in TEXTS["en"]:
        assert any(pattern.fullmatch(key) for pattern in patterns), key


@pytest.mark.parametrize("code", SOURCES)
def test_the_committed_mo_is_the_compiled_po(code: str) -> None:
    """The messages, not the bytes: the header names the version of Babel."""
    source = SOURCES[code]
    with source.with_suffix(".mo").open("rb") as file:
        committed = GNUTranslations(file)
    fresh = GNUTranslations(BytesIO(compiled(source)))
    for key, text in TEXTS[code].items():
        for number in (1, 2, 5):
            said = fresh.ngettext(key, key, number)
            assert committed.ngettext(key, key, number) == said
        assert committed.gettext(key) == fresh.gettext(key)
        if "\n" not in text and not key.startswith("money."):
            assert fresh.gettext(key) == text


@pytest.mark.parametrize("code", SOURCES)
def test_the_fonts_have_every_character(code: str) -> None:
    used = {"symbol.CNY", "currency.CNY", "money.CNY"}
    for key, text in TEXTS[code].items():
        currency = key.split(".")[0] in ("symbol", "currency", "money") and key not in used
        assert currency or in_subset(text), key


def test_ids_are_not_english() -> None:
    assert all(re.fullmatch(r"[a-z_]+(\.[A-Za-z_]+)+", key) for key in TEXTS["en"])


def test_words_at_run_time() -> None:
    words = all_words()
    assert words["zh"].say("meter.evidence", before="1.000", after="2.000").startswith("前 1.000")
    assert words["en"].material("rubber") == "Rubber", "what nobody named has its id"
    assert not words["en"].knows("no.such.id")
