"""What the tests of the fleet start from."""

from pathlib import Path

import pytest

from sync.endpoint import operator
from sync.fleet.deposits import PRICES
from tests.sync.places import CLOCK


@pytest.fixture
def desk(tmp_path: Path) -> operator.Operator:
    """An operator who changed nothing of what is usual."""
    return operator.create(tmp_path / "desk", "http://127.0.0.1:1", PRICES, CLOCK)
