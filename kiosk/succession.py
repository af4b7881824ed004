"""A ledger that the cloud cannot go on with, the one that is to follow it, and what the cloud says
that all of them add up to (cloud.md, "Restore, swap, clone")."""

from kiosk.bookkeeper import Bookkeeper
from kiosk.cloud import LedgerTotals
from kiosk.envelope import TrustError
from kiosk.events import LedgerDisowned
from kiosk.faults import LEDGER_DISOWNED
from kiosk.ledger import LedgerMisuseError
from kiosk.logs import get
from kiosk.parts import Parts
from kiosk.records import TotalsTaken

_log = get(__name__)


class Succession:
    """Used by the deciding thread only; the next start begins the other ledger."""

    def __init__(self, parts: Parts, books: Bookkeeper) -> None:
        self._parts = parts
        self._ledger = parts.ledger
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

    def reckoned(self, envelope: bytes) -> None:
        """Take what the cloud says that all records add up to, of this ledger and those before.

        It holds for the record that it names and for no other, so a statement that comes late, a
        second time, or to another copy of the disk is refused, and the agent asks for a new one.
        Between what is recorded here and that statement nothing can be missed or counted twice.
        """
        if self._followed:
            return
        try:
            said = self._parts.trust.totals(envelope)
            self._check(said)
            taken = TotalsTaken(
                statement=envelope,
                totals=said.totals,
                since=said.since,
                gross=said.gross,
                bags=said.bags,
            )
            self._books.write("cloud", None, (taken,))
        except (TrustError, LedgerMisuseError) as error:
            self._parts.link.refused_totals(str(error))
            return
        _log.event("totals_taken", ledger=said.ledger, through=said.through)
        self._parts.link.took(said)

    def _check(self, said: LedgerTotals) -> None:
        head = (self._ledger.id, self._ledger.head_seq, self._ledger.head_hash)
        if (said.ledger, said.through, said.head_hash) != head:
            raise TrustError(
                f"the cloud's totals are through record {said.through} of {said.ledger}; "
                f"this ledger's head is record {head[1]} of {head[0]}"
            )
