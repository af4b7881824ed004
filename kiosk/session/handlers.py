"""What each step of a deposit does: (state, input, facts) to the next state and records, purely.

Which handler belongs to which pair, and which states it may lead to, stands in ``table``. Who is
here is asked in ``greeting``, help is given in ``asking``.
"""

from dataclasses import replace

from kiosk.events import DoorPosition
from kiosk.readings import StableWeight
from kiosk.records import Reason
from kiosk.session import inputs as i
from kiosk.session import states as s
from kiosk.session.greeting import welcome
from kiosk.session.outcome import (
    deposit_record,
    never_opened,
    opened_record,
    unweighed,
    weighed,
)
from kiosk.session.steps import Step
from kiosk.units import Grams
from kiosk.views import ChooseNotice

# ---- "before" ----


def select(state: s.Choosing, event: i.Select, facts: i.Facts) -> Step:
    one = facts.compartments.get(event.compartment)
    if one is None or one.state != "open" or one.price_e4 is None or not facts.sells:
        wrong = replace(state, since_ms=facts.now_ms, notice="compartment_faulty", earlier=None)
        return Step(wrong)
    return Step(s.WeighingBefore(facts.now_ms, state.visit, event.compartment))


def before_settled(state: s.WeighingBefore, event: i.Settled, facts: i.Facts) -> Step:
    """Freeze price and "before" (P3, M-13); the door may open once this record is durable."""
    if event.compartment != state.compartment:
        return Step(state)
    one = facts.compartments[state.compartment]
    shut = one.position is DoorPosition.CLOSED
    if one.price_e4 is None or one.state != "open" or not facts.sells or not shut:
        return _back_to_choosing(state, facts, "compartment_faulty")
    deal = s.Deal(
        opened_seq=facts.next_seq,
        receipt=f"{facts.ledger[:6].upper()}-{facts.next_seq}",
        compartment=state.compartment,
        material=one.material,
        bag=one.bag,
        price_e4=one.price_e4,
        currency=facts.currency,
        step_minor=facts.step_minor,
        tariff_version=facts.tariff_version,
        min_g=one.min_g,
        max_g=one.max_g,
        e_g=one.e_g,
        by_piece=one.by_piece,
        products_version=facts.products_version if one.by_piece else 0,
        before=event.weight,
        plateau_g=event.weight.grams,
    )
    opening = s.Opening(facts.now_ms, state.visit, deal)
    return Step(opening, (opened_record(state.visit, deal),))


def before_failed(
    state: s.WeighingBefore, event: i.ScaleBroke | i.DoorMoved | i.DoorBroke, facts: i.Facts
) -> Step:
    """No door has moved for this person yet, so nothing needs a record."""
    if event.compartment != state.compartment:
        return Step(state)
    return _back_to_choosing(state, facts, "compartment_faulty")


def before_unsteady(state: s.WeighingBefore, _: i.TimedOut, facts: i.Facts) -> Step:
    return _back_to_choosing(state, facts, "scale_unsteady")


def before_cancelled(state: s.WeighingBefore, _: i.Cancel, facts: i.Facts) -> Step:
    return Step(s.Choosing(facts.now_ms, state.visit, None))


# ---- the door ----


def opening_moved(state: s.Opening, event: i.DoorMoved, facts: i.Facts) -> Step:
    if event.compartment != state.deal.compartment:
        return Step(state)
    if event.position is DoorPosition.CLOSED:
        return Step(state)
    deal = replace(state.deal, left_closed=True)
    if event.position is DoorPosition.OPEN:
        return Step(s.Depositing(facts.now_ms, state.visit, deal))
    return Step(replace(state, deal=deal))


def began(state: s.Opening | s.Closing, event: i.DoorBegan, facts: i.Facts) -> Step:
    """The order's turn came: from here on the door's own time runs, not that of its waiting."""
    if event.compartment != state.deal.compartment or state.begun:
        return Step(state)
    return Step(replace(state, since_ms=facts.now_ms, begun=True))


