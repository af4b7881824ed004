"""Where technicians and collectors ask: one request at a time, refused in words while it cannot be.

While a request is under way the machine is in maintenance: it sells nothing and the screen says so
(M-18). Used by the deciding thread only.
"""

from kiosk import wire
from kiosk.bookkeeper import Bookkeeper
from kiosk.events import DoorPosition, ServiceAsked
from kiosk.faults import (
    CHANNEL_UNVERIFIED,
    CHECK_DUE,
    CHECK_OVERDUE,
    MASS_STEP,
    SCALE_INACCURATE,
)
from kiosk.helpdesk import HelpDesk
from kiosk.machine import Machine
from kiosk.parts import Parts
from kiosk.service.accepting import Accepting
from kiosk.service.collecting import Collecting
from kiosk.service.known_mass import KnownMass
from kiosk.service.task import Answer, Surroundings, Task
from kiosk.units import CompartmentId, Millis

CALIBRATION_E = 500
"""Least mass an adjustment is shown by, in e, or half of what the scale takes if that is less."""
LOOK_EVERY_MS = 60_000
"""How often it is looked at whether a check mass is due."""

Work = wire.AcceptMass | wire.CheckMass | wire.VerifyChannel | wire.Calibrate | wire.Collect


class ServiceDesk:
    """At most one request at a time."""

    def __init__(
        self,
        parts: Parts,
        machine: Machine,
        books: Bookkeeper,
        helpdesk: HelpDesk,
        answer: Answer,
    ) -> None:
        self._parts = parts
        self._machine = machine
        self._books = books
        self._helpdesk = helpdesk
        self._answer = answer
        self._task: Task | None = None
        self._line = 0
        """Whose request it is."""
        self._looked_ms: Millis | None = None

    @property
    def busy(self) -> bool:
        """A request is under way: the machine is in maintenance."""
        return self._task is not None

    def start(self) -> None:
        """Raise what technicians have not shown yet, or have shown to be wrong."""
        for one in self._machine.bins.values():
            port, book = one.settings.scale.line.port, self._parts.service
            required = self._parts.settings.machine.require_verification
            if required and not book.verified(one.id, port):
                self._books.raise_fault(CHANNEL_UNVERIFIED, one.id, f"never shown for {port}")
            if book.failed(one.id):
                self._books.raise_fault(SCALE_INACCURATE, one.id, "the last check mass failed")
            if one.id in book.steps:
                self._books.raise_fault(MASS_STEP, one.id, book.steps[one.id])

    def ask(self, asked: ServiceAsked, now_ms: Millis, *, visit: bool) -> None:
        """Take a request, or refuse it in words. ``visit``: somebody is being served."""
        request = asked.request
        if isinstance(request, wire.Proceed):
            if self._task is not None and self._line == asked.line:
                self._task.proceed(now_ms)
            return
        refused = self._refusal(request, visit=visit)
        if refused is not None:
            self._answer(asked.line, wire.ServiceSaid(refused, False))
            return
        self._line = asked.line
        self._task = self._task_for(request, now_ms)
        self._task.begin(now_ms)

    def left(self, line: int) -> None:
        """A connection ended: what it asked for is given up."""
        if self._task is not None and self._line == line:
            self._end(self._task)

    def look(self, now_ms: Millis) -> None:
        """Go on with the request under way, and notice what is due."""
        task = self._task
        if task is None:
            self._watch_checks(now_ms)
            return
        end = task.look(now_ms)
        if end is not None:
            self._end(task)
            self._answer(self._line, wire.ServiceSaid(end.text, end.done))

    def _task_for(self, request: Work, now_ms: Millis) -> Task:
        around = Surroundings(self._parts, self._machine, self._books, self._answer, self._line)
        match request:
            case wire.AcceptMass():
                return Accepting(around, request, now_ms)
            case wire.Collect():
                return Collecting(around, self._helpdesk, request, now_ms)
            case _:
                return KnownMass(around, request, now_ms)

    def _refusal(self, work: Work, *, visit: bool) -> str | None:
        one = self._machine.bins.get(CompartmentId(work.compartment))
        if one is None:
            names = ", ".join(self._machine.bins)
            return f"there is no compartment {work.compartment}; this machine has {names}"
        if visit:
            return "somebody is being served; ask again when the visit is over"
        if self._task is not None:
            return "another request is under way; ask again when it is done"
        if one.recovery is not None:
            return f"{one.id} is settling what a power cut interrupted; ask again in a minute"
        doors = self._machine.bins.values() if isinstance(work, wire.Calibrate) else (one,)
        open_doors = [door.id for door in doors if door.position is not DoorPosition.CLOSED]
        if open_doors:
            rule = "D-13" if isinstance(work, wire.Collect) else "M-18"
            return f"the door of {', '.join(open_doors)} is not confirmed closed ({rule})"
        if isinstance(work, wire.Collect) and work.bag is not None:
            hung = self._parts.ledger.bag_in(one.id).code
            if work.bag == hung or not work.bag.isprintable():
                return f"the new bag cannot be called {work.bag!r}: {hung} hangs there"
        if isinstance(work, wire.AcceptMass | wire.Collect):
            return None
        scale = one.settings.scale
        least, book = scale.min_g, self._parts.service
        if isinstance(work, wire.CheckMass) and book.adjusting(one.id):
            return f"the scale of {one.id} was adjusted: `kiosk service calibrate` shows it right"
        failed = isinstance(work, wire.CheckMass) and book.failed(one.id)
        if isinstance(work, wire.Calibrate) or failed:
            # A small mass hides a wrong span within the limit of one step.
            least = max(least, min(CALIBRATION_E * scale.e_g, scale.max_g // 2))
        if work.grams < least:
            return f"{work.grams} g show little: take a mass of {least} g at least"
        return None

    def _end(self, task: Task) -> None:
        """Back into service. What the scales show now is held against the books (M-28)."""
        self._task = None
        for name in task.touched:
            self._machine.bins[name].touched()

    # ---- what is due ----

    def _watch_checks(self, now_ms: Millis) -> None:
        """Warn when a check mass is due, stop the compartment when its grace is over (M-19).

        A machine that does not know the time cannot tell, and does not guess.
        """
        machine, wall = self._parts.settings.machine, self._parts.clock.wall()
        early = self._looked_ms is not None and now_ms - self._looked_ms < LOOK_EVERY_MS
        if early or machine.check_mass_days == 0 or wall.utc_ms is None:
            return
        if wall.quality not in ("S", "R"):
            return
        self._looked_ms = now_ms
        for one in self._machine.bins.values():
            days = self._parts.service.days_since_check(one.id, wall.utc_ms)
            detail = f"{days} days since the last check mass"
            if days >= machine.check_mass_days:
                self._books.raise_fault(CHECK_DUE, one.id, detail)
            if days >= machine.check_mass_days + machine.check_mass_grace_days:
                self._books.raise_fault(CHECK_OVERDUE, one.id, detail)
