"""A restored and a cloned disk, with the real agent and the endpoint's rules: the reference model
checks every record, sum and credit on the way (tests/simulator)."""

from pathlib import Path

import pytest

from tests.simulator.scenes import Clone, Keep, Restore, Scene, Service
from tests.simulator.test_planted import CUT, HOUR, SALE, broken

COPIES: dict[str, list[Scene]] = {
    "an older copy put back": [SALE, HOUR, Keep(), SALE, SALE, HOUR, Restore(), SALE, HOUR],
    "a clone beside it": [SALE, HOUR, Clone(), SALE, HOUR],
    "put back, and the power fails": [SALE, Keep(), SALE, HOUR, Restore(), CUT, HOUR, Service()],
}


@pytest.mark.parametrize("name", COPIES)
def test_the_ledger_is_followed_and_nothing_is_lost_or_doubled(name: str, tmp_path: Path) -> None:
    assert broken(tmp_path, COPIES[name]) == ""
    ledgers = tmp_path / "machine" / "data" / "ledger"
    assert len(list(ledgers.glob("aside-*"))) == 1
    assert len(list(ledgers.glob("ledger-*"))) == 1
