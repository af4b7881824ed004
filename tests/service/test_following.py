"""The cloud cannot go on with a ledger: the machine begins another, or stops and alarms."""

from pathlib import Path

import pytest

from kiosk import views as v
from kiosk.cloud import Mark
from kiosk.events import LedgerDisowned
from kiosk.ledger.verify import verify
from kiosk.records import Deposit, DepositOpened, FaultRaised, LedgerOpened, Resent, decode
from tests.journeys.desk import Desk
from tests.journeys.steps import OPENS_PAPER, outcome, puts, sees, touches, walk
from tests.service.technician import put, state, told

DETAIL = "the cloud holds 200 records, here are 12"
SELLS = [
    *OPENS_PAPER,
    puts(1_800),
    touches("done"),
    sees(v.Result),
    outcome("PAID", net_g=1_800),
    touches("finish"),
    touches("finish"),
]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    walk(desk, SELLS)
    return desk


def disown(desk: Desk, reason: str, ledger: str | None = None) -> None:
    desk.controller.handle(LedgerDisowned(ledger or desk.ledger.id, reason, DETAIL))


def restarting(desk: Desk) -> bool:
    return desk.controller.restarting


def starts_again(desk: Desk) -> None:
    """As systemd does with a process that ended."""
    desk.running = False
    desk.ledger.close()
    desk.boot()


@pytest.mark.parametrize("reason", ["restored", "fork"])
def test_it_is_followed_by_another_at_once_and_sells_again(desk: Desk, reason: str) -> None:
    old, totals = desk.ledger.id, desk.ledger.totals
    gross = desk.ledger.last_gross["paper"]
    disown(desk, reason)
    assert isinstance(desk.screen, v.OutOfService)
    assert restarting(desk)
    starts_again(desk)
    (begun,) = told(desk, LedgerOpened)
    assert (begun.previous, begun.why) == (old, f"{reason}: {DETAIL}")
    assert (desk.ledger.totals, desk.ledger.last_gross["paper"]) == (totals, gross)
    origins = [decode(one.data).body for one in told(desk, Resent)]
    assert [one.amount_minor for one in origins if isinstance(one, Deposit)] == [144]
    desk.until(desk.ready)
    walk(desk, SELLS)
    assert desk.ledger.totals[0].deposits == 2
    desk.power_cut()
    report = verify(desk.config.machine.data_dir / "ledger")
    assert report.problems == () and len(report.aside) == 1


def test_a_visit_is_finished_first(desk: Desk) -> None:
    walk(desk, OPENS_PAPER)
    disown(desk, "restored")
    assert not restarting(desk)
    walk(desk, [puts(1_000), touches("done"), sees(v.Result), outcome("PAID", net_g=1_000)])
    assert not restarting(desk)
    walk(desk, [touches("finish"), touches("finish")])
    assert restarting(desk)
    starts_again(desk)
    assert desk.ledger.totals[0].deposits == 2


def test_a_deposit_that_a_power_cut_interrupted_is_settled_first(desk: Desk) -> None:
    walk(desk, [*OPENS_PAPER, puts(1_000)])
    desk.power_cut()
    desk.power_on()
    disown(desk, "restored")
    assert not restarting(desk)
    desk.until(lambda: restarting(desk))
    assert [one.outcome for one in desk.deposits()] == ["PAID", "HELD"]


def test_a_copy_that_runs_elsewhere_is_for_people(desk: Desk) -> None:
    disown(desk, "stale")
    desk.wait(60_000)
    assert not restarting(desk)
    assert isinstance(desk.screen, v.OutOfService)
    assert told(desk, FaultRaised)[-1].fault == "ledger_disowned"


def test_an_agent_that_disowns_without_end_gets_no_endless_ledgers(desk: Desk) -> None:
    """The agent is not trusted: a ledger that the cloud never signed for is not followed."""
    disown(desk, "restored")
    starts_again(desk)
    disown(desk, "restored")
    desk.wait(1_000)
    assert not restarting(desk)
    starts_again(desk)
    assert len(list((desk.config.machine.data_dir / "ledger").glob("aside-*"))) == 1
    head = (desk.ledger.head_seq, desk.ledger.head_hash)
    mark = Mark("k-0001", desk.ledger.id, *head, 0)
    desk.ledger.keep_mark(b"", mark)
    disown(desk, "restored")
    assert restarting(desk)


def test_another_ledgers_trouble_is_not_ours(desk: Desk) -> None:
    disown(desk, "restored", "00" * 16)
    assert not restarting(desk)
    assert isinstance(desk.screen, v.Idle)


def test_a_deposit_open_in_a_damaged_ledger_ends_held_in_the_next(desk: Desk) -> None:
    """P1 over a damaged segment: exactly one outcome, and nobody is paid by a guess."""
    walk(desk, [*OPENS_PAPER, puts(1_000)])
    opened = told(desk, DepositOpened)[-1]
    desk.power_cut()
    (path,) = (desk.config.machine.data_dir / "ledger").glob("ledger-*/segment-*.db")
    whole = path.read_bytes()
    assert whole.count(b'"outcome":"PAID"') == 1
    path.write_bytes(whole.replace(b'"outcome":"PAID"', b'"outcome":"HELD"'))
    desk.power_on()
    desk.until(lambda: len(desk.deposits()) == 2)
    ends = desk.deposits()
    assert [one.outcome for one in ends] == ["HELD", "HELD"]
    assert ends[-1].receipt == opened.receipt and ends[-1].before == opened.before
    assert ends[-1].net_g == 1_000
    assert desk.ledger.open_deposits == ()
    desk.until(desk.ready)


def test_what_changed_while_a_ledger_was_set_aside_is_noticed(desk: Desk) -> None:
    """M-28 reaches over from one ledger to the next."""
    disown(desk, "restored")
    put(desk, "paper", 700)
    starts_again(desk)
    desk.wait(5_000)
    assert state(desk) == "faulty"
