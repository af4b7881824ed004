"""A ledger that the cloud cannot go on with, and the one that is to follow it (cloud.md)."""

from kiosk.bookkeeper import Bookkeeper
from kiosk.events import LedgerDisowned
from kiosk.faults import LEDGER_DISOWNED
from kiosk.ledger import Ledger


class Succession:
    """Used by the deciding thread only; the next start begins the other ledger."""

    def __init__(self, ledger: Ledger, books: Bookkeeper) -> None:
        self._ledger = ledger
        self._books = books
        self._why: str | None = None
        """Why the cloud cannot go on with this ledger, which another has to follow."""
        self._followed = False

    @property
    def followed(self) -> bool:
        """This ledger is closed for ever: the process has to end and start again."""
        return self._followed

    def disowned(self, event: LedgerDisowned) -> None:
        """Whoever deposited now would not be credited: stop selling."""
        if event.ledger != self._ledger.id:
            return
        why = f"{event.reason}: {event.detail}"
        self._books.raise_fault(LEDGER_DISOWNED, None, why)
        # A later ledger that is open elsewhere is a running copy: people decide. And
        # one that was never acknowledged is not followed, or it would never end.
        if event.reason != "stale" and not self._ledger.followed:
            self._why = why

    def look(self, *, quiet: bool) -> None:
        """Let the next start begin another ledger, once nothing is open in this one."""
        if self._why is None or self._followed or not quiet or self._ledger.open_deposits:
            return
        self._ledger.disown(self._why)
        self._followed = True
