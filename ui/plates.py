"""Plates: one picture for every sample, panel and language, with a name that never changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from PIL import Image

from kiosk.views import Language, View
from ui.canvas import Canvas
from ui.kit import Kit, kit_for
from ui.panels import PANELS
from ui.samples import samples
from ui.screens import compose
from ui.sheet import Moment
from ui.words import LOCALES, all_words


@dataclass(frozen=True)
class Sitting:
    """What all plates of one run share: a panel and a language."""

    panel: str
    language: Language

    @property
    def name(self) -> str:
        return f"{self.panel}/{self.language}"

    def kit(self) -> Kit:
        return kit_for(PANELS[self.panel])


def sittings(panels: Sequence[str] = ()) -> tuple[Sitting, ...]:
    """All of them, or those of the named panels."""
    return tuple(Sitting(panel, language) for panel in panels or PANELS for language in LOCALES)


def plates(sitting: Sitting, kit: Kit | None = None) -> Iterator[tuple[str, Image.Image]]:
    """Every sample of one sitting: its plate's name and its picture as RGB."""
    kit = kit or sitting.kit()
    for name, view in samples(sitting.language):
        yield f"{sitting.name}/{name}", picture(kit, view).convert("RGB")


def picture(kit: Kit, view: View) -> Image.Image:
    """One whole screen."""
    canvas = Canvas(kit)
    words = all_words()[view.language]
    scene = compose(view, kit, words, Moment(left_ms=view.left_ms))
    canvas.draw(scene, (canvas.bounds,))
    return canvas.image


def fingerprint(image: Image.Image) -> str:
    """A hash of the decoded pixels and the size: what the file format does is no matter."""
    digest = sha256(f"{image.width}x{image.height}".encode())
    digest.update(image.convert("RGB").tobytes())
    return digest.hexdigest()[:20]
