"""Whether a deposit's mass and money follow from what its own records say (M-09, M-12)."""

from kiosk.money import amount, pieces_amount
from kiosk.records import Deposit, DepositOpened
from kiosk.units import Grams, MinorUnits, PriceE4


def unfair(opened: DepositOpened, said: Deposit) -> str | None:
    """What does not follow, in words; None: all does.

    A signature shows who wrote a record, not that its sums are right: these are reckoned again
    from the two gross weights, the frozen price and the pieces.
    """
    net_g = None if said.after is None else said.after.gross_g - said.before.gross_g
    if said.net_g != net_g:
        return f"a net mass of {said.net_g} g; its weighings show {net_g} g"
    if said.outcome != "PAID":
        due: int = 0
    elif net_g is None or net_g < 0:
        return f"paid for a net mass of {net_g} g"
    elif said.by_piece:
        pieces = [(one.count, MinorUnits(one.price_minor)) for one in said.pieces]
        due = pieces_amount(pieces, MinorUnits(opened.step_minor))
    else:
        due = amount(Grams(net_g), PriceE4(said.price_e4), MinorUnits(opened.step_minor))
    if said.amount_minor != due:
        return f"an amount of {said.amount_minor}; its price and mass come to {due}"
    return None
