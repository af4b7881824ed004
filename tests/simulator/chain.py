"""One ledger as anybody could follow it, and what its records add up to."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

Sums = dict[str, tuple[int, int, int]]
"""Deposits, grams and money of each compartment."""


@dataclass
class Chain:
    """Used by the reference model; imports nothing of the product."""

    seq: int = 0
    head: str = "0" * 64
    deposits: Counter[str] = field(default_factory=Counter)
    net_g: Counter[str] = field(default_factory=Counter)
    money: Counter[str] = field(default_factory=Counter)
    gross: dict[str, int] = field(default_factory=dict)
    """What each bin weighed, as the last record says that weighed it."""
    followed: bool = False
    """It followed another ledger, and has not taken the cloud's totals yet."""

    def add(self, body: dict[str, Any], money: int) -> None:
        """One deposit."""
        where = body["compartment"]
        self.deposits[where] += 1
        self.net_g[where] += body["net_g"] or 0
        self.money[where] += money

    def weighed(self, body: dict[str, Any]) -> None:
        """A record that says what a bin weighs, whatever else it is about."""
        kind = body["kind"]
        if kind == "deposit_opened":
            self.gross[body["compartment"]] = body["before"]["gross_g"]
        elif kind == "deposit" and body["after"] is not None:
            self.gross[body["compartment"]] = body["after"]["gross_g"]
        elif kind in ("mass_change", "calibration"):
            self.gross[body["compartment"]] = body["gross"]["gross_g"]
        elif kind == "collection":
            self.gross.pop(body["compartment"], None)
            if body["gross_g"] is not None:
                self.gross[body["compartment"]] = body["gross_g"]
        elif kind == "totals_taken":
            self.gross |= body["gross"]

    def begin(self, totals: list[dict[str, Any]]) -> None:
        """Go on from sums that a record says."""
        for sums, name in (
            (self.deposits, "deposits"), (self.net_g, "net_g"), (self.money, "amount_minor")
        ):  # fmt: skip
            sums.clear()
            for one in totals:
                sums[one["compartment"]] += one[name]

    def sums(self) -> Sums:
        """Deposits, grams and money of each compartment."""
        return {where: (count, self.net_g[where], self.money[where])
                for where, count in self.deposits.items() if count}  # fmt: skip
