"""What the operator says of the computer that this disk is in (cloud.md, "Restore, swap, clone").

Another board takes deposits all the same: its records are kept, and credited once the operator
approves it. One that is refused sells nothing: whoever deposited would never be credited.
"""

from kiosk.bookkeeper import Bookkeeper
from kiosk.cloud import LedgerState
from kiosk.faults import BOARD_REJECTED, BOARD_WAITS
from kiosk.ledger import Ledger
from kiosk.units import Millis

CHANGES_EVERY_MS = 60_000
"""Each change writes records, and the agent is not trusted: it must not fill the disk."""


class Acceptance:
    """Takes the agent's word for it; a start knows nothing until the cloud is heard."""

    def __init__(self, ledger: Ledger, books: Bookkeeper) -> None:
        self._ledger = ledger
        self._books = books
        self._said: LedgerState = "accepted"
        self._told: LedgerState = "accepted"
        self._changed_ms: Millis | None = None

    def noted(self, state: LedgerState) -> None:
        """The agent says what the cloud says of the ledger in use."""
        self._said = state

    def look(self, now_ms: Millis) -> None:
        """Raise and clear what follows, not too often."""
        if self._said == self._told:
            return
        if self._changed_ms is not None and now_ms - self._changed_ms < CHANGES_EVERY_MS:
            return
        self._changed_ms, self._told = now_ms, self._said
        for state, fault in (("pending", BOARD_WAITS), ("rejected", BOARD_REJECTED)):
            if self._told == state:
                detail = f"the operator was asked about ledger {self._ledger.id}"
                self._books.raise_fault(fault, None, detail)
            else:
                self._books.clear_fault(fault, None)
