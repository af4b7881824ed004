"""Space and wear (P5): pruning takes only what may go, and what stays is checked in turn."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from kiosk import cloud
from kiosk.clock import ClockQuality
from kiosk.keys import public_bytes
from kiosk.ledger import Ledger, LedgerError, MarkRefusedError, Stamp
from kiosk.ledger.chain import Owner
from kiosk.ledger.folders import current, segments
from kiosk.ledger.upkeep import time_of
from kiosk.ledger.verify import owner_in, verify, verify_stream
from tests.ledger.samples import (
    BOARD,
    KEY,
    acknowledge,
    at,
    draft,
    ledger_in,
    names,
    opened,
    outcome,
    pay,
    stored,
)

PUBLIC = public_bytes(KEY)


def sell(ledger: Ledger, number: int, stamp: Stamp) -> None:
    """One paid deposit at a time."""
    begun = opened(number, ledger.last_gross.get("paper", 10_000))
    (first,) = ledger.append([draft(begun)], stamp)
    ledger.append([draft(outcome(begun, first.seq))], stamp)


@pytest.fixture
def ledger(tmp_path: Path) -> Any:
    """Segments that began at 1, 4, 7 and 10 (the current one), closed on days 1, 2 and 3."""
    ledger = ledger_in(tmp_path, records_max=3, monthly=False, retention_days=10)
    for day in (1, 2, 3):
        sell(ledger, day, at(day))
    assert names(tmp_path) == [1, 4, 7, 10]
    yield ledger
    ledger.close()


def test_nothing_is_pruned_that_the_cloud_does_not_have(ledger: Ledger, tmp_path: Path) -> None:
    acknowledge(ledger, 5)
    assert ledger.tend(at(28)).pruned == ("segment-0000000001.db",)
    assert names(tmp_path) == [4, 7, 10]
    # Number 6 is the last of its segment: acknowledged to there, it may go.
    acknowledge(ledger, 6)
    assert ledger.tend(at(29)).pruned == ("segment-0000000004.db",)
    acknowledge(ledger, ledger.head_seq)
    assert ledger.tend(at(30)).pruned == ("segment-0000000007.db",)
    assert ledger.tend(at(31)).pruned == ()
    assert names(tmp_path) == [10]


def test_nothing_is_pruned_within_its_retention(ledger: Ledger, tmp_path: Path) -> None:
    acknowledge(ledger, ledger.head_seq)
    assert ledger.tend(at(10)).pruned == ()
    # The first one was closed on the first.
    assert ledger.tend(at(11)).pruned == ("segment-0000000001.db",)
    assert ledger.tend(at(12)).pruned == ("segment-0000000004.db",)
    assert names(tmp_path) == [7, 10]


@pytest.mark.parametrize("clk", ["R", "I", "U"])
def test_nothing_is_pruned_by_a_clock_that_is_not_synchronised(
    ledger: Ledger, tmp_path: Path, clk: ClockQuality
) -> None:
    acknowledge(ledger, ledger.head_seq)
    assert ledger.tend(at(28, clk)).pruned == ()
    assert ledger.tend(replace(at(29), utc=None)).pruned == ()
    assert names(tmp_path) == [1, 4, 7, 10]


def test_a_segment_whose_end_has_no_time_is_as_old_as_the_next_that_has(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path, records_max=3, monthly=False, retention_days=10)
    for stamp in (at(1, "I"), at(2, "U"), at(9)):
        sell(ledger, stamp.mono_ms, stamp)
    acknowledge(ledger, ledger.head_seq)
    assert ledger.tend(at(18)).pruned == ()
    assert len(ledger.tend(at(19)).pruned) == 3
    ledger.close()


def test_while_no_segment_knows_its_time_nothing_is_pruned(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path, records_max=3, monthly=False, retention_days=0)
    for day in (1, 2):
        sell(ledger, day, at(day, "U"))
    acknowledge(ledger, ledger.head_seq)
    assert ledger.tend(at(28)).pruned == ()
    ledger.close()


@pytest.mark.parametrize(
    ("utc", "clk", "certain"),
    [
        ("2026-11-23T07:51:00.000Z", "S", True),
        ("2026-11-23T07:51:00.000Z", "R", True),
        ("2026-11-23T07:51:00.000Z", "I", False),
        ("2026-11-23T07:51:00.000Z", "U", False),
        (None, "S", False),
        ("soon", "S", False),
    ],
)
def test_a_time_is_certain_when_a_good_clock_said_it(
    utc: str | None, clk: str, certain: bool
) -> None:
    """S: synchronised; R: counted on from then (architecture.md, "Time")."""
    known = datetime(2026, 11, 23, 7, 51, tzinfo=UTC)
    assert time_of(utc, clk) == (known if certain else None)


def test_by_default_ninety_days_are_kept(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path, records_max=3, monthly=False)
    sell(ledger, 1, at(1))
    acknowledge(ledger, ledger.head_seq)
    assert ledger.tend(at(31, month=3)).pruned == ()
    assert ledger.tend(at(1, month=4)).pruned == ("segment-0000000001.db",)
    ledger.close()


def test_a_pruned_ledger_verifies_and_goes_on(ledger: Ledger, tmp_path: Path) -> None:
    acknowledge(ledger, ledger.head_seq)
    ledger.tend(at(28))
    totals, head = ledger.totals, ledger.head_seq
    sell(ledger, 9, at(28))
    ledger.close()
    report = verify(tmp_path, PUBLIC)
    assert (report.problems, report.first_seq, report.head_seq) == ((), 10, head + 3)
    assert report.totals[0].deposits == totals[0].deposits + 1 == 4
    again = ledger_in(tmp_path, records_max=3, monthly=False)
    assert (again.id, again.totals) == (ledger.id, report.totals)
    sell(again, 10, at(29))
    again.close()
    assert verify(tmp_path).ok
    assert owner_in(tmp_path) == Owner(ledger.id, PUBLIC, BOARD)


def test_what_is_pruned_without_acknowledgement_is_missing(ledger: Ledger, tmp_path: Path) -> None:
    acknowledge(ledger, 2)
    ledger.close()
    folder = current(tmp_path)
    assert folder is not None
    segments(folder)[0][1].unlink()
    assert verify(tmp_path).problems == ("begins with record 4, but the cloud acknowledged 2",)
    (folder / "mark.json").unlink()
    assert "the cloud acknowledged none" in verify(tmp_path).problems[0]


def test_a_stream_of_a_pruned_ledger_needs_the_word_whose_it_is(
    ledger: Ledger, tmp_path: Path
) -> None:
    acknowledge(ledger, ledger.head_seq)
    ledger.tend(at(28))
    ledger.close()
    left = stored(tmp_path)
    owner = Owner(ledger.id, PUBLIC, BOARD)
    report = verify_stream(left, PUBLIC, owner=owner, acked_through=ledger.acked_through)
    assert (report.problems, report.first_seq) == ((), 10)
    assert report.totals == ledger.totals
    assert not verify_stream(left, PUBLIC).ok
    other = Owner(ledger.id, b"x" * 32, BOARD)
    assert not verify_stream(left, PUBLIC, owner=other).ok
    assert verify_stream(left, PUBLIC, owner=owner, acked_through=3).problems == (
        "begins with record 10, but the cloud acknowledged 3",
    )


def test_an_acknowledgement_is_implied_by_what_was_pruned(ledger: Ledger, tmp_path: Path) -> None:
    acknowledge(ledger, 9)
    ledger.tend(at(28))
    # One about a pruned record cannot be compared and changes nothing.
    for seq in (1, 5, 9):
        ledger.keep_mark(b"", cloud.Mark("k", ledger.id, seq, "00" * 32, 0))
    assert ledger.acked_through == 9
    # Number 10 is left, so it can.
    with pytest.raises(MarkRefusedError, match="another record 10"):
        ledger.keep_mark(b"", cloud.Mark("k", ledger.id, 10, "00" * 32, 0))
    ledger.close()
    folder = current(tmp_path)
    assert folder is not None
    (folder / "mark.json").write_bytes(b"{")
    again = ledger_in(tmp_path)
    assert again.acked_through == 9
    again.close()


def test_a_reader_passes_over_what_is_pruned_beneath_it(ledger: Ledger, tmp_path: Path) -> None:
    reader = ledger.reader()
    assert [one.seq for one in reader.after(0, 2, 1 << 20)] == [1, 2]
    acknowledge(ledger, ledger.head_seq)
    ledger.tend(at(28))
    assert [one.seq for one in reader.after(2, 2, 1 << 20)] == [10]
    with pytest.raises(LedgerError) as caught:
        reader.one(2)
    assert str(caught.value) == f"{current(tmp_path)}: there is no record 2"
    assert reader.one(10).seq == 10
    reader.close()


def test_a_reader_that_listed_a_segment_just_pruned_looks_again(
    ledger: Ledger, tmp_path: Path, mocker: MockerFixture
) -> None:
    folder = current(tmp_path)
    assert folder is not None
    listed, gone = segments(folder), segments(folder)[0][1]
    gone.unlink()
    mocker.patch("kiosk.ledger.folders.segments", side_effect=[listed, segments(folder)])
    reader = ledger.reader()
    assert [one.seq for one in reader.after(0, 2, 1 << 20)] == [4, 5]
    reader.close()


def test_what_was_pruned_stands_in_the_log(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    acknowledge(ledger, 6)
    assert len(ledger.tend(at(28)).pruned) == 2
    (said,) = [one for one in caplog.records if one.name == "kiosk.ledger.store"]
    assert said.getMessage() == "ledger_pruned"
    assert said.__dict__["kiosk_fields"] == {"segments": 2, "through": 6}


def test_a_folder_that_cannot_be_looked_at_is_told_and_sales_go_on(
    ledger: Ledger, tmp_path: Path, mocker: MockerFixture
) -> None:
    folder = current(tmp_path)
    mocker.patch("kiosk.ledger.folders.segments", side_effect=OSError(5, "Input/output error"))
    assert ledger.tend(at(1)).problems == (f"{folder}: Input/output error",)
    mocker.stopall()
    pay(ledger, 9)


def test_pruning_takes_what_stands_beside_too_and_what_a_cut_left(
    ledger: Ledger, tmp_path: Path
) -> None:
    folder = current(tmp_path)
    assert folder is not None
    (folder / "segment-0000000001.db-shm").write_bytes(b"left by a reader")
    (folder / "segment-0000000099.db-wal").write_bytes(b"left by a power cut")
    acknowledge(ledger, 3)
    assert len(ledger.tend(at(28)).pruned) == 1
    left = sorted(path.name for path in folder.glob("segment-*"))
    assert not [name for name in left if "0001.db" in name or "0099" in name]
    assert ledger._current.path.name in left
    pay(ledger, 7)
