"""The controller: everything that happens goes through :meth:`Controller.handle`, one at a time.

Synchronous, no waiting, the clock an argument: tests and simulations call it directly. The order
within ``handle`` is fixed: note the event, step, commit the records, outputs, deadline, view. A
record is durable before a door moves or an outcome is shown.
"""

from collections.abc import Mapping
from dataclasses import replace

from kiosk import views as v
from kiosk import wire
from kiosk.about import about_of
from kiosk.acceptance import Acceptance
from kiosk.bookkeeper import Bookkeeper, cause_of
from kiosk.climate import Climate
from kiosk.commander import Commander
from kiosk.display import LIVE_EVERY_MS, Display
from kiosk.equipment import Equipment, EquipmentEvent
from kiosk.events import (
    BoardJudged,
    CloudRefused,
    DoorReported,
    Event,
    LabelScanned,
    LedgerDisowned,
    ScreenAttached,
    ScreenDetached,
    ServiceAsked,
    ServiceLeft,
    StopRequested,
    TemperatureRead,
    Ticked,
    TotalsOffered,
    Touched,
    WeightRead,
)
from kiosk.facts import face_of, facts_of, name_of
from kiosk.faultbook import FaultBook
from kiosk.faults import DISK_FULL
from kiosk.helpdesk import HelpDesk
from kiosk.machine import Machine, States
from kiosk.moved_mass import MovedMass
from kiosk.operator_link import OperatorEvent
from kiosk.outlets import Outlets
from kiosk.parts import Parts
from kiosk.reception import ItemCounter
from kiosk.records import Body, Deposit, SoftwareStarted, Ticket
from kiosk.refusal import Refusal
from kiosk.service.desk import ServiceDesk
from kiosk.session import inputs as i
from kiosk.session import states as s
from kiosk.session.outlook import (
    busy_compartment,
    countdown,
    deadline_of,
    door_order_of,
    halt_of,
    next_ms,
    person_of,
    session_of,
    takes_items,
    takes_scans,
    warned,
    weighs,
)
from kiosk.session.table import step
from kiosk.session.touch import input_of
from kiosk.session.view import Face, entry_of, language_of, live_of, screen_of
from kiosk.status import condition_of, status_of
from kiosk.succession import Succession
from kiosk.tokens import SeenTokensError
from kiosk.unfinished import Unfinished
from kiosk.units import Millis

TICK_MS = 1_000
"""Longest wait of the deciding thread: disk, recovery and watchdog are looked at this often."""


