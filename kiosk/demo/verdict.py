"""The proof of a demo's deposits: what the ledger holds against what the cloud holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec import Struct

from kiosk.demo.errors import DemoError
from kiosk.ledger import DataLock
from kiosk.ledger.verify import verify
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
    endpoint = endpoint_side(books, report.ledger)
    found = differences(report.problems, report.open, ledger, endpoint)
    return Verdict(Told(ledger, endpoint), tuple(found))


def _line(seq: Seq, deposit: Deposit) -> Line:
    return Line(
        seq=seq,
        outcome=deposit.outcome,
        net_g=deposit.net_g,
        unit_price=price_text(PriceE4(deposit.price_e4)),
        amount_minor=deposit.amount_minor,
        currency=deposit.currency,
    )


def endpoint_side(books: Mapping[str, Any], ledger: str) -> EndpointSide:
    """Read the books of one ledger; another one's are not its affair. Raises DemoError."""
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


def differences(
    problems: Sequence[str], still_open: Sequence[int], ledger: LedgerSide, endpoint: EndpointSide
) -> Iterator[str]:
    """Tell in words where the two sides differ, or where the ledger is not what it should be."""
    for problem in problems:
        yield f"the ledger does not verify: {problem}"
    if still_open:
        yield f"deposits without an outcome: records {', '.join(map(str, still_open))}"
    if not ledger.deposits:
        yield "the ledger holds no deposit"
    if endpoint.acked_through != ledger.records:
        yield (
            f"the ledger has {ledger.records} records, "
            f"the cloud acknowledged {endpoint.acked_through}"
        )
    here = {line.seq: line for line in ledger.deposits}
    there = {line.seq: line for line in endpoint.deposits}
    if len(there) != len(endpoint.deposits):
        yield "the cloud holds a deposit twice"
    for seq in sorted(here.keys() | there.keys()):
        if here.get(seq) != there.get(seq):
            yield f"deposit {seq} differs: ledger {here.get(seq)}, cloud {there.get(seq)}"
