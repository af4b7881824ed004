"""A segment's file gives nothing up, and is set as promised: what SQLite answers counts."""

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from kiosk.ledger import Ledger, LedgerError, segment
from kiosk.ledger.errors import LedgerDamagedError
from kiosk.ledger.segment import Pragma, Row
from kiosk.wire import SignedRecord
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
    with pytest.raises(LedgerError) as caught:
        ledger_in(tmp_path)
    said = "segment-0000000001.db: SQLite answered ('memory',) to journal_mode=MEMORY"
    assert str(caught.value).endswith(said)
    mocker.stopall()
    ledger_in(tmp_path).close()


def test_only_memory_mapping_may_have_no_answer(mocker: MockerFixture) -> None:
    """An SQLite that was built without it has nothing to say."""
    connection = mocker.Mock(spec=sqlite3.Connection)
    connection.execute.return_value = mocker.Mock(fetchone=lambda: None, fetchall=list)
    segment._set(connection, [Pragma("mmap_size", "0", 0)], PATH)
    with pytest.raises(LedgerError) as caught:
        segment._set(connection, [Pragma("foreign_keys", "ON", 1)], PATH)
    assert str(caught.value) == "segment-0000000001.db: SQLite answered None to foreign_keys=ON"


def test_a_ledger_is_opened_by_one_thread_and_written_by_another(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    with ThreadPoolExecutor(1) as deciding:
        (signed,) = deciding.submit(ledger.append, [anchor(1)], STAMP).result()
        deciding.submit(ledger.close).result()
    assert [one.seq for one in stored(tmp_path)] == [1, signed.seq]


def test_no_sqlite_takes_an_address_for_a_files_name(ledger: Ledger, mocker: MockerFixture) -> None:
    """Debian's reads an address unasked; another one would make a file of that name."""
    opening = mocker.spy(sqlite3, "connect")
    segment.connect(ledger._current.path, writer=False).close()
    assert opening.call_args.args[0].startswith("file:///")
    assert opening.call_args.kwargs["uri"]


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


def test_of_records_that_do_not_follow_none_is_kept(ledger: Ledger, tmp_path: Path) -> None:
    """All or none: the transaction of the first is over when the second is refused."""
    before, path = stored(tmp_path), ledger._current.path
    good, again = (SignedRecord(seq, b"data", bytes(64)) for seq in (4, 1))
    with pytest.raises(LedgerDamagedError) as caught:
        segment.append(writer(ledger), path, [Row(good, "0" * 64), Row(again, "0" * 64)])
    assert str(caught.value) == f"{path}: the file is damaged (a record is never replaced)"
    assert not writer(ledger).in_transaction
    assert stored(tmp_path) == before


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


@pytest.mark.parametrize("reserve_bytes", [0, 4096])
def test_a_full_database_stops_the_ledger_and_loses_nothing(
    tmp_path: Path, reserve_bytes: int
) -> None:
    ledger = ledger_in(tmp_path, reserve_bytes=reserve_bytes)
    path = ledger._current.path
    pages = writer(ledger).execute("PRAGMA page_count").fetchone()[0]
    writer(ledger).execute(f"PRAGMA max_page_count={pages + 4}")
    acknowledged = 1
    with pytest.raises(LedgerError) as caught:
        for number in range(1000):
            acknowledged = ledger.append([anchor(number)], STAMP)[-1].seq
    assert str(caught.value) == f"{path}: the disk is full (database or disk is full)"
    with pytest.raises(LedgerError, match="an earlier write failed"):
        ledger.append([anchor()], STAMP)
    ledger.close()
    again = ledger_in(tmp_path)
    assert again.id == ledger.id
    assert again.head_seq == acknowledged == len(stored(tmp_path))
    again.append([anchor()], STAMP)
    again.close()


# ---- what a file may answer ----

PATH = Path("segment-0000000001.db")


@pytest.fixture
def loose() -> Iterator[sqlite3.Connection]:
    """Tables of the same names that take anything, as a damaged file's may."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE records(seq, data, hash, sig)")
    connection.execute("CREATE TABLE kept(name, data, sig)")
    yield connection
    connection.close()


@pytest.mark.parametrize(("data", "sig"), [("text", b"sig"), (b"data", "text"), (None, b"sig")])
def test_a_record_that_is_not_bytes_is_damage(
    loose: sqlite3.Connection, data: object, sig: object
) -> None:
    rows = [(1, b"data", "hash", b"sig"), (2, data, "hash", sig)]
    loose.executemany("INSERT INTO records VALUES (?, ?, ?, ?)", rows)
    found = segment.rows_after(loose, PATH, 0)
    assert next(found) == Row(SignedRecord(1, b"data", b"sig"), "hash")
    with pytest.raises(LedgerDamagedError) as caught:
        next(found)
    assert str(caught.value) == "segment-0000000001.db: record 2 holds no bytes"


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [("whose", b"data", b"sig"), ("whose", b"data", b"sig")],
        [("whose", "text", b"sig")],
        [("whose", b"data", "text")],
        [("carried", b"data", b"sig")],
    ],
)
def test_whose_a_segment_is_stands_in_it_once(
    loose: sqlite3.Connection, rows: list[tuple[object, ...]]
) -> None:
    loose.executemany("INSERT INTO kept VALUES (?, ?, ?)", rows)
    with pytest.raises(LedgerDamagedError) as caught:
        segment.whose(loose, PATH)
    assert str(caught.value) == "segment-0000000001.db: does not say 'whose'"


def test_what_a_segment_does_not_carry_is_told_of_its_file(loose: sqlite3.Connection) -> None:
    with pytest.raises(LedgerDamagedError) as caught:
        segment.carried(loose, PATH)
    assert str(caught.value) == "segment-0000000001.db: does not say 'carried'"


def test_a_reading_gives_what_was_asked_for(loose: sqlite3.Connection) -> None:
    rows = [(seq, b"%d" % seq, "hash", b"sig") for seq in (3, 1, 2, 4)]
    loose.executemany("INSERT INTO records VALUES (?, ?, ?, ?)", rows)
    for after, most, seqs in (
        (0, -1, [1, 2, 3, 4]),
        (1, -1, [2, 3, 4]),
        (1, 2, [2, 3]),
        (4, 9, []),
    ):
        found = segment.rows_after(loose, PATH, after, most)
        assert [row.signed.seq for row in found] == seqs


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("PRAGMA user_version = 7", "schema version 7, not 1"),
        ("CREATE TABLE more(x)", "its tables or triggers are not as they were made"),
        ("DROP TRIGGER records_stay", "its tables or triggers are not as they were made"),
    ],
)
def test_a_file_that_is_not_as_it_was_made_is_damage(
    ledger: Ledger, statement: str, words: str
) -> None:
    path = ledger._current.path
    segment.quick_check(writer(ledger), path)
    writer(ledger).execute(statement)
    with pytest.raises(LedgerDamagedError) as caught:
        segment.quick_check(writer(ledger), path)
    assert str(caught.value) == f"{path}: {words}"


def test_what_sqlite_finds_in_a_file_is_told(mocker: MockerFixture) -> None:
    answers: dict[str, list[tuple[object, ...]]] = {
        "PRAGMA user_version": [(1,)],
        "PRAGMA quick_check(3)": [("row 1",), ("row 2",)],
    }
    connection = mocker.Mock(spec=sqlite3.Connection)

    def execute(words: str) -> object:
        found = answers.get(words, [])
        return mocker.MagicMock(fetchone=lambda: found[0], fetchall=lambda: found)

    connection.execute.side_effect = execute
    with pytest.raises(LedgerDamagedError) as caught:
        segment.quick_check(connection, PATH)
    assert str(caught.value) == "segment-0000000001.db: SQLite found row 1; row 2"


@pytest.mark.parametrize(("beside", "there"), [(None, False), (b"", False), (b"x", True)])
def test_an_empty_wal_is_none(tmp_path: Path, beside: bytes | None, there: bool) -> None:
    path = tmp_path / "segment-0000000001.db"
    if beside is not None:
        path.with_name(f"{path.name}-wal").write_bytes(beside)
    assert segment.has_wal(path) == there


def test_a_segment_is_nobody_elses_to_read(ledger: Ledger) -> None:
    assert ledger._current.path.stat().st_mode & 0o777 == 0o600
