"""A ledger that was set aside: what is whole of it goes on in the next one, once."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pytest_mock import MockerFixture

from kiosk.cli import ledger as command
from kiosk.cli.main import main
from kiosk.cloud import Mark
from kiosk.ledger import Draft, Ledger, LedgerError, folders
from kiosk.ledger.verify import verify, verify_stream
from kiosk.records import Deposit, DepositOpened, LedgerOpened, MassChange, Resent, digest
from kiosk.units import Seq
from tests.ledger.samples import BOARD, KEY, STAMP, ledger_in, opened, outcome, pay, read, stored
from tests.ledger.samples import weighing as weighed
from tests.ledger.test_begin import live

WHY = "restored: the cloud holds 200 records, here are 12"


def acknowledge(ledger: Ledger, through: int) -> None:
    reader = ledger.reader()
    head_hash = digest(reader.one(Seq(through)).data)
    reader.close()
    ledger.keep_mark(b"", Mark("k", ledger.id, through, head_hash, 0))


def resent(directory: Path) -> list[Resent]:
    bodies = (read(one).body for one in stored(directory))
    return [body for body in bodies if isinstance(body, Resent)]


def disowned(directory: Path, deposits: int = 5, acked: int = 0) -> Ledger:
    """A ledger that the cloud disowned, closed; two segments of it."""
    ledger = ledger_in(directory, records_max=8)
    for number in range(deposits):
        pay(ledger, number)
    if acked:
        acknowledge(ledger, acked)
    ledger.disown(WHY)
    ledger.close()
    return ledger


def test_a_disowned_ledger_takes_nothing_more_and_is_followed(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    pay(ledger, 1)
    ledger.disown(WHY)
    with pytest.raises(LedgerError, match="start again"):
        pay(ledger, 2)
    ledger.close()
    new = ledger_in(tmp_path)
    body = read(stored(tmp_path)[0]).body
    assert isinstance(body, LedgerOpened)
    assert (body.previous, body.why) == (ledger.id, WHY)
    said = [new.followed, ledger.followed]
    acknowledge(new, 2)
    assert [*said, new.followed] == [True, False, False]
    new.close()


def test_the_sums_and_weights_go_on(tmp_path: Path) -> None:
    old = disowned(tmp_path)
    new = ledger_in(tmp_path)
    assert (new.totals, new.since_collection) == (old.totals, old.since_collection)
    assert new.last_gross == old.last_gross != {}
    pay(new, 9)
    assert new.totals[0].deposits == 6
    new.close()
    assert verify(tmp_path).problems == ()
    assert verify_stream(stored(tmp_path)).problems == ()


def test_what_the_cloud_has_not_is_sent_again_as_it_was(tmp_path: Path) -> None:
    old = disowned(tmp_path, acked=5)
    place = Path(live(tmp_path).parent)
    before = [one for one in stored(tmp_path) if one.seq > 5]
    ledger_in(tmp_path).close()
    assert folders.current(tmp_path) != place
    again = resent(tmp_path)
    kept = [one for one in before if not isinstance(read(one).body, LedgerOpened)]
    bytes_of = {one.seq: (one.data, one.sig) for one in kept}
    assert all(bytes_of[one.seq] == (one.data, one.sig) for one in again)
    assert {one.ledger for one in again} == {old.id}
    kinds = [type(read(one).body).__name__ for one in kept]
    assert len(again) == len(kept) - kinds.count("SegmentOpened")
    assert all(one.hash == digest(one.data) and not one.unfinished for one in again)


def test_a_second_ledger_that_is_followed_wraps_nothing_twice(tmp_path: Path) -> None:
    first = disowned(tmp_path)
    second = ledger_in(tmp_path)
    once = resent(tmp_path)
    pay(second, 7)
    second.disown(WHY)
    second.close()
    third = ledger_in(tmp_path)
    third.close()
    again = resent(tmp_path)
    assert again[: len(once)] == once
    assert {one.ledger for one in again} == {first.id, second.id}
    assert third.totals[0].deposits == 6
    assert verify(tmp_path).problems == ()


def test_an_unfinished_deposit_gets_its_outcome_in_the_next_ledger(tmp_path: Path) -> None:
    """P1, though the cloud knows already that it was opened."""
    ledger = ledger_in(tmp_path)
    begun = opened(1)
    ledger.append([Draft("visit", "touch", begun)], STAMP)
    acknowledge(ledger, 2)
    ledger.disown(WHY)
    ledger.close()
    new = ledger_in(tmp_path)
    ((seq, record),) = new.open_deposits
    assert (record.body, record.session) == (begun, "visit")
    assert [one.unfinished for one in resent(tmp_path)] == [True]
    new.append([Draft("visit", "recovery", outcome(begun, seq, outcome="HELD"))], STAMP)
    assert new.open_deposits == ()
    new.close()
    assert verify(tmp_path).problems == ()
    again = ledger_in(tmp_path)
    assert again.open_deposits == ()
    again.close()


def test_one_torn_record_costs_only_itself(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    for number in range(4):
        pay(ledger, number)
    head = ledger.head_seq
    ledger.close()
    path = live(tmp_path)
    torn = next(one for one in stored(tmp_path) if isinstance(read(one).body, Deposit))
    path.write_bytes(path.read_bytes().replace(torn.data, torn.data.replace(b"PAID", b"HELD")))
    new = ledger_in(tmp_path)
    new.close()
    again = resent(tmp_path)
    assert torn.seq not in {one.seq for one in again}
    assert len(again) == head - 2
    # Its other half is there: nobody knows the outcome, so it is HELD for the operator.
    unfinished = [one for one in again if one.unfinished]
    assert [one.seq for one in unfinished] == [torn.seq - 1]
    assert new.totals[0].deposits == 3
    report = verify(tmp_path)
    assert report.ok and len(report.aside) == 1
    assert f"{head - 1} whole records, 1 lost" in report.aside[0]


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, object]]]:
    """What salvage told a technician."""
    found = [one for one in caplog.records if one.name == "kiosk.ledger.salvage"]
    return [(one.getMessage(), one.__dict__["kiosk_fields"]) for one in found]


def test_an_outcome_alone_counts_and_a_technician_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The other half is lost: what was paid was paid."""
    ledger = ledger_in(tmp_path)
    pay(ledger, 1)
    pay(ledger, 2, 700)
    ledger.close()
    path, torn = live(tmp_path), stored(tmp_path)[1]
    path.write_bytes(path.read_bytes().replace(torn.data, torn.data.replace(b"R-1", b"R-7")))
    new = ledger_in(tmp_path)
    new.close()
    assert new.totals == ledger.totals
    assert [one.seq for one in resent(tmp_path)] == [3, 4, 5]
    why = "record 3: an outcome for record 2, which is no open deposit"
    assert said(caplog) == [("salvaged_alone", {"seq": 3, "why": why})]


