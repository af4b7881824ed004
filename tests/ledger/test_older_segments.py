"""Older segments are doubted in turn: what is wrong is told, and nobody's deposit waits for it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from kiosk import records
from kiosk.ledger import Ledger, LedgerError, Stamp, segment
from kiosk.ledger.folders import current, segments
from kiosk.ledger.verify import verify
from tests.ledger.samples import STAMP, acknowledge, at, draft, ledger_in, names, pay, stored


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Segments that began at 1, 4, 7 and 10, the one in use."""
    ledger = ledger_in(tmp_path, records_max=3, monthly=False, retention_days=45)
    for number in (1, 2, 3):
        pay(ledger, number)
    assert names(tmp_path) == [1, 4, 7, 10]
    yield ledger
    ledger.close()


def listed(directory: Path) -> list[Path]:
    """The segments' files, oldest first."""
    folder = current(directory)
    assert folder is not None
    return [path for _, path in segments(folder)]


def change(path: Path, *statements: str) -> None:
    """Change a segment as nobody can without taking its triggers away."""
    connection = sqlite3.connect(path)
    for trigger in ("records_stay", "records_remain"):
        connection.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def tend_all(ledger: Ledger, stamp: Stamp) -> tuple[str, ...]:
    """Tend until there is no more to do; what was wrong."""
    told = ledger.tend(stamp)
    problems = told.problems
    while told.more:
        told = ledger.tend(stamp)
        problems += told.problems
    return problems


def test_one_older_segment_an_hour_is_checked_in_small_parts(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    ledger = ledger_in(tmp_path, records_max=250, monthly=False)
    for number in range(130):
        pay(ledger, number)
    pay(ledger, 999)
    spy = mocker.spy(segment, "rows_after")
    assert ledger.tend(at(1)).more
    calls = 0
    while ledger.tend(at(1)).more:
        calls += 1
    # 250 records, a hundred at most at a time, then the next one's first.
    assert calls == 3
    assert {call.args[3] for call in spy.call_args_list if len(call.args) > 3} == {100, 1}
    assert not ledger.tend(at(1)).more
    ledger.close()


def test_each_hour_another_one_in_turn(ledger: Ledger, mocker: MockerFixture) -> None:
    spy = mocker.spy(segment, "connect")
    checked = []
    for day in range(1, 6):
        spy.reset_mock()
        assert tend_all(ledger, at(day)) == ()
        checked.append(next(path.args[0].name for path in spy.call_args_list)[-6:-3])
    assert checked == ["001", "004", "007", "001", "004"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'"net_g":1800', b'"net_g":1900', "is not by"),
        (b'"kind":"ledger_opened"', b'"kind":"ledger_apened"', "not a record"),
    ],
)
def test_a_damaged_older_segment_is_told_and_sales_go_on(
    ledger: Ledger, tmp_path: Path, old: bytes, new: bytes, words: str
) -> None:
    path = listed(tmp_path)[0]
    path.write_bytes(path.read_bytes().replace(old, new))
    assert words in " ".join(tend_all(ledger, at(1)))
    assert pay(ledger, 9) == ledger.head_seq - 1
    assert tend_all(ledger, at(2)) == ()


def test_an_older_segment_that_cannot_be_read_is_told(ledger: Ledger, tmp_path: Path) -> None:
    listed(tmp_path)[0].write_bytes(b"not a database" * 1000)
    assert "is damaged" in " ".join(tend_all(ledger, at(1)))


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM records WHERE seq = 3", "record 4 follows 2"),
        ("DELETE FROM records WHERE seq = 1", "segment-0000000001.db: begins with record 2"),
        ("UPDATE records SET hash = hex(zeroblob(32))", "record 2 is not what its hash says"),
    ],
)
def test_a_segment_that_somebody_changed_is_found(
    ledger: Ledger, tmp_path: Path, statement: str, words: str
) -> None:
    """Also one that was cut off at its end: the first record of the next tells."""
    change(listed(tmp_path)[0], statement)
    assert words in tend_all(ledger, at(1))


def test_what_was_found_is_told_although_the_check_cannot_end(
    ledger: Ledger, tmp_path: Path
) -> None:
    first, following = listed(tmp_path)[:2]
    change(first, "UPDATE records SET hash = hex(zeroblob(32)) WHERE seq = 2")
    following.write_bytes(b"not a database" * 1000)
    found, cut_short = tend_all(ledger, at(1))
    assert found == "record 2 is not what its hash says"
    assert cut_short.startswith(f"{following}: the file is damaged")


def test_a_disk_that_cannot_be_read_is_told_and_sales_go_on(
    ledger: Ledger, mocker: MockerFixture
) -> None:
    assert ledger.tend(at(1)).more
    trouble = LedgerError("segment-0000000001.db: the disk reported an error")
    mocker.patch("kiosk.ledger.segment.connect", side_effect=trouble)
    assert ledger.tend(at(1)).problems == (str(trouble),)
    mocker.stopall()
    assert not ledger.tend(at(1)).more
    assert pay(ledger, 9) == ledger.head_seq - 1


def test_the_segment_in_use_is_never_taken_for_one_that_nobody_writes(
    ledger: Ledger, tmp_path: Path, mocker: MockerFixture
) -> None:
    """SQLite would take an immutable file's pages for granted while the writer changes them."""
    acknowledge(ledger, ledger.head_seq)
    spy = mocker.spy(segment, "connect")
    for day in (1, 2, 3, 31):
        assert tend_all(ledger, at(day)) == ()
    assert len(names(tmp_path)) == 1
    in_use = listed(tmp_path)[-1]
    assert {call.kwargs["closed"] for call in spy.call_args_list if call.args[0] == in_use} == {
        False
    }


def test_looking_at_closed_segments_leaves_nothing_beside_them(
    ledger: Ledger, tmp_path: Path
) -> None:
    acknowledge(ledger, 3)
    reader = ledger.reader()
    for day in range(5, 12):
        assert tend_all(ledger, at(day)) == ()
        assert len(reader.after(0, 100, 1 << 20)) == ledger.head_seq - names(tmp_path)[0] + 1
    reader.close()
    live = ledger._current.path.name
    beside = [path.name for path in tmp_path.rglob("segment-*.db-*")]
    assert [name for name in beside if not name.startswith(live)] == []


def test_a_wal_left_with_a_closed_segment_still_counts(tmp_path: Path) -> None:
    """A reader that was in the way of the last checkpoint leaves the end of a segment there."""
    ledger = ledger_in(tmp_path, records_max=5, monthly=False)
    pay(ledger, 1)
    path = ledger._current.path
    beside = path.with_name(f"{path.name}-wal")
    before = path.read_bytes(), beside.read_bytes()
    ledger.append([draft(records.Anchor(1, "x"))], STAMP)
    ledger.close()
    path.write_bytes(before[0])
    beside.write_bytes(before[1])
    assert [one.seq for one in stored(tmp_path)] == [1, 2, 3]
    ledger = ledger_in(tmp_path, records_max=4, monthly=False)
    ledger.append([draft(records.Anchor(1, "x"))], STAMP)
    assert ledger._current.path != path
    ledger.append([draft(records.Anchor(2, "x"))], STAMP)
    folder = ledger._current.folder
    ledger.close()
    path.write_bytes(before[0])
    beside.write_bytes(before[1])
    assert segments(folder)[0][1] == path
    problems = verify(tmp_path).problems
    assert problems == ("record 5 follows 3", *problems[1:])
