"""The machine that journeys are walked on."""

from pathlib import Path

import pytest

from tests.journeys.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An enrolled machine with prices, whose start is over; a journey that begins elsewhere has a
    ``desk`` of its own."""
    return Desk(tmp_path)
