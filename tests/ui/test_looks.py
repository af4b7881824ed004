"""What a person can tell apart, and what speaks louder than what."""

import re
from collections.abc import Iterator
from typing import get_args

import pytest

from kiosk import views
from kiosk.records import Reason
from kiosk.views import Language, Live, OfferState, View
from tests.ui import exam
from tests.ui.exam import WORDS
from ui.ease import LOOKS
from ui.kit import Kit
from ui.meaning import SHUT_ICONS, shut_icon
from ui.outlines import outline_of
from ui.panels import PANELS
from ui.parts import Icon, Text
from ui.samples import OFFERS, PAPER, samples
from ui.samples_people import EARLIER, NEARBY
from ui.scene import Scene
from ui.screens.every import compose
from ui.sheet import Moment
from ui.theme import Size
from ui.words import LOCALES

STATES: tuple[OfferState, ...] = ("full", "faulty", "closed")


def shown(
    kit: Kit, screen: views.Screen, language: Language = "zh", live: Live | None = None
) -> Scene:
    view = View(1, language, screen, 40_000, 50_000, live, "yard", "小区", None)
    return compose(view, kit, WORDS[language], Moment(40_000))


def icons(scene: Scene) -> list[str]:
    return [part.name for part in scene.parts if isinstance(part, Icon)]


def texts(scene: Scene) -> Iterator[tuple[str, Text]]:
    for part in scene.parts:
        if isinstance(part, Text):
            yield " ".join(part.lines), part


@pytest.mark.parametrize("look", ["day", "large", "all"])
@pytest.mark.parametrize("panel", PANELS)
def test_open_full_broken_and_closed_differ_in_shape_and_word(
    panel: str, look: str, kits: dict[str, Kit]
) -> None:
    """In every type: colour alone tells nobody."""
    kit = kits[panel].dressed(LOOKS[look].theme())
    offers = (PAPER, *(views.Offer(one, "metal", 800, one, 200) for one in STATES))
    screen = views.Choose(offers, "CNY", "token", None)
    view = View(1, "zh", screen, 40_000, 50_000, None, "yard", "小区", None)
    marks, words, choices = set(), set(), set()
    for scene in exam.pages(view, kit, WORDS["zh"]):
        marks |= set(icons(scene))
        words |= {text for text, _ in texts(scene)}
        choices |= {one.choice for one in scene.targets if "compartment" in one.choice}
    assert {shut_icon(one) for one in STATES} <= marks and len(set(SHUT_ICONS.values())) == 3
    assert {WORDS["zh"].say(f"offer.{one}") for one in STATES} <= words
    assert choices == {"compartment:paper"}


def test_a_full_machine_is_not_a_broken_one_and_says_where_to_go(wide: Kit) -> None:
    full = shown(wide, views.OutOfService("all_full", "400", NEARBY))
    assert "hourglass" in icons(full) and "wrench" not in icons(full)
    assert any("附近" in text for text, _ in texts(full))
    alone = shown(wide, views.OutOfService("all_full", "400", ()))
    assert any("改天再来" in text for text, _ in texts(alone))


def test_good_news_is_no_warning(wide: Kit) -> None:
    wanted = {
        "interrupted": "hourglass",
        "held": "hourglass",
        "decided": "check-circle",
        "refused": "scale",
    }
    for kind, icon in wanted.items():
        scene = shown(wide, views.Choose(OFFERS, "CNY", "token", None, EARLIER[kind]))
        assert icon in icons(scene) and "warning" not in icons(scene), kind


def test_nobody_is_asked_to_show_a_code_to_a_scanner_that_is_out_of_order(wide: Kit) -> None:
    lost = shown(wide, views.Identify("scanner_lost", True))
    assert "qr" not in icons(lost) and "wrench" in icons(lost)
    words = " ".join(text for text, _ in texts(lost))
    assert "请出示二维码" not in words and "请在下面选一种" in words
    nothing = shown(wide, views.Identify("scanner_lost", False))
    assert "请稍后再来" in " ".join(text for text, _ in texts(nothing))


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("language", LOCALES)
def test_the_button_we_expect_is_never_the_quieter_one(
    language: Language, panel: str, kits: dict[str, Kit]
) -> None:
    kit = kits[panel]
    sizes = list(Size)
    answers = ("another", "more_time", "phone", "donate", "finish", "done", "confirm")
    for name, view in samples(language):
        scene = compose(view, kit, WORDS[language], Moment(view.left_ms))
        places = [one.rect for one in scene.targets if one.choice in answers]
        loud: dict[bool, list[int]] = {True: [], False: []}
        for _, part in texts(scene):
            if any(place.contains(part.rect) for place in places):
                main = part.colour == kit.theme.colours.on_accent
                loud[main].append(sizes.index(part.size))
        if loud[True] and loud[False]:
            assert max(loud[True]) >= max(loud[False]), name


@pytest.mark.parametrize("language", LOCALES)
def test_reasons_are_parts_of_sentences(language: str) -> None:
    """The outcome's words end them: "件数和重量对不上。。" was on a screen."""
    for reason in (*get_args(Reason), "none"):
        assert not WORDS[language].say(f"reason.{reason}").endswith(("。", "."))


@pytest.mark.parametrize("language", LOCALES)
def test_every_reason_has_a_sample_and_no_sentence_ends_twice(language: str) -> None:
    said = [outline_of(view, WORDS[language]) for _, view in samples(language)]
    whole = "\n".join(text for one in said if one is not None for text in (one.title, *one.body))
    assert not re.search(r"[。，；：.;:,][。，；：.;:,]", whole)
    shown = {getattr(view.screen, "reason", None) for _, view in samples(language)}
    assert set(get_args(Reason)) - {"below_minimum"} <= shown


@pytest.mark.parametrize("panel", PANELS)
def test_no_title_shouts_its_explanation_down(panel: str, kits: dict[str, Kit]) -> None:
    """The largest titles stand over words of at least the ordinary size."""
    for language in LOCALES:
        for name, view in samples(language):
            if name.startswith(("idle", "receipt")):
                continue  # a greeting explains nothing; a receipt's words stand beside its code
            scene = compose(view, kits[panel], WORDS[language], Moment(view.left_ms))
            loud = [part for _, part in texts(scene) if part.size is Size.LARGE]
            soft = kits[panel].theme.colours.soft
            quiet = [
                text
                for text, part in texts(scene)
                if part.size is Size.SMALL
                and part.colour == soft
                and part.ground == kits[panel].theme.colours.paper
                and part.top
            ]
            assert not (loud and quiet), (name, language, quiet)
