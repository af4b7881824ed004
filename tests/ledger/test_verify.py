"""A verifier finds every change: in a byte, in the order, in the sums, in the file."""

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pytest_mock import MockerFixture

from kiosk import records
from kiosk.envelope import key_id, sign
from kiosk.keys import public_bytes
from kiosk.ledger import LedgerError, segment
from kiosk.ledger.drafts import Draft, Pen
from kiosk.ledger.errors import LedgerDamagedError
from kiosk.ledger.folders import current, segments
from kiosk.ledger.verify import Report, deposit_row, owner_in, verify, verify_stream
from kiosk.records import GENESIS, RECORD_TYPE, LedgerOpened, SegmentOpened, Totals
from kiosk.wire import SignedRecord
from tests.ledger.samples import (
    BOARD,
    KEY,
    STAMP,
    anchor,
    draft,
    held,
    ledger_in,
    opened,
    outcome,
    pay,
    stored,
)

PUBLIC = public_bytes(KEY)


@pytest.fixture
def sound(tmp_path: Path) -> list[SignedRecord]:
    """A ledger of one deposit: three records."""
    ledger = ledger_in(tmp_path)
    pay(ledger, 1)
    ledger.close()
    return stored(tmp_path)


def written(bodies: Iterable[Draft], key: Ed25519PrivateKey = KEY) -> list[SignedRecord]:
    """A chain that is sound in itself, whatever it says: what a cheating machine could sign."""
    pen, chain, prev = Pen("ab" * 16, key), list[SignedRecord](), GENESIS
    first = Draft(None, "start", LedgerOpened(public_bytes(key), BOARD, None, "test"))
    for body in (first, *bodies):
        signed, _ = pen.write(body, STAMP, len(chain) + 1, prev)
        chain.append(signed)
        prev = records.digest(signed.data)
    return chain


def changed(signed: SignedRecord, **changes: object) -> SignedRecord:
    return msgspec.structs.replace(signed, **changes)


def test_a_sound_ledger_is_reported_in_full(sound: list[SignedRecord], tmp_path: Path) -> None:
    report = verify(tmp_path, PUBLIC)
    assert report == verify_stream(sound, PUBLIC)
    assert report.ok
    assert (report.records, report.head_seq, report.record_key) == (3, 3, key_id(PUBLIC))
    assert report.head_hash == records.digest(sound[-1].data)
    assert report.totals == (Totals("paper", "cardboard", "CNY", 1, 1800, 144),)
    assert [deposit_row(*one) for one in report.deposits] == [
        {
            "seq": 3,
            "outcome": "PAID",
            "net_g": 1800,
            "unit_price": "0.80",
            "amount_minor": 144,
            "currency": "CNY",
        }
    ]


def test_every_flipped_byte_is_detected(sound: list[SignedRecord]) -> None:
    for index, signed in enumerate(sound):
        for place in range(len(signed.data) + len(signed.sig)):
            data, sig = bytearray(signed.data), bytearray(signed.sig)
            if place < len(data):
                data[place] ^= 1 << place % 8
            else:
                sig[place - len(data)] ^= 1 << place % 8
            spoilt = list(sound)
            spoilt[index] = changed(signed, data=bytes(data), sig=bytes(sig))
            assert not verify_stream(spoilt, PUBLIC).ok, (index, place)


