"""The proof of a demo's deposits: what the ledger holds against what the cloud holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import Struct

from kiosk.demo.errors import DemoError
from kiosk.ledger import DataLock
from kiosk.ledger.verify import Report, verify
from kiosk.money import price_text
from kiosk.records import Deposit
from kiosk.units import PriceE4, Seq


class Line(Struct, frozen=True):
    """One deposit, as both sides have to tell it."""

    seq: int
    outcome: str
    net_g: int | None
    unit_price: str
    amount_minor: int
    currency: str


class LedgerSide(Struct, frozen=True):
    """What the machine holds."""

    verified: bool
    records: int
    deposits: tuple[Line, ...]


class EndpointSide(Struct, frozen=True):
    """What the operator holds."""

    acked_through: int
    deposits: tuple[Line, ...]


class Told(Struct, frozen=True):
    """The JSON that is printed."""

    ledger: LedgerSide
    endpoint: EndpointSide


@dataclass(frozen=True, slots=True)
class Verdict:
    """Both sides, and where they differ in words; empty: they agree."""

    told: Told
    differences: tuple[str, ...]


def judge(data_dir: Path, books: Mapping[str, Any]) -> Verdict:
    """Verify the machine's ledger from its files and hold it against the operator's books.

    Only while no controller runs. Raises LedgerError, or DemoError for books that are none.
    """
    with DataLock(data_dir, shared=True):
        report = verify(data_dir / "ledger")
    ledger = LedgerSide(
        report.ok, report.records, tuple(_line(seq, deposit) for seq, deposit in report.deposits)
    )
    endpoint = _endpoint_side(books, report.ledger)
    return Verdict(Told(ledger, endpoint), tuple(_differences(report, ledger, endpoint)))


def _line(seq: Seq, deposit: Deposit) -> Line:
    return Line(
        seq=seq,
        outcome=deposit.outcome,
        net_g=deposit.net_g,
        unit_price=price_text(PriceE4(deposit.price_e4)),
        amount_minor=deposit.amount_minor,
        currency=deposit.currency,
    )


def _endpoint_side(books: Mapping[str, Any], ledger: str) -> EndpointSide:
    """The books of this machine's ledger; another one's are not its affair."""
    try:
        return EndpointSide(
            acked_through=max(
                (one["acked_through"] for one in books["kiosks"] if one["ledger"] == ledger),
                default=0,
            ),
            deposits=tuple(
                Line(**{name: one[name] for name in Line.__struct_fields__})
                for one in books["deposits"]
                if one["ledger"] == ledger
            ),
        )
    except (KeyError, TypeError) as error:
        raise DemoError(f"the endpoint's books cannot be read: {error!r}") from error


def _differences(report: Report, ledger: LedgerSide, endpoint: EndpointSide) -> list[str]:
    found = [f"the ledger does not verify: {problem}" for problem in report.problems]
    if not ledger.deposits:
        found.append("the ledger holds no deposit")
    if report.open:
        found.append(f"deposits without an outcome: records {', '.join(map(str, report.open))}")
    if endpoint.acked_through != ledger.records:
        found.append(
            f"the ledger has {ledger.records} records, "
            f"the cloud acknowledged {endpoint.acked_through}"
        )
    here = {line.seq: line for line in ledger.deposits}
    there = {line.seq: line for line in endpoint.deposits}
    if len(there) != len(endpoint.deposits):
        found.append("the cloud holds a deposit twice")
    for seq in sorted(here.keys() | there.keys()):
        if here.get(seq) != there.get(seq):
            found.append(f"deposit {seq} differs: ledger {here.get(seq)}, cloud {there.get(seq)}")
    return found
