"""Whole years: lives of 365 days, side by side, each from a seed of its own.

`python -m tests.soak years [COUNT [SEED]]`. A failure names seed and step; `years 1 SEED --until
STEP` plays it again, and with `--shrink` looks for the few scenes that are enough for it.
"""

import argparse
import logging
import os
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from tests.simulator.life import Life, live
from tests.simulator.plan import life as plan
from tests.simulator.reference import Broken
from tests.simulator.scenes import Scene

MEMORY = Path("/dev/shm")
"""What a virtual power cut leaves need not survive a real one."""
YEAR_DAYS = 365
SAME_PROMISE = 20
"""So many first letters of two findings make them the same, when a journey is shrunk."""


@dataclass(frozen=True)
class Report:
    """What became of one life."""

    seed: int
    days: int
    steps: int
    seconds: float
    """Of one core."""
    broken: str | None
    told: Counter[str]
    """Scenes played, mishaps that came to something, outcomes."""


def run(seed: int, days: int = YEAR_DAYS, until: int | None = None) -> Report:
    """Play one life, ``until`` a step if that is named."""
    return play(islice(plan(seed, days), until), seed, days)


def play(scenes: Iterable[Scene], seed: int, days: int = 0) -> Report:
    """Play a life of these scenes."""
    began = time.process_time()
    place = MEMORY if MEMORY.is_dir() else None
    logging.disable(logging.CRITICAL)  # a year of warnings about what was done on purpose
    try:
        with tempfile.TemporaryDirectory(prefix="kiosk-life-", dir=place) as directory:
            life = Life(Path(directory), seed)
            steps, broken = live(life, scenes)
    finally:
        logging.disable(logging.NOTSET)
    told = life.told + life.mishaps.told + life.reference.outcomes
    told["cut in a write"] = life.disk.cuts_inside
    told["starts"] = life.machine.boots
    words = None if broken is None else _finding(broken)
    return Report(seed, days, steps, time.process_time() - began, words, told)


def _finding(broken: Exception) -> str:
    """Say what broke; of what the reference did not expect, where."""
    if isinstance(broken, Broken):
        return str(broken)
    where = traceback.extract_tb(broken.__traceback__)[-1]
    return f"{type(broken).__name__}: {broken} ({where.filename}, line {where.lineno})"


def shrink(seed: int, days: int, until: int) -> list[Scene]:
    """Leave scenes out, halves first, as long as the same promise still breaks."""
    scenes = list(islice(plan(seed, days), until))
    broken = play(scenes, seed).broken
    if broken is None:
        return []
    size = len(scenes) // 2
    while size:
        start = 0
        while start < len(scenes):
            fewer = scenes[:start] + scenes[start + size :]
            again = play(fewer, seed).broken if fewer else None
            if again is not None and again[:SAME_PROMISE] == broken[:SAME_PROMISE]:
                scenes = fewer
            else:
                start += size
        size //= 2
    return scenes


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the words of the command line."""
    parser.add_argument("count", type=int, nargs="?", default=1, help="years (default: 1)")
    parser.add_argument("seed", type=int, nargs="?", help="of the first year; default: any")
    parser.add_argument("--days", type=int, default=YEAR_DAYS, help="of each life")
    parser.add_argument("--until", type=int, help="play so many steps only")
    parser.add_argument("--shrink", action="store_true", help="with --until: the few scenes")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)


def simulate(chosen: argparse.Namespace) -> int:
    """Simulate what was chosen; 1 when a promise was broken."""
    seed = random.SystemRandom().randrange(1 << 32) if chosen.seed is None else chosen.seed
    if chosen.shrink:
        for scene in shrink(seed, chosen.days, chosen.until):
            sys.stdout.write(f"{scene},\n")
        return 0
    seeds = range(seed, seed + chosen.count)
    sys.stdout.write(f"{chosen.count} lives of {chosen.days} days from seed {seed}\n")
    sys.stdout.flush()
    began = time.monotonic()
    reports = []
    with ProcessPoolExecutor(chosen.workers, mp_context=get_context("spawn")) as pool:
        lives = [pool.submit(run, one, chosen.days, chosen.until) for one in seeds]
        for life in as_completed(lives):
            reports.append(life.result())
            _tell_one(reports[-1])
    _tell_all(reports, time.monotonic() - began)
    return int(any(one.broken for one in reports))


def _tell_one(one: Report) -> None:
    if one.broken is None:
        speed = one.days / max(one.seconds, 0.001)
        sys.stdout.write(f"seed {one.seed}: {one.steps} steps, {speed:.2f} days/s of a core\n")
    else:
        again = f"python -m tests.soak years 1 {one.seed} --days {one.days} --until {one.steps}"
        sys.stdout.write(f"seed {one.seed}, step {one.steps}: {one.broken}\nagain: {again}\n")
    sys.stdout.flush()


def _tell_all(reports: Sequence[Report], seconds: float) -> None:
    told: Counter[str] = Counter()
    for one in reports:
        told += one.told
    for what, count in sorted(told.items()):
        sys.stdout.write(f"{count:8} {what}\n")
    whole = [one for one in reports if one.broken is None]
    days = sum(one.days for one in whole)
    core = sum(one.seconds for one in whole) or 1
    deposits = sum(told[name] for name in ("PAID", "UNPRICED", "HELD", "VOID"))
    sys.stdout.write(
        f"{days} days, {deposits} deposits, {sum(one.steps for one in reports)} steps, "
        f"{len(reports) - len(whole)} findings; "
        f"{days / max(seconds, 0.001):.2f} simulated days a second, {days / core:.2f} a core\n"
    )
