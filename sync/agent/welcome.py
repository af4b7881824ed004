"""What the controller has to hear of how the cloud took something."""

from kiosk import wire
from kiosk.cloud import LedgerState
from kiosk.wire import Hello
from sync.agent.outcomes import Barred, Forked, Heard, Opened, Took, Trouble


class Welcome:
    """Of one connection to the controller, which is told of a change only.

    A ledger that cannot go on is the controller's to follow by another; a cloud that refuses the
    machine is the operator's to hear of, in time, from the machine itself.
    """

    def __init__(self) -> None:
        self._barred: bool | None = None
        """Whether the controller was told that the cloud refuses; None: neither so nor so yet."""
        self._state: LedgerState | None = None
        """What it was told of the computer that the disk is in."""

    def news(
        self, hello: Hello, sent_through: int, outcome: Took | Heard | Opened | Trouble
    ) -> tuple[wire.Forked | wire.Barred | wire.Judged, ...]:
        """Return all that there is to tell the controller of an outcome."""
        told = (self._taken(hello, sent_through, outcome), self._judged(outcome))
        return tuple(one for one in told if one is not None)

    def _judged(self, outcome: Took | Heard | Opened | Trouble) -> wire.Judged | None:
        if not isinstance(outcome, Heard) or outcome.state == self._state:
            return None
        self._state = outcome.state
        return wire.Judged(outcome.state)

    def _taken(
        self, hello: Hello, sent_through: int, outcome: Took | Heard | Opened | Trouble
    ) -> wire.Forked | wire.Barred | None:
        """Return what to tell the controller of an outcome, if anything.

        ``sent_through`` is the last record that was brought. A cloud that hears heartbeats and
        refuses every batch credits nobody, so a heartbeat counts when there is none to bring.
        """
        if isinstance(outcome, Forked):
            return wire.Forked(outcome.reason, hello.ledger, outcome.why)
        if isinstance(outcome, Barred):
            return self._turned(outcome.why)
        taken = isinstance(outcome, Took)
        if taken or (isinstance(outcome, Heard) and sent_through >= hello.head_seq):
            return self._turned(None)
        return None

    def _turned(self, why: str | None) -> wire.Barred | None:
        barred = why is not None
        if self._barred is barred:
            return None
        self._barred = barred
        return wire.Barred(why)
