"""The cloud's acknowledgement: kept beside the chain, and only if it is about this chain."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from pytest_mock import MockerFixture

from kiosk import cloud, records
from kiosk.ledger import Ledger, LedgerError, MarkRefusedError, marks
from kiosk.ledger.folders import current
from kiosk.records import GENESIS
from tests.ledger.samples import STAMP, anchor, ledger_in


def mark(ledger: Ledger, seq: int, /, **changes: Any) -> cloud.Mark:
    """The cloud's acknowledgement of everything up to ``seq``."""
    digest = records.digest(ledger._lookup.one(seq).data) if seq else GENESIS
    return msgspec.structs.replace(
        cloud.Mark("yard-7-a", ledger.id, seq, digest, 1_795_000_000_000), **changes
    )


def test_a_mark_is_kept_over_restarts_and_never_falls(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path, records_max=3)
    for number in range(6):
        ledger.append([anchor(number)], STAMP)
    assert ledger.acked_through == 0
    for seq, kept in ((0, 0), (2, 2), (5, 5), (3, 5), (ledger.head_seq, ledger.head_seq)):
        ledger.keep_mark(b"envelope", mark(ledger, seq))
        assert ledger.acked_through == kept
    ledger.close()
    again = ledger_in(tmp_path)
    assert again.acked_through == again.head_seq
    again.close()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"acked_through": 4}, "acknowledges 4, the head is 3"),
        ({"acked_through": -1}, "acknowledges -1"),
        ({"head_hash": "00" * 32}, "another record 2"),
        ({"acked_through": 3}, "another record 3"),
        ({"acked_through": 0}, "another record 0"),
        ({"ledger": "00" * 16}, "for ledger 0000"),
    ],
)
def test_a_mark_about_another_chain_is_refused(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    ledger = ledger_in(tmp_path)
    ledger.append([anchor(1), anchor(2)], STAMP)
    ledger.keep_mark(b"envelope", mark(ledger, 1))
    with pytest.raises(MarkRefusedError, match=words):
        ledger.keep_mark(b"envelope", mark(ledger, 2, **changes))
    assert ledger.acked_through == 1
    ledger.append([anchor(3)], STAMP)
    ledger.close()


def test_a_mark_that_cannot_be_read_only_means_sending_again(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    ledger.keep_mark(b"envelope", mark(ledger, 1))
    ledger.close()
    folder = current(tmp_path)
    assert folder is not None
    (folder / "mark.json").write_bytes(b"{")
    again = ledger_in(tmp_path)
    assert (again.id, again.acked_through) == (ledger.id, 0)
    again.close()


def test_a_mark_that_cannot_be_kept_is_an_error(tmp_path: Path, mocker: MockerFixture) -> None:
    ledger = ledger_in(tmp_path)
    mocker.patch("kiosk.ledger.marks.durable.replace", side_effect=OSError(28, "No space left"))
    with pytest.raises(LedgerError, match="No space left"):
        ledger.keep_mark(b"envelope", mark(ledger, 1))
    assert ledger.acked_through == 0
    ledger.close()


def test_an_acknowledgement_heard_again_is_not_written_again(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    """Wear: the agent says the last one at every start."""
    ledger = ledger_in(tmp_path)
    ledger.append([anchor(1)], STAMP)
    spy = mocker.spy(marks, "keep")
    for _ in range(2):
        ledger.keep_mark(b"envelope", mark(ledger, 2))
        ledger.keep_mark(b"envelope", mark(ledger, 0))
    assert spy.call_count == 1
    folder = current(tmp_path)
    assert folder is not None
    spy.assert_called_once_with(folder, b"envelope", mark(ledger, 2))
    assert marks.kept(folder) == mark(ledger, 2)
    ledger.close()


def test_only_a_mark_for_this_ledger_and_what_it_holds_is_taken(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    with pytest.raises(MarkRefusedError) as caught:
        ledger.keep_mark(b"", mark(ledger, 1, ledger="0f"))
    assert str(caught.value) == f"the mark is for ledger 0f, this is {ledger.id}"
    ledger.keep_mark(b"", mark(ledger, 1))
    assert ledger.acked_through == ledger.head_seq == 1
    ledger.close()
