"""One moment of the screen: its parts in drawing order and the places that take a touch."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from ui.geometry import Rect, merged
from ui.kit import Kit
from ui.parts import Digits, Part
from ui.theme import Colour


class Target(Struct, frozen=True):
    """A place to press and the choice it stands for (``kiosk.views``)."""

    rect: Rect
    choice: str


class Places(Struct, frozen=True):
    """Which question is on the screen and where its choices are: for whoever cannot see it."""

    view: int
    screen: str
    """The question's name (the view's tag)."""
    targets: tuple[Target, ...]


class Scene(Struct, frozen=True):
    """What is on the screen."""

    ground: Colour
    parts: tuple[Part, ...]
    targets: tuple[Target, ...]


def live_number(scene: Scene) -> tuple[int, Digits] | None:
    """The number that changes ten times a second and its index, if the scene has one."""
    for index, part in enumerate(scene.parts):
        if isinstance(part, Digits) and part.live:
            return index, part
    return None


def with_part(scene: Scene, index: int, part: Part) -> Scene:
    """The scene with one part replaced."""
    return replace(scene, parts=(*scene.parts[:index], part, *scene.parts[index + 1 :]))


def damage(old: Scene | None, new: Scene, kit: Kit) -> tuple[Rect, ...]:
    """The rectangles in which two scenes may differ, merged; all of it after a new ground."""
    bounds = Rect(0, 0, kit.panel.width, kit.panel.height)
    if old is None or old.ground != new.ground:
        return (bounds,)
    if len(old.parts) == len(new.parts):
        # Nearly always: the same screen with other values. Cheaper than hashing every part; a
        # part that only moved in the order counts as changed, which redraws too much at worst.
        pairs = zip(old.parts, new.parts, strict=True)
        changed = {part for was, now in pairs if was != now for part in (was, now)}
    else:
        changed = set(old.parts) ^ set(new.parts)
    return merged((part.extent(kit) for part in changed), bounds)


def target_at(targets: Sequence[Target], x: int, y: int, slop: int = 0) -> Target | None:
    """The target under a point; with ``slop``, one at most that many pixels away.

    A hit inside a target wins over a near miss of its neighbour.
    """
    for reach in (0, slop):
        for target in targets:
            if target.rect.grown(reach).holds(x, y):
                return target
    return None