def opening_failed(state: s.Opening, event: i.DoorBroke | i.TimedOut, facts: i.Facts) -> Step:
    """Take the order back first: the door of a decided deposit never opens (P1, P4)."""
    if isinstance(event, i.DoorBroke) and event.compartment != state.deal.compartment:
        return Step(state)
    return Step(s.Halting(facts.now_ms, state.visit, state.deal))


def halting_moved(state: s.Halting, event: i.DoorMoved, _: i.Facts) -> Step:
    if event.compartment != state.deal.compartment or event.position is DoorPosition.CLOSED:
        return Step(state)
    return Step(replace(state, deal=replace(state.deal, left_closed=True)))


def halted(state: s.Halting, event: i.DoorHalted, facts: i.Facts) -> Step:
    """Shut all the time: VOID. Otherwise something may have gone in: close and weigh."""
    if event.compartment != state.deal.compartment:
        return Step(state)
    shut = facts.compartments[state.deal.compartment].position is DoorPosition.CLOSED
    if shut and not state.deal.left_closed:
        return _decided(state, never_opened(state.deal), None, facts)
    deal = replace(state.deal, left_closed=True)
    if shut:
        return Step(s.WeighingAfter(facts.now_ms, state.visit, deal))
    return Step(s.Closing(facts.now_ms, state.visit, deal, 1))


def halting_failed(state: s.Halting, _: i.TimedOut, facts: i.Facts) -> Step:
    """The drive does not answer: nobody can say that the door is shut and stays so."""
    return _held(state, "door_not_closed", facts)


def enough(state: s.Depositing, _: i.Done | i.TimedOut, facts: i.Facts) -> Step:
    """Whoever walks away gets the door closed and the weight settled all the same."""
    return Step(s.Closing(facts.now_ms, state.visit, state.deal, 1))


def item(state: s.Depositing, event: i.ItemScanned, facts: i.Facts) -> Step:
    """Count one piece (M-29). Scanning shows that somebody is here, so time starts again."""
    deal, product = state.deal, event.product
    if not deal.by_piece or len(deal.pieces) >= s.PIECES_MAX:
        return Step(state)
    if product is None:
        return Step(replace(state, item_notice="unknown_item"))
    if product.material != deal.material:
        return Step(replace(state, item_notice="other_material"))
    deal = replace(deal, pieces=(*deal.pieces, product))
    return Step(replace(state, since_ms=facts.now_ms, deal=deal, item_notice=None))


def depositing_moved(state: s.Depositing, event: i.DoorMoved, facts: i.Facts) -> Step:
    """A door pushed shut by hand is shut: weigh. Anywhere else: stay, the order will come."""
    if event.compartment != state.deal.compartment or event.position is not DoorPosition.CLOSED:
        return Step(state)
    return Step(s.WeighingAfter(facts.now_ms, state.visit, state.deal))


def closing_moved(state: s.Closing | s.Blocked, event: i.DoorMoved, facts: i.Facts) -> Step:
    if event.compartment != state.deal.compartment or event.position is not DoorPosition.CLOSED:
        return Step(state)
    return Step(s.WeighingAfter(facts.now_ms, state.visit, state.deal))


def closing_blocked(state: s.Closing, event: i.DoorBlocked, facts: i.Facts) -> Step:
    if event.compartment != state.deal.compartment:
        return Step(state)
    if state.tries >= s.TRIES_MAX:
        return _held(state, "door_not_closed", facts)
    return Step(s.Blocked(facts.now_ms, state.visit, state.deal, state.tries, 0))


def closing_failed(
    state: s.Closing | s.Blocked, event: i.DoorBroke | i.TimedOut, facts: i.Facts
) -> Step:
    if isinstance(event, i.DoorBroke) and event.compartment != state.deal.compartment:
        return Step(state)
    return _held(state, "door_not_closed", facts)


