"""What a touch's choice means; one that means nothing is dropped."""

import pytest

from kiosk.session import inputs as i
from kiosk.session.touch import input_of
from kiosk.units import CompartmentId


@pytest.mark.parametrize("code", ["zh", "en", "bo", "qps", "zh_TW", "sr_Latn_RS", "es_419"])
def test_any_language_that_the_screen_has_can_be_chosen(code: str) -> None:
    assert input_of(f"language:{code}") == i.SetLanguage(code)


@pytest.mark.parametrize(
    "choice",
    [
        "language:",
        "language:Z",
        "language:zh_",
        "language:zh-TW",
        "language:zh_TW_x_y",
        "language:toolong",
        "language:zh\n",
        "ease:large",
    ],
)
def test_what_is_no_language_is_no_choice(choice: str) -> None:
    assert input_of(choice) is None


def test_the_rest() -> None:
    assert input_of("start") == i.Start()
    assert input_of("compartment:paper") == i.Select(CompartmentId("paper"))
    assert input_of("") is None
