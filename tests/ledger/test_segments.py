"""A ledger in segments: when the next one begins, what it carries, and what a start reads of it."""

import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from kiosk.ledger import Ledger, LedgerError, segment
from kiosk.ledger.folders import current, segments
from kiosk.ledger.verify import verify
from kiosk.records import SegmentOpened, Totals
from tests.ledger.samples import BOARD, KEY, STAMP, anchor, ledger_in, names, pay, read, stored


def test_a_segment_is_closed_when_it_is_full_but_never_in_a_deposit(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path, records_max=4)
    for number in range(5):
        pay(ledger, number)
    ledger.close()
    folder = current(tmp_path)
    assert folder is not None
    firsts = [first for first, _ in segments(folder)]
    assert firsts == [1, 6, 11]
    bodies = [read(signed).body for signed in stored(tmp_path)]
    second = bodies[5]
    assert isinstance(second, SegmentOpened)
    assert second.previous_segment == "segment-0000000001.db"
    assert read(stored(tmp_path)[5]).cause == "segment"
    assert second.totals == (Totals("paper", "cardboard", "CNY", 2, 3600, 288),)
    report = verify(tmp_path)
    assert report.ok
    assert report.totals == (Totals("paper", "cardboard", "CNY", 5, 9000, 720),)


def test_numbers_are_known_before_they_are_given(tmp_path: Path) -> None:
    """A session names its deposit before it is recorded."""
    ledger = ledger_in(tmp_path, records_max=2)
    for number in range(6):
        expected = ledger.head_seq + 1
        (signed,) = ledger.append([anchor(number)], STAMP)
        assert signed.seq == expected
    ledger.close()


def test_a_new_month_begins_a_segment_but_a_clock_set_back_does_not(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    for utc in ("2026-12-01T", "2026-11-01T", "2026-12-05T", None, "2027-01-01T"):
        ledger.append([anchor()], at(utc))
    ledger.close()
    folder = current(tmp_path)
    assert folder is not None
    # 1 opened, 2 December, 3 segment, 4 5 6 as before, 7 January, 8 segment
    assert [first for first, _ in segments(folder)] == [1, 3, 8]


def at(utc: str | None) -> Any:
    """The usual circumstances at another time."""
    fields = {name: getattr(STAMP, name) for name in STAMP.__slots__}
    return type(STAMP)(**{**fields, "utc": utc})


def test_a_start_reads_the_current_segment_only(tmp_path: Path, mocker: MockerFixture) -> None:
    ledger = ledger_in(tmp_path, records_max=5)
    for number in range(40):
        pay(ledger, number)
    head, totals, gross = ledger.head_seq, ledger.totals, ledger.last_gross
    ledger.close()
    connect = mocker.spy(sqlite3, "connect")
    rows = mocker.spy(segment, "Row")
    again = ledger_in(tmp_path, records_max=5)
    assert [call.args[0].split("?")[0][-21:] for call in connect.call_args_list] == [
        f"segment-{again._current.first_seq:010d}.db"
    ]
    assert rows.call_count <= 5
    assert (again.head_seq, again.totals, again.last_gross) == (head, totals, gross)
    again.close()


def test_weights_are_carried_into_a_new_segment(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path, records_max=3)
    pay(ledger, 1)
    assert ledger._current.first_seq == 4
    ledger.close()
    again = ledger_in(tmp_path)
    assert again.last_gross == {"paper": 11_800}
    again.close()


def test_the_month_of_a_segment_is_of_its_first_record_that_knew_the_time(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path, KEY, BOARD, at(None))
    for utc in (None, "2026-11-30T", "2026-11-30T", None, "2026-12-01T", "2026-12-02T"):
        ledger.append([anchor()], at(utc))
    ledger.close()
    # 1 opened, 2 and 5 without a time, 3 and 4 November, 6 December, 7 segment
    assert names(tmp_path) == [1, 7]


@pytest.mark.parametrize(("blocks", "firsts"), [(255, [1]), (256, [1, 4])])
def test_a_new_segment_needs_a_mebibyte(
    tmp_path: Path, mocker: MockerFixture, blocks: int, firsts: list[int]
) -> None:
    disk = os.statvfs_result((4096, 4096, 1000, 1000, blocks, 1000, 10, 10, 0, 255))
    ledger = ledger_in(tmp_path, records_max=3)
    mocker.patch("kiosk.ledger.store.os.statvfs", return_value=disk)
    pay(ledger, 1)
    assert names(tmp_path) == firsts
    ledger.close()


def test_after_a_new_segment_that_failed_only_a_new_start_tells(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    ledger = ledger_in(tmp_path, records_max=2)
    trouble = LedgerError("segment-0000000003.db: the disk reported an error")
    mocker.patch("kiosk.ledger.segment.create", side_effect=trouble)
    with pytest.raises(LedgerError, match="reported an error"):
        ledger.append([anchor(1)], STAMP)
    mocker.stopall()
    with pytest.raises(LedgerError, match="start again"):
        ledger.append([anchor(2)], STAMP)
    ledger.close()
    again = ledger_in(tmp_path, records_max=2)
    assert again.head_seq == 2
    again.append([anchor(2)], STAMP)
    assert names(tmp_path) == [1, 4]
    again.close()
