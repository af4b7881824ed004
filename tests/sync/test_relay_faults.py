"""A short story of ``tests.soak.delivery``: every blow once, on the worst network."""

from pathlib import Path

import pytest

from sync.endpoint.database import sqlite_url
from sync.endpoint.tables import credits_, records
from tests.soak.delivery import Delivery, LostError
from tests.sync.books import change

ROUND_MOST = 60


def test_nothing_is_lost_or_doubled_though_everyone_dies(tmp_path: Path) -> None:
    with Delivery(tmp_path, seed=4) as way:
        for blow in ("agent", "both", "link"):
            way.round(ROUND_MOST, blow)
        way.judge()
        assert way.killed.total() == 3
        # Chance does not stop at the seed (processes are as fast as they are): most, not all.
        assert len(way.relay.told) >= 5, way.relay.told

        # The judge can say no.
        books = sqlite_url(way.desk.directory)
        change(books, credits_.update().values(amount_minor=1))
        with pytest.raises(LostError, match="credits"):
            way.judge()
        change(books, records.delete().where(records.c.seq == 2))
        with pytest.raises(LostError, match=r"records: .* 1 lost"):
            way.judge()
