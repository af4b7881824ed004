"""Where the ink of a scene is, and what is wrong with it."""

import re
from collections.abc import Iterator
from itertools import combinations

from tests.ui.contrast import contrast_milli
from ui.geometry import Rect
from ui.kit import Kit
from ui.parts import Box, Digits, Icon, Part, Ring, Text
from ui.scene import Scene
from ui.theme import Weight


def ink_of(part: Text | Digits | Icon, kit: Kit) -> Rect:
    """The box that the part's glyphs take: the em boxes of its lines."""
    if isinstance(part, Icon):
        return part.rect
    width, height = part.needs(kit)
    if isinstance(part, Digits):
        y = part.rect.y + (part.rect.h - height) // 2
        return Rect(part.rect.right - width, y, width, height)
    x, top = part.rect.x + (part.rect.w - width) * part.align.value // 2, part.top
    y = part.rect.y if top else part.rect.y + (part.rect.h - height) // 2
    lead = kit.fonts.line_px(part.size) - kit.fonts.em_px(part.size)
    return Rect(x, y + lead // 2, width, height - lead)


def faults(scene: Scene, kit: Kit) -> Iterator[str]:
    """Everything a person would call broken: clipped, overlapping, straddling, off the panel."""
    page = Rect(0, 0, kit.panel.width, kit.panel.height)
    inks: list[tuple[Rect, Part]] = []
    for index, part in enumerate(scene.parts):
        if not page.contains(part.rect):
            yield f"off the panel: {part}"
        if isinstance(part, Text | Digits):
            width, height = part.needs(kit)
            if width > part.rect.w or height > part.rect.h:
                yield f"clipped: {part} needs {width}x{height}"
        if isinstance(part, Text | Digits | Icon):
            ink = ink_of(part, kit)
            inks.append((ink, part))
            for other in scene.parts[:index]:
                straddles = ink.overlaps(other.rect) and not other.rect.contains(ink)
                if isinstance(other, Box | Ring) and straddles:
                    yield f"straddles {other.rect}: {part}"
            for other in scene.parts[index + 1 :]:
                if isinstance(other, Box) and other.rect.overlaps(ink):
                    yield f"covered by {other.rect}: {part}"
    for (ink, part), (other_ink, other) in combinations(inks, 2):
        if ink.overlaps(other_ink):
            yield f"overlap: {part} and {other}"


def weak_contrasts(scene: Scene, strict: bool = False) -> Iterator[str]:
    """Words below 7:1 (4.5:1 for those that may be quieter) and icons below 3:1; ``strict``: 7:1
    for every word and icon."""
    quiet_milli, body_milli, icon_milli = (7000, 7000, 7000) if strict else (4500, 7000, 3000)
    for part in scene.parts:
        if isinstance(part, Text | Digits):
            quiet = part.weight is Weight.BOLD
            least = quiet_milli if quiet else body_milli
        elif isinstance(part, Icon):
            least = icon_milli
        else:
            continue
        if contrast_milli(part.colour, part.ground) < least:
            yield f"{contrast_milli(part.colour, part.ground) / 1000}: {part}"


def ground_under(part: Text | Digits | Icon, scene: Scene, kit: Kit) -> object:
    """The colour of the last box below the part: what its ``ground`` must name."""
    index = scene.parts.index(part)
    boxes = [
        box.colour
        for box in scene.parts[:index]
        if isinstance(box, Box) and box.rect.contains(ink_of(part, kit))
    ]
    return boxes[-1] if boxes else scene.ground


def cut_words(scene: Scene, vocabulary: frozenset[str]) -> Iterator[str]:
    """Latin words on the screen that nobody wrote: halves of a word that was cut."""
    for part in scene.parts:
        if isinstance(part, Text):
            for word in re.findall(r"[A-Za-z]+", " ".join(part.lines)):
                if word not in vocabulary:
                    yield f"{word!r} in {part.lines}"
