"""What scales, doors and the scanner report: noted, and said in the words of a visit."""

from kiosk.bookkeeper import Bookkeeper
from kiosk.events import (
    DoorFailed,
    DoorHalted,
    DoorMotion,
    DoorPosition,
    DoorReported,
    DoorReversed,
    Event,
    ScaleLost,
    ScaleReady,
    ScannerLost,
    ScannerReady,
    WeightRead,
)
from kiosk.faults import DOOR_BLOCKED, DOOR_FAILED, SCALE_LOST, SCANNER_LOST
from kiosk.machine import Bin, Machine
from kiosk.records import Deposit
from kiosk.session import inputs as i
from kiosk.session.outlook import Wanted
from kiosk.unfinished import Unfinished
from kiosk.units import CompartmentId, Millis

DoorEvent = DoorReported | DoorReversed | DoorFailed | DoorHalted
EquipmentEvent = DoorEvent | WeightRead | ScaleLost | ScaleReady | ScannerLost | ScannerReady


class Equipment:
    """Raises and clears the faults of what is wired to the machine; decides nothing."""

    def __init__(self, machine: Machine, books: Bookkeeper, unfinished: Unfinished) -> None:
        self._machine = machine
        self._books = books
        self._unfinished = unfinished

    def repeats(self, event: Event) -> bool:
        """Whether this is a frame that says what the one before it said."""
        if not isinstance(event, WeightRead):
            return False
        now, one = event.reading, self._machine.bins[event.reading.compartment]
        last = one.reading
        return (
            last is not None
            and one.compared
            and (now.grams, now.stable, now.defect) == (last.grams, last.stable, last.defect)
            and now.link_opens == last.link_opens
        )

    def noted(
        self, event: EquipmentEvent, wanted: Wanted | None, now_ms: Millis
    ) -> tuple[i.Input, ...]:
        """Note an event and say what it means to the visit, which waits for a weight."""
        match event:
            case WeightRead():
                return self._weighed(event, wanted)
            case ScaleLost(compartment=compartment, reason=reason):
                self._machine.bins[compartment].lost(reason)
                self._books.raise_fault(SCALE_LOST, compartment, reason)
                return (i.ScaleBroke(compartment, "scale_lost"),)
            case ScaleReady(compartment=compartment):
                self._machine.bins[compartment].lost("starting")
                return (i.ScaleBroke(compartment, "scale_reopened"),)
            case ScannerLost(reason=reason):
                self._books.raise_fault(SCANNER_LOST, None, reason)
                return ()
            case ScannerReady():
                self._books.clear_fault(SCANNER_LOST, None)
                return ()
            case _:
                return self._door(event, now_ms)

    def ended(self, deposit: Deposit) -> None:
        """A deposit has its outcome; its door may stand open all the same."""
        shut = deposit.door == DoorPosition.CLOSED.value
        if deposit.reason == "door_not_closed" or not shut:
            detail = f"open after deposit {deposit.receipt}"
            self._books.raise_fault(DOOR_BLOCKED, CompartmentId(deposit.compartment), detail)

    def _weighed(self, event: WeightRead, wanted: Wanted | None) -> tuple[i.Input, ...]:
        reading = event.reading
        one = self._machine.bins[reading.compartment]
        one.noted(reading)
        if reading.grams is not None:
            self._books.clear_fault(SCALE_LOST, one.id)
        if wanted is None or wanted.compartment != one.id:
            return ()
        weight = one.weight(wanted.since_ms)
        if weight is None or weight.grams == wanted.plateau_g:
            return ()
        return (i.Settled(one.id, weight),)

    def _door(self, event: DoorEvent, now_ms: Millis) -> tuple[i.Input, ...]:
        one = self._machine.bins[event.compartment]
        match event:
            case DoorReported():
                return self._reported(one, event, now_ms)
            case DoorHalted():
                return (i.DoorHalted(one.id),)
            case DoorReversed():
                self._unfinished.interrupted(one, now_ms)
                return (i.DoorBlocked(one.id),)
            case DoorFailed(reason=reason):
                self._unfinished.interrupted(one, now_ms)
                self._books.raise_fault(DOOR_FAILED, one.id, reason)
                return (i.DoorBroke(one.id),)

    def _reported(self, one: Bin, told: DoorReported, now_ms: Millis) -> tuple[i.Input, ...]:
        before, position, one.door = one.position, told.position, told
        lost = position is DoorPosition.UNKNOWN and told.motion is DoorMotion.STOPPED
        if lost and one.recovery is None:
            detail = "neither end switch, or both, are reached"
            self._books.raise_fault(DOOR_FAILED, one.id, detail)
        if position is DoorPosition.CLOSED:
            self._books.clear_fault(DOOR_BLOCKED, one.id)
            self._books.clear_fault(DOOR_FAILED, one.id)
        said: list[i.Input] = []
        if told.motion is DoorMotion.ANNOUNCING:
            self._unfinished.began(one, now_ms)
            said.append(i.DoorBegan(one.id))
        if before is not position:
            one.shut_ms = now_ms
            said.append(i.DoorMoved(one.id, position))
        return tuple(said)
