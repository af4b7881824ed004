"""Who makes the sound. Nothing here waits: a sentence that is not heard delays no finger."""

from collections.abc import Callable
from typing import Protocol

from kiosk import logs
from kiosk.views import Language

_log = logs.get(__name__)


class Speaker(Protocol):
    """One voice. What is said now gives way to what is said next."""

    def say(self, text: str, language: Language, volume: int) -> None:
        """Begin to say ``text`` and return at once."""
        ...

    def hush(self) -> None:
        """Stop in the middle of the word."""
        ...


class Silence:
    """No voice on this machine: said once in the log, then nothing."""

    def __init__(self, why: str) -> None:
        self._why: str | None = why

    def say(self, text: str, language: Language, volume: int) -> None:
        if self._why is not None:
            _log.warning("speaker.missing", reason=self._why)
            self._why = None

    def hush(self) -> None:
        """There is nothing to stop."""


class Unsought:
    """A voice that is looked for when something is first to be said: most visits are silent."""

    def __init__(self, seek: Callable[[], Speaker]) -> None:
        self._seek = seek
        self._found: Speaker | None = None

    def say(self, text: str, language: Language, volume: int) -> None:
        if self._found is None:
            self._found = self._seek()
        self._found.say(text, language, volume)

    def hush(self) -> None:
        if self._found is not None:
            self._found.hush()
