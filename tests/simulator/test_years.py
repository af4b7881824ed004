"""The default run: a month of simulated days, and the command that plays whole years."""

from collections.abc import Iterator

import pytest

from tests.powerloss.journal import COMPILER
from tests.simulator.years import Lives, again, lives

DAYS = 10


@pytest.fixture(scope="module")
def played() -> Iterator[Lives]:
    with lives() as several:
        yield several


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_found_in_a_month(played: Lives, seed: int) -> None:
    """Ten days each, three seeds: `python -m tests.soak years` plays the long ones."""
    report = played.run(seed, DAYS)
    assert report.broken is None, f"{report.broken}\n{again(report)}"
    assert report.told["PAID"] > 10 * DAYS


@pytest.mark.skipif(COMPILER is None, reason="the shim needs a C compiler")
def test_a_ledger_that_does_not_flush_is_found(played: Lives) -> None:
    """The control: with synchronous=NORMAL acknowledged records are lost, and it is noticed."""
    found = played.run(5, DAYS, how="normal").broken
    assert found is not None and found.startswith("P1")


def test_the_same_seed_is_the_same_life(played: Lives) -> None:
    """Or no finding could be played again."""
    first, second = (played.run(4, 2) for _ in range(2))
    assert (first.steps, first.broken, first.told) == (second.steps, second.broken, second.told)
