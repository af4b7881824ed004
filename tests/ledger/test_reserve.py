"""The reserve lets a deposit end on a full disk (P5)."""

import os
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from kiosk import records
from kiosk.ledger import Ledger, LedgerError, segment
from kiosk.ledger.reserve import RESERVE_FILE, Reserve
from kiosk.ledger.verify import verify
from tests.ledger.samples import (
    STAMP,
    at,
    draft,
    ledger_in,
    names,
    opened,
    outcome,
    pay,
    stored,
)


def full_after(ledger: Ledger, pages: int) -> None:
    """Let SQLite find the disk full so many pages on."""
    writer = ledger._current.connection
    count = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count={count + pages}")


def test_the_reserve_is_there_from_the_start_and_takes_its_room(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    found = (tmp_path / RESERVE_FILE).stat()
    assert found.st_size == 4 << 20
    assert found.st_blocks * 512 >= 4 << 20
    assert found.st_mode & 0o777 == 0o600
    ledger.close()


def test_a_ledger_keeps_back_as_much_as_it_is_told(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path, reserve_bytes=12_288)
    assert (tmp_path / RESERVE_FILE).stat().st_size == 12_288
    ledger.close()


def test_it_is_given_back_once_and_a_technician_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reserve = Reserve(tmp_path, 8192)
    assert (reserve.there, reserve.spend()) == (False, False)
    assert (reserve.keep(), reserve.there) == (True, True)
    assert (reserve.spend(), reserve.there, reserve.spend()) == (True, False, False)
    (said,) = caplog.records
    assert (said.levelname, said.getMessage()) == ("ERROR", "ledger_reserve_spent")
    assert said.__dict__["kiosk_fields"] == {"bytes": 8192}
    # Cut short by another hand, it is not all there, and is made whole again.
    reserve.keep()
    os.truncate(tmp_path / RESERVE_FILE, 8191)
    assert (reserve.there, reserve.keep(), reserve.there) == (False, True, True)


def test_a_reserve_that_cannot_be_given_back_was_not(
    tmp_path: Path, mocker: MockerFixture, caplog: pytest.LogCaptureFixture
) -> None:
    reserve = Reserve(tmp_path, 8192)
    reserve.keep()
    mocker.patch("pathlib.Path.unlink", side_effect=OSError(30, "Read-only file system"))
    assert not reserve.spend()
    assert caplog.records == []


def test_a_size_of_0_keeps_nothing_back(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path, 0)
    assert (reserve.keep(), reserve.there, reserve.spend()) == (False, False, False)
    assert list(tmp_path.iterdir()) == []


def test_it_is_made_where_twice_its_size_is_free(tmp_path: Path, mocker: MockerFixture) -> None:
    for blocks, made in ((3, False), (4, True)):
        disk = os.statvfs_result((4096, 4096, 1000, 10, blocks, 1000, 10, 10, 0, 255))
        mocker.patch("kiosk.ledger.reserve.os.fstatvfs", return_value=disk)
        assert Reserve(tmp_path, 8192).keep() == made


def test_a_full_disk_spends_the_reserve_and_the_deposit_ends(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    ledger = ledger_in(tmp_path)
    begun = opened(1)
    (first,) = ledger.append([draft(begun)], STAMP)
    append = segment.append

    def full_once(*given: Any) -> None:
        mocker.stopall()
        full_after(ledger, 0)
        try:
            append(*given)
        finally:
            full_after(ledger, 1000)

    mocker.patch("kiosk.ledger.segment.append", side_effect=full_once)
    ended = outcome(begun, first.seq)
    big = [draft(records.Anchor(1, "x" * 9_000)), draft(ended)]
    ledger.append(big, STAMP)
    assert not ledger.open_deposits
    assert not (tmp_path / RESERVE_FILE).exists()
    ledger.close()
    assert verify(tmp_path).ok


def test_a_disk_that_stays_full_is_an_error_and_loses_nothing(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    full_after(ledger, 2)
    with pytest.raises(LedgerError, match="the disk is full"):
        for number in range(1000):
            pay(ledger, number)
    assert not (tmp_path / RESERVE_FILE).exists()
    acknowledged = ledger.head_seq
    ledger.close()
    assert len(stored(tmp_path)) == acknowledged


def test_tending_makes_the_reserve_again_when_there_is_room(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    (tmp_path / RESERVE_FILE).unlink()
    ledger.tend(at(1))
    assert (tmp_path / RESERVE_FILE).stat().st_size == 4 << 20
    ledger.close()


def test_without_room_there_is_no_reserve_and_no_new_segment(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    narrow = os.statvfs_result((4096, 4096, 1000, 10, 10, 1000, 10, 10, 0, 255))
    mocker.patch("kiosk.ledger.reserve.os.fstatvfs", return_value=narrow)
    ledger = ledger_in(tmp_path, records_max=3)
    assert (tmp_path / RESERVE_FILE).stat().st_blocks == 0
    mocker.patch("kiosk.ledger.store.os.statvfs", return_value=narrow)
    for number in range(4):
        pay(ledger, number)
    assert names(tmp_path) == [1]
    mocker.stopall()
    pay(ledger, 9)
    assert names(tmp_path) == [1, ledger.head_seq]
    ledger.close()


def test_a_reserve_that_cannot_be_made_stops_nobody(
    tmp_path: Path, mocker: MockerFixture, caplog: pytest.LogCaptureFixture
) -> None:
    mocker.patch("kiosk.ledger.reserve.os.posix_fallocate", side_effect=OSError(28, "No space"))
    caplog.set_level("INFO")
    ledger = ledger_in(tmp_path)
    pay(ledger, 1)
    ledger.close()
    assert verify(tmp_path).ok
    (said,) = [one for one in caplog.records if one.name == "kiosk.ledger.reserve"]
    assert said.getMessage() == "ledger_no_reserve"
    assert said.__dict__["kiosk_fields"] == {"why": f"{tmp_path / RESERVE_FILE}: No space"}
    assert not Reserve(tmp_path).keep()
