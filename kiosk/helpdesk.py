"""What was reported at the machine a moment ago, and what it keeps shut for it.

A child may press "help" a hundred times: at the idle screen one report of a kind is kept for a
while, and whoever presses meanwhile is told the same number.
"""

from collections.abc import Mapping

from kiosk.records import Ticket
from kiosk.units import CompartmentId, Millis
from kiosk.views import FiledAbout

SAME_REPORT_MS = 600_000
LOCKED_MS = 2 * 3600 * 1000
"""How long a compartment stays shut over something that fell in: time for the operator to come or
to decide, and no way to keep a machine shut for ever by pressing buttons."""


class HelpDesk:
    """Used by the deciding thread only; a restart forgets it, the ledger does not."""

    def __init__(self) -> None:
        self._recent: dict[FiledAbout, tuple[str, Millis]] = {}
        self._locked: dict[CompartmentId, Millis] = {}

    def took(self, ticket: Ticket, now_ms: Millis) -> CompartmentId | None:
        """Note a ticket; returns the compartment that it shuts, if it does."""
        if ticket.receipt is None:
            self._recent[ticket.about] = (ticket.number, now_ms)
        if ticket.about != "dropped" or ticket.compartment is None:
            return None
        where = CompartmentId(ticket.compartment)
        self._locked[where] = now_ms
        return where

    def recent(self, now_ms: Millis) -> Mapping[FiledAbout, str]:
        """Numbers of what was reported at the idle screen lately."""
        return {
            about: number
            for about, (number, at_ms) in self._recent.items()
            if now_ms - at_ms < SAME_REPORT_MS
        }

    def released(self, now_ms: Millis) -> tuple[CompartmentId, ...]:
        """Compartments whose time is over, each told once."""
        over = tuple(
            where for where, since_ms in self._locked.items() if now_ms - since_ms >= LOCKED_MS
        )
        for where in over:
            del self._locked[where]
        return over
