"""From contacts on the glass to choices: pure, told the time, never sleeps.

Rules (screen.md 3, "Debounce"): a choice is made on release inside the same target (with 3 mm of
slop); the press shows on touch-down; the whole screen is dead for 250 ms after another question
appeared, so a finger meant for the old one does not answer the new; the same target is dead for
350 ms after it was used, so a bouncing glass does not press twice. What ends or decides money is
dead for 600 ms in both cases.
"""

from collections.abc import Hashable, Sequence
from typing import Literal

from msgspec import Struct

from ui.scene import Target, target_at

SCREEN_DEAD_MS = 250
TARGET_DEAD_MS = 350
MONEY_DEAD_MS = 600
MONEY = frozenset({"donate", "confirm", "done", "another", "finish"})
"""Choices that say who is paid, end a deposit, or put away what it came to."""

Phase = Literal["down", "move", "up", "lost"]
"""``lost``: the finger is gone or no longer believed; what it pressed is not chosen."""


class Contact(Struct, frozen=True):
    """One report of the first finger, in panel pixels."""

    x: int
    y: int
    phase: Phase


class TouchTracker:
    """Follows one finger over the targets of the scene that is shown."""

    def __init__(self, slop_px: int) -> None:
        self._slop_px = slop_px
        self._targets: tuple[Target, ...] = ()
        self._question: Hashable = None
        self._asked_ms = -MONEY_DEAD_MS
        self._down: Target | None = None
        self._inside = False
        self._used: dict[str, int] = {}

    @property
    def pressed(self) -> str | None:
        """The choice to draw as pressed."""
        return self._down.choice if self._down is not None and self._inside else None

    def show(self, question: Hashable, targets: Sequence[Target], now_ms: int) -> None:
        """A scene is on the panel. Another question lets go of the finger."""
        if question != self._question:
            self._question = question
            self._asked_ms = now_ms
            self._down = None
            self._used.clear()
        self._targets = tuple(targets)
        if self._down is not None and self._down not in self._targets:
            self._down = None

    def cancel(self) -> None:
        """The finger is lost: the touch device went away or the glass is wet."""
        self._down = None

    def feed(self, contact: Contact, now_ms: int) -> str | None:
        """Take one report; returns the choice it completes, if it does."""
        if contact.phase == "down":
            self._down = self._pressable(contact, now_ms)
            self._inside = self._down is not None
            return None
        if contact.phase == "lost":
            self._down = None
        if self._down is None:
            return None
        self._inside = self._down.rect.grown(self._slop_px).holds(contact.x, contact.y)
        if contact.phase == "move":
            return None
        target, self._down = self._down, None
        if not self._inside:
            return None
        self._used[target.choice] = now_ms
        return target.choice

    def _pressable(self, contact: Contact, now_ms: int) -> Target | None:
        target = target_at(self._targets, contact.x, contact.y, self._slop_px)
        if target is None:
            return None
        money = target.choice in MONEY
        if now_ms - self._asked_ms < (MONEY_DEAD_MS if money else SCREEN_DEAD_MS):
            return None
        used_ms = self._used.get(target.choice)
        again_ms = MONEY_DEAD_MS if money else TARGET_DEAD_MS
        if used_ms is not None and now_ms - used_ms < again_ms:
            return None
        return target
