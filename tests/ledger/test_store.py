"""The ledger keeps what it acknowledged, in order, and adds it up right."""

import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytest_mock import MockerFixture

from kiosk import records
from kiosk.ledger import Draft, LedgerError, LedgerMisuseError, segment
from kiosk.ledger.folders import current, segments
from kiosk.ledger.verify import verify
from kiosk.records import Anchor, LedgerOpened, Totals
from tests.ledger.samples import (
    STAMP,
    anchor,
    draft,
    held,
    ledger_in,
    opened,
    outcome,
    pay,
    read,
    stored,
    weighing,
)


def test_a_new_ledger_says_whose_it_is(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    (first,) = stored(tmp_path)
    body = read(first).body
    assert isinstance(body, LedgerOpened)
    why = "there was none, though this machine is yard-7-a already: it was taken away"
    assert (body.previous, body.why) == (None, why)
    assert (ledger.head_seq, ledger.head_hash) == (1, records.digest(first.data))
    assert len(ledger.id) == 32
    ledger.close()


def test_what_was_appended_is_there_byte_for_byte_after_a_restart(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    written = [*ledger.append([anchor(1), anchor(2)], STAMP), *ledger.append([anchor(3)], STAMP)]
    head = (ledger.id, ledger.head_seq, ledger.head_hash)
    ledger.close()
    again = ledger_in(tmp_path)
    assert (again.id, again.head_seq, again.head_hash) == head
    assert stored(tmp_path)[1:] == written
    assert [one.seq for one in written] == [2, 3, 4]
    again.close()


def test_a_record_holds_its_circumstances(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    (signed,) = ledger.append([draft(opened(1))], STAMP)
    record = read(signed)
    told = {name: getattr(record, name) for name in msgspec.structs.asdict(record)}
    for name in STAMP.__slots__:
        assert told[name] == getattr(STAMP, name)
    assert (record.ledger, record.seq, record.cause) == (ledger.id, 2, "touch")
    assert record.body == opened(1)
    ledger.close()


def test_open_deposits_totals_and_weights_survive_a_restart(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    pay(ledger, 1)
    pay(ledger, 2, 700)
    (third,) = ledger.append([draft(opened(3, 500, "metal"))], STAMP)
    seen = (ledger.open_deposits, ledger.totals, ledger.last_gross)
    ledger.close()
    again = ledger_in(tmp_path)
    assert (again.open_deposits, again.totals, again.last_gross) == seen
    assert list(again.open_deposits) == [(third.seq, read(third))]
    assert again.totals == (Totals("paper", "cardboard", "CNY", 2, 2500, 144 + 56),)
    assert again.last_gross == {"paper": 12_500, "metal": 500}
    again.append([draft(held(opened(3, 500, "metal"), third.seq))], STAMP)
    assert not again.open_deposits
    assert again.totals[0] == Totals("metal", "cardboard", "CNY", 1, 0, 0)
    again.close()


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"outcome": "PAID"}, (1, 1800, 144)),
        ({"outcome": "UNPRICED"}, (1, 1800, 0)),
        ({"outcome": "HELD"}, (1, 1800, 0)),
        ({"outcome": "HELD", "after": weighing(9_400), "net_g": -600}, (1, -600, 0)),
        ({"outcome": "HELD", "after": None, "net_g": None}, (1, 0, 0)),
    ],
)
def test_only_paid_money_counts_and_all_mass_does(
    tmp_path: Path, changes: dict[str, Any], counts: tuple[int, int, int]
) -> None:
    ledger = ledger_in(tmp_path)
    begun = opened(1)
    ledger.append([draft(begun), draft(outcome(begun, 2, **changes))], STAMP)
    assert ledger.totals == (Totals("paper", "cardboard", "CNY", *counts),)
    ledger.close()


