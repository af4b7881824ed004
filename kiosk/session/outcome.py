"""The one outcome of a deposit: PAID, UNPRICED, HELD or VOID (metrology.md, "Outcomes").

This is the legally relevant heart: two stable gross weights and a frozen price in, money out.
"""

from collections import Counter

from kiosk.events import DoorPosition
from kiosk.money import amount, pieces_amount
from kiosk.products import Product
from kiosk.readings import StableWeight
from kiosk.records import Deposit, DepositOpened, Piece, Reason, Weighing
from kiosk.session.states import Deal, Result, Visit
from kiosk.units import Grams, MinorUnits

_NOTHING = MinorUnits(0)


def weighed(deal: Deal, after: StableWeight) -> Result:
    """Decide a deposit whose door is confirmed closed and whose "after" is stable (M-33).

    A doubt that arose since "before" makes it HELD whatever the weights say, because an indicator
    that zeroes itself at power-on can swallow exactly the load.
    """
    net = Grams(after.grams - deal.before.grams)
    doubt = deal.doubt
    if doubt is None and after.link_opens != deal.before.link_opens:
        doubt = "scale_reopened"
    if doubt is None and after.grams > deal.max_g:
        doubt = "over_max"
    if doubt is None and net < -deal.e_g:
        doubt = "negative_net"
    if doubt is not None:
        return Result(after.grams, net, _NOTHING, "HELD", doubt)
    if abs(net) <= deal.e_g:
        if deal.pieces and (net > 0 or _lightest(deal) <= net):
            # P6: so light a piece may lie there although the scale hardly sees it.
            return Result(after.grams, net, _NOTHING, "HELD", "count_mass")
        return Result(after.grams, net, _NOTHING, "VOID", "nothing_deposited")
    if deal.by_piece:
        return _by_piece(deal, after.grams, net)
    if net < deal.min_g:
        return Result(after.grams, net, _NOTHING, "UNPRICED", "below_minimum")
    return Result(after.grams, net, amount(net, deal.price_e4, deal.step_minor), "PAID", None)


def _by_piece(deal: Deal, after_g: Grams, net: Grams) -> Result:
    """M-29: the pieces' mass ranges together must hold the net mass, else HELD.

    Each of the two readings may be off by half a step, so one step is granted in all.
    """
    if not deal.pieces:
        return Result(after_g, net, _NOTHING, "UNPRICED", "no_items")
    heaviest = sum(piece.max_g for piece in deal.pieces) + deal.e_g
    if not _lightest(deal) <= net <= heaviest:
        return Result(after_g, net, _NOTHING, "HELD", "count_mass")
    prices = ((1, piece.price_minor) for piece in deal.pieces)
    return Result(after_g, net, pieces_amount(prices, deal.step_minor), "PAID", None)


def _lightest(deal: Deal) -> int:
    """The least net mass in grams that the pieces may show."""
    return sum(piece.min_g for piece in deal.pieces) - deal.e_g


def unweighed(deal: Deal, reason: Reason) -> Result:
    """HELD without an "after": nothing is invented (P6). The first doubt outranks later ones."""
    return Result(None, None, _NOTHING, "HELD", deal.doubt or reason)


def never_opened(deal: Deal) -> Result:
    """VOID: live, on an unbroken link, and the door never left confirmed-closed.

    A scale that broke meanwhile takes even this certainty away, so that is HELD.
    """
    if deal.doubt is not None or deal.left_closed:
        return unweighed(deal, "door_not_opened")
    return Result(None, None, _NOTHING, "VOID", "door_not_opened")


def opened_record(visit: Visit, deal: Deal) -> DepositOpened:
    """The record that must be durable before the door opens."""
    return DepositOpened(
        receipt=deal.receipt,
        subject=visit.subject.subject,
        id_level=visit.subject.level,
        token=visit.subject.token,
        compartment=deal.compartment,
        material=deal.material,
        bag=deal.bag,
        price_e4=deal.price_e4,
        currency=deal.currency,
        step_minor=deal.step_minor,
        tariff_version=deal.tariff_version,
        min_g=deal.min_g,
        max_g=deal.max_g,
        e_g=deal.e_g,
        by_piece=deal.by_piece,
        products_version=deal.products_version,
        before=weighing(deal.before),
    )


def deposit_record(
    visit: Visit, deal: Deal, result: Result, after: StableWeight | None, door: DoorPosition
) -> Deposit:
    """The record that must be durable before the outcome is shown."""
    return Deposit(
        receipt=deal.receipt,
        opened_seq=deal.opened_seq,
        subject=visit.subject.subject,
        id_level=visit.subject.level,
        token=visit.subject.token,
        compartment=deal.compartment,
        material=deal.material,
        bag=deal.bag,
        price_e4=deal.price_e4,
        currency=deal.currency,
        tariff_version=deal.tariff_version,
        by_piece=deal.by_piece,
        products_version=deal.products_version,
        pieces=_counted(deal.pieces),
        before=weighing(deal.before),
        after=None if after is None else weighing(after),
        net_g=result.net_g,
        amount_minor=result.amount_minor,
        outcome=result.outcome,
        reason=result.reason,
        door=door.value,
    )


def _counted(pieces: tuple[Product, ...]) -> tuple[Piece, ...]:
    """Equal pieces together, in the order they first appeared."""
    counts = Counter(pieces)
    return tuple(
        Piece(one.gtin, count, one.price_minor, one.min_g, one.max_g)
        for one, count in counts.items()
    )


def weighing(weight: StableWeight) -> Weighing:
    """A stable weight as the record holds it, with the frames that decided it."""
    return Weighing(
        gross_g=weight.grams,
        mono_ms=weight.at_ms,
        link_opens=weight.link_opens,
        host_derived=weight.host_derived,
        frames=weight.frames,
    )
