"""A segment's file gives nothing up, and is set as promised: what SQLite answers counts."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from kiosk.ledger import Ledger, LedgerError, segment
from kiosk.ledger.segment import Pragma
from tests.ledger.samples import KEY, STAMP, anchor, ledger_in, pay, stored


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger with one deposit."""
    ledger = ledger_in(tmp_path)
    pay(ledger, 1)
    yield ledger
    ledger.close()


def writer(ledger: Ledger) -> sqlite3.Connection:
    """Its one read-write connection."""
    return ledger._current.connection


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE records SET data = x'00' WHERE seq = 2", "never changed"),
        ("UPDATE records SET seq = 9 WHERE seq = 3", "never changed"),
        ("DELETE FROM records", "never deleted"),
        ("DELETE FROM records WHERE seq = 3", "never deleted"),
        (
            "INSERT OR REPLACE INTO records SELECT 2, data, hash, sig FROM records LIMIT 1",
            "never replaced",
        ),
        ("INSERT INTO records SELECT 0, data, hash, sig FROM records LIMIT 1", "never replaced"),
        ("INSERT INTO records SELECT 9, 'text', hash, sig FROM records LIMIT 1", "cannot store"),
        ("INSERT INTO records SELECT 9, data, hash, x'00' FROM records LIMIT 1", "CHECK"),
    ],
)
def test_a_record_is_never_changed(
    ledger: Ledger, tmp_path: Path, statement: str, words: str
) -> None:
    before = stored(tmp_path)
    with pytest.raises(sqlite3.IntegrityError, match=words):
        writer(ledger).execute(statement)
    assert stored(tmp_path) == before


def test_the_settings_hold_on_the_connection_in_use(ledger: Ledger) -> None:
    asked = {pragma.name: pragma.answer for pragma in segment.WRITER}
    for name, answer in asked.items():
        got = writer(ledger).execute(f"PRAGMA {name}").fetchone()
        assert got == (answer,) or (name, got) == ("mmap_size", None)
    assert (asked["journal_mode"], asked["synchronous"]) == ("wal", 2)


def test_a_setting_that_does_not_take_is_an_error(tmp_path: Path, mocker: MockerFixture) -> None:
    mocker.patch.object(segment, "WRITER", (Pragma("journal_mode", "MEMORY", "wal"),))
    with pytest.raises(LedgerError, match=r"answered \('memory',\) to journal_mode"):
        ledger_in(tmp_path)
    mocker.stopall()
    ledger_in(tmp_path).close()


def test_one_append_is_one_transaction(ledger: Ledger) -> None:
    seen: list[str] = []
    writer(ledger).set_trace_callback(seen.append)
    ledger.append([anchor(1), anchor(2), anchor(3)], STAMP)
    writer(ledger).set_trace_callback(None)
    assert [words for words in seen if "INSERT" not in words] == ["BEGIN IMMEDIATE", "COMMIT"]


def test_one_record_is_a_transaction_by_itself(ledger: Ledger) -> None:
    seen: list[str] = []
    writer(ledger).set_trace_callback(seen.append)
    ledger.append([anchor(1)], STAMP)
    writer(ledger).set_trace_callback(None)
    # The trigger is traced as a statement of its own.
    assert {words.split()[0] for words in seen} <= {"INSERT", "--"}
    assert not writer(ledger).in_transaction


def test_a_new_segment_is_flushed_before_and_after_it_gets_its_name(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    ledger = ledger_in(tmp_path, records_max=2)
    steps = mocker.Mock()
    steps.attach_mock(mocker.patch("kiosk.ledger.folders.fsync"), "fsync")
    renamed = mocker.patch("kiosk.ledger.segment.os.rename", wraps=os.rename)
    steps.attach_mock(renamed, "rename")
    ledger.append([anchor()], STAMP)
    path = ledger._current.path
    fresh = path.with_name(f".new-{path.name}")
    assert steps.mock_calls == [
        mocker.call.fsync(fresh),
        mocker.call.rename(fresh, path),
        mocker.call.fsync(path.parent),
    ]
    ledger.close()


def test_a_second_writer_of_the_same_ledger_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="already open for writing"):
        Ledger.open(tmp_path, KEY, "board", STAMP)


def test_a_full_database_stops_the_ledger_and_loses_nothing(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    pages = writer(ledger).execute("PRAGMA page_count").fetchone()[0]
    writer(ledger).execute(f"PRAGMA max_page_count={pages + 4}")
    acknowledged = 1
    with pytest.raises(LedgerError, match="the disk is full"):
        for number in range(1000):
            acknowledged = ledger.append([anchor(number)], STAMP)[-1].seq
    with pytest.raises(LedgerError, match="an earlier write failed"):
        ledger.append([anchor()], STAMP)
    ledger.close()
    again = ledger_in(tmp_path)
    assert again.id == ledger.id
    assert again.head_seq == acknowledged == len(stored(tmp_path))
    again.append([anchor()], STAMP)
    again.close()
