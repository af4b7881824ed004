"""Contacts bounce: a level counts when it has held. gpiozero's mock pins ignore bounce_time."""

from kiosk.units import Millis


class Debouncer:
    """Pure: levels and timestamps in, the believed level out."""

    def __init__(self, *, on_ms: int, off_ms: int) -> None:
        """``on_ms`` and ``off_ms``: how long True and False must hold to be believed."""
        self._hold_ms = {True: on_ms, False: off_ms}
        self._level: bool | None = None
        self._since: Millis | None = None

    @property
    def pending(self) -> bool:
        """A change was seen and is not believed yet: look again soon."""
        return self._since is not None

    def update(self, level: bool, now: Millis) -> bool:
        """Take a sample and return the believed level; the first sample is believed at once."""
        if self._level is None or level == self._level:
            self._level = level
            self._since = None
            return level
        if self._since is None:
            self._since = now
        if now - self._since >= self._hold_ms[level]:
            self._level = level
            self._since = None
        return self._level
