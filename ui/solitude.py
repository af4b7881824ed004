"""What the screen shows while no controller can be heard: first that it starts, then the truth.

A controller starts within seconds. One that stays away needs a technician, and whoever stands
there needs to know that nothing is lost and whom to call: this screen remembers that from the
last controller it heard.
"""

from kiosk.views import Language, OutOfService, Starting, View

NO_VIEW = -1
"""Id of the screen's own views: no controller ever asked them."""
AWAY_MS = 60_000
"""So long without a controller is no start any more."""


class Solitude:
    """Counts how long the screen has been alone."""

    def __init__(self) -> None:
        self._contact = ""
        self._kiosk = ""
        self._since_ms: int | None = None

    def heard(self, view: View) -> None:
        """A controller sent a view; some of them say whom to call."""
        self._since_ms = None
        self._contact = getattr(view.screen, "contact", "") or self._contact
        self._kiosk = view.kiosk or self._kiosk

    def view(self, language: Language, now_ms: int) -> View:
        """The screen's own view at this moment."""
        if self._since_ms is None:
            self._since_ms = now_ms
        away = now_ms - self._since_ms >= AWAY_MS
        screen = OutOfService("away", self._contact) if away else Starting()
        return View(NO_VIEW, language, screen, None, None, None, self._kiosk)

    def due_ms(self, now_ms: int) -> int | None:
        """When the view changes by itself, or None: never."""
        if self._since_ms is None or now_ms - self._since_ms >= AWAY_MS:
            return None
        return self._since_ms + AWAY_MS
