"""What the drawn screens show and take; how they stand is proved in ``test_every_screen``."""

from typing import get_args

import msgspec
import pytest

from kiosk import views
from kiosk.views import Language, View
from tests.ui.ink import faults
from ui.ease import OPEN, PAGE
from ui.kit import Kit
from ui.meaning import distinct
from ui.panels import PANELS
from ui.parts import Digits, Text
from ui.samples import samples
from ui.scene import Scene
from ui.screens.every import SETTERS, compose
from ui.sheet import Moment
from ui.words import LOCALES, all_words

WORDS = all_words()
SAMPLES = {f"{language}-{name}": view for language in LOCALES for name, view in samples(language)}
ALLOWED = {
    "idle": {"start", "help"},
    "identify": {"donate", "phone", "cancel"},
    "phone": {*(f"digit:{digit}" for digit in range(10)), "erase", "confirm", "cancel"},
    "confirm_phone": {"confirm", "cancel"},
    "limited": {"donate", "cancel"},
    "still_there": {"more_time"},
    "choose": {"cancel"},
    "weighing_before": {"cancel"},
    "depositing": {"done", "more_time"},
    "result": {"another", "finish", "help"},
    "receipt": {"finish"},
    "help": {"report:dropped", "report:help", "dispute", "about", "cancel"},
    "filed": {"cancel"},
    "about": {"cancel"},
}
OWN = {OPEN, PAGE}
"""Choices of the screen itself, which may stand on any."""


def set_screen(kit: Kit, view: View, pressed: str | None = None) -> Scene:
    return compose(view, kit, WORDS[view.language], Moment(view.left_ms, pressed))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_screen_takes_only_the_choices_of_its_view(name: str, wide: Kit) -> None:
    view = SAMPLES[name]
    tag = str(view.screen.__struct_config__.tag)
    other = "language:en" if view.language == "zh" else "language:zh"
    offers = view.screen.offers if isinstance(view.screen, views.Choose) else ()
    open_ones = {f"compartment:{o.compartment}" for o in offers if o.state == "open"}
    shut_ones = {f"compartment:{o.compartment}" for o in offers if o.state != "open"}
    choices = {target.choice for target in set_screen(wide, view).targets}
    assert other in choices
    assert OPEN in choices
    assert choices - {other} - OWN <= ALLOWED.get(tag, set()) | open_ones
    assert open_ones <= choices and not shut_ones & choices


def test_there_is_a_screen_and_a_sample_for_every_view() -> None:
    kinds = set(get_args(views.Screen))
    assert set(SETTERS) == kinds
    assert {type(view.screen) for view in SAMPLES.values()} == kinds


@pytest.mark.parametrize("name", SAMPLES)
def test_a_pressed_target_looks_pressed(name: str, wide: Kit) -> None:
    view = SAMPLES[name]
    scene = set_screen(wide, view)
    for target in scene.targets:
        pressed = set_screen(wide, view, target.choice)
        assert pressed.targets == scene.targets
        changed = set(pressed.parts) ^ set(scene.parts)
        assert changed and all(part.rect.overlaps(target.rect) for part in changed)


def test_weight_and_money_stay_in_their_places(kits: dict[str, Kit]) -> None:
    names = ("depositing", "closing", "blocked", "weighing-after", "result-paid")
    for panel in PANELS:
        for language in LOCALES:
            places = {
                next(
                    part.rect.right
                    for part in set_screen(kits[panel], SAMPLES[f"{language}-{name}"]).parts
                    if isinstance(part, Digits) and part.text in ("1.800", "1.805")
                )
                for name in names
            }
            assert len(places) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_result_shows_the_evidence_exactly(language: Language, wide: Kit) -> None:
    parts = set_screen(wide, SAMPLES[f"{language}-result-paid"]).parts
    said = " ".join(
        part.text if isinstance(part, Digits) else " ".join(part.lines)
        for part in parts
        if isinstance(part, Text | Digits)
    )
    for fact in ("12.340", "14.140", "1.800", "0.80", "1.44", "7F3K-000412"):
        assert fact in said


def test_unknown_material_and_currency_are_shown_as_they_are(wide: Kit) -> None:
    offer = views.Offer("x", "rubber", 1000, "open", 500)
    view = View(1, "zh", views.Idle((offer,), "XTS", ""), None, None, None, "")
    scene = set_screen(wide, view)
    said = " ".join(" ".join(part.lines) for part in scene.parts if isinstance(part, Text))
    assert "Rubber" in said and "XTS" in said
    assert list(faults(scene, wide)) == []


LONG = "桂花园街道生活垃圾分类便民服务站 010-8888 6666 转 802（王师傅）"


@pytest.mark.parametrize(
    ("panel", "count"),
    [
        (panel, count)
        for panel in PANELS
        # A 7-inch portrait panel has room for six (decision 23).
        for count in range(7 if panel == "720x1280" else 9)
    ],
)
def test_any_number_of_compartments_and_a_long_contact(
    panel: str, count: int, kits: dict[str, Kit]
) -> None:
    materials = ("paper", "plastic", "metal", "textiles", "glass", "books", "shoes", "batteries")
    offers = tuple(views.Offer(name, name, 80_000, "open", 100) for name in materials[:count])
    for language in LOCALES:
        for screen in (
            views.Idle(offers, "CNY", LONG),
            views.Choose(offers, "CNY", "token", "scale_unsteady"),
            views.OutOfService("all_compartments", LONG),
        ):
            view = View(1, language, screen, 50_000, 60_000, None, LONG)
            assert list(faults(set_screen(kits[panel], view), kits[panel])) == []


def test_two_bins_of_one_material_are_one_price() -> None:
    full, spare = (views.Offer(name, "paper", 8000, "full", 1) for name in ("a", "b"))
    open_one = views.Offer("c", "paper", 8000, "open", 1)
    dear = views.Offer("d", "paper", 9000, "open", 1)
    assert distinct((full, spare)) == (full,)
    assert distinct((full, open_one, dear)) == (open_one, dear)


def test_samples_survive_the_wire() -> None:
    for view in SAMPLES.values():
        assert msgspec.json.decode(msgspec.json.encode(view), type=View) == view
