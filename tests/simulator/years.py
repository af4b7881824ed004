"""Whole years: lives of 365 days, side by side, each from a seed and in a process of its own.

`python -m tests.soak years [COUNT [SEED]]`. A failure names seed and step; `years 1 SEED --until
STEP` plays it again, and with `--shrink` looks for the few scenes that are enough for it.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path

import msgspec

from tests.powerloss.journal import COMPILER, compile_shim
from tests.simulator.alone import Report

MEMORY = Path("/dev/shm")
"""What a virtual power cut leaves need not survive a real one."""
YEAR_DAYS = 365


class Lives:
    """Plays lives in processes of their own, in one scratch folder."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._shim = compile_shim(place) if COMPILER else None
        self._number = 0

    def run(self, seed: int, days: int = YEAR_DAYS, until: int = 0, how: str = "") -> Report:
        """Play one life, ``until`` a step if that is named; ``how``: see alone."""
        return msgspec.json.decode(self.say(seed, days, until, how), type=Report)

    def say(self, seed: int, days: int, until: int, how: str) -> bytes:
        """Return what the process says. Raises CalledProcessError when it ends badly."""
        self._number += 1
        place = self._place / f"life-{seed}-{self._number}"
        environment = dict(os.environ)
        if self._shim is not None:
            environment |= {
                "LD_PRELOAD": str(self._shim),
                "POWERLOSS_ROOT": str(place / "machine" / "data"),
                "POWERLOSS_JOURNAL": str(self._place / f"{place.name}.journal"),
            }
        numbers = (str(one) for one in (seed, days, until))
        command = (sys.executable, "-m", "tests.simulator.alone", str(place), *numbers, how)
        done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE)
        return done.stdout


@contextmanager
def lives() -> Iterator[Lives]:
    """A scratch folder for lives, in memory if there is such a place."""
    place = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="kiosk-lives-", dir=place) as directory:
        yield Lives(Path(directory))


def again(one: Report) -> str:
    """The command that plays a life again."""
    return f"python -m tests.soak years 1 {one.seed} --days {one.days} --until {one.steps}"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command line."""
    parser.add_argument("count", type=int, nargs="?", default=1, help="years (default: 1)")
    parser.add_argument("seed", type=int, nargs="?", help="of the first year; default: any")
    parser.add_argument("--days", type=int, default=YEAR_DAYS, help="of each life")
    parser.add_argument("--until", type=int, default=0, help="play so many steps only")
    parser.add_argument("--shrink", action="store_true", help="with --until: the few scenes")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)


def simulate(chosen: argparse.Namespace) -> int:
    """Simulate what was chosen; 1 when a promise was broken."""
    seed = random.SystemRandom().randrange(1 << 32) if chosen.seed is None else chosen.seed
    with lives() as played:
        if chosen.shrink:
            sys.stdout.write(played.say(seed, chosen.days, chosen.until, "shrink").decode())
            return 0
        sys.stdout.write(f"{chosen.count} lives of {chosen.days} days from seed {seed}\n")
        if COMPILER is None:
            sys.stdout.write("no C compiler: power cuts lose no unflushed writes\n")
        sys.stdout.flush()
        began = time.monotonic()
        reports = []
        with ThreadPoolExecutor(chosen.workers) as pool:
            seeds = range(seed, seed + chosen.count)
            running = [pool.submit(played.run, one, chosen.days, chosen.until) for one in seeds]
            for life in as_completed(running):
                reports.append(life.result())
                _tell_one(reports[-1])
        _tell_all(reports, time.monotonic() - began)
    return int(any(one.broken for one in reports))


def _tell_one(one: Report) -> None:
    if one.broken is None:
        speed = one.days / max(one.seconds, 0.001)
        sys.stdout.write(f"seed {one.seed}: {one.steps} steps, {speed:.2f} days/s of a core\n")
    else:
        sys.stdout.write(f"seed {one.seed}, step {one.steps}: {one.broken}\n{again(one)}\n")
    sys.stdout.flush()


def _tell_all(reports: Sequence[Report], seconds: float) -> None:
    outcomes = _summed(one.outcomes for one in reports)
    faults = _summed(one.faults for one in reports)
    _tell_some("outcomes", outcomes)
    _tell_some("faults injected", faults)
    _tell_some("scenes", _summed(one.scenes for one in reports))
    whole = [one for one in reports if one.broken is None]
    days = sum(one.days for one in whole)
    core = sum(one.seconds for one in whole) or 1
    sys.stdout.write(
        f"{days} days, {outcomes.total()} deposits, {sum(one.steps for one in reports)} steps, "
        f"{faults.total()} faults, {len(reports) - len(whole)} findings; "
        f"{days / max(seconds, 0.001):.2f} simulated days a second, {days / core:.2f} a core\n"
    )


def _summed(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return total


def _tell_some(what: str, counts: Counter[str]) -> None:
    several = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    sys.stdout.write(f"{what}: {several}\n")
