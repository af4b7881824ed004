"""What is unfinished, settled compartment by compartment (kiosk.recovery): what an earlier start
left, and a door that is found open while nobody's deposit is."""

from kiosk import recovery as r
from kiosk.bookkeeper import Bookkeeper
from kiosk.events import DoorMotion, DoorPosition
from kiosk.faultbook import FaultBook
from kiosk.faults import DOOR_BLOCKED, DOOR_FAILED
from kiosk.machine import Bin, Machine
from kiosk.moved_mass import MovedMass
from kiosk.parts import Parts
from kiosk.ports import Doors
from kiosk.records import DepositOpened
from kiosk.units import Millis

HELD_TOLD_MS = 300_000
"""How long the idle screen tells of a deposit that a power cut interrupted: whoever it concerns
stands in front of the machine, and nobody else can do anything with a receipt id."""


class Unfinished:
    """Used by the deciding thread only."""

    def __init__(
        self,
        parts: Parts,
        machine: Machine,
        books: Bookkeeper,
        faults: FaultBook,
        moved: MovedMass,
        doors: Doors,
    ) -> None:
        self._parts = parts
        self._machine = machine
        self._books = books
        self._faults = faults
        self._moved = moved
        self._doors = doors
        self._held: str | None = None
        self._held_until_ms = Millis(0)

    @property
    def settled(self) -> bool:
        """Every compartment is ready for people, or given up."""
        return all(one.recovery is None for one in self._machine.bins.values())

    def find(self, now_ms: Millis) -> int:
        """Look through the ledger, once, at the start; returns how many deposits are open."""
        run = self._parts.fresh_id()
        opened = self._parts.ledger.open_deposits
        for _, record in opened:
            if isinstance(record.body, DepositOpened):
                self._held = record.body.receipt
        self._held_until_ms = Millis(now_ms + HELD_TOLD_MS)
        for one in self._machine.bins.values():
            found = tuple(
                r.Found(seq, record.body, record.session)
                for seq, record in opened
                if isinstance(record.body, DepositOpened) and record.body.compartment == one.id
            )
            one.recovery = r.Recovery(one.id, now_ms, run, found)
        return len(opened)

    def held(self, now_ms: Millis) -> str | None:
        """The receipt id of an interrupted deposit, while the idle screen tells of it."""
        return self._held if now_ms < self._held_until_ms else None

    def interrupted(self, one: Bin, now_ms: Millis) -> None:
        """The drive reversed or gave up."""
        if one.recovery is not None:
            dwell_ms = self._parts.settings.timing.blocked_dwell_ms
            one.recovery = r.interrupted(one.recovery, now_ms, dwell_ms)

    def began(self, one: Bin, now_ms: Millis) -> None:
        """The drive announces its motion: the turn of an order came."""
        if one.recovery is not None:
            one.recovery = r.began(one.recovery, now_ms, self._parts.settings.timing.door_ms)

    def look(self, one: Bin, now_ms: Millis, *, busy: bool) -> None:
        """Go on with one compartment. ``busy``: its deposit is open, or a technician is here."""
        if one.recovery is None and not busy and self._stands_open(one):
            one.recovery = r.Recovery(one.id, now_ms, self._parts.fresh_id(), ())
            # Whoever opened it may have taken something (M-28).
            one.touched()
        if one.recovery is None:
            return
        timing = self._parts.settings.timing
        since_ms = r.weighed_since(one.recovery)
        seen = r.Seen(
            now_ms=now_ms,
            position=None if one.door is None else one.door.position,
            way_blocked=one.way_blocked,
            weight=None if since_ms is None else one.weight(since_ms),
            dwell_ms=timing.blocked_dwell_ms,
        )
        looked = r.look(one.recovery, seen)
        for found, deposit in looked.deposits:
            self._books.write("recovery", found.session, (deposit,))
            self._moved.ended(deposit)
        one.recovery = looked.recovery
        if looked.stands_open:
            self._books.raise_fault(DOOR_BLOCKED, one.id, "open without a deposit")
        if looked.order is not None:
            self._doors.order(looked.order)

    def _stands_open(self, one: Bin) -> bool:
        """Whether nobody has told the technician yet. UNKNOWN is a fault already (D-08)."""
        if one.door is None or one.door.motion is not DoorMotion.STOPPED:
            return False
        told = {DOOR_BLOCKED, DOOR_FAILED} & set(self._faults.of(one.id))
        return one.position in (DoorPosition.OPEN, DoorPosition.BETWEEN) and not told
