"""Rectangles in whole pixels, and how damage rectangles are put together."""

from collections.abc import Iterable
from typing import NamedTuple

MERGE_GAP_PX = 16
"""Damage rectangles nearer than this are sent as one (screen.md 1.4)."""


class Rect(NamedTuple):
    """A rectangle in pixels; ``right`` and ``bottom`` are the first column and row outside."""

    x: int
    y: int
    w: int
    h: int

    @property
    def right(self) -> int:
        return self.x + self.w

    @property
    def bottom(self) -> int:
        return self.y + self.h

    @property
    def area(self) -> int:
        return max(0, self.w) * max(0, self.h)

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom, as Pillow wants it."""
        return (self.x, self.y, self.right, self.bottom)

    def grown(self, by: int) -> "Rect":
        return Rect(self.x - by, self.y - by, self.w + 2 * by, self.h + 2 * by)

    def inset(self, dx: int, dy: int | None = None) -> "Rect":
        dy = dx if dy is None else dy
        return Rect(self.x + dx, self.y + dy, self.w - 2 * dx, self.h - 2 * dy)

    def union(self, other: "Rect") -> "Rect":
        x, y = min(self.x, other.x), min(self.y, other.y)
        return Rect(x, y, max(self.right, other.right) - x, max(self.bottom, other.bottom) - y)

    def clipped(self, other: "Rect") -> "Rect":
        x, y = max(self.x, other.x), max(self.y, other.y)
        w = min(self.right, other.right) - x
        h = min(self.bottom, other.bottom) - y
        return Rect(x, y, max(0, w), max(0, h))

    def overlaps(self, other: "Rect") -> bool:
        x, y, w, h = self
        there_x, there_y, there_w, there_h = other
        return max(x, there_x) < min(x + w, there_x + there_w) and max(y, there_y) < min(
            y + h, there_y + there_h
        )  # asked for every part of every drawing: no rectangle is made for the answer

    def contains(self, other: "Rect") -> bool:
        x, y, w, h = self
        there_x, there_y, there_w, there_h = other
        return (
            x <= there_x
            and y <= there_y
            and there_x + there_w <= x + w
            and there_y + there_h <= y + h
        )

    def holds(self, x: int, y: int) -> bool:
        return self.x <= x < self.right and self.y <= y < self.bottom

    def cut_top(self, height: int, gap: int = 0) -> tuple["Rect", "Rect"]:
        """A strip from the top, and what is left below it after ``gap``."""
        rest = Rect(self.x, self.y + height + gap, self.w, self.h - height - gap)
        return Rect(self.x, self.y, self.w, height), rest

    def cut_bottom(self, height: int, gap: int = 0) -> tuple["Rect", "Rect"]:
        """A strip from the bottom, and what is left above it."""
        strip = Rect(self.x, self.bottom - height, self.w, height)
        return strip, Rect(self.x, self.y, self.w, self.h - height - gap)

    def cut_left(self, width: int, gap: int = 0) -> tuple["Rect", "Rect"]:
        """A strip from the left, and what is left to the right of it."""
        rest = Rect(self.x + width + gap, self.y, self.w - width - gap, self.h)
        return Rect(self.x, self.y, width, self.h), rest

    def cut_right(self, width: int, gap: int = 0) -> tuple["Rect", "Rect"]:
        """A strip from the right, and what is left to the left of it."""
        strip = Rect(self.right - width, self.y, width, self.h)
        return strip, Rect(self.x, self.y, self.w - width - gap, self.h)

    def columns(self, count: int, gap: int) -> list["Rect"]:
        """``count`` equal columns; the last takes the odd pixels."""
        width = (self.w - gap * (count - 1)) // count
        cells = [Rect(self.x + i * (width + gap), self.y, width, self.h) for i in range(count)]
        last = cells[-1]
        return [*cells[:-1], last._replace(w=self.right - last.x)]

    def rows(self, count: int, gap: int) -> list["Rect"]:
        """``count`` equal rows; the last takes the odd pixels."""
        height = (self.h - gap * (count - 1)) // count
        cells = [Rect(self.x, self.y + i * (height + gap), self.w, height) for i in range(count)]
        last = cells[-1]
        return [*cells[:-1], last._replace(h=self.bottom - last.y)]

    def centred(self, width: int, height: int) -> "Rect":
        """A rectangle of the given size in the middle of this one."""
        return Rect(self.x + (self.w - width) // 2, self.y + (self.h - height) // 2, width, height)


def merged(rects: Iterable[Rect], bounds: Rect, gap: int = MERGE_GAP_PX) -> tuple[Rect, ...]:
    """Clip to ``bounds`` and join rectangles nearer than ``gap`` until none are.

    The result covers every input, does not overlap itself, and above 60 % of the panel is the
    whole panel: one big paste is then cheaper than many.
    """
    waiting = [clip for rect in rects if (clip := rect.clipped(bounds)).area]
    done: list[Rect] = []
    while waiting:
        rect = waiting.pop()
        near = [other for other in done if other.grown(gap).overlaps(rect)]
        if not near:
            done.append(rect)
            continue
        for other in near:
            done.remove(other)
            rect = rect.union(other)
        waiting.append(rect)
    if sum(rect.area for rect in done) * 10 > bounds.area * 6:
        return (bounds,)
    return tuple(sorted(done, key=lambda rect: (rect.y, rect.x)))
