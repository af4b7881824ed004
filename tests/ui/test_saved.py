"""What recycling saved is shown and said where the operator states factors, and nowhere else."""

import pytest

from kiosk import views
from kiosk.views import Saved, View
from tests.ui import exam
from ui.kit import Kit
from ui.meaning import MATERIALS, material_icon
from ui.naming import saved_words
from ui.outlines import outline_of
from ui.panels import PANELS
from ui.parts import Icon, Text
from ui.samples import OFFERS, SO_FAR, THIS_TIME, samples
from ui.screens.every import compose
from ui.sheet import Moment
from ui.voice.numbers import in_words
from ui.words import LOCALES

EN = exam.WORDS["en"]


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        (Saved(450, None), "CO2 saved: 450 g"),
        (Saved(999, 999), "CO2 saved: 999 g"),
        (Saved(1_000, 5_882), "CO2 saved: 1.0 kg, like 5 km by car"),
        (Saved(3_199, None), "CO2 saved: 3.1 kg"),
        (Saved(99_999, None), "CO2 saved: 99.9 kg"),
        (Saved(100_000, 1_000_000), "CO2 saved: 100 kg, like 1,000 km by car"),
    ],
)
def test_a_mass_for_people_rounds_down(saved: Saved, said: str) -> None:
    assert saved_words(EN, saved, "visit") == said


def seen(view: View, kit: Kit) -> str:
    scene = compose(view, kit, exam.WORDS[view.language], Moment(view.left_ms))
    lines = (line for part in scene.parts if isinstance(part, Text) for line in part.lines)
    return " ".join(" ".join(lines).split())


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("panel", PANELS)
def test_it_stands_on_the_idle_screen_and_on_the_receipt(
    panel: str, language: str, kits: dict[str, Kit]
) -> None:
    shown = dict(samples(language))
    assert "1,284 kg" in seen(shown["idle"], kits[panel])
    assert "3.1 kg" in seen(shown["receipt"], kits[panel])


def test_the_way_by_car_gives_way_to_the_prices(kits: dict[str, Kit]) -> None:
    shown = dict(samples("en"))["idle"]
    assert "7,554 km by car" in seen(shown, kits["1280x800"])
    assert "km by car" not in seen(shown, kits["800x480"])


@pytest.mark.parametrize("language", LOCALES)
def test_the_voice_says_all_of_it(language: str) -> None:
    def said(screen: views.Screen) -> str:
        outline = outline_of(View(1, language, screen, None, None, None, ""), exam.WORDS[language])
        assert outline is not None
        script = outline.script(exam.WORDS[language])
        return " ".join(in_words(one, language) for one in script)

    idle = said(views.Idle(OFFERS, "CNY", "", None, SO_FAR))
    receipt = said(views.Receipt((), 0, 0, "CNY", "token", "", THIS_TIME))
    expected = {
        "en": (
            "C O two saved here: one thousand two hundred and eighty-four kilograms, like seven",
            "C O two saved: three point one kilograms, like eighteen kilometres by car",
        ),
        "zh": (
            "本机已减碳 一千二百八十四 公斤，相当于少开车 七千五百五十四 公里",
            "这次减碳 三点一 公斤，相当于少开车 十八 公里",
        ),
    }
    assert expected[language][0] in idle
    assert expected[language][1] in receipt


@pytest.mark.parametrize("language", LOCALES)
def test_without_factors_nothing_is_invented(language: str, kits: dict[str, Kit]) -> None:
    shown = dict(samples(language))
    for name, word in (("idle-mixed", "saved"), ("receipt-plain", "saved")):
        page = seen(shown[name], kits["1280x800"])
        assert word not in page and "CO2" not in page and "减碳" not in page
        outline = outline_of(shown[name], exam.WORDS[language])
        assert outline is not None and "CO2" not in " ".join(outline.body)


def test_its_source_stands_among_the_particulars() -> None:
    shown = dict(samples("zh"))["about"]
    outline = outline_of(shown, exam.WORDS["zh"])
    assert outline is not None
    assert outline.facts[-1].unit == "示例数据手册 2026"


# ---- materials ----


def test_every_material_has_an_icon_of_its_own_and_others_the_common_one() -> None:
    icons = [material_icon(name) for name in MATERIALS]
    assert len(set(icons)) == len(MATERIALS) and "other" not in icons
    assert material_icon("foam") == "other"


@pytest.mark.parametrize(("language", "name"), [("zh", "泡沫箱"), ("en", "Foam boxes")])
def test_an_operators_own_material_has_its_name_and_the_common_icon(
    language: str, name: str, kits: dict[str, Kit]
) -> None:
    view = dict(samples(language))["idle-kinds"]
    words = exam.WORDS[language].calling(view.materials)
    scene = compose(view, kits["1280x800"], words, Moment())
    assert any(name in part.lines for part in scene.parts if isinstance(part, Text))
    assert any(part.name == "other" for part in scene.parts if isinstance(part, Icon))
