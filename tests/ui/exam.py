"""One screen examined in one look: everything a person would call broken, on each of its pages."""

import re
from collections.abc import Iterator
from functools import lru_cache

from kiosk.views import View
from tests.ui.ink import cut_words, faults, ground_under, weak_contrasts
from ui.code import MODULE_UM_LEAST, QUIET, Code, modules
from ui.ease import PAGE, Ease, Look, capital_um
from ui.kit import Kit
from ui.parts import Box, Digits, Icon, Text
from ui.samples import samples
from ui.scene import Scene
from ui.screens.every import compose
from ui.sheet import ELLIPSIS, Moment
from ui.words import DIRECTORY, LOCALES, Words, all_words

WORDS = all_words()
PAGES_MOST = 30
QUIETER = ("language", "cancel", "ease", "help", "digit", "erase", "confirm")
"""What stands in the strip, changes only how it looks, or is a key of a keypad: 15 mm at least;
all else is 20 mm."""
GAP_UM = 3000


@lru_cache(maxsize=1)
def vocabulary() -> frozenset[str]:
    """Every Latin word that may stand on a screen."""
    catalogues = " ".join(path.read_text() for path in DIRECTORY.glob("*/LC_MESSAGES/ui.po"))
    shown = " ".join(repr(view) for language in LOCALES for _, view in samples(language))
    text = catalogues.replace("\\n", " ") + shown + " kg"
    return frozenset(re.findall(r"[A-Za-z]+", text))


def pages(view: View, kit: Kit, words: Words, ease: Ease | None = None) -> Iterator[Scene]:
    """The screen, page by page until it begins again."""
    first: Scene | None = None
    words = words.calling(view.materials)
    for page in range(PAGES_MOST):
        scene = compose(view, kit, words, Moment(view.left_ms, None, page, ease))
        if page and first is not None and scene.parts == first.parts:
            return
        first = first or scene
        yield scene
        if not any(target.choice == PAGE for target in scene.targets):
            return


def layout(scene: Scene, kit: Kit) -> Iterator[str]:
    """Clipped, overlapping, cut, too small, too near, out of reach."""
    yield from faults(scene, kit)
    yield from cut_words(scene, vocabulary())
    yield from whole(scene)
    yield from _targets(scene, kit)
    yield from _codes(scene, kit)
    if kit.theme.large:
        yield from _capitals(scene, kit)
    if kit.panel.tower or (kit.panel.portrait and kit.theme.low):
        yield from _reach(scene, kit)


def colours(scene: Scene, kit: Kit, look: Look) -> Iterator[str]:
    """Words and icons that do not stand out, or stand on another ground than they think."""
    yield from weak_contrasts(scene, strict=look.ease.contrast)
    for part in scene.parts:
        if isinstance(part, Text | Digits | Icon) and part.ground != ground_under(part, scene, kit):
            yield f"stands on {ground_under(part, scene, kit)}: {part}"


def whole(scene: Scene) -> Iterator[str]:
    """Words that end in an ellipsis."""
    for part in scene.parts:
        if isinstance(part, Text) and ELLIPSIS in "".join(part.lines):
            yield f"cut: {part.lines}"


def _targets(scene: Scene, kit: Kit) -> Iterator[str]:
    """screen.md 4: primary targets 20 mm, none below 15 mm, 3 mm between them."""
    across, down = kit.panel.px_per_cm, kit.panel.px_per_cm_down or kit.panel.px_per_cm
    for index, target in enumerate(scene.targets):
        least_mm = 15 if target.choice.split(":")[0] in QUIETER else 20
        width_um, height_um = target.rect.w * 10_000 // across, target.rect.h * 10_000 // down
        if min(width_um, height_um) < least_mm * 1000:
            yield f"small: {target.choice} {width_um / 1000:.1f} x {height_um / 1000:.1f} mm"
        for other in scene.targets[index + 1 :]:
            one, two = target.rect, other.rect
            apart_x = max(one.x, two.x) - min(one.right, two.right)
            apart_y = max(one.y, two.y) - min(one.bottom, two.bottom)
            apart_um = max(apart_x * 10_000 // across, apart_y * 10_000 // down)
            if apart_um < GAP_UM:
                yield f"near: {target.choice} and {other.choice}, {apart_um / 1000:.1f} mm"


def _codes(scene: Scene, kit: Kit) -> Iterator[str]:
    """Modules of half a millimetre, on light, with the quiet zone within the plate."""
    for index, part in enumerate(scene.parts):
        if not isinstance(part, Code):
            continue
        count = len(modules(part.text))
        one_px = part.rect.w // count
        if one_px * 10_000 // kit.panel.pitch < MODULE_UM_LEAST * 93 // 100:
            yield f"a module of {one_px} px"
        zone = part.rect.grown(QUIET * one_px)
        plates = [box for box in scene.parts[:index] if isinstance(box, Box)]
        if not plates[-1].rect.contains(zone) or plates[-1].colour != part.ground:
            yield "no quiet zone"


def _capitals(scene: Scene, kit: Kit) -> Iterator[str]:
    """EN 301 549 5.1.4: 0.7 degrees from the distance it is read from."""
    least_um = capital_um(500)
    for part in scene.parts:
        if isinstance(part, Text | Digits):
            high_um = kit.fonts.em_px(part.size) * 733 * 10 // kit.panel.pitch
            if high_um < least_um:
                yield f"a capital of {high_um} um: {part}"


def _reach(scene: Scene, kit: Kit) -> Iterator[str]:
    """EN 301 549 8.3: the lower part of a tall panel."""
    theme = kit.theme
    share = theme.reach_percent
    if theme.low:
        share = theme.reach_low_percent if kit.panel.tower else theme.reach_low_hand_percent
    for target in scene.targets:
        if target.rect.y < kit.panel.height * (100 - share) // 100:
            yield f"out of reach: {target}"
