"""What was reported at the machine a moment ago, and what it keeps shut for it.

A child may press "help" a hundred times: at the idle screen one report of a kind is kept for a
while, and whoever presses meanwhile is told the same number.
"""

from collections.abc import Mapping

from kiosk.bookkeeper import Bookkeeper
from kiosk.faults import ITEM_DROPPED
from kiosk.records import Ticket
from kiosk.units import CompartmentId, Millis
from kiosk.views import FiledAbout

SAME_REPORT_MS = 600_000
LOCKED_MS = 2 * 3600 * 1000
"""How long a compartment stays shut over something that fell in: time for the operator to come or
to decide, and no way to keep a machine shut for ever by pressing buttons."""


class HelpDesk:
    """Used by the deciding thread only; a restart forgets it, the ledger does not."""

    def __init__(self, books: Bookkeeper) -> None:
        self._books = books
        self._recent: dict[FiledAbout, tuple[str, Millis]] = {}
        self._locked: dict[CompartmentId, Millis] = {}
        self._dropped: dict[CompartmentId, str] = {}

    def took(self, ticket: Ticket, now_ms: Millis) -> None:
        """Note a ticket whose record is durable; what fell in shuts its compartment."""
        if ticket.receipt is None:
            self._recent[ticket.about] = (ticket.number, now_ms)
        if ticket.about == "dropped" and ticket.compartment is not None:
            where = CompartmentId(ticket.compartment)
            self._locked[where] = now_ms
            detail = f"ticket {ticket.number}, bag {ticket.bag}"
            self._dropped[where] = f"ticket {ticket.number}"
            self._books.raise_fault(ITEM_DROPPED, where, detail)

    def dropped_in(self, compartment: CompartmentId) -> str | None:
        """Which ticket says that something fell into the bag that hangs there; None: none."""
        return self._dropped.get(compartment)

    def collected(self, compartment: CompartmentId) -> None:
        """The bag is out, and what fell into it with it."""
        self._dropped.pop(compartment, None)
        if self._locked.pop(compartment, None) is not None:
            self._books.clear_fault(ITEM_DROPPED, compartment)

    def recent(self, now_ms: Millis) -> Mapping[FiledAbout, str]:
        """Numbers of what was reported at the idle screen lately."""
        return {
            about: number
            for about, (number, at_ms) in self._recent.items()
            if now_ms - at_ms < SAME_REPORT_MS
        }

    def tend(self, now_ms: Millis) -> None:
        """Open for business again what was shut long enough."""
        for where, since_ms in tuple(self._locked.items()):
            if now_ms - since_ms >= LOCKED_MS:
                del self._locked[where]
                self._books.clear_fault(ITEM_DROPPED, where)
