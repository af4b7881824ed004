"""What a machine's records add up to, by the words of the records alone (P7, M-34).

The machine keeps the same sums by its own rules, and refuses a record that breaks them
(``kiosk.ledger.books``). Here nothing is refused: the books hold what was stored, and a record
counts for what it says. The last gross of each compartment is followed, because mass that moved
between deposits is told from it, and a machine on an older copy of its disk remembers another one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from kiosk.records import (
    Bag,
    Calibration,
    Collection,
    Deposit,
    DepositOpened,
    LedgerOpened,
    MassChange,
    SegmentOpened,
    Totals,
    TotalsTaken,
)

MOVED = "mass_change"
"""Stands for the material of mass that moved between deposits; no money goes with it."""

_Key = tuple[str, str, str]


@dataclass
class Sums:
    """Over a machine's whole life, and since each compartment's last collection."""

    totals: dict[_Key, Totals] = field(default_factory=dict)
    since: dict[_Key, Totals] = field(default_factory=dict)
    gross: dict[str, int] = field(default_factory=dict)
    bags: dict[str, Bag] = field(default_factory=dict)
    """What hangs in each compartment, since its first collection."""

    def begin(self, said: LedgerOpened | SegmentOpened | TotalsTaken) -> None:
        """Go on from sums that a record says."""
        self.totals = _by_key(said.totals)
        self.since = _by_key(said.totals if said.since is None else said.since)
        self.bags = dict(said.bags)
        if not isinstance(said, LedgerOpened):
            self.gross = dict(said.gross or {})

    def take(self, body: Any) -> None:
        """Take what the next record says; most kinds say nothing about sums."""
        match body:
            case DepositOpened():
                self.gross[body.compartment] = body.before.gross_g
            case Deposit():
                self._deposit(body)
            case Collection():
                where = body.compartment
                self.since = {key: one for key, one in self.since.items() if key[0] != where}
                self.bags[where] = Bag(body.bag_in, body.tare_in_g)
                if body.gross_g is None:
                    self.gross.pop(where, None)
                else:
                    self.gross[where] = body.gross_g
            case MassChange():
                self._move(body)
            case Calibration():
                self.gross[body.compartment] = body.gross.gross_g
            case _:
                pass

    def _deposit(self, deposit: Deposit) -> None:
        """VOID is no deposit. The mass of all others went into the bag; only PAID pays."""
        if deposit.after is not None:
            self.gross[deposit.compartment] = deposit.after.gross_g
        if deposit.outcome == "VOID":
            return
        paid = deposit.amount_minor if deposit.outcome == "PAID" else 0
        key = (deposit.compartment, deposit.material, deposit.currency)
        for sums in (self.totals, self.since):
            _add(sums, Totals(*key, 1, deposit.net_g or 0, paid))

    def _move(self, change: MassChange) -> None:
        where, new_g = change.compartment, change.gross.gross_g
        old_g = self.gross.get(where, change.old_g)
        self.gross[where] = new_g
        if old_g is not None:
            _add(self.since, Totals(where, MOVED, "", 0, new_g - old_g, 0))


def in_order(sums: Iterable[Totals]) -> tuple[Totals, ...]:
    """Sums as they are written: always in the same order."""
    return tuple(sorted(sums, key=lambda one: (one.compartment, one.material, one.currency)))


def _add(sums: dict[_Key, Totals], one: Totals) -> None:
    key = (one.compartment, one.material, one.currency)
    before = sums.get(key, Totals(*key, 0, 0, 0))
    sums[key] = Totals(
        *key,
        before.deposits + one.deposits,
        before.net_g + one.net_g,
        before.amount_minor + one.amount_minor,
    )


def _by_key(several: Iterable[Totals]) -> dict[_Key, Totals]:
    return {(one.compartment, one.material, one.currency): one for one in several}
