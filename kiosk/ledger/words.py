"""What a record says, in a line for people, without who it was about."""

from kiosk import records
from kiosk.money import money_text, price_text, weight_text
from kiosk.records import Deposit, DepositOpened
from kiosk.units import Grams, MinorUnits, PriceE4


def told(body: records.Body) -> str:
    """Say what a record's body holds."""
    match body:
        case DepositOpened():
            return f"{body.receipt}  {body.compartment} {body.material}, {_opened(body)}"
        case Deposit():
            return _outcome(body)
        case records.Correction():
            return _correction(body)
        case records.Collection():
            return _collection(body)
        case records.Enrolled():
            return f"{body.operator_kiosk} at {body.site}, {body.url}"
        case records.FaultRaised():
            where = f" {body.compartment}" if body.compartment else ""
            return f"{body.fault}{where}: {body.detail}"
        case records.FaultCleared():
            return f"{body.fault} {body.compartment or ''}"
        case records.DocumentAdopted():
            return f"{body.name} version {body.version}"
        case records.LedgerOpened():
            return f"{body.why}{f', after {body.previous}' if body.previous else ''}"
        case records.Resent():
            return f"record {body.seq} of ledger {body.ledger}"
        case records.SegmentOpened():
            return f"after {body.previous_segment}"
        case records.TotalsTaken():
            deposits = sum(one.deposits for one in body.totals)
            return f"{deposits} deposits, as the cloud reckons"
        case records.SoftwareStarted():
            return f"version {body.version}, {body.recovered} deposits found open"
        case records.Anchor():
            return f"monotonic {body.mono_ms} ms is {body.utc}"
        case _:
            # Kinds with fields that speak for themselves.
            return " ".join(f"{name}={getattr(body, name)}" for name in body.__struct_fields__)


def _opened(body: DepositOpened) -> str:
    price = "by the piece" if body.by_piece else f"{_price(body.price_e4)} {body.currency}/kg"
    return f"{price}, before {weight_text(Grams(body.before.gross_g))} kg"


def _outcome(body: Deposit) -> str:
    reason = f" ({body.reason})" if body.reason else ""
    if body.after is None or body.net_g is None:
        weights = f"before {weight_text(Grams(body.before.gross_g))} kg, no after"
    else:
        before, after = (weight_text(Grams(one.gross_g)) for one in (body.before, body.after))
        weights = f"{after} - {before} = {weight_text(Grams(body.net_g))} kg"
    money = f"{money_text(MinorUnits(body.amount_minor))} {body.currency}"
    return (
        f"{body.receipt}  {body.outcome}{reason}  {body.compartment} {body.material}, "
        f"{weights}{_paid_for(body)} = {money}"
    )


def _correction(body: records.Correction) -> str:
    money = f"{money_text(MinorUnits(body.amount_minor))} {body.currency}"
    decided = money if body.amount_minor else "rejected"
    return f"{body.receipt or f'{body.of_ledger}/{body.of_seq}'}  {decided}, by {body.who}"


def _paid_for(body: Deposit) -> str:
    """What the mass or the pieces are multiplied with."""
    if not body.by_piece:
        return f" x {_price(body.price_e4)}"
    pieces = " + ".join(
        f"{one.count} x {money_text(MinorUnits(one.price_minor))}" for one in body.pieces
    )
    return f", {pieces or 'no pieces'}"


def _collection(body: records.Collection) -> str:
    bag = f"{body.deposits} deposits, {weight_text(Grams(body.sum_g))} kg"
    if body.removed_g is None or body.difference_g is None:
        weighed = "not weighed"
    else:
        weighed = (
            f"{weight_text(Grams(body.removed_g))} kg by the machine's own scale, "
            f"{weight_text(Grams(body.difference_g))} kg off, "
            f"{weight_text(Grams(body.tolerance_g))} kg allowed"
        )
    return f"{body.compartment} bag {body.bag_out} out, {body.bag_in} in: {bag}, {weighed}"


def _price(price_e4: int) -> str:
    return price_text(PriceE4(price_e4))
