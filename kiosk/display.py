"""Tells the screen what to show: a new id for a new question, live weight at most at 10 Hz."""

from collections.abc import Callable
from typing import NamedTuple

from kiosk import views as v
from kiosk.units import Millis

LIVE_EVERY_MS = 100


class Called(NamedTuple):
    """What things are called in a person's language."""

    kiosk: str
    """The machine's name; empty before enrolment."""
    place: str
    """Where it stands."""
    materials: dict[str, str]
    """The operator's own names of materials."""


class Display:
    """Remembers what was shown last, so that only changes are sent."""

    def __init__(
        self, show: Callable[[v.View], None], name: Callable[[v.Language], Called]
    ) -> None:
        """``name`` says what things are called in a language."""
        self._show = show
        self._name = name
        self._id = 0
        self._shown: v.View | None = None
        self._deadline: Millis | None = None
        self._sent_ms = Millis(0)
        self.live_pending = False
        """True when a live weight waits for its turn."""

    def answers(self, view_id: int) -> bool:
        """Whether a touch answers the question that is shown now."""
        return view_id == self._id

    def forget(self) -> None:
        """A screen connected: the next update is sent whatever it is."""
        self._shown = None

    def update(
        self,
        screen: v.Screen,
        language: v.Language,
        live: v.Live | None,
        deadline: Millis | None,
        total_ms: int | None,
        now_ms: Millis,
        entry: v.Entry | None = None,
    ) -> None:
        """Show this, if it differs from what is shown."""
        last = self._shown
        called = self._name(language)
        asked = last is None or last.screen != screen
        same = (
            last is not None
            and not asked
            and last.language == language
            and self._deadline == deadline
            and last.entry == entry
            and (last.kiosk, last.place, last.materials) == called
        )
        if same and last is not None:
            if last.live == live:
                self.live_pending = False
                return
            if now_ms - self._sent_ms < LIVE_EVERY_MS:
                self.live_pending = True
                return
        if asked:
            self._id += 1
        view = v.View(
            id=self._id,
            language=language,
            screen=screen,
            left_ms=None if deadline is None else max(0, deadline - now_ms),
            total_ms=total_ms,
            live=live,
            kiosk=called.kiosk,
            place=called.place,
            entry=entry,
            materials=called.materials,
        )
        self._shown = view
        self._deadline = deadline
        self._sent_ms = now_ms
        self.live_pending = False
        self._show(view)
