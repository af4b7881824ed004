"""The default run: a month of simulated days, and the command that plays whole years."""

import pytest

from tests.simulator import years

DAYS = 4


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_found_in_a_month(seed: int) -> None:
    """Ten days each, three seeds: `python -m tests.soak years` plays the long ones."""
    report = years.run(seed, DAYS)
    again = f"python -m tests.soak years 1 {seed} --days {DAYS} --until {report.steps}"
    assert report.broken is None, f"seed {seed}, step {report.steps}: {report.broken}\n{again}"
    assert report.told["PAID"] > 10 * DAYS
