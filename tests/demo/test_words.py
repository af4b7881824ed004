"""The page calls the touchscreen's buttons and materials what the touchscreen calls them."""

import re
from pathlib import Path
from typing import get_args

import pytest

from kiosk.views import Screen
from ui.words import all_words

WORDS = (Path(__file__).parents[2] / "kiosk/demo/assets/words.js").read_text(encoding="utf-8")
BUTTONS = (
    *("start", "donate", "cancel", "done", "more_time", "another", "finish"),
    *("phone", "erase", "help"),
)
EASES = ("open", "close", "large", "contrast", "low", "voice", "softer", "louder", "repeat")
ELSEWHERE = {
    "page:next": "button.more",
    "report:dropped": "help.dropped",
    "report:help": "help.send",
    "dispute": "help.dispute",
    "about": "help.about",
    "confirm": "button.ok",
}
MATERIALS = ("paper", "plastic", "metal", "textiles")


def pair(name: str) -> tuple[str, str]:
    """The words that words.js gives a name."""
    found = re.search(rf'(?<![\w:])"?{re.escape(name)}"?: \["([^"]*)", "([^"]*)"\]', WORDS)
    assert found is not None, name
    return found[1], found[2]


@pytest.mark.parametrize("name", BUTTONS)
def test_a_button_is_called_what_it_shows(name: str) -> None:
    said = all_words()
    assert pair(name) == tuple(said[one].say(f"button.{name}") for one in ("zh", "en"))


@pytest.mark.parametrize(
    ("choice", "key"), [*ELSEWHERE.items(), *((f"ease:{one}", f"ease.{one}") for one in EASES)]
)
def test_a_choice_is_called_what_its_button_shows(choice: str, key: str) -> None:
    said = all_words()
    assert pair(choice) == (said["zh"].say(key), said["en"].say(key))


@pytest.mark.parametrize("screen", [str(one.__struct_config__.tag) for one in get_args(Screen)])
def test_every_question_has_a_name(screen: str) -> None:
    names = WORDS.partition("const SCREENS")[2].partition("};")[0]
    assert re.search(rf'\b{screen}: "[^"]+"', names), screen


@pytest.mark.parametrize("name", MATERIALS)
def test_a_material_is_called_what_the_screen_calls_it(name: str) -> None:
    said = all_words()
    assert pair(name) == (said["zh"].material(name), said["en"].material(name))


@pytest.mark.parametrize("other", ["en", "zh"])
def test_the_button_of_the_other_language(other: str) -> None:
    said = {str(one): words for one, words in all_words().items()}
    assert pair(f"language:{other}") == (said[other].say("language.name"), "")
