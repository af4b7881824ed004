"""`python -m tests.simulator.alone PLACE SEED DAYS UNTIL HOW`: one life, alone in its process.

Under the shim of tests/powerloss, which watches one folder of one process. The report is a line of
JSON on standard output. UNTIL 0: to the end. HOW is empty, or ``shrink`` to shrink the journey, or
``normal`` to plant the defect the shim exists for: a ledger with ``synchronous=NORMAL``.
"""

import logging
import shutil
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import msgspec
from msgspec import Struct

from kiosk.ledger import segment
from tests.simulator.life import Life, live
from tests.simulator.plan import life as plan
from tests.simulator.reference import Broken
from tests.simulator.scenes import Scene

SAME_PROMISE = 20
"""So many first letters of two findings make them the same, when a journey is shrunk."""


class Report(Struct):
    """What became of one life."""

    seed: int
    days: int
    steps: int
    seconds: float
    """Of one core."""
    broken: str | None
    outcomes: dict[str, int]
    faults: dict[str, int]
    """Injected ones that came to something."""
    scenes: dict[str, int]
    """Scenes played, and what else is worth counting."""


def play(scenes: Iterable[Scene], seed: int, place: Path, days: int = 0) -> Report:
    """Play a life of these scenes in ``place``, an empty folder or none yet."""
    began = time.process_time()
    place.mkdir(exist_ok=True)
    logging.disable(logging.CRITICAL)  # a year of warnings about what was done on purpose
    try:
        life = Life(place, seed)
        steps, broken = live(life, scenes)
    finally:
        logging.disable(logging.NOTSET)
        shutil.rmtree(place)
    words = None if broken is None else _finding(broken)
    seconds = time.process_time() - began
    faults = life.mishaps.told + Counter({"cut in a write": life.disk.cuts_inside})
    played = life.told + life.reference.office.told + Counter({"starts": life.machine.boots})
    return Report(seed, days, steps, seconds, words, life.reference.outcomes, faults, played)


def shrink(seed: int, days: int, until: int, place: Path) -> list[Scene]:
    """Leave scenes out, halves first, as long as the same promise still breaks."""
    scenes = list(islice(plan(seed, days), until))
    broken = play(scenes, seed, place).broken
    if broken is None:
        return []
    size = len(scenes) // 2
    while size:
        start = 0
        while start < len(scenes):
            fewer = scenes[:start] + scenes[start + size :]
            again = play(fewer, seed, place).broken if fewer else None
            if again is not None and again[:SAME_PROMISE] == broken[:SAME_PROMISE]:
                scenes = fewer
            else:
                start += size
        size //= 2
    return scenes


def _finding(broken: Exception) -> str:
    """Say what broke; of what the reference did not expect, where."""
    if isinstance(broken, Broken):
        return str(broken)
    ways = traceback.extract_tb(broken.__traceback__)
    where = " < ".join(f"{Path(way.filename).name}:{way.lineno}" for way in reversed(ways))
    return f"{type(broken).__name__}: {broken} ({where})"


def _flush_seldom() -> None:
    """The planted defect: SQLite's commits are not flushed, and the read-back is fooled."""
    pragmas = tuple(
        segment.Pragma(one.name, "NORMAL", 1) if one.name == "synchronous" else one
        for one in segment.WRITER
    )
    setattr(segment, "WRITER", pragmas)  # noqa: B010 - a constant, to mypy


def main(words: Sequence[str]) -> int:
    """Play, and say what became of it."""
    place, (seed, days, until), how = Path(words[0]), map(int, words[1:4]), words[4]
    if how == "shrink":
        for scene in shrink(seed, days, until, place):
            sys.stdout.write(f"{scene},\n")
        return 0
    if how == "normal":
        _flush_seldom()
    report = play(islice(plan(seed, days), until or None), seed, place, days)
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
