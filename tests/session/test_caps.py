"""What a person brought today: counted under an id that is worth nothing tomorrow."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from kiosk.caps import NOTHING, Spent, Tallies, most, reached
from kiosk.clock import WallTime
from kiosk.documents import Caps
from kiosk.records import Deposit
from kiosk.units import Millis
from kiosk.views import OutcomeName

HOUR_MS = 3600 * 1000
CAPS = Caps(deposits=3)
MIDNIGHT_MS = 20_000 * 24 * HOUR_MS - 8 * HOUR_MS
"""Where China's day 20,000 since 1970 begins."""


class Clock:
    def __init__(self, utc_ms: int | None = MIDNIGHT_MS) -> None:
        self.utc_ms = utc_ms
        self.now_ms = 0

    def monotonic_ms(self) -> Millis:
        return Millis(self.now_ms)

    def wall(self) -> WallTime:
        return WallTime(self.utc_ms, "U" if self.utc_ms is None else "S")


def deposit(outcome: OutcomeName = "PAID", net_g: int | None = 500, minor: int = 40) -> Deposit:
    return Mock(spec=Deposit, outcome=outcome, net_g=net_g, amount_minor=minor)


def tallies(path: Path, clock: Clock, caps: Caps | None = CAPS) -> Tallies:
    return Tallies(path / "caps.json", clock, lambda: caps)


def test_every_outcome_counts_but_void(tmp_path: Path) -> None:
    kept = tallies(tmp_path, Clock())
    who = kept.person("token", "anna")
    for one in (
        deposit("PAID", 500, 40),
        deposit("UNPRICED", 90, 0),
        deposit("HELD", None, 0),
        deposit("VOID", 3, 0),
    ):
        kept.note(who, one)
    assert kept.today() == {who: Spent(3, 590, 40)}


def test_they_outlive_the_process_and_not_the_day(tmp_path: Path) -> None:
    clock = Clock()
    first = tallies(tmp_path, clock)
    who = first.person("phone", "13800138000")
    first.note(who, deposit())
    clock.utc_ms = MIDNIGHT_MS + 24 * HOUR_MS - 1
    again = tallies(tmp_path, clock)
    assert again.person("phone", "13800138000") == who
    assert again.today() == {who: Spent(1, 500, 40)}
    clock.utc_ms += 1
    assert again.today() == {}
    assert again.person("phone", "13800138000") != who
    assert who not in (tmp_path / "caps.json").read_text()


def test_a_machine_without_a_clock_counts_days_from_its_start(tmp_path: Path) -> None:
    clock = Clock(None)
    kept = tallies(tmp_path, clock)
    kept.note(kept.person("token", "anna"), deposit())
    clock.now_ms = 24 * HOUR_MS - 1
    assert len(kept.today()) == 1
    clock.now_ms += 1
    assert kept.today() == {}


def test_nothing_is_counted_without_caps_and_a_full_disk_stops_nobody(tmp_path: Path) -> None:
    plain = tallies(tmp_path, Clock(), None)
    plain.note(plain.person("token", "anna"), deposit())
    assert plain.today() == {} and not (tmp_path / "caps.json").exists()
    kept = tallies(tmp_path / "no such folder", Clock())
    kept.note(kept.person("token", "anna"), deposit())
    assert list(kept.today().values()) == [Spent(1, 500, 40)]


@pytest.mark.parametrize("damage", [b"", b"{}", b"no json", b"\xff"])
def test_a_damaged_file_begins_anew(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "caps.json").write_bytes(damage)
    assert tallies(tmp_path, Clock()).today() == {}


def test_a_token_and_a_number_of_the_same_digits_are_two_people(tmp_path: Path) -> None:
    kept = tallies(tmp_path, Clock())
    assert kept.person("token", "138") != kept.person("phone", "138")


def test_a_cap_is_reached_when_nothing_is_left_of_it() -> None:
    caps = Caps(deposits=2, grams=1000, minor=300)
    assert reached(caps, NOTHING) is None
    assert reached(caps, Spent(1, 999, 299)) is None
    assert reached(caps, Spent(2, 0, 0)) == "deposits"
    assert reached(caps, Spent(1, 1000, 0)) == "grams"
    assert reached(caps, Spent(1, 0, 300)) == "money"
    assert reached(Caps(), Spent(99, 10**6, 10**6)) is None
    assert [most(caps, one) for one in ("deposits", "grams", "money")] == [2, 1000, 300]
