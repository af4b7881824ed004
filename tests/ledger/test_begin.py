"""A start goes on with this machine's sound ledger, and with no other; nothing is thrown away."""

import dataclasses
import errno
import random
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pytest_mock import MockerFixture

from kiosk.cloud import Mark
from kiosk.ledger import Ledger, LedgerError, folders
from kiosk.ledger.verify import verify
from kiosk.records import LedgerOpened, digest
from kiosk.wire import SignedRecord
from tests.ledger.samples import BOARD, KEY, STAMP, anchor, ledger_in, pay, read, stored


def written(directory: Path) -> Ledger:
    """A closed ledger with deposits in two segments."""
    ledger = ledger_in(directory, records_max=8)
    for number in range(5):
        pay(ledger, number)
    ledger.close()
    return ledger


def live(directory: Path) -> Path:
    """The current segment's file."""
    folder = folders.current(directory)
    assert folder is not None
    return folders.segments(folder)[-1][1]


def opening(directory: Path) -> LedgerOpened:
    """What the ledger in use says of its beginning."""
    body = read(stored(directory)[0]).body
    assert isinstance(body, LedgerOpened)
    return body


def test_another_key_begins_another_ledger(tmp_path: Path) -> None:
    old = written(tmp_path)
    records = stored(tmp_path)
    new = Ledger.open(tmp_path, Ed25519PrivateKey.generate(), BOARD, STAMP)
    assert (new.id != old.id, new.head_seq, new.totals) == (True, 1, ())
    new.close()
    body = opening(tmp_path)
    assert body.previous == old.id
    assert "was written under record key" in body.why
    assert set_aside(tmp_path) == records


def test_a_machine_without_a_name_had_no_ledger(tmp_path: Path) -> None:
    unnamed = dataclasses.replace(STAMP, kiosk="")
    Ledger.open(tmp_path, KEY, BOARD, unnamed).close()
    assert (opening(tmp_path).previous, opening(tmp_path).why) == (None, "there was none")


def test_a_ledger_that_somebody_took_away_is_missed(tmp_path: Path) -> None:
    """Nobody resets the lifetime totals without a trace (P7)."""
    written(tmp_path)
    for folder in tmp_path.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)
    ledger_in(tmp_path).close()
    assert opening(tmp_path).why.endswith(f"{STAMP.kiosk} already: it was taken away")


def test_another_board_begins_another_ledger(tmp_path: Path) -> None:
    old = written(tmp_path)
    new = Ledger.open(tmp_path, KEY, "another board", STAMP)
    new.close()
    body = opening(tmp_path)
    assert (body.previous, body.board) == (old.id, "another board")
    assert body.why == f"{old.id} was written on board {BOARD!r}, this one is 'another board'"
    # And back again: a third ledger that names the second.
    third = ledger_in(tmp_path)
    third.close()
    assert opening(tmp_path).previous == new.id
    assert [place.name[:10] for place in folders.aside(tmp_path)] == ["aside-0001", "aside-0002"]


def set_aside(directory: Path) -> list[SignedRecord]:
    """The records of the ledger set aside last, which must be read-only."""
    place = folders.aside(directory)[-1]
    found: list[SignedRecord] = []
    for _, path in folders.segments(place):
        assert stat.S_IMODE(path.stat().st_mode) == 0o400
        # Nothing writes there any more, and no WAL is left: SQLite may take the file as it is.
        connection = sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)
        rows = connection.execute("SELECT seq, data, sig FROM records ORDER BY seq").fetchall()
        connection.close()
        found += [SignedRecord(*row) for row in rows]
    return found


def overwrite(path: Path, place: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(place)
        file.write(data)


def another_hash(path: Path) -> None:
    """Change the hash that stands beside the last record; nothing else names it."""
    head = digest(stored(path.parent.parent)[-1].data).encode()
    whole = path.read_bytes()
    assert whole.count(head) == 1
    path.write_bytes(whole.replace(head, head[::-1]))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no database": lambda path: path.write_bytes(b"not a database" * 100),
    "empty": lambda path: path.write_bytes(b""),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:8192]),
    "a flipped byte in a record": lambda path: path.write_bytes(
        path.read_bytes().replace(b'"outcome":"PAID"', b'"outcome":"HELD"', 1)
    ),
    "an amount changed": lambda path: path.write_bytes(
        path.read_bytes().replace(b'"amount_minor":144', b'"amount_minor":944', 1)
    ),
    "another hash": another_hash,
    "zeroes in the header": lambda path: overwrite(path, 0, bytes(100)),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_segment_is_set_aside_and_sales_go_on(tmp_path: Path, name: str) -> None:
    old = written(tmp_path)
    DAMAGES[name](live(tmp_path))
    damaged = live(tmp_path).read_bytes()
    new = ledger_in(tmp_path)
    pay(new, 1)
    new.close()
    body = opening(tmp_path)
    assert body.previous == old.id
    assert live(tmp_path).name == "segment-0000000001.db"
    place = folders.aside(tmp_path)[-1]
    # SQLite takes an empty file for a new database and puts its header there.
    assert damaged in (folders.segments(place)[-1][1].read_bytes(), b"")
    report = verify(tmp_path)
    (told,) = report.aside
    assert report.ok and told.startswith(f"{place.name}: {folders.why_aside(place).why}; ")


