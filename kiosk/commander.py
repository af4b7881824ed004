"""Carries out the operator's commands while nobody is being served, one at a time.

The answer is durable in the ledger before the command takes effect, so that a restart happens
once, however often the power fails (cloud.md, "Commands").
"""

from collections.abc import Callable

from kiosk import cloud, diagnostics, wire
from kiosk.bookkeeper import Bookkeeper
from kiosk.commands import Standing, Waiting, judge
from kiosk.envelope import key_id
from kiosk.logs import get
from kiosk.machine import Machine
from kiosk.parts import Parts
from kiosk.records import CommandDone, KeyChanged

_log = get(__name__)


class Commander:
    """Used by the deciding thread."""

    def __init__(self, parts: Parts, machine: Machine, books: Bookkeeper) -> None:
        self._parts = parts
        self._machine = machine
        self._books = books
        self.restarting = False
        """The operator wants the controller to end; whoever supervises it starts it again."""

    def start(self) -> None:
        """Tell the ledger what a power cut kept from it, and stand where the commands left off."""
        done = self._parts.commands.untold(self._parts.ledger)
        if done is not None:
            self._books.write("command", None, (done,))
        self._parts.commands.told()
        self._stand()

    def tend(self, status: Callable[[], wire.Status]) -> None:
        """Do the next command, if one waits. To be called only when nobody is being served."""
        self._note_new_key()
        waiting = self._parts.commands.next()
        if waiting is None:
            return
        try:
            self._carry_out(waiting, status)
        except OSError as error:
            # Not answered, so it is sent again: with a full disk that is later, not in a loop.
            _log.error("command_not_kept", number=waiting.number, reason=str(error))

    def _carry_out(self, waiting: Waiting, status: Callable[[], wire.Status]) -> None:
        book = self._parts.commands
        known = frozenset(self._machine.bins)
        now_ms = book.past_ms(self._parts.clock.wall())
        result, detail, standing = judge(waiting, book.standing, known, now_ms)
        if result == "done":
            detail, standing = self._prepared(waiting, detail, standing, status)
        done = CommandDone(
            number=waiting.number,
            command=waiting.kind,
            result=result,
            detail=detail,
            envelope=waiting.envelope,
        )
        book.intend(done, standing, self._parts.ledger)
        self._books.write("command", None, (done,))
        book.told()
        _log.event("command_done", number=done.number, command=done.command, result=result)
        self._stand()
        if result == "done" and isinstance(waiting.order, cloud.SendDiagnostics):
            self._parts.link.upload()
        if result == "done" and isinstance(waiting.order, cloud.Restart):
            self.restarting = True

    def _prepared(
        self,
        waiting: Waiting,
        detail: str,
        standing: Standing,
        status: Callable[[], wire.Status],
    ) -> tuple[str, Standing]:
        """What has to be there before the answer names it."""
        key = self._parts.link.transport_key
        if isinstance(waiting.order, cloud.SendDiagnostics):
            data = diagnostics.bundle(self._parts, status())
            sha256 = self._parts.commands.keep_bundle(data)
            return sha256, standing.having(bundle=sha256)
        if isinstance(waiting.order, cloud.RotateKey) and key is not None:
            return key_id(key), standing.having(replace_key=key_id(key))
        return detail, standing

    def _note_new_key(self) -> None:
        """Once for each key that the operator had replaced: a hostile agent cannot make more."""
        found = self._parts.link.new_key()
        if found is not None:
            key, before = found
            self._books.write("command", None, (KeyChanged("transport", key, before),))
            self._parts.commands.key_replaced()

    def _stand(self) -> None:
        closed = self._parts.commands.standing.closed
        for one in self._machine.bins.values():
            one.closed_by_operator = one.id in closed
