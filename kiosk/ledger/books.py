"""What the records add up to: open deposits, lifetime totals, last weights.

One set of rules, used by the controller before it writes and by the verifier after.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kiosk.ledger.errors import LedgerMisuseError
from kiosk.records import Deposit, DepositOpened, Record, SegmentOpened, Totals
from kiosk.units import Seq

TotalsKey = tuple[str, str, str]
"""Compartment, material, currency."""


@dataclass
class Books:
    """Sums over a ledger's records so far; :meth:`enter` takes the next one."""

    open: dict[Seq, Record] = field(default_factory=dict)
    totals: dict[TotalsKey, Totals] = field(default_factory=dict)
    last_gross: dict[str, int] = field(default_factory=dict)

    @classmethod
    def begin(cls, totals: Iterable[Totals], last_gross: Mapping[str, int]) -> "Books":
        """Begin with what earlier segments add up to; no deposit is open between segments."""
        by_key = {(one.compartment, one.material, one.currency): one for one in totals}
        return cls({}, by_key, dict(last_gross))

    def copy(self) -> "Books":
        """A second set, to try records on."""
        return Books(dict(self.open), dict(self.totals), dict(self.last_gross))

    def enter(self, record: Record) -> None:
        """Take the next record. Raises LedgerMisuseError when it breaks a promise (P1): each
        opened deposit has exactly one outcome, of the same receipt and identity."""
        body = record.body
        if isinstance(body, DepositOpened):
            self.open[Seq(record.seq)] = record
            self.last_gross[body.compartment] = body.before.gross_g
        elif isinstance(body, Deposit):
            self._close(record, body)
            if body.after is not None:
                self.last_gross[body.compartment] = body.after.gross_g
            self._add(body)
        elif isinstance(body, SegmentOpened):
            if self.open:
                raise LedgerMisuseError(f"record {record.seq}: a segment began in a deposit")
            if sorted_totals(self.totals.values()) != sorted_totals(body.totals):
                raise LedgerMisuseError(
                    f"record {record.seq}: the totals carried over are not the sums of the deposits"
                )

    def _close(self, record: Record, deposit: Deposit) -> None:
        opened = self.open.pop(Seq(deposit.opened_seq), None)
        if opened is None or not isinstance(opened.body, DepositOpened):
            raise LedgerMisuseError(
                f"record {record.seq}: an outcome for record {deposit.opened_seq}, "
                "which is no open deposit"
            )
        if _identity(opened.body) != _identity(deposit):
            raise LedgerMisuseError(
                f"record {record.seq}: not the deposit that record {deposit.opened_seq} opened"
            )

    def _add(self, deposit: Deposit) -> None:
        """VOID is no deposit. The mass of all others went into the bag (M-34); only PAID pays."""
        if deposit.outcome == "VOID":
            return
        key = (deposit.compartment, deposit.material, deposit.currency)
        before = self.totals.get(key, Totals(*key, 0, 0, 0))
        self.totals[key] = Totals(
            *key,
            deposits=before.deposits + 1,
            net_g=before.net_g + (deposit.net_g or 0),
            amount_minor=before.amount_minor
            + (deposit.amount_minor if deposit.outcome == "PAID" else 0),
        )


def sorted_totals(totals: Iterable[Totals]) -> tuple[Totals, ...]:
    """Totals in one order, so that they can be compared and written the same every time."""
    return tuple(sorted(totals, key=lambda one: (one.compartment, one.material, one.currency)))


_SHARED = tuple(
    name for name in Deposit.__struct_fields__ if name in DepositOpened.__struct_fields__
)
"""Receipt, person, compartment, material, price, "before": all that both records of a deposit
say."""


def _identity(body: DepositOpened | Deposit) -> tuple[object, ...]:
    """What must not differ between a deposit's two records (P3: the price above all)."""
    return tuple(getattr(body, name) for name in _SHARED)