def test_a_segment_that_is_no_database_costs_itself_and_a_technician_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = ledger_in(tmp_path, records_max=3)
    for number in range(3):
        pay(ledger, number)
    ledger.disown(WHY)
    ledger.close()
    second = folders.segments(live(tmp_path).parent)[1][1]
    second.write_bytes(b"not a database" * 100)
    ledger_in(tmp_path).close()
    assert [one.seq for one in resent(tmp_path)] == [2, 3, 8, 9]
    (place,) = folders.aside(tmp_path)
    assert not [path.name for path in place.iterdir() if path.name.endswith(("-wal", "-shm"))]
    ((event, fields),) = said(caplog)
    assert (event, fields["segment"]) == ("salvage_stopped", "segment-0000000004.db")
    assert "the file is damaged" in str(fields["why"])


def test_what_another_key_signed_is_not_ours(tmp_path: Path) -> None:
    disowned(tmp_path)
    new = Ledger.open(tmp_path, Ed25519PrivateKey.generate(), BOARD, STAMP)
    assert (new.head_seq, new.totals, new.last_gross) == (1, (), {})
    new.close()


def test_a_swapped_board_goes_on_with_everything(tmp_path: Path) -> None:
    ledger = ledger_in(tmp_path)
    pay(ledger, 1)
    ledger.close()
    new = Ledger.open(tmp_path, KEY, "another board", STAMP)
    assert (new.totals, new.head_seq) == (ledger.totals, ledger.head_seq)
    new.close()
    assert all(isinstance(read(one).body, Resent) for one in stored(tmp_path)[1:])


def test_a_power_cut_while_it_is_taken_over_loses_and_doubles_nothing(
    tmp_path: Path, mocker: MockerFixture
) -> None:
    disowned(tmp_path)
    cut = mocker.patch("kiosk.ledger.begin.segment.truncate_wal", side_effect=OSError(5, "cut"))
    with pytest.raises(LedgerError, match="cut"):
        ledger_in(tmp_path)
    assert cut.called
    mocker.stopall()
    ledger_in(tmp_path).close()
    again = [(one.ledger, one.seq) for one in resent(tmp_path)]
    assert len(again) == len(set(again)) == 10
    assert len(folders.aside(tmp_path)) == 1


def test_nobody_is_told_plain_verified_beside_one_set_aside(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = disowned(tmp_path / "ledger", acked=5)
    ledger_in(tmp_path / "ledger").close()
    assert main(["ledger", "verify", "--data-dir", str(tmp_path)]) == command.ASIDE_STATUS == 3
    said = capsys.readouterr().out
    assert f"aside     aside-0001-{old.id}: {WHY}; " in said
    assert "acknowledged through 5" in said
    assert said.endswith("VERIFIED, BESIDE 1 SET ASIDE: what they lost is not here\n")


def test_a_mass_change_is_verified_after_pruning_too(tmp_path: Path) -> None:
    """A controller's stream does not say the weights before the first record that is left."""
    ledger = ledger_in(tmp_path, records_max=4)
    pay(ledger, 1)
    pay(ledger, 2)
    old_g = ledger.last_gross["paper"]
    change = MassChange(compartment="paper", old_g=old_g, gross=weighed(3_000), who="W", why="bag")
    ledger.append([Draft(None, "service", change)], STAMP)
    ledger.close()
    _, last = folders.segments(live(tmp_path).parent)
    left = [one for one in stored(tmp_path) if one.seq >= last[0]]
    assert not any(isinstance(read(one).body, DepositOpened) for one in left)
    owner = verify(tmp_path)
    assert owner.problems == ()
    moved = [one for one in owner.since if one.material == "mass_change"]
    assert [one.net_g for one in moved] == [3_000 - old_g]
