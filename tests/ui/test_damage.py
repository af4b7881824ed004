"""A partial redraw shows the same pixels as a full one, and touches no others."""

import random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageChops

from kiosk import views
from kiosk.views import Live, View
from ui.canvas import Canvas
from ui.geometry import Rect, merged
from ui.kit import Kit
from ui.panels import PANELS
from ui.samples import PAPER, samples
from ui.scene import damage
from ui.screens.every import compose
from ui.sheet import Moment
from ui.show import Show
from ui.words import LOCALES, all_words

WORDS = all_words()
BOUNDS = Rect(0, 0, 1280, 800)
rects = st.builds(
    Rect, st.integers(-50, 1300), st.integers(-50, 850), st.integers(1, 300), st.integers(1, 300)
)


@given(st.lists(rects, max_size=12))
def test_merged_rectangles_cover_all_and_do_not_overlap(given_rects: list[Rect]) -> None:
    done = merged(given_rects, BOUNDS)
    for rect in given_rects:
        clip = rect.clipped(BOUNDS)
        assert clip.area == 0 or any(one.contains(clip) for one in done)
    for index, one in enumerate(done):
        assert BOUNDS.contains(one)
        assert not any(one.overlaps(other) for other in done[index + 1 :])


def test_most_of_the_panel_is_sent_whole() -> None:
    assert merged([Rect(0, 0, 1280, 500)], BOUNDS) == (BOUNDS,)


def test_partial_redraw_is_full_redraw(wide: Kit) -> None:
    """A walk through every sample, with presses and countdowns in between."""
    chance = random.Random(20261123)
    steps = []
    for language in LOCALES:
        for _, view in samples(language):
            steps.append((view, Moment(view.left_ms)))
            if view.left_ms:
                steps.append((view, Moment(view.left_ms - 1000)))
            scene = compose(view, wide, WORDS[view.language], Moment(view.left_ms))
            steps.append((view, Moment(view.left_ms, chance.choice(scene.targets).choice)))
    partial, full, old = Canvas(wide), Canvas(wide), None
    for view, moment in chance.sample(steps, 60):
        scene = compose(view, wide, WORDS[view.language], moment)
        partial.draw(scene, damage(old, scene, wide))
        full.draw(scene, (full.bounds,))
        difference = ImageChops.difference(partial.image.convert("RGB"), full.image.convert("RGB"))
        assert difference.getbbox() is None, view
        old = scene


def depositing(net_g: int | None, left_ms: int = 60_000) -> tuple[View, Moment]:
    screen = views.Depositing(PAPER, "CNY", 3)
    view = View(7, "zh", screen, left_ms, 90_000, Live(net_g, False), "")
    return view, Moment(left_ms)


def test_a_new_weight_redraws_the_number_only(wide: Kit) -> None:
    (one, moment), (two, _) = depositing(1800), depositing(1805)
    old = compose(one, wide, WORDS["zh"], moment)
    new = compose(two, wide, WORDS["zh"], moment)
    (rect,) = damage(old, new, wide)
    assert rect.area * 8 < BOUNDS.area


def test_a_second_redraws_the_ring_only(wide: Kit) -> None:
    (one, before), (two, after) = depositing(1800, 60_000), depositing(1800, 59_000)
    old = compose(one, wide, WORDS["zh"], before)
    new = compose(two, wide, WORDS["zh"], after)
    (rect,) = damage(old, new, wide)
    assert rect.area * 40 < BOUNDS.area


def test_the_same_scene_damages_nothing(wide: Kit) -> None:
    view, moment = depositing(1800)
    scene = compose(view, wide, WORDS["zh"], moment)
    again = compose(view, wide, WORDS["zh"], moment)
    assert damage(scene, again, wide) == ()


@settings(max_examples=25, deadline=None)
@given(
    weights=st.lists(st.integers(-50, 99_999), min_size=1, max_size=6),
    panel=st.sampled_from(sorted(PANELS)),
)
def test_digits_pasted_alone_are_the_whole_screen_drawn_anew(
    weights: list[int], panel: str, kits: dict[str, Kit]
) -> None:
    """The short way of a new weight ends in the pixels of the long one, on every panel."""
    kit = kits[panel]
    quick = Show(kit, WORDS, "zh", compose)
    for net_g in weights:
        view, _ = depositing(net_g)
        quick.take(view, 0)
        quick.draw(0)
        slow = Show(kit, WORDS, "zh", compose)
        slow.take(view, 0)
        slow.draw(0)
        pair = (quick.canvas.image.convert("RGB"), slow.canvas.image.convert("RGB"))
        assert ImageChops.difference(*pair).getbbox() is None, net_g
        assert quick.scene == slow.scene


def test_a_weight_alone_damages_its_digits_only(wide: Kit) -> None:
    show = Show(wide, WORDS, "zh", compose)
    for net_g in (1800, 1805):
        show.take(depositing(net_g)[0], 0)
        rects = show.draw(0)
    (rect,) = rects
    assert rect.area * 100 < BOUNDS.area
    show.take(depositing(1805)[0], 0)
    assert show.draw(0) == ()


def test_a_steadier_or_lost_weight_takes_the_long_way(wide: Kit) -> None:
    show = Show(wide, WORDS, "zh", compose)
    first, _ = depositing(1800)
    for live in (Live(1800, False), Live(1800, True), Live(None, False), Live(99_999, False)):
        view = msgspec.structs.replace(first, live=live)
        show.take(view, 0)
        show.draw(0)
        assert show.scene == compose(view, wide, WORDS["zh"], Moment(60_000))
