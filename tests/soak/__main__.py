"""`python -m tests.soak [visits [N [SEED]] | frames [PER_FAMILY [SEED]] | years [N [SEED]]]`."""

import argparse
import os
import random
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import msgspec

from tests.drivers.bench_frames import FRAMES
from tests.simulator import years
from tests.soak import delivery, frames, visits

PER_FAMILY = 10_000_000
TOLD_EVERY = 25
"""Finished tasks between two lines of progress."""


class Kept(msgspec.Struct):
    """A run that may be continued."""

    seed: int
    tallies: dict[str, frames.Tally]
    parts: dict[str, int]


def tasks(per_family: int, kept: Kept) -> Iterator[tuple[str, int]]:
    """Dialect and number of every part still to do; families take turns."""
    families: dict[str, list[str]] = {}
    for name, one in FRAMES.items():
        families.setdefault(one.family, []).append(name)
    wanted = {
        # One more: how many a part damages is left to chance.
        name: 1 - (-per_family // (len(names) * frames.PART))
        for names in families.values()
        for name in names
    }
    for number in range(max(wanted.values())):
        for name, parts in wanted.items():
            if kept.parts.get(name, 0) <= number < parts:
                yield name, number


def run_frames(words: argparse.Namespace) -> int:
    """All families; 1 when a promise is broken."""
    kept = Kept(words.seed, {}, {})
    if words.kept and words.kept.exists():
        kept = msgspec.json.decode(words.kept.read_bytes(), type=Kept)
    todo = list(tasks(words.count, kept))
    sys.stdout.write(f"{len(todo)} parts of {frames.PART:,} frames, seed {kept.seed}\n")
    with ProcessPoolExecutor(words.workers, mp_context=get_context("spawn")) as pool:
        running = {
            pool.submit(frames.part, name, frames.PART, kept.seed + number): name
            for name, number in todo
        }
        for done, future in enumerate(as_completed(running), start=1):
            name = running[future]
            kept.tallies.setdefault(name, frames.Tally.none()).add(future.result())
            kept.parts[name] = kept.parts.get(name, 0) + 1
            if problems := list(frames.broken(FRAMES[name], kept.tallies[name])):
                sys.stderr.write(f"{name}, seed {kept.seed}: {'; '.join(problems)}\n")
                pool.shutdown(cancel_futures=True)
                return 1
            if done % TOLD_EVERY == 0 or done == len(todo):
                _keep(words.kept, kept)
                sys.stdout.write(f"{done} of {len(todo)} parts\n")
                sys.stdout.flush()
    for name, tally in sorted(kept.tallies.items(), key=lambda one: FRAMES[one[0]].family):
        sys.stdout.write(frames.row(name, FRAMES[name], tally) + "\n")
    return 0


def _keep(path: Path | None, kept: Kept) -> None:
    if path:
        fresh = path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(kept))
        fresh.replace(path)


def main(words: Sequence[str]) -> int:
    """Run what is named; all when nothing is."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    which = parser.add_subparsers(dest="which")
    visiting = which.add_parser("visits")
    visiting.add_argument("count", type=int, nargs="?", default=visits.VISITS)
    visiting.add_argument("seed", type=int, nargs="?", default=None)
    delivering = which.add_parser("delivery")
    delivering.add_argument("count", type=int, nargs="?", default=delivery.RECORDS)
    delivering.add_argument("seed", type=int, nargs="?", default=random_seed())
    framing = which.add_parser("frames")
    framing.add_argument("count", type=int, nargs="?", default=PER_FAMILY)
    framing.add_argument("seed", type=int, nargs="?", default=random_seed())
    framing.add_argument("--kept", type=Path, help="where to keep the counts, to go on later")
    framing.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    years.configure(which.add_parser("years"))
    chosen = parser.parse_args(list(words))
    if chosen.which == "years":
        return years.simulate(chosen)
    if chosen.which == "frames":
        return run_frames(chosen)
    if chosen.which == "visits":
        numbers = [chosen.count] if chosen.seed is None else [chosen.count, chosen.seed]
        return visits.main([str(number) for number in numbers])
    if chosen.which == "delivery":
        return delivery.main(chosen.count, chosen.seed)
    return (
        visits.main([])
        or delivery.main(delivery.RECORDS, random_seed())
        or run_frames(parser.parse_args(["frames"]))
    )


def random_seed() -> int:
    """A story nobody has heard yet; it is told, so that it can be heard again."""
    return random.SystemRandom().randrange(2**32)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
