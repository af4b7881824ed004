"""The default run: a month of simulated days, and the command that plays whole years."""

import argparse
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.powerloss.journal import COMPILER
from tests.simulator import alone
from tests.simulator.alone import Report
from tests.simulator.plan import life as plan
from tests.simulator.scenes import Scene
from tests.simulator.years import Lives, again, configure, lives, simulate

pytestmark = pytest.mark.timeout(900)
"""Twenty seconds of two cores; a busy computer may take its time."""
DAYS = 10
SEEDS = (1, 2, 3)


@pytest.fixture(scope="module")
def played() -> Iterator[Lives]:
    with lives() as several:
        yield several


@pytest.fixture(scope="module")
def month(played: Lives) -> dict[int, Report]:
    """Three lives of ten days, side by side: `python -m tests.soak years` plays the long ones."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        reports = pool.map(played.run, SEEDS, [DAYS] * len(SEEDS))
        return {one.seed: one for one in reports}


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_found_in_a_month(month: dict[int, Report], seed: int) -> None:
    report = month[seed]
    assert report.broken is None, f"{report.broken}\n{again(report)}"
    assert report.days == DAYS and report.outcomes["PAID"] > 10 * DAYS


@pytest.mark.skipif(COMPILER is None, reason="the shim needs a C compiler")
def test_a_ledger_that_does_not_flush_is_found(played: Lives) -> None:
    """The control: with synchronous=NORMAL acknowledged records are lost, and it is noticed."""
    found = played.run(5, DAYS, how="normal").broken
    assert found is not None and found.startswith("P1")


def test_the_same_seed_is_the_same_life(played: Lives) -> None:
    """Or no finding could be played again."""
    first, second = (played.run(4, 1) for _ in range(2))
    first.seconds = second.seconds
    assert first == second


def test_a_journey_is_shrunk_to_what_breaks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = list(plan(1, 1))
    guilty = [whole[3], whole[11]]

    def play(scenes: Sequence[Scene], seed: int, place: Path) -> Report:
        broken = all(any(one is scene for scene in scenes) for one in guilty)
        return Report(seed, 1, 1, 1.0, "P1: lost" if broken else None, {}, {}, {})

    monkeypatch.setattr(alone, "play", play)
    monkeypatch.setattr(alone, "plan", lambda seed, days: whole)
    assert alone.shrink(1, 1, 30, tmp_path) == guilty


def simulated(*words: str) -> int:
    parser = argparse.ArgumentParser()
    configure(parser)
    return simulate(parser.parse_args(words))


def test_the_command_says_what_was_played(capsys: pytest.CaptureFixture[str]) -> None:
    assert simulated("1", "9", "--days", "1", "--until", "4") == 0
    told = capsys.readouterr().out
    assert told.startswith("1 lives of 1 days from seed 9\n")
    assert " 0 findings; " in told


def test_the_command_says_how_to_play_a_finding_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(_: Lives, seed: int, days: int, until: int) -> Report:
        return Report(seed, days, 17, 1.0, "P1: lost", {"PAID": 3}, {"cut": 1}, {})

    monkeypatch.setattr(Lives, "run", run)
    assert simulated("1", "9") == 1
    told = capsys.readouterr().out
    assert "seed 9, step 17: P1: lost\n" in told
    assert "python -m tests.soak years 1 9 --days 365 --until 17\n" in told
