"""Plates: one picture for every sample, panel and language, with a name that never changes."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, cast

from PIL import Image

from kiosk.views import Language, View
from ui.canvas import Canvas
from ui.ease import LOOKS, Ease
from ui.geometry import Rect
from ui.kit import Kit, kit_for
from ui.painter import Painter
from ui.panels import PANELS
from ui.samples import samples
from ui.screens.every import compose
from ui.sheet import Moment
from ui.theme import Panel
from ui.words import LOCALES, all_words, words_of

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


class Plate(NamedTuple):
    """One picture; its image is good until the next is drawn: copy what you keep."""

    name: str
    image: Image.Image
    mark: str
    """Its fingerprint."""


class Film:
    """The memory that one plate after the other is drawn in: painting asks for no new memory, and
    a fingerprint for no copy. Four thousand pictures take half the time."""

    def __init__(self, panel: Panel) -> None:
        self._area = Rect(0, 0, panel.width, panel.height)
        self._pixels = bytearray(4 * panel.width * panel.height)
        size = (panel.width, panel.height)
        # Pillow takes anything with a buffer; its stub says bytes.
        memory = cast(bytes, self._pixels)
        self.image = Image.frombuffer("RGBX", size, memory, "raw", "RGBX", 0, 1)
        self.image.readonly = 0

    def expose(self, kit: Kit, view: View, ease: Ease | None = None) -> str:
        """Draw one whole screen; returns its fingerprint."""
        moment = Moment(left_ms=view.left_ms, ease=ease)
        scene = compose(view, kit, words_of(WORDS, view), moment)
        self.image.paste((*scene.ground, 255), self._area.box)
        painter = Painter(self.image, self._area, kit.sprites, kit.theme)
        for part in scene.parts:
            part.paint(painter, kit)
        return _mark(self.image.size, self._pixels)


def plates(
    sitting: Sitting, kit: Kit | None = None, only: Collection[str] = frozenset()
) -> Iterator[Plate]:
    """Every sample of one sitting, or those of the names in ``only``."""
    kit = kit or sitting.kit()
    film, ease = Film(kit.panel), LOOKS[sitting.look].ease
    for name, view in samples(sitting.language):
        if only and name not in only:
            continue
        title = f"{sitting.name}/{name}"
        yield Plate(title, film.image, film.expose(kit, view))
        if name in EASED:
            yield Plate(f"{title}-eased", film.image, film.expose(kit, view, ease))


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
    words = words_of(WORDS, view)
    scene = compose(view, kit, words, Moment(left_ms=view.left_ms, ease=ease))
    canvas.draw(scene, (canvas.bounds,))
    return canvas.image


def fingerprint(image: Image.Image) -> str:
    """A hash of the decoded pixels and the size: what the file format does is no matter."""
    return _mark(image.size, image.convert("RGB").convert("RGBX").tobytes())


def _mark(size: tuple[int, int], pixels: bytes | bytearray) -> str:
    """Of pixels of four bytes, as they stand in memory; the fourth is always 255."""
    digest = sha256(f"{size[0]}x{size[1]}".encode())
    digest.update(pixels)
    return digest.hexdigest()[:20]
