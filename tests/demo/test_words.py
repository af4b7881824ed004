"""The page calls the touchscreen's buttons and materials what the touchscreen calls them."""

import re
from pathlib import Path

import pytest

from ui.words import all_words

WORDS = (Path(__file__).parents[2] / "kiosk/demo/assets/words.js").read_text(encoding="utf-8")
BUTTONS = ("start", "donate", "cancel", "done", "more_time", "another", "finish")
MATERIALS = ("paper", "plastic", "metal", "textiles")


def pair(name: str) -> tuple[str, str]:
    """The words that words.js gives a name."""
    found = re.search(rf'\b"?{re.escape(name)}"?: \["([^"]*)", "([^"]*)"\]', WORDS)
    assert found is not None, name
    return found[1], found[2]


@pytest.mark.parametrize("name", BUTTONS)
def test_a_button_is_called_what_it_shows(name: str) -> None:
    said = all_words()
    assert pair(name) == tuple(said[one].say(f"button.{name}") for one in ("zh", "en"))


@pytest.mark.parametrize("name", MATERIALS)
def test_a_material_is_called_what_the_screen_calls_it(name: str) -> None:
    said = all_words()
    assert pair(name) == (said["zh"].material(name), said["en"].material(name))


@pytest.mark.parametrize(("language", "other"), [("zh", "en"), ("en", "zh")])
def test_the_button_of_the_other_language(language: str, other: str) -> None:
    said = {str(one): words for one, words in all_words().items()}
    assert pair(f"language:{other}") == (said[language].say("language.other"), "")
