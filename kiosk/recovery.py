"""What is found unfinished: a door that stands open, a deposit of an earlier start without outcome.

Recovery never pays and never voids (metrology.md). An opened deposit becomes HELD with its
"before", the door's state and the first stable gross, or null after a time limit; only its own
compartment waits for it. After a start no door opens; one that stands open, then or later, while
nobody's deposit is open, is announced by its drive and closed on a clear way, in at most three
tries (P4, D-06, D-11).

Pure: :func:`look` takes what is known now and says what to do now.
"""

from dataclasses import dataclass, replace

from kiosk.events import DoorPosition
from kiosk.ports import DoorOrder
from kiosk.readings import StableWeight
from kiosk.records import Deposit, DepositOpened
from kiosk.session.outcome import weighing
from kiosk.session.outlook import TURN_MS_MAX
from kiosk.session.states import TRIES_MAX
from kiosk.units import CompartmentId, Millis, Seq

WEIGHT_LIMIT_MS = 60_000
"""How long a found deposit waits for a closed door and a stable gross."""


@dataclass(frozen=True, slots=True)
class Found:
    """An opened deposit without an outcome."""

    seq: Seq
    opened: DepositOpened
    session: str | None


@dataclass(frozen=True, slots=True)
class Recovery:
    """One compartment until it is ready for people."""

    compartment: CompartmentId
    since_ms: Millis
    run: str
    """Unique, so an order's id never repeats one of an earlier start."""
    found: tuple[Found, ...]
    tries: int = 0
    next_try_ms: Millis | None = None
    closed_ms: Millis | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """One compartment as it is now."""

    now_ms: Millis
    position: DoorPosition | None
    """None: the drive has not reported yet."""
    way_blocked: bool
    weight: StableWeight | None
    """From frames since ``weighed_since``, which an earlier look has set."""
    dwell_ms: int


@dataclass(frozen=True, slots=True)
class Look:
    """What to do now. ``recovery`` is None when the compartment is ready or given up."""

    recovery: Recovery | None
    deposits: tuple[tuple[Found, Deposit], ...] = ()
    order: DoorOrder | None = None
    stands_open: bool = False
    """The door could not be closed: a fault for the technician."""


def interrupted(recovery: Recovery, seen_ms: Millis, dwell_ms: int) -> Recovery:
    """The drive reversed or gave up: dwell before the next try."""
    return replace(recovery, next_try_ms=Millis(seen_ms + dwell_ms))


def began(recovery: Recovery, seen_ms: Millis, door_ms: int) -> Recovery:
    """The order's turn came (D-13): from here on the door's own time runs."""
    return replace(recovery, next_try_ms=Millis(seen_ms + door_ms))


def weighed_since(recovery: Recovery) -> Millis | None:
    """From when frames count: the door's closing; None: the door is not known to be shut (M-33)."""
    return recovery.closed_ms


def look(recovery: Recovery, seen: Seen) -> Look:
    """Decide what this compartment needs now."""
    if seen.position is None:
        return Look(recovery)
    closed = seen.position is DoorPosition.CLOSED
    if not closed or recovery.closed_ms is None:
        # Whatever was weighed so far was weighed with the door open (M-33).
        seen = replace(seen, weight=None)
    if closed and recovery.closed_ms is None:
        recovery = replace(recovery, closed_ms=seen.now_ms)
    elif not closed:
        recovery = replace(recovery, closed_ms=None)
    waiting = recovery.next_try_ms is not None and seen.now_ms < recovery.next_try_ms
    given_up = not closed and recovery.tries >= TRIES_MAX and not waiting
    deposits = _decide(recovery, seen)
    if deposits:
        recovery = replace(recovery, found=())
    if not recovery.found and (closed or given_up):
        return Look(None, deposits, stands_open=given_up)
    if closed or given_up or seen.way_blocked or waiting:
        return Look(recovery, deposits)
    recovery = replace(
        recovery,
        tries=recovery.tries + 1,
        next_try_ms=Millis(seen.now_ms + TURN_MS_MAX),
    )
    order_id = f"start/{recovery.run}/{recovery.compartment}/{recovery.tries}"
    return Look(recovery, deposits, DoorOrder(recovery.compartment, order_id, "close"))


def _decide(recovery: Recovery, seen: Seen) -> tuple[tuple[Found, Deposit], ...]:
    """HELD as soon as the door is closed and the gross stable, or when the time is up."""
    ready = recovery.closed_ms is not None and seen.weight is not None
    late = seen.now_ms - recovery.since_ms >= WEIGHT_LIMIT_MS
    if not ready and not late:
        return ()
    door = DoorPosition.UNKNOWN if seen.position is None else seen.position
    return tuple(
        (found, _held(found.seq, found.opened, seen.weight, door)) for found in recovery.found
    )


def _held(
    seq: Seq, opened: DepositOpened, after: StableWeight | None, door: DoorPosition
) -> Deposit:
    return Deposit(
        receipt=opened.receipt,
        opened_seq=seq,
        subject=opened.subject,
        id_level=opened.id_level,
        token=opened.token,
        compartment=opened.compartment,
        material=opened.material,
        bag=opened.bag,
        price_e4=opened.price_e4,
        currency=opened.currency,
        tariff_version=opened.tariff_version,
        by_piece=opened.by_piece,
        products_version=opened.products_version,
        # What was scanned before the power went was never durable: the operator decides.
        pieces=(),
        before=opened.before,
        after=None if after is None else weighing(after),
        net_g=None if after is None else after.grams - opened.before.gross_g,
        amount_minor=0,
        outcome="HELD",
        reason="power_lost",
        door=door.value,
    )