def test_segments_that_vanished_are_no_reason_to_stop(tmp_path: Path) -> None:
    old = written(tmp_path)
    for _, path in folders.segments(live(tmp_path).parent):
        path.rename(tmp_path.parent / path.name)
    ledger_in(tmp_path).close()
    assert opening(tmp_path).previous == old.id
    assert "segments are missing" in opening(tmp_path).why


def test_an_older_copy_of_the_disk_is_noticed_by_its_acknowledgement(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path, records_max=3)
    for number in range(6):
        ledger.append([anchor(number)], STAMP)
    mark = Mark("k", ledger.id, ledger.head_seq, ledger.head_hash, 0)
    ledger.keep_mark(b"", mark)
    ledger.close()
    live(tmp_path).rename(tmp_path.parent / "gone.db")
    ledger_in(tmp_path).close()
    assert f"the cloud acknowledged {mark.acked_through}" in opening(tmp_path).why


def test_trouble_with_the_disk_says_nothing_against_the_ledger(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    old = written(tmp_path)
    failing = sqlite3.OperationalError("disk I/O error")
    failing.sqlite_errorcode = sqlite3.SQLITE_IOERR_READ
    mocker.patch("kiosk.ledger.segment.sqlite3.connect", side_effect=failing)
    with pytest.raises(LedgerError, match="the disk reported an error"):
        ledger_in(tmp_path)
    mocker.stopall()
    again = ledger_in(tmp_path)
    assert again.id == old.id
    again.close()


def test_a_disk_that_is_full_at_the_first_start_is_told(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    mocker.patch("kiosk.ledger.segment.os.rename", side_effect=full)
    with pytest.raises(LedgerError, match="No space left"):
        ledger_in(tmp_path)
    mocker.stopall()
    ledger = ledger_in(tmp_path, reserve_bytes=0)
    assert (ledger.head_seq, [path.name for path in tmp_path.iterdir()]) == (
        1,
        [f"ledger-{ledger.id}"],
    )
    ledger.close()


def test_a_power_cut_between_setting_aside_and_beginning_is_remembered(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    old = written(tmp_path)
    mocker.patch("kiosk.ledger.begin._begin", side_effect=OSError(5, "cut"))
    with pytest.raises(LedgerError, match="cut"):
        Ledger.open(tmp_path, KEY, "another board", STAMP)
    mocker.stopall()
    Ledger.open(tmp_path, KEY, "another board", STAMP).close()
    assert opening(tmp_path).previous == old.id
    assert "was written on board" in opening(tmp_path).why


def test_what_an_interrupted_start_left_is_swept_away(tmp_path: Path) -> None:
    old = written(tmp_path)
    (tmp_path / ".new-ledger").mkdir()
    (tmp_path / ".new-ledger" / ".new-segment-0000000001.db").write_bytes(b"half")
    (live(tmp_path).parent / ".new-segment-0000000099.db-wal").write_bytes(b"half")
    again = ledger_in(tmp_path)
    assert again.id == old.id
    again.close()
    assert not list(tmp_path.rglob(".new-*"))


def test_two_ledgers_in_use_are_for_a_person_to_sort_out(tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "ledger-00").mkdir()
    with pytest.raises(LedgerError, match=r"holds ledger-00, ledger-.*only one"):
        ledger_in(tmp_path)


def test_no_damage_to_the_file_stops_the_machine_or_changes_a_record(tmp_path: Path) -> None:
    """Seeded bytes anywhere in the current segment: every start succeeds, and what it goes on
    with is either the very same records or a new ledger."""
    old = written(tmp_path)
    path, sound = live(tmp_path), stored(tmp_path)
    whole, home = path.read_bytes(), path.parent
    source = random.Random(7)
    new = 0
    for _ in range(250):
        overwrite(path, source.randrange(len(whole)), source.randbytes(source.choice((1, 8))))
        try:
            report = verify(tmp_path)
        except LedgerError:
            report = None
        ledger = ledger_in(tmp_path)
        ledger.close()
        if ledger.id == old.id:
            assert stored(tmp_path) == sound
        else:
            new += 1
            assert report is None or not report.ok, opening(tmp_path).why
            folder = folders.current(tmp_path)
            assert folder is not None
            for left in folder.iterdir():
                left.unlink()
            folder.rmdir()
            folders.aside(tmp_path)[-1].rename(home)
            for left in home.iterdir():
                left.chmod(0o600)
        for left in home.glob("*-wal"):
            left.unlink()
        path.write_bytes(whole)
    assert 10 < new < 250
