"""However the records are split between an older copy of the disk, the cloud and what is sent
again: the totals are those of a ledger that was never restored."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from kiosk.ledger.verify import verify
from sync.endpoint.database import Database
from tests.sync.splits import Split

WHERE = st.sampled_from(["paper", "metal"])
END = st.sampled_from(["PAID", "PAID", "HELD", "UNPRICED", "VOID"])
STEPS = st.one_of(
    st.tuples(st.just("pay"), WHERE, st.integers(-50, 3_000), END),
    st.tuples(st.just("pay"), WHERE, st.integers(-50, 3_000), END),
    st.tuples(st.just("open"), WHERE),
    st.tuples(st.just("collect"), WHERE),
    st.tuples(st.just("accept_mass"), WHERE, st.integers(-900, 900)),
    st.tuples(st.just("keep_copy")),
    st.tuples(st.just("restore")),
    st.tuples(st.just("restore")),
    st.tuples(st.just("follow")),
    st.tuples(st.just("contact"), st.sampled_from([1, 2, 3, -1])),
    st.tuples(st.just("contact"), st.just(-1)),
)
ALL = -1


async def life(directory: Path, url: str, steps: list[Any]) -> Split:
    database = Database(url)
    await database.open()
    try:
        split = Split(directory, database)
        await split.enrol()
        for name, *how in steps:
            if split.ledger.open_deposits and name in ("pay", "open", "collect"):
                split.keep_copy()  # a start gives what is open its outcome
            if name == "contact":
                await split.contact(answers=how[0])
            else:
                getattr(split, name)(*how)
        await split.contact(answers=ALL)
        expected = await split.expected()
        said = await split.totals()
        split.ledger.close()
    finally:
        await database.close()
    assert split.shown() == expected, "\n".join(map(str, steps))
    # The cloud goes on to say the same, whatever it is asked from.
    assert (said.totals, said.since) == (split.ledger.totals, split.ledger.since_collection)
    report = verify(split.here)
    assert report.problems == ()
    assert report.source == split.ledger.totals_source != "earlier"
    return split


SOLD = ("pay", "paper", 1_800, "PAID")


@settings(max_examples=15, phases=(Phase.explicit, Phase.generate))
@given(st.lists(STEPS, max_size=16))
@example([SOLD, ("keep_copy",), SOLD, ("contact", ALL), ("restore",), SOLD])
def test_any_split_adds_up_to_the_same(steps: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        asyncio.run(life(directory, f"sqlite+aiosqlite:///{directory}/books.db", steps))


LIVES = {
    "restored": [SOLD, ("keep_copy",), SOLD, SOLD, ("contact", ALL), ("restore",), SOLD],
    "before its first contact": [("keep_copy",), SOLD, ("contact", ALL), ("restore",)],
    "restored twice": [
        SOLD, ("keep_copy",), SOLD, ("contact", ALL), ("restore",), ("contact", ALL),
        SOLD, ("keep_copy",), SOLD, ("contact", ALL), ("restore",), SOLD,
    ],
    "collected since the copy": [
        SOLD, ("keep_copy",), SOLD, ("collect", "paper"), SOLD, ("contact", ALL), ("restore",),
    ],
    "mass accepted after the restore": [
        SOLD, ("keep_copy",), SOLD, ("contact", ALL), ("restore",), ("accept_mass", "paper", 0),
    ],
    "a deposit open in both": [
        ("open", "paper"), ("contact", ALL), ("follow",), ("contact", 1), ("follow",),
    ],
    "set aside twice before the cloud is heard": [SOLD, ("follow",), SOLD, ("follow",), SOLD],
    "an answer lost": [*[SOLD] * 6, ("contact", 2), ("follow",), ("contact", 1), ("follow",)],
}  # fmt: skip


@pytest.mark.parametrize("steps", LIVES.values(), ids=LIVES.keys())
def test_lives_worth_telling(tmp_path: Path, database: str, steps: list[Any]) -> None:
    """The same on PostgreSQL."""
    split = asyncio.run(life(tmp_path, database, steps))
    assert split.ledger.totals_source == "cloud"
