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
    followed: bool = False
    """It followed another ledger, and has not taken the cloud's totals yet."""

    def add(self, body: dict[str, Any], money: int) -> None:
        """One deposit."""
        where = body["compartment"]
        self.deposits[where] += 1
        self.net_g[where] += body["net_g"] or 0
        self.money[where] += money

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
