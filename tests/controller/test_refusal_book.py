"""How long a refusal has lasted: no clock that jumps and no full disk changes it."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kiosk.clock import WallTime
from kiosk.refusal_book import SAVE_EVERY_MS, RefusalBook
from kiosk.units import Millis

SAID = "403 No"
START_UTC_MS = 1_795_500_000_000
UNKNOWN = WallTime(None, "U")


def test_nothing_refused_lasts_nothing(tmp_path: Path) -> None:
    book = RefusalBook(tmp_path / "refusal.json")
    assert (book.why, book.lasted_ms(Millis(5), UNKNOWN)) == (None, 0)


def test_running_time_is_saved_hourly_and_goes_on_after_a_start(tmp_path: Path) -> None:
    path = tmp_path / "refusal.json"
    book = RefusalBook(path)
    book.begin(SAID, Millis(1_000))
    kept = path.read_bytes()
    assert book.lasted_ms(Millis(1_000 + SAVE_EVERY_MS - 1), UNKNOWN) == SAVE_EVERY_MS - 1
    assert path.read_bytes() == kept
    assert book.lasted_ms(Millis(1_000 + SAVE_EVERY_MS), UNKNOWN) == SAVE_EVERY_MS
    # A new boot begins its monotonic time anew.
    later = RefusalBook(path)
    assert later.why == SAID
    assert later.lasted_ms(Millis(7), UNKNOWN) == SAVE_EVERY_MS
    assert later.lasted_ms(Millis(107), UNKNOWN) == SAVE_EVERY_MS + 100


def test_what_cannot_be_kept_holds_until_the_end(tmp_path: Path) -> None:
    book = RefusalBook(tmp_path / "gone" / "refusal.json")
    book.begin(SAID, Millis(0))
    assert book.lasted_ms(Millis(2 * SAVE_EVERY_MS), UNKNOWN) == 2 * SAVE_EVERY_MS
    book.end()
    assert book.why is None


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(-(10**12), 10**12)), max_size=20))
def test_a_clock_that_nobody_synchronised_moves_nothing(steps: list[tuple[int, int]]) -> None:
    book = RefusalBook(Path("/nonexistent/refusal.json"))
    book.begin(SAID, Millis(0))
    now_ms = 0
    for passed_ms, jump_ms in steps:
        now_ms += passed_ms
        wall = WallTime(START_UTC_MS + jump_ms, "I")
        assert book.lasted_ms(Millis(now_ms), wall) == now_ms


def test_a_synchronised_time_that_was_set_back_takes_nothing_away(tmp_path: Path) -> None:
    book = RefusalBook(tmp_path / "refusal.json")
    book.begin(SAID, Millis(0))
    assert book.lasted_ms(Millis(100), WallTime(START_UTC_MS, "S")) == 100
    assert book.lasted_ms(Millis(200), WallTime(START_UTC_MS - 10**9, "S")) == 200
    assert book.lasted_ms(Millis(300), WallTime(START_UTC_MS + 10_000, "S")) == 10_100
