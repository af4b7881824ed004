"""The parts every screen is made of: box, text, digits, icon and ring.

A part is a frozen value that knows where it is. Two scenes are compared part by part, so what a
part says about its extent is the damage its change makes; nothing is found by comparing pixels.
"""

from collections.abc import Iterator
from enum import Enum
from typing import Protocol

from msgspec import Struct

from ui.geometry import Rect
from ui.kit import Kit
from ui.painter import Painter
from ui.theme import Colour, Size, Weight


class Part(Protocol):
    """Something on the screen."""

    @property
    def rect(self) -> Rect:
        """Where it is laid out, in pixels."""
        ...

    def extent(self, kit: Kit) -> Rect:
        """Every pixel it may touch: its rectangle and its shadow."""
        ...

    def paint(self, painter: Painter, kit: Kit) -> None:
        """Draw itself."""
        ...


class Align(Enum):
    """Where text stands in its box, horizontally; vertically it is centred or at the top."""

    LEFT = 0
    CENTRE = 1
    RIGHT = 2


class Box(Struct, frozen=True):
    """A filled rounded rectangle, with the shadow or an outline or neither."""

    rect: Rect
    colour: Colour
    radius: int = 0
    shadow: bool = False
    edge: Colour | None = None
    edge_px: int = 0

    def extent(self, kit: Kit) -> Rect:
        if not self.shadow:
            return self.rect
        drop, blur = _shadow_px(kit)
        return self.rect.grown(blur + drop)

    def hides(self, area: Rect) -> bool:
        """True if nothing drawn before it can be seen in ``area``."""
        straight = self.edge_px if self.edge is not None else 0
        across = self.rect.inset(max(self.radius, straight), straight)
        down = self.rect.inset(straight, max(self.radius, straight))
        return across.contains(area) or down.contains(area)

    def paint(self, painter: Painter, kit: Kit) -> None:
        if self.shadow:
            painter.shadow(self.rect, self.radius, *_shadow_px(kit))
        if self.edge is None:
            painter.rounded(self.rect, self.radius, self.colour)
            return
        painter.rounded(self.rect, self.radius, self.edge)
        inner = self.rect.inset(self.edge_px)
        painter.rounded(inner, max(0, self.radius - self.edge_px), self.colour)


def _shadow_px(kit: Kit) -> tuple[int, int]:
    """Drop and blur of the shadow in pixels."""
    token = kit.theme.shadow
    return kit.panel.px(0, token.drop), max(2, kit.panel.px(0, token.blur))


class Text(Struct, frozen=True):
    """Lines of text, already broken; ``top`` sets them at the top instead of in the middle."""

    rect: Rect
    lines: tuple[str, ...]
    size: Size
    weight: Weight
    colour: Colour
    ground: Colour
    """What lies behind it: drawing does not need it, the contrast test does."""
    align: Align = Align.LEFT
    top: bool = False

    def extent(self, kit: Kit) -> Rect:
        return self.rect.grown(kit.sprites.pad_px(self.size))

    def needs(self, kit: Kit) -> tuple[int, int]:
        """Width and height the lines take, in pixels."""
        width = kit.fonts.widest(self.lines, self.size, self.weight)
        return width, kit.fonts.line_px(self.size) * len(self.lines)

    def paint(self, painter: Painter, kit: Kit) -> None:
        step = kit.fonts.line_px(self.size)
        y = self.rect.y if self.top else self.rect.y + (self.rect.h - step * len(self.lines)) // 2
        for line in self.lines:
            slack = self.rect.w - kit.fonts.width(line, self.size, self.weight)
            x = self.rect.x + slack * self.align.value // 2
            painter.line(line, x, y, self.size, self.weight, self.colour)
            y += step


class Digits(Struct, frozen=True):
    """A number in tabular cells, right-aligned, so that it does not dance while it changes."""

    rect: Rect
    text: str
    size: Size
    weight: Weight
    colour: Colour
    ground: Colour
    live: bool = False
    """True for the one number that changes ten times a second."""

    def extent(self, kit: Kit) -> Rect:
        return self.rect.grown(kit.sprites.pad_px(self.size))

    def _cell(self, char: str, kit: Kit) -> int:
        wide = "0" if char.isdigit() else char
        return kit.fonts.width(wide, self.size, self.weight)

    def needs(self, kit: Kit) -> tuple[int, int]:
        """Width and height in pixels; digits have no descenders, so an em is high enough."""
        width = sum(self._cell(char, kit) for char in self.text)
        return width, kit.fonts.em_px(self.size)

    def cells(self, kit: Kit) -> Iterator[tuple[str, int, int]]:
        """Each character with its cell's left edge and width in pixels, from the right."""
        x = self.rect.right
        for char in reversed(self.text):
            cell = self._cell(char, kit)
            x -= cell
            yield char, x, cell

    def paint(self, painter: Painter, kit: Kit) -> None:
        y = self.rect.y + (self.rect.h - kit.fonts.line_px(self.size)) // 2
        for char, x, cell in self.cells(kit):
            inset = (cell - kit.fonts.width(char, self.size, self.weight)) // 2
            painter.line(char, x + inset, y, self.size, self.weight, self.colour)

    def fits(self, text: str) -> bool:
        """True if ``text`` differs in its digits only: every character keeps its cell."""
        return len(text) == len(self.text) and all(
            was == now or (was.isdigit() and now.isdigit())
            for was, now in zip(self.text, text, strict=True)
        )


class Icon(Struct, frozen=True):
    """A square icon."""

    rect: Rect
    name: str
    colour: Colour
    ground: Colour

    def extent(self, kit: Kit) -> Rect:
        return self.rect

    def paint(self, painter: Painter, kit: Kit) -> None:
        painter.icon(self.name, self.rect, self.colour)


class Ring(Struct, frozen=True):
    """The share of a time that is left, as a ring."""

    rect: Rect
    share_permille: int
    thick: int
    colour: Colour
    track: Colour

    def extent(self, kit: Kit) -> Rect:
        return self.rect

    def paint(self, painter: Painter, kit: Kit) -> None:
        painter.ring(self.rect, self.thick, 1000, self.track)
        painter.ring(self.rect, self.thick, self.share_permille, self.colour)