def dwelt(state: s.Blocked, _: i.TimedOut, facts: i.Facts) -> Step:
    """Try again on a clear way; wait a while for it to clear first (D-07)."""
    blocked = facts.compartments[state.deal.compartment].way_blocked
    if blocked and state.waits < s.WAITS_MAX:
        return Step(replace(state, since_ms=facts.now_ms, waits=state.waits + 1))
    return Step(s.Closing(facts.now_ms, state.visit, state.deal, state.tries + 1))


def reopened(state: s.WeighingAfter, event: i.DoorMoved, facts: i.Facts) -> Step:
    """The door did not stay closed: it must be closed again before "after" counts (M-33)."""
    if event.compartment != state.deal.compartment or event.position is DoorPosition.CLOSED:
        return Step(state)
    return _held(state, "door_not_closed", facts)


# ---- what the scale says while a deposit is open ----


def doubted(
    state: s.Opening | s.Halting | s.Depositing | s.Closing | s.Blocked | s.WeighingAfter,
    event: i.ScaleBroke,
    _: i.Facts,
) -> Step:
    """Remember the first doubt; the visit goes on, because the door must close anyway."""
    if event.compartment != state.deal.compartment or state.deal.doubt is not None:
        return Step(state)
    return Step(replace(state, deal=replace(state.deal, doubt=event.reason)))


def plateau(
    state: s.Opening | s.Halting | s.Depositing | s.Closing | s.Blocked,
    event: i.Settled,
    facts: i.Facts,
) -> Step:
    """Notice things taken out between two stable readings (M-30)."""
    if event.compartment != state.deal.compartment:
        return Step(state)
    return Step(replace(state, deal=_watch(state.deal, event.weight, facts)))


def after_settled(state: s.WeighingAfter, event: i.Settled, facts: i.Facts) -> Step:
    if event.compartment != state.deal.compartment:
        return Step(state)
    deal = _watch(state.deal, event.weight, facts)
    result = weighed(deal, event.weight)
    return _decided(replace(state, deal=deal), result, event.weight, facts)


def after_unsteady(state: s.WeighingAfter, _: i.TimedOut, facts: i.Facts) -> Step:
    return _held(state, "unstable", facts)


# ---- the outcome is known ----


def another(state: s.Showing, _: i.Another, facts: i.Facts) -> Step:
    if not facts.sells:
        return Step(s.Thanking(facts.now_ms, state.visit))
    return Step(welcome(state.visit, facts))


def thank(state: s.Showing, _: i.Finish | i.TimedOut, facts: i.Facts) -> Step:
    return Step(s.Thanking(facts.now_ms, state.visit))


def goodbye(_: s.Thanking, __: i.Finish | i.TimedOut, facts: i.Facts) -> Step:
    return Step(s.Idle(facts.language))


# ---- shared ----


def _back_to_choosing(state: s.WeighingBefore, facts: i.Facts, notice: ChooseNotice) -> Step:
    return Step(s.Choosing(facts.now_ms, state.visit, notice))


def _watch(deal: s.Deal, weight: StableWeight, facts: i.Facts) -> s.Deal:
    fell = deal.plateau_g - weight.grams
    doubt: Reason | None = deal.doubt
    if doubt is None and fell >= facts.step_down_g:
        doubt = "negative_step"
    return replace(deal, plateau_g=Grams(weight.grams), doubt=doubt)


def _held(
    state: s.Halting | s.Closing | s.Blocked | s.WeighingAfter, reason: Reason, facts: i.Facts
) -> Step:
    return _decided(state, unweighed(state.deal, reason), None, facts)


def _decided(
    state: s.Halting | s.Closing | s.Blocked | s.WeighingAfter,
    result: s.Result,
    after: StableWeight | None,
    facts: i.Facts,
) -> Step:
    deal = state.deal
    door = facts.compartments[deal.compartment].position
    line = s.Finished(
        deal.receipt,
        deal.material,
        result.net_g,
        result.amount_minor,
        result.outcome,
        state.visit.subject.level,
    )
    visit = replace(state.visit, finished=(*state.visit.finished, line))
    record = deposit_record(visit, deal, result, after, door)
    showing = s.Showing(facts.now_ms, visit, deal, result, facts.next_seq)
    return Step(showing, (record,))
