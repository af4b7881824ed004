"""What the screen shows, looked up from the state and the facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from kiosk import views as v
from kiosk.caps import most
from kiosk.documents import Effect
from kiosk.effect import saved
from kiosk.money import pieces_amount
from kiosk.session import states as s
from kiosk.session.inputs import CompartmentFacts, Facts
from kiosk.units import CompartmentId


@dataclass(frozen=True, slots=True)
class Face:
    """What the machine says of itself when nobody is being served."""

    idle: v.Starting | v.NotEnrolled | v.OutOfService | None
    """Shown instead of the prices, or None when the machine sells."""
    contact: str
    operator: str = ""
    held: str | None = None
    """Receipt id of a deposit that a power cut interrupted a moment ago."""
    codes: Mapping[str, str] = field(default_factory=dict)
    """The signed receipts of this visit, by receipt id."""
    about: v.About | None = None
    """What the machine is; gathered only while somebody asks."""
    effect: Effect | None = None
    """The operator's factors for what is saved."""
    saved: v.Saved | None = None
    """What the machine saved so far."""
    warned: bool = False
    """The state has waited long enough to ask whether somebody is still there."""


def screen_of(state: s.State, facts: Facts, face: Face) -> v.Screen:
    """The question to the person, without the live weight."""
    if face.warned:
        return v.StillThere(_then(state))
    match state:
        case s.Idle():
            return face.idle or v.Idle(
                _offers(facts), facts.currency, face.contact, face.held, face.saved
            )
        case s.Identifying(notice=notice):
            shown: v.IdentifyNotice | None = notice if facts.scanner_ok else "scanner_lost"
            return v.Identify(shown, facts.donation_allowed, facts.phones is not None)
        case s.Typing():
            return v.Phone(0 if facts.phones is None else facts.phones.digits_max)
        case s.ConfirmingNumber(digits=digits):
            return v.ConfirmPhone(digits, face.operator, face.contact)
        case s.Limited(limit=limit, earlier=earlier):
            cap = 0 if facts.caps is None else most(facts.caps, limit)
            may_give = facts.donation_allowed
            return v.Limited(limit, cap, facts.currency, may_give, face.contact, earlier)
        case s.Choosing(visit=visit, notice=notice, earlier=earlier):
            level = visit.subject.level
            return v.Choose(_offers(facts), facts.currency, level, notice, earlier)
        case s.WeighingBefore(compartment=compartment):
            one = facts.compartments[compartment]
            return v.WeighingBefore(_offer(compartment, one), facts.currency)
        case s.Opening(deal=deal) | s.Halting(deal=deal):
            return v.Opening(_frozen(deal), deal.currency)
        case s.Depositing():
            return _depositing(state)
        case s.Closing(deal=deal, tries=tries):
            return v.Closing(_frozen(deal), deal.currency, tries)
        case s.Blocked(deal=deal, tries=tries):
            return v.Blocked(_frozen(deal), deal.currency, s.TRIES_MAX - tries)
        case s.WeighingAfter(deal=deal):
            return v.WeighingAfter(_frozen(deal), deal.currency)
        case s.Showing():
            return _result(state, facts, face)
        case s.Thanking(visit=visit):
            return _receipt(visit, facts, face)
        case s.Asking(shown=shown_result):
            receipt = None if shown_result is None else shown_result.deal.receipt
            return v.Help(face.contact, receipt)
        case s.Filed(about=about, number=number):
            return v.Filed(about, number, face.contact)
        case s.Informing():
            return face.about or v.Help(face.contact, None)


def entry_of(state: s.State) -> v.Entry | None:
    """What is being typed."""
    return v.Entry(state.digits, state.wrong) if isinstance(state, s.Typing) else None


