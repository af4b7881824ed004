"""Outputs looked up from the state, never remembered: deadline, door order, scans, weighing.

After a crash they are looked up again. What the screen shows is looked up in ``view``.
"""

from typing import NamedTuple

from kiosk.config import Timing
from kiosk.ports import DoorOrder
from kiosk.session import states as s
from kiosk.units import CompartmentId, Grams, Millis

TURN_MS_MAX = 60_000
"""How long a closing door waits for its turn: for three others that jam and open again (D-13)."""


def waits_ms(state: s.State, timing: Timing) -> int | None:
    """How long this state waits before it warns or acts by itself; None only for Idle."""
    match state:
        case s.Idle():
            return None
        case s.Identifying() | s.Typing() | s.ConfirmingNumber():
            return timing.identify_ms
        case s.Choosing() | s.Limited() | s.Asking() | s.Filed() | s.Informing():
            return timing.choose_ms
        case s.WeighingBefore():
            return timing.before_ms
        case s.Opening(begun=False):
            # With the door's own time no more than "before" may be old when it opens (M-22).
            return timing.before_age_ms - timing.door_ms
        case s.Closing(begun=False):
            return TURN_MS_MAX
        case s.Opening() | s.Closing() | s.Halting():
            return timing.door_ms
        case s.Depositing():
            return timing.deposit_ms
        case s.Blocked():
            return timing.blocked_dwell_ms
        case s.WeighingAfter():
            return timing.after_ms
        case s.Showing():
            return timing.result_ms
        case s.Thanking():
            return timing.receipt_ms


def warns(state: s.State) -> bool:
    """Whether a person is asked if they are still there, before anything happens without them.

    Not after the tenth time.
    """
    return isinstance(state, s.Patient) and state.extensions < s.EXTENSIONS_MAX


def deadline_of(state: s.State, timing: Timing) -> Millis | None:
    """Monotonic time at which the state is timed out; None for Idle in the machine's language."""
    if isinstance(state, s.Idle):
        return None if state.since_ms is None else Millis(state.since_ms + s.LANGUAGE_MS)
    waits = waits_ms(state, timing)
    if waits is None:
        return None
    return Millis(state.since_ms + waits + (timing.warn_ms if warns(state) else 0))


def warned(state: s.State, timing: Timing, now_ms: Millis) -> bool:
    """Whether the question is now if somebody is still there."""
    waits = waits_ms(state, timing)
    if waits is None or isinstance(state, s.Idle) or not warns(state):
        return False
    return now_ms >= state.since_ms + waits


def countdown(
    state: s.State, timing: Timing, now_ms: Millis, announce_ms: int
) -> tuple[Millis, int] | None:
    """When the thing that is counted to happens and how long it was given in all; None: nothing
    is counted.

    Once the turn of a door's order came that is its motion, ``announce_ms`` later (D-12, D-13), and
    once it moves there is nothing to count: how long it may take is no time left for a hand.
    """
    if isinstance(state, s.Halting):
        return None
    if isinstance(state, s.Opening | s.Closing):
        if not state.begun:
            return None
        moves_ms = Millis(state.since_ms + announce_ms)
        return (moves_ms, announce_ms) if now_ms < moves_ms else None
    waits = waits_ms(state, timing)
    if waits is None or isinstance(state, s.Idle):
        return None
    if warned(state, timing, now_ms):
        return Millis(state.since_ms + waits + timing.warn_ms), timing.warn_ms
    return Millis(state.since_ms + waits), waits


def next_ms(state: s.State, timing: Timing, now_ms: Millis, announce_ms: int) -> Millis | None:
    """When something happens by itself, on the screen or to the state; None: not until somebody
    comes."""
    counted = countdown(state, timing, now_ms, announce_ms)
    return deadline_of(state, timing) if counted is None else counted[0]


def door_order_of(state: s.State) -> DoorOrder | None:
    """The motion this state wants. Its id makes a repeated order move nothing (D-15)."""
    match state:
        case s.Opening(deal=deal):
            return DoorOrder(deal.compartment, f"{deal.receipt}/open", "open")
        case s.Closing(deal=deal, tries=tries):
            return DoorOrder(deal.compartment, f"{deal.receipt}/close/{tries}", "close")
        case _:
            return None


def halt_of(state: s.State) -> CompartmentId | None:
    """The door that is to stop and to forget its orders."""
    return state.deal.compartment if isinstance(state, s.Halting) else None


def takes_scans(state: s.State) -> bool:
    """Whether a code shown now means something."""
    return isinstance(state, s.Idle | s.Identifying | s.Typing | s.ConfirmingNumber)


def takes_items(state: s.State) -> bool:
    """Whether a barcode shown now counts a piece (M-29)."""
    return isinstance(state, s.Depositing) and state.deal.by_piece


class Wanted(NamedTuple):
    """The stable weight that a visit waits for."""

    compartment: CompartmentId
    since_ms: Millis
    """Only frames since then count."""
    plateau_g: Grams | None = None
    """The resting weight that is known already: only another one says anything (M-30). None: the
    next one decides, whatever it is."""


def weighs(state: s.State) -> Wanted | None:
    """Which compartment's stable weight is wanted, and since when its frames count.

    "After" counts from the moment the door was confirmed closed (M-33).
    """
    match state:
        case s.WeighingBefore(compartment=compartment, since_ms=since):
            return Wanted(compartment, since)
        case s.WeighingAfter(deal=deal, since_ms=since):
            return Wanted(deal.compartment, since)
        case s.Opening(deal=deal) | s.Halting(deal=deal) | s.Depositing(deal=deal):
            return Wanted(deal.compartment, deal.before.at_ms, deal.plateau_g)
        case s.Closing(deal=deal) | s.Blocked(deal=deal):
            return Wanted(deal.compartment, deal.before.at_ms, deal.plateau_g)
        case _:
            return None


def busy_compartment(state: s.State) -> CompartmentId | None:
    """The compartment whose deposit is open, if any."""
    match state:
        case (
            s.Opening(deal=deal)
            | s.Halting(deal=deal)
            | s.Depositing(deal=deal)
            | s.Closing(deal=deal)
            | s.Blocked(deal=deal)
            | s.WeighingAfter(deal=deal)
        ):
            return deal.compartment
        case _:
            return None


def session_of(state: s.State) -> str | None:
    """The id of the visit, or None when nobody is here."""
    match state:
        case s.Idle():
            return None
        case s.Identifying() | s.Typing() | s.ConfirmingNumber():
            return state.id
        case s.Asking() | s.Filed() | s.Informing():
            return state.id
        case _:
            return state.visit.id


def person_of(state: s.State) -> str | None:
    """Today's id of whoever is being paid, for the caps."""
    return state.visit.subject.person if isinstance(state, s.Showing) else None