def test_missing_swapped_and_doubled_records_are_detected(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    for number in range(4):
        ledger.append([anchor(number)], STAMP)
    ledger.close()
    chain = stored(tmp_path)
    assert verify_stream(chain).ok
    for index in range(1, len(chain) - 1):
        one, two = chain[index : index + 2]
        for spoilt in (
            chain[:index] + chain[index + 1 :],
            [*chain[:index], two, one, *chain[index + 2 :]],
            [*chain[:index], one, *chain[index:]],
            [*chain[:index], changed(two, seq=one.seq), *chain[index + 1 :]],
        ):
            assert not verify_stream(spoilt).ok


def test_a_missing_end_is_a_sound_but_shorter_ledger(sound: list[SignedRecord]) -> None:
    """Which is why acknowledgements name a record's hash: the cloud knows better."""
    report = verify_stream(sound[:-1])
    assert (report.ok, report.head_seq, report.open) == (True, 2, (2,))


def test_another_key_is_detected(sound: list[SignedRecord], tmp_path: Path) -> None:
    other = Ed25519PrivateKey.generate()
    expected = public_bytes(other)
    for report in (verify_stream(sound, expected), verify(tmp_path, expected)):
        assert report.problems == (
            f"signed under key {key_id(PUBLIC)}, not under {key_id(expected)}",
        )
    resigned = [
        *sound[:2],
        changed(sound[2], sig=sign(RECORD_TYPE, sound[2].data, other)),
    ]
    assert "is not by" in verify_stream(resigned).problems[0]


def test_a_second_history_under_the_same_key_is_detected() -> None:
    """Every record is signed and numbered right; only the links tell."""
    one, two = (written([anchor(first), anchor(9)]) for first in (1, 2))
    assert verify_stream(one).ok and verify_stream(two).ok
    (problem,) = verify_stream([*one[:2], two[2]]).problems
    assert problem.startswith("record 3: its predecessor is ")


begun = opened(1)
CHEATS = {
    "a second outcome": (
        [draft(begun), draft(outcome(begun, 2)), draft(outcome(begun, 2))],
        "record 4: an outcome for record 2, which is no open deposit",
    ),
    "an outcome of nothing": (
        [draft(outcome(begun, 7))],
        "record 2: an outcome for record 7, which is no open deposit",
    ),
    "another price": (
        [draft(begun), draft(outcome(begun, 2, price_e4=1))],
        "record 3: not the deposit that record 2 opened",
    ),
    "totals made smaller": (
        [
            draft(begun),
            draft(outcome(begun, 2)),
            Draft(None, "segment", SegmentOpened("segment-0000000001.db", ())),
        ],
        "record 4: the totals carried over are not the sums of the deposits",
    ),
    "a segment within a deposit": (
        [draft(begun), Draft(None, "segment", SegmentOpened("segment-0000000001.db", ()))],
        "record 3: a segment began in a deposit",
    ),
}


@pytest.mark.parametrize("name", CHEATS)
def test_books_that_do_not_add_up_are_detected_though_signed(name: str) -> None:
    bodies, problem = CHEATS[name]
    assert problem in verify_stream(written(bodies)).problems


def test_an_opened_deposit_without_outcome_is_open_not_wrong() -> None:
    report = verify_stream(written([draft(begun)]))
    assert (report.ok, report.open) == (True, (2,))
    report = verify_stream(written([draft(begun), draft(held(begun, 2))]))
    assert (report.ok, report.open) == (True, ())


def test_what_is_no_ledger_at_all(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no records"):
        verify_stream([])
    report = verify_stream([SignedRecord(1, b"{}", bytes(64))])
    assert "the first record cannot be believed" in report.problems[0]
    for place in (tmp_path, tmp_path / "nowhere"):
        for ask in (verify, owner_in):
            with pytest.raises(LedgerError) as caught:
                ask(place)
            assert str(caught.value) == f"{place}: holds no ledger"


def test_many_problems_are_cut_short() -> None:
    bodies = [draft(outcome(begun, 9)) for _ in range(150)]
    problems = verify_stream(written(bodies)).problems
    assert (len(problems), problems[-1]) == (101, "and 50 more")


# ---- in the files ----


def tampered(directory: Path, *statements: str) -> Report:
    """The report after somebody with a database tool was there."""
    folder = current(directory)
    assert folder is not None
    connection = sqlite3.connect(segments(folder)[-1][1], isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()
    return verify(directory)


STAY = "DROP TRIGGER records_stay"
REMAIN = "DROP TRIGGER records_remain"


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        ((STAY,), "{path}: its tables or triggers are not as they were made"),
        ((STAY, "UPDATE records SET hash = replace(hash, '0', '1')"), "is not what its hash says"),
        ((STAY, "UPDATE records SET seq = 9 WHERE seq = 3"), "record 9 follows 2"),
        ((REMAIN, "DELETE FROM records WHERE seq = 2"), "record 3 follows 1"),
        ((REMAIN, "DELETE FROM records WHERE seq = 1"), "{path.name}: begins with record 2"),
        (("DELETE FROM kept WHERE name = 'whose'",), "{path}: does not say 'whose'"),
        (("DELETE FROM kept WHERE name = 'carried'",), "{path}: does not say 'carried'"),
        (("UPDATE kept SET data = x'00' WHERE name = 'whose'",), "cannot be believed"),
        (("UPDATE kept SET data = x'00' WHERE name = 'carried'",), "the weights carried over"),
        (("PRAGMA user_version = 7",), "{path}: schema version 7"),
        (("CREATE TABLE more(x)",), "{path}: its tables or triggers are not as they were made"),
    ],
)
def test_a_database_tool_leaves_traces(
    sound: list[SignedRecord], tmp_path: Path, statements: tuple[str, ...], words: str
) -> None:
    assert len(sound) == 3
    folder = current(tmp_path)
    assert folder is not None
    told = words.format(path=segments(folder)[-1][1])
    assert told in " ".join(tampered(tmp_path, *statements).problems)


def test_what_stands_before_an_unreadable_place_is_looked_at(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    ledger = ledger_in(tmp_path)
    pay(ledger, 1)
    path = ledger._current.path
    ledger.close()
    rows_after = segment.rows_after

    def until_damage(*given: Any) -> Iterator[segment.Row]:
        yield from list(rows_after(*given))[:2]
        raise LedgerDamagedError(f"{path}: record 3 holds no bytes")

    mocker.patch("kiosk.ledger.segment.rows_after", side_effect=until_damage)
    report = verify(tmp_path)
    assert report.problems == (f"{path}: record 3 holds no bytes",)
    assert (report.records, report.open) == (2, (2,))


def test_a_missing_segment_is_detected(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path, records_max=3)
    for number in range(4):
        pay(ledger, number)
    ledger.close()
    assert verify(tmp_path).ok
    folder = current(tmp_path)
    assert folder is not None
    _, second, _ = segments(folder)[:3]
    second[1].rename(tmp_path / "elsewhere.db")
    problems = " ".join(verify(tmp_path).problems)
    assert "follows" in problems and "the totals carried over" in problems


def test_verifying_changes_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path, records_max=3)
    for number in range(3):
        pay(ledger, number)
    ledger.close()
    folder = current(tmp_path)
    assert folder is not None
    in_use = segments(folder)[-1][1].name
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert verify(tmp_path).ok
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    # A reader of the one in use is one among others, so it may leave what they share.
    shared = {f"{in_use}-shm": after.get(f"{in_use}-shm"), f"{in_use}-wal": b""}
    assert after == before | {name: data for name, data in shared.items() if name in after}
    again = ledger_in(tmp_path)
    assert again.head_seq == ledger.head_seq
    again.close()


def test_verifying_what_a_power_cut_left_writes_nothing_into_it(tmp_path: Path) -> None:
    """Its WAL stays as it is: the next start of the machine decides about it."""
    ledger = ledger_in(tmp_path / "running")
    pay(ledger, 1)
    shutil.copytree(tmp_path / "running", tmp_path / "copy")
    ledger.close()
    folder = current(tmp_path / "copy")
    assert folder is not None
    path = segments(folder)[0][1]
    both = (path, path.with_name(f"{path.name}-wal"))
    before = [one.read_bytes() for one in both]
    assert before[1]
    report = verify(tmp_path / "copy")
    assert (report.problems, report.records) == ((), 3)
    assert [one.read_bytes() for one in both] == before