def test_a_void_deposit_is_none(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    begun = opened(1)
    void = outcome(begun, 2, 0, outcome="VOID", reason="door_not_opened")
    ledger.append([draft(begun), draft(void)], STAMP)
    assert (ledger.totals, ledger.open_deposits) == ((), ())
    ledger.close()


# ---- what would break the books is not written ----


def misuses() -> dict[str, list[Draft]]:
    begun = opened(1)
    paid = draft(outcome(begun, 2))
    return {
        "an outcome of nothing": [draft(outcome(begun, 1))],
        "a second outcome": [draft(begun), paid, paid],
        "another price": [draft(begun), draft(outcome(begun, 2, price_e4=9000))],
        "another receipt": [draft(begun), draft(outcome(begun, 2, receipt="R-9"))],
        "a wrong type": [Draft(None, "start", Anchor("soon", "x"))],  # type: ignore[arg-type]
        "half a character": [Draft(None, "\ud800", Anchor(1, "x"))],
        "too long": [Draft(None, "start", Anchor(1, "x" * 200_000))],
    }


@pytest.mark.parametrize("name", misuses())
def test_a_misuse_writes_nothing_and_breaks_nothing(tmp_path: Path, name: str) -> None:
    ledger = ledger_in(tmp_path)
    with pytest.raises(LedgerMisuseError):
        ledger.append(misuses()[name], STAMP)
    assert len(stored(tmp_path)) == ledger.head_seq == 1
    assert pay(ledger, 1) == 3
    ledger.close()
    assert verify(tmp_path).ok


def test_appending_nothing_is_nothing(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    assert ledger.append([], STAMP) == ()
    assert ledger.head_seq == 1
    ledger.close()


# ---- readers ----


def test_a_reader_takes_what_it_is_allowed_across_segments(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path, records_max=3)
    for number in range(10):
        ledger.append([anchor(number)], STAMP)
    reader = ledger.reader()
    everything = reader.after(0, 1000, 1 << 30)
    assert [one.seq for one in everything] == list(range(1, ledger.head_seq + 1))
    for seq in range(len(everything) + 1):
        assert reader.after(seq, 4, 1 << 30) == everything[seq : seq + 4]
        assert reader.after(seq, 4, 1) == everything[seq : seq + 1]
        two = sum(len(one.data) for one in everything[seq : seq + 2])
        assert reader.after(seq, 9, two) == everything[seq : seq + 2]
    assert reader.one(5) == everything[4]
    with pytest.raises(LedgerError, match="no record 99"):
        reader.one(99)
    reader.close()
    ledger.close()


def test_a_reading_opens_the_segments_it_needs_and_no_other(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    ledger = ledger_in(tmp_path, records_max=3)
    for number in range(7):
        ledger.append([anchor(number)], STAMP)
    spy = mocker.spy(segment, "connect")
    for seq, opened_ones in ((2, ["01"]), (3, ["04"]), (4, ["04"]), (6, ["07"])):
        spy.reset_mock()
        reader = ledger.reader()
        assert reader.one(seq + 1).seq == seq + 1
        reader.close()
        assert [call.args[0].stem[-2:] for call in spy.call_args_list] == opened_ones
    ledger.close()


def test_readers_in_other_threads_see_an_unbroken_chain_meanwhile(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path, records_max=20)
    done = threading.Event()
    seen: list[list[int]] = []
    failures: list[BaseException] = []

    def follow() -> None:
        reader, seq, mine = ledger.reader(), 0, list[int]()
        try:
            finished = False
            while not finished:
                finished = done.is_set()
                for signed in reader.after(seq, 7, 5000):
                    mine.append(signed.seq)
                    seq = signed.seq
                    finished = False
        except BaseException as error:  # boundary: the test reports it, whatever it is
            failures.append(error)
        finally:
            reader.close()
            seen.append(mine)

    threads = [threading.Thread(target=follow) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(100):
        ledger.append([anchor(number)], STAMP)
    done.set()
    for thread in threads:
        thread.join(30)
    assert not failures
    assert seen == [list(range(1, ledger.head_seq + 1))] * 3
    ledger.close()


def test_a_reader_names_the_file_that_is_damaged(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path, records_max=3)
    for number in range(4):
        ledger.append([anchor(number)], STAMP)
    folder = current(tmp_path)
    assert folder is not None
    path = segments(folder)[0][1]
    page = 4096
    path.write_bytes(path.read_bytes()[:page] + b"x" * (path.stat().st_size - page))
    reader = ledger.reader()
    with pytest.raises(LedgerError) as caught:
        reader.after(0, 9, 1 << 20)
    assert str(caught.value).startswith(f"{path}: the file is damaged")
    reader.close()
    ledger.close()


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    reader = ledger.reader()
    reader.after(0, 1, 1)
    assert reader._open is not None
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._open[1].execute("DELETE FROM kept")
    reader.close()
    ledger.close()


# ---- the disk, and the end ----


def test_free_space_is_what_the_ledger_may_use_in_bytes(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    ledger = ledger_in(tmp_path)
    assert ledger.free_bytes() > 0
    disk = os.statvfs_result((512, 4096, 1000, 9, 7, 1000, 10, 10, 0, 255))
    mocker.patch("kiosk.ledger.store.os.statvfs", return_value=disk)
    assert ledger.free_bytes() == 7 * 4096
    mocker.patch("kiosk.ledger.store.os.statvfs", side_effect=OSError(5, "Input/output error"))
    with pytest.raises(LedgerError) as caught:
        ledger.free_bytes()
    assert str(caught.value) == f"{current(tmp_path)}: Input/output error"
    ledger.close()


def test_after_a_write_that_failed_only_a_new_start_tells(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    ledger = ledger_in(tmp_path)
    trouble = LedgerError("segment: the disk reported an error")
    mocker.patch("kiosk.ledger.segment.append", side_effect=trouble)
    with pytest.raises(LedgerError, match="reported an error"):
        ledger.append([anchor(1)], STAMP)
    mocker.stopall()
    with pytest.raises(LedgerError) as caught:
        ledger.append([anchor(1)], STAMP)
    assert str(caught.value) == f"{ledger._current.path}: an earlier write failed; start again"
    ledger.close()
    again = ledger_in(tmp_path)
    assert len(again.append([anchor(1)], STAMP)) == 1
    again.close()


def test_closed_twice_is_closed_once(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    ledger.append([anchor(1)], STAMP)
    path = ledger._current.path
    ledger.close()
    assert not segment.has_wal(path)
    others = set(os.listdir("/proc/self/fd"))
    ledger.close()
    assert set(os.listdir("/proc/self/fd")) == others
    with pytest.raises(LedgerError, match="start again"):
        ledger.append([anchor(2)], STAMP)