class Controller:
    """Decides, weighs, pays and records. Used by one thread only."""

    def __init__(self, parts: Parts, outlets: Outlets) -> None:
        self._parts = parts
        self._outlets = outlets
        self._machine = Machine.of(parts.settings)
        self._faults = FaultBook()
        self._books = Bookkeeper(parts, self._faults)
        self._moved = MovedMass(parts, self._machine, self._books)
        self._unfinished = Unfinished(
            parts, self._machine, self._books, self._faults, self._moved, outlets.doors
        )
        self._equipment = Equipment(self._machine, self._books, self._unfinished)
        self._succession = Succession(parts, self._books)
        self._acceptance = Acceptance(parts.ledger, self._books)
        self._commander = Commander(parts, self._machine, self._books)
        self._refusal = Refusal(parts, self._books)
        self._climate = Climate(parts.settings, self._machine, self._books)
        self._helpdesk = HelpDesk(self._books)
        self._service = ServiceDesk(
            parts, self._machine, self._books, self._helpdesk, outlets.answer
        )
        self._state: s.State = s.Idle(parts.settings.screen.language)
        self._display = Display(outlets.show, lambda language: name_of(parts.trust, language))
        self._items = ItemCounter(parts.products)
        self._screens = 0
        self._stopping = False
        self._quiet_until_ms = Millis(0)
        """Until then nothing follows from a frame that says what the one before it said."""

    @property
    def state(self) -> s.State:
        """Where the visit stands."""
        return self._state

    @property
    def restarting(self) -> bool:
        """The operator wants this process to end; whoever supervises it starts it again."""
        return self._commander.restarting or self._succession.followed

    def start(self) -> None:
        """Record the start and look for what an earlier one left unfinished."""
        now_ms = self._parts.clock.monotonic_ms()
        opened = self._unfinished.find(now_ms)
        self._books.earlier.load(self._parts.ledger)
        self._books.write(
            "start", None, (SoftwareStarted(self._parts.version, opened, self._parts.legal),)
        )
        self._commander.start()
        self._service.start()
        self._settle(now_ms, swift=False)

    def handle(self, event: Event) -> None:
        """Take one event. Raises LedgerError when a record cannot be made durable: then nothing
        that depends on it has happened, and the process must end and start again."""
        now_ms = self._parts.clock.monotonic_ms()
        repeats = now_ms < self._quiet_until_ms and self._equipment.repeats(event)
        inputs = self._inputs(event)
        if repeats and not inputs:
            return
        cause = cause_of(event)
        for given in inputs:
            if isinstance(given, i.Settled) and isinstance(self._state, s.WeighingBefore):
                self._moved.before(given, now_ms)
            self._step(given, cause, now_ms)
        deadline = deadline_of(self._state, self._parts.settings.timing)
        if deadline is not None and now_ms >= deadline:
            self._step(i.TimedOut(), "timeout", now_ms)
        if isinstance(event, Ticked) and isinstance(self._state, s.Idle):
            self._books.tend()
        self._settle(now_ms, swift=isinstance(event, WeightRead | DoorReported | Touched))

    def wait_ms(self) -> int:
        """How long the deciding thread may wait for the next event before it ticks."""
        if self._display.live_pending:
            return LIVE_EVERY_MS
        now_ms = self._parts.clock.monotonic_ms()
        announce_ms = self._machine.announce_ms(busy_compartment(self._state))
        due_ms = next_ms(self._state, self._parts.settings.timing, now_ms, announce_ms)
        return TICK_MS if due_ms is None else max(1, min(TICK_MS, due_ms - now_ms))

    # ---- what happened ----

    def _inputs(self, event: Event) -> tuple[i.Input, ...]:
        """Note an event and say what it means to the visit."""
        if isinstance(event, EquipmentEvent):
            now_ms = self._parts.clock.monotonic_ms()
            return self._equipment.noted(event, weighs(self._state), now_ms)
        match event:
            case LabelScanned():
                return self._scanned(event)
            case Touched(view=view, choice=choice):
                return self._touched(choice) if self._display.answers(view) else ()
            case _:
                self._note(event)
                return ()

    def _touched(self, choice: str) -> tuple[i.Input, ...]:
        given = input_of(choice)
        if isinstance(given, i.Confirm) and isinstance(self._state, s.ConfirmingNumber):
            given = self._parts.reception.number(self._state.digits)
        return () if given is None else (given,)

    def _note(self, event: Event) -> None:
        """Take an event that means nothing to the visit."""
        if isinstance(event, OperatorEvent):
            self._parts.link.take(event)
            return
        match event:
            case ScreenAttached():
                self._screens += 1
                self._display.forget()
            case ScreenDetached():
                self._screens -= 1
            case LedgerDisowned():
                self._succession.disowned(event)
            case TotalsOffered(envelope=envelope):
                self._succession.reckoned(envelope)
            case BoardJudged(state=state):
                self._acceptance.noted(state)
            case CloudRefused(why=why):
                self._refusal.noted(why)
            case ServiceAsked():
                now_ms = self._parts.clock.monotonic_ms()
                self._service.ask(event, now_ms, visit=not isinstance(self._state, s.Idle))
            case ServiceLeft(line=line):
                self._service.left(line)
            case TemperatureRead():
                self._climate.noted(event, self._parts.clock.monotonic_ms())
            case StopRequested():
                self._stopping = True
            case _:
                assert isinstance(event, Ticked)

    def _scanned(self, event: LabelScanned) -> tuple[i.Input, ...]:
        if not self._parts.trust.enrolled:
            self._parts.link.scanned(event.data)
            return ()
        if takes_items(self._state):
            counted = self._items.item(event)
            return () if counted is None else (counted,)
        if not takes_scans(self._state):
            return ()
        if self._face(self._machine.states(self._faults)).idle is not None:
            return ()
        try:
            given = self._parts.reception.greet(event)
        except SeenTokensError as error:
            self._books.raise_fault(DISK_FULL, None, str(error))
            return ()
        return () if given is None else (given,)

    def _face(self, states: States) -> Face:
        stopping = self._stopping or self.restarting
        held = self._unfinished.held(self._parts.clock.monotonic_ms())
        told = (stopping, held, self._books.codes)
        face = face_of(self._parts, self._machine, self._faults, states, *told)
        if self._service.busy:
            return replace(face, idle=v.OutOfService("maintenance", face.contact))
        return face

    def _look(
        self, now_ms: Millis, tickets: Mapping[v.FiledAbout, str], fresh_id: str
    ) -> tuple[Face, i.Facts]:
        states = self._machine.states(self._faults)
        face = self._face(states)
        told = (now_ms, tickets, self._books.earlier.notices, fresh_id)
        return face, facts_of(self._parts, self._machine, self._faults, states, face, *told)

    # ---- step and records ----

    def _step(self, given: i.Input, cause: str, now_ms: Millis) -> None:
        """One step of the visit; its records are durable before anything shows or moves."""
        tickets = self._helpdesk.recent(now_ms)
        _, facts = self._look(now_ms, tickets, self._parts.fresh_id())
        taken = step(self._state, given, facts)
        session = session_of(taken.state) or session_of(self._state)
        self._books.write(cause, session, taken.records)
        self._state = taken.state
        self._told(taken.state)
        self._books.session = session_of(taken.state)
        if isinstance(taken.state, s.Idle):
            self._books.forget_receipts()
        for record in taken.records:
            self._recorded(record, now_ms)

    def _told(self, state: s.State) -> None:
        """Whoever stands before the news of an earlier deposit has been told it."""
        if isinstance(state, s.Choosing | s.Limited) and state.earlier is not None:
            subject = state.visit.subject.subject
            if subject is not None:
                self._books.earlier.told(subject, state.earlier.receipt)

    def _recorded(self, record: Body, now_ms: Millis) -> None:
        """What follows from a record of the visit, once it is durable."""
        if isinstance(record, Deposit):
            person = person_of(self._state)
            if person is not None:
                self._parts.tallies.note(person, record)
            self._equipment.ended(record)
            self._moved.ended(record)
        elif isinstance(record, Ticket):
            self._helpdesk.took(record, now_ms)

    # ---- what follows, looked up from where things stand now ----

    def _settle(self, now_ms: Millis, *, swift: bool) -> None:
        """Recovery, documents, outputs and view. ``swift``: this happens many times a second
        while somebody is served."""
        self._books.watch_disk(now_ms)
        self._books.calm_faults(now_ms)
        self._helpdesk.tend(now_ms)
        taken, served = self._service.busy, busy_compartment(self._state)
        for one in self._machine.bins.values():
            self._unfinished.look(one, now_ms, busy=taken or served == one.id)
        if not taken:
            self._moved.look(served, now_ms)
        self._service.look(now_ms)
        self._climate.look(now_ms)
        self._refusal.look(now_ms)
        self._acceptance.look(now_ms)
        if isinstance(self._state, s.Idle):
            self._parts.trust.adopt(self._parts.products.has, self._parts.clock.wall)
            self._parts.products.use(self._parts.trust.products)
            if self._unfinished.settled:
                self._commander.tend(self._status)
        self._books.anchor()
        self._books.tell_changes()
        order = door_order_of(self._state)
        if order is not None:
            self._outlets.doors.order(order)
        halted = halt_of(self._state)
        if halted is not None:
            self._outlets.doors.halt(halted)
        if not swift or isinstance(self._state, s.Idle):
            self._tell()
        self._parts.link.greet()
        self._show(now_ms)
        quiet = isinstance(self._state, s.Idle) and not self._service.busy
        self._succession.look(quiet=quiet)
        self._quiet_until_ms = self._next_ms(now_ms)

    def _next_ms(self, now_ms: Millis) -> Millis:
        """When the next frame is looked at whatever it says (docs/decisions/0070)."""
        if self._service.busy or not self._unfinished.settled:
            return now_ms
        return Millis(now_ms + self.wait_ms())

    def _tell(self) -> None:
        """Tell how it stands: the status, and what the operator wants to hear of at once."""
        status = self._status()
        if isinstance(self._state, s.Idle):
            # Doors and scales that move for a resident are no news.
            stands = self._parts.commands.standing.out_of_service
            self._parts.link.condition = condition_of(status, stands)
        self._outlets.publish(status)

    def _status(self) -> wire.Status:
        return status_of(self._parts, self._machine, self._faults, self._state, self._screens > 0)

    def _show(self, now_ms: Millis) -> None:
        timing = self._parts.settings.timing
        face, facts = self._look(now_ms, {}, "")
        if warned(self._state, timing, now_ms):
            face = replace(face, warned=True)
        if isinstance(self._state, s.Informing):
            face = replace(face, about=about_of(self._parts))
        announce_ms = self._machine.announce_ms(busy_compartment(self._state))
        until = countdown(self._state, timing, now_ms, announce_ms)
        self._display.update(
            screen=screen_of(self._state, facts, face),
            language=language_of(self._state),
            live=live_of(self._state, facts),
            deadline=None if until is None else until[0],
            total_ms=None if until is None else until[1],
            now_ms=now_ms,
            entry=entry_of(self._state),
        )
