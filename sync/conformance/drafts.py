"""Bodies of records: deposits of every outcome, and one of each kind there is."""

from typing import Any

import msgspec
from msgspec import inspect

from kiosk.records import Body, Deposit, SoftwareStarted, Weighing
from kiosk.views import OutcomeName

SUBJECT = "conformance-kit"
"""Who the kit's deposits are credited to: a pseudonym that belongs to nobody."""

CURRENCY = "CNY"
AMOUNT_MINOR = 144
"""1.80 kg at 0.80."""


def noise() -> SoftwareStarted:
    """A record about nothing that costs anybody anything."""
    return SoftwareStarted("conformance", 0)


def deposit(
    seq: int,
    outcome: OutcomeName = "PAID",
    *,
    opened_seq: int | None = None,
    subject: str | None = SUBJECT,
    amount_minor: int = AMOUNT_MINOR,
) -> Deposit:
    """1.80 kg of cardboard as record ``seq``; ``opened_seq`` None: one of its own."""
    return Deposit(
        receipt=f"CK{seq:06d}",
        opened_seq=1_000_000 + seq if opened_seq is None else opened_seq,
        subject=subject,
        id_level="donation" if subject is None else "token",
        token=None if subject is None else f"conformance-{seq}",
        compartment="paper-1",
        material="cardboard",
        bag="bag-1",
        price_e4=8000,
        currency=CURRENCY,
        tariff_version=1,
        before=_weighing(10_000),
        after=_weighing(11_800),
        net_g=None if outcome == "HELD" else 1800,
        amount_minor=amount_minor,
        outcome=outcome,
        reason=None if outcome == "PAID" else "unstable",
        door="closed",
    )


def every_kind() -> tuple[Body, ...]:
    """One of each kind, made from the structs themselves: a new kind is never forgotten."""
    union = inspect.type_info(Body)
    assert isinstance(union, inspect.UnionType)
    return tuple(msgspec.convert(_plain(kind), type=Body) for kind in union.types)


def _weighing(gross_g: int) -> Weighing:
    return Weighing(gross_g, 1000, 1, False, (b"ST,GS,+00011.80kg",) * 5)


def _plain(kind: inspect.Type) -> Any:
    """The simplest value of a type, as JSON would carry it."""
    match kind:
        case inspect.StructType(fields=fields, tag=tag, tag_field=tag_field):
            named = {one.encode_name: _plain(one.type) for one in fields}
            return named | ({tag_field: tag} if tag_field else {})
        case inspect.UnionType(types=types):
            return None if kind.includes_none else _plain(types[0])
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.VarTupleType():
            return []
        case inspect.DictType():
            return {}
        case inspect.BoolType():
            return False
        case inspect.IntType(ge=least):
            return least or 0
        case inspect.BytesType() | inspect.StrType():
            return ""
    raise TypeError(f"no simplest value of {kind}")
