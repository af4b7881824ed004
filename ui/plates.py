"""Plates: one picture for every sample, panel and language, with a name that never changes."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from PIL import Image

from kiosk.views import Language, View
from ui.canvas import Canvas
from ui.ease import LOOKS, Ease
from ui.kit import Kit, kit_for
from ui.panels import PANELS
from ui.samples import samples
from ui.screens.every import compose
from ui.sheet import Moment
from ui.words import LOCALES, all_words

WORDS = all_words()
EASED = frozenset({"idle", "choose"})
"""The samples over which the page that makes things easier is shown, too."""


@dataclass(frozen=True)
class Sitting:
    """What all plates of one run share: a panel, a language and a look."""

    panel: str
    language: Language
    look: str

    @property
    def name(self) -> str:
        return f"{self.panel}/{self.language}/{self.look}"

    def kit(self) -> Kit:
        return kit_for(PANELS[self.panel], LOOKS[self.look].theme())


def sittings(panels: Sequence[str] = (), looks: Sequence[str] = ()) -> tuple[Sitting, ...]:
    """All of them, or those of the named panels and looks."""
    return tuple(
        Sitting(panel, language, look)
        for panel in panels or PANELS
        for language in LOCALES
        for look in looks or LOOKS
        if PANELS[panel].portrait or look != "low"  # the low layout is for tall panels
    )


def plates(
    sitting: Sitting, kit: Kit | None = None, only: Collection[str] = frozenset()
) -> Iterator[tuple[str, Image.Image]]:
    """Every sample of one sitting, or those of the names in ``only``: its plate's name and its
    picture as RGB."""
    kit = kit or sitting.kit()
    ease = LOOKS[sitting.look].ease
    for name, view in samples(sitting.language):
        if only and name not in only:
            continue
        yield f"{sitting.name}/{name}", picture(kit, view).convert("RGB")
        if name in EASED:
            yield f"{sitting.name}/{name}-eased", picture(kit, view, ease).convert("RGB")


def names() -> Iterator[str]:
    """The name of every plate there is, without drawing one."""
    for sitting in sittings():
        for name, _ in samples(sitting.language):
            yield f"{sitting.name}/{name}"
            if name in EASED:
                yield f"{sitting.name}/{name}-eased"


def picture(kit: Kit, view: View, ease: Ease | None = None) -> Image.Image:
    """One whole screen; with ``ease`` the page over it that makes things easier."""
    canvas = Canvas(kit)
    words = WORDS[view.language]
    scene = compose(view, kit, words, Moment(left_ms=view.left_ms, ease=ease))
    canvas.draw(scene, (canvas.bounds,))
    return canvas.image


def fingerprint(image: Image.Image) -> str:
    """A hash of the decoded pixels and the size: what the file format does is no matter."""
    digest = sha256(f"{image.width}x{image.height}".encode())
    digest.update((image if image.mode == "RGB" else image.convert("RGB")).tobytes())
    return digest.hexdigest()[:20]