def _then(state: s.State) -> Literal["leave", "receipt", "close_door"]:
    """What happens when nobody answers."""
    match state:
        case s.Depositing():
            return "close_door"
        case s.Choosing(visit=visit) | s.Limited(visit=visit):
            return "receipt" if visit.finished else "leave"
        case s.Showing():
            return "receipt"
        case s.Asking(shown=shown) | s.Filed(shown=shown) | s.Informing(shown=shown):
            return "leave" if shown is None else "receipt"
        case _:
            return "leave"


def language_of(state: s.State) -> v.Language:
    """The language of whoever is here."""
    match state:
        case s.Idle() | s.Identifying() | s.Typing() | s.ConfirmingNumber():
            return state.language
        case s.Asking() | s.Filed() | s.Informing():
            return state.language
        case _:
            return state.visit.language


def live_of(state: s.State, facts: Facts) -> v.Live | None:
    """The mass put in so far, for display only (UnifiedPOS live weight)."""
    if not isinstance(state, s.Depositing | s.Closing | s.Blocked | s.WeighingAfter):
        return None
    one = facts.compartments[state.deal.compartment]
    if one.gross_g is None:
        return v.Live(None, False)
    return v.Live(one.gross_g - state.deal.before.grams, one.steady)


def _offers(facts: Facts) -> tuple[v.Offer, ...]:
    """Every compartment with a price; one without is not offered at all (M-13)."""
    return tuple(
        _offer(name, one) for name, one in facts.compartments.items() if one.price_e4 is not None
    )


def _offer(name: CompartmentId, one: CompartmentFacts) -> v.Offer:
    return v.Offer(
        name, one.material, one.price_e4 or 0, one.state, one.min_g, by_piece=one.by_piece
    )


def _frozen(deal: s.Deal) -> v.Offer:
    """The offer as it was when the door opened (P3)."""
    return v.Offer(
        deal.compartment, deal.material, deal.price_e4, "open", deal.min_g, by_piece=deal.by_piece
    )


def _depositing(state: s.Depositing) -> v.Depositing:
    deal = state.deal
    prices = ((1, piece.price_minor) for piece in deal.pieces)
    return v.Depositing(
        offer=_frozen(deal),
        currency=deal.currency,
        extensions_left=s.EXTENSIONS_MAX - state.extensions,
        pieces=len(deal.pieces),
        pieces_minor=pieces_amount(prices, deal.step_minor),
        item_notice=state.item_notice,
    )


def _result(state: s.Showing, facts: Facts, face: Face) -> v.Result:
    result = state.result
    return v.Result(
        offer=_frozen(state.deal),
        currency=state.deal.currency,
        receipt=state.deal.receipt,
        before_g=state.deal.before.grams,
        after_g=result.after_g,
        net_g=result.net_g,
        amount_minor=None if result.outcome == "HELD" else result.amount_minor,
        outcome=result.outcome,
        reason=result.reason,
        id_level=state.visit.subject.level,
        contact=face.contact,
        another_allowed=facts.sells,
        pieces=len(state.deal.pieces) if state.deal.by_piece else None,
        code=face.codes.get(state.deal.receipt),
    )


def _receipt(visit: s.Visit, facts: Facts, face: Face) -> v.Receipt:
    # Gifts may follow what is paid, once a cap is reached; what is paid never follows gifts.
    level = visit.finished[0].level
    lines = tuple(
        v.ReceiptLine(
            one.receipt,
            one.material,
            one.net_g,
            None if one.outcome == "HELD" else one.amount_minor,
            one.outcome,
            face.codes.get(one.receipt),
            one.level != level,
        )
        for one in visit.finished
    )
    paid = [one for one in visit.finished if one.outcome == "PAID" and one.level == level]
    return v.Receipt(
        lines=lines,
        total_minor=sum(one.amount_minor for one in paid),
        total_g=sum(one.net_g or 0 for one in paid),
        currency=facts.currency,
        id_level=level,
        contact=face.contact,
        # As the lifetime totals count: whatever went into the bag, VOID alone did not.
        saved=saved(
            face.effect,
            ((one.material, one.net_g or 0) for one in visit.finished if one.outcome != "VOID"),
        ),
    )
