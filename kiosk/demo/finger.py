"""A finger on the glass, for the demo that plays by itself.

It sees what a person sees, the question on the screen and where its choices are, and presses the
middle of one. It is in no hurry: a screen ignores presses right after it changed.
"""

import threading

from kiosk.clock import Clock
from kiosk.demo.framing import HELLO, TARGETS, Target, Targets, Touch, parse_targets
from kiosk.demo.panel import GONE, Panel
from kiosk.demo.patience import Patience

LOOK_S = 0.7
"""A person takes this long to read before pressing; above every debounce of the screen."""
HOLD_S = 0.08
TRY_AGAIN_MS = 2_000
ANSWER_MS = 15_000


class Finger:
    """Presses choices and waits for questions; used from the main thread."""

    def __init__(self, panel: Panel, patience: Patience, clock: Clock) -> None:
        self._panel = panel
        self._patience = patience
        self._clock = clock
        self._tried_ms = 0
        self._lock = threading.Lock()
        self._targets: Targets | None = None
        panel.listen(self._hear)

    @property
    def screen(self) -> str:
        """Which question is on the screen; ``dark`` when none is."""
        with self._lock:
            return "dark" if self._targets is None else self._targets.screen

    def wait_for(self, screen: str, limit_ms: int) -> None:
        """Return when the screen asks this. Raises OverdueError naming what it shows instead."""
        self._patience.until(
            lambda: self.screen == screen,
            limit_ms,
            lambda: (
                f"the screen should show {screen!r} within {limit_ms // 1000} s, "
                f"but it shows {self.screen!r}"
            ),
        )

    def press(self, choice: str) -> None:
        """Press a choice until the question has changed. Raises OverdueError."""
        self._patience.until(
            lambda: self._place(choice) is not None,
            ANSWER_MS,
            lambda: f"the screen {self.screen!r} does not offer {choice!r}",
        )
        asked = self.screen
        self._patience.rest(LOOK_S)
        self._tried_ms = self._clock.monotonic_ms() - TRY_AGAIN_MS
        self._patience.until(
            lambda: self._answered(asked, choice),
            ANSWER_MS,
            lambda: f"the screen {self.screen!r} does not answer to {choice!r}",
        )

    def _answered(self, asked: str, choice: str) -> bool:
        """True once another question is asked; else press, and again after a while.

        By its name, not its number: prices that change or a bin that opens for business while a
        person reads make it another view of the same question, and nobody has answered that yet.
        """
        place = self._place(choice)
        if self.screen != asked or place is None:
            return True
        now_ms = self._clock.monotonic_ms()
        if now_ms - self._tried_ms >= TRY_AGAIN_MS:
            self._tried_ms = now_ms
            self._tap(place)
        return False

    def _tap(self, place: Target) -> None:
        x, y = place.centre
        self._panel.touch(Touch(x, y, "down"))
        self._patience.rest(HOLD_S)
        self._panel.touch(Touch(x, y, "up"))

    def _place(self, choice: str) -> Target | None:
        with self._lock:
            return None if self._targets is None else self._targets.of(choice)

    def _hear(self, kind: bytes, payload: bytes) -> None:
        if kind == TARGETS:
            targets: Targets | None = parse_targets(payload)
        elif kind in (HELLO, GONE):
            targets = None
        else:
            return
        with self._lock:
            self._targets = targets
