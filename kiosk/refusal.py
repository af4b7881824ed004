"""The cloud refuses this machine: a warning first; after the operator's time nothing is sold.

What is deposited meanwhile stays in the ledger and is credited once the cloud takes it; whoever
deposits is served until the operator's patience (``settings``, ``refused_days``) is over.
"""

from kiosk.bookkeeper import Bookkeeper
from kiosk.faults import CLOUD_REFUSES, REFUSED_TOO_LONG
from kiosk.parts import Parts
from kiosk.units import Millis

DAY_MS = 86_400_000
CHANGES_EVERY_MS = 60_000
"""Each change writes a record, and the agent is not trusted: it must not fill the disk."""
WHY_MAX = 300
"""Characters of the cloud's words that are recorded."""


class Refusal:
    """Takes the agent's word for what the cloud does; warns, and stops the sale in the end."""

    def __init__(self, parts: Parts, books: Bookkeeper) -> None:
        self._parts = parts
        self._books = books
        self._said = parts.refusal.why
        self._changed_ms: Millis | None = None

    def noted(self, why: str | None) -> None:
        """The agent says why the cloud refuses, or None: it takes what is brought."""
        self._said = why

    def look(self, now_ms: Millis) -> None:
        """Raise and clear what follows; the next start goes on from the file."""
        book, settings = self._parts.refusal, self._parts.trust.settings
        self._follow(now_ms)
        if book.why is None:
            self._books.clear_fault(CLOUD_REFUSES, None)
            self._books.clear_fault(REFUSED_TOO_LONG, None)
            return
        self._books.raise_fault(CLOUD_REFUSES, None, book.why)
        lasted_ms = book.lasted_ms(now_ms, self._parts.clock.wall())
        days = 0 if settings is None else settings.refused_days
        if days and lasted_ms >= days * DAY_MS:
            detail = f"for {lasted_ms // DAY_MS} days: {book.why}"
            self._books.raise_fault(REFUSED_TOO_LONG, None, detail)
        else:
            self._books.clear_fault(REFUSED_TOO_LONG, None)

    def _follow(self, now_ms: Millis) -> None:
        """Let the book say what the agent said last, not too often."""
        book, said = self._parts.refusal, self._said
        if (book.why is None) == (said is None):
            return
        if self._changed_ms is not None and now_ms - self._changed_ms < CHANGES_EVERY_MS:
            return
        self._changed_ms = now_ms
        if said is None:
            book.end()
        else:
            book.begin(said[:WHY_MAX], now_ms)
