"""Cuts the power at every change of a recorded life, again and again, each time another way."""

import random
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.powerloss.disk import Disk
from tests.powerloss.journal import Change, Synced
from tests.powerloss.judge import judge, promises_in


@dataclass
class Verdict:
    """What became of all cuts."""

    changes: int
    flushes: int
    cuts: int = 0
    promises: int = 0
    """How many promises were held against what the cuts left."""
    failures: list[str] = field(default_factory=list)
    """One line for a cut after which something did not hold: seed, place and what."""
    kinds: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.kinds.items()))
        return (
            f"{self.cuts} cuts at {self.changes} changes with {self.flushes} flushes, "
            f"{self.promises} promises checked: {len(self.failures)} cuts broke one"
            f"{f' ({kinds})' if kinds else ''}"
        )


def cut_everywhere(
    changes: Sequence[Change], root: Path, scratch: Path, cuts: int, seed: int
) -> Verdict:
    """Cut ``cuts`` times, spread evenly over all changes; what was recorded below ``root``."""
    flushes = sum(isinstance(change, Synced) for change in changes)
    verdict = Verdict(len(changes), flushes)
    disk = Disk(root)
    place = scratch / "after-the-cut"
    for number, change in enumerate(changes):
        disk.take(change)
        due = (number + 1) * cuts // len(changes)
        while verdict.cuts < due:
            verdict.cuts += 1
            if number < 2:
                continue  # before the first promise can be written
            promises = promises_in(disk.shown(root / "promises"))
            place.mkdir()
            disk.cut(random.Random(f"{seed} {verdict.cuts}"), place)
            broken = judge(place, promises)
            shutil.rmtree(place)
            verdict.promises += len(promises)
            if broken:
                verdict.kinds.update({line.partition(":")[0] for line in broken})
                verdict.failures.append(
                    f"seed {seed}, cut {verdict.cuts}, after change {number} "
                    f"({type(change).__name__}): {'; '.join(broken[:3])}"
                )
    return verdict
