"""What goes wrong around a visit: disk, documents, enrolment, clock, ledger."""

import os
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from kiosk import views as v
from kiosk import wire
from kiosk.envelope import TrustError
from kiosk.events import (
    AgentAttached,
    AgentDetached,
    DocumentOffered,
    DoorMotion,
    DoorPosition,
    DoorReported,
    EnrolmentAnswered,
    EnrolmentFailed,
    MarkOffered,
    ScannerLost,
    ScannerReady,
    StopRequested,
)
from kiosk.keys import load_or_create
from kiosk.ledger import LedgerError
from kiosk.records import (
    Anchor,
    DepositOpened,
    DocumentAdopted,
    FaultCleared,
    FaultRaised,
    LedgerOpened,
    decode,
)
from kiosk.trust import Trust
from kiosk.units import Seq
from tests.journeys.desk import Desk
from tests.journeys.operator import KIOSK, Operator
from tests.journeys.steps import (
    OPENS_PAPER,
    PAPER,
    outcome,
    puts,
    sees,
    shows_her_code,
    touches,
    waits,
    walk,
)


@pytest.fixture
def new_machine(tmp_path: Path) -> Desk:
    return Desk(tmp_path, enrolled=False)


def last_told(desk: Desk) -> wire.ToAgent:
    return next(one for one in reversed(desk.told) if not isinstance(one, wire.Hello))


# ---- enrolment ----


def test_a_machine_without_an_operator_sells_nothing(new_machine: Desk) -> None:
    new_machine.wait(3_000)
    assert new_machine.screen == v.NotEnrolled(waiting=False, reason=None)
    new_machine.touch("start")
    new_machine.scan(b"K1:whatever")
    assert isinstance(new_machine.screen, v.NotEnrolled)


def test_enrolment_needs_the_agent(new_machine: Desk) -> None:
    new_machine.scan(new_machine.operator.code())
    shown = new_machine.screen
    assert isinstance(shown, v.NotEnrolled)
    assert shown.reason == "the cloud agent is not running; start kiosk sync"


def test_enrolment_asks_the_cloud_with_a_signed_statement(new_machine: Desk) -> None:
    new_machine.controller.handle(AgentAttached(b"t" * 32))
    new_machine.scan(new_machine.operator.code())
    asked = last_told(new_machine)
    assert isinstance(asked, wire.Enrol)
    assert (asked.url, asked.code) == ("https://cloud.example", "one-time-code")
    assert new_machine.screen == v.NotEnrolled(waiting=True, reason=None)
    new_machine.controller.handle(EnrolmentFailed("the code was used already"))
    assert new_machine.screen == v.NotEnrolled(waiting=False, reason="the code was used already")


def test_a_cloud_with_another_root_is_refused(new_machine: Desk) -> None:
    new_machine.controller.handle(AgentAttached(b"t" * 32))
    new_machine.scan(new_machine.operator.code())
    forger = Operator(root=new_machine.operator.issuer)
    forged = EnrolmentAnswered(KIOSK, b"f" * 32, forger.documents())
    new_machine.controller.handle(forged)
    shown = new_machine.screen
    assert isinstance(shown, v.NotEnrolled) and shown.reason is not None
    assert "not the one on the enrolment code" in shown.reason


def test_an_answer_nobody_asked_for_is_dropped(new_machine: Desk) -> None:
    new_machine.controller.handle(AgentAttached(b"t" * 32))
    documents = new_machine.operator.documents()
    new_machine.controller.handle(EnrolmentAnswered(KIOSK, new_machine.root_public, documents))
    assert not new_machine.trust.enrolled


def test_an_agent_that_restarts_is_asked_again(new_machine: Desk) -> None:
    new_machine.controller.handle(AgentAttached(b"t" * 32))
    new_machine.scan(new_machine.operator.code())
    new_machine.controller.handle(AgentDetached())
    new_machine.told.clear()
    new_machine.controller.handle(AgentAttached(b"u" * 32))
    assert any(isinstance(one, wire.Enrol) for one in new_machine.told)


# ---- documents and marks ----


def test_a_new_tariff_takes_effect_between_visits_only(desk: Desk) -> None:
    """P3: a price that changes while somebody is here is for the next one."""
    walk(desk, OPENS_PAPER)
    desk.controller.handle(DocumentOffered(desk.operator.tariff(2, paper=20_000)))
    assert last_told(desk) == wire.Kept("tariff", 2)
    walk(desk, [puts(1_000), touches("done"), sees(v.Result), outcome("PAID", amount_minor=80)])
    walk(desk, [touches("another"), touches("compartment:paper"), sees(v.Depositing)])
    walk(desk, [puts(1_000), touches("done"), sees(v.Result), outcome("PAID", amount_minor=80)])
    walk(desk, [touches("finish"), touches("finish"), sees(v.Idle)])
    assert isinstance(desk.screen, v.Idle)
    assert desk.screen.offers[0].price_e4 == 20_000
    adopted = [one for one in desk.records() if isinstance(one, DocumentAdopted)]
    assert [(one.name, one.version) for one in adopted[-1:]] == [("tariff", 2)]


@pytest.mark.parametrize("kind", ["older", "forged", "nonsense"])
def test_a_document_that_is_not_acceptable_changes_nothing(desk: Desk, kind: str) -> None:
    desk.controller.handle(DocumentOffered(desk.operator.tariff(5)))
    forger = Operator(root=desk.operator.issuer)
    offered = {
        "older": desk.operator.tariff(4, paper=1),
        "forged": forger.tariff(6, paper=1),
        "nonsense": b"\x00\xff",
    }[kind]
    before = len(desk.records())
    desk.controller.handle(DocumentOffered(offered))
    refused = last_told(desk)
    assert isinstance(refused, wire.Refused) and refused.what == "document"
    assert len(desk.records()) == before
    assert desk.trust.tariff is not None and desk.trust.tariff.prices["paper"] == 8_000


def test_a_mark_is_kept_and_a_wrong_one_is_refused(desk: Desk) -> None:
    ledger = desk.ledger
    good = desk.operator.mark(ledger.id, ledger.head_seq, ledger.head_hash)
    desk.controller.handle(MarkOffered(good))
    assert last_told(desk) == wire.Kept("mark", ledger.head_seq)
    assert desk.status is not None and desk.status.acked_through == ledger.head_seq
    for wrong in (
        desk.operator.mark(ledger.id, ledger.head_seq + 1, ledger.head_hash),
        desk.operator.mark(ledger.id, ledger.head_seq, "0" * 64),
        desk.operator.mark("f" * 32, ledger.head_seq, ledger.head_hash),
        Operator(endpoint=desk.operator.root).mark(ledger.id, ledger.head_seq, ledger.head_hash),
    ):
        desk.controller.handle(MarkOffered(wrong))
        assert isinstance(last_told(desk), wire.Refused)
    desk.power_cut()
    desk.power_on()
    assert desk.ledger.acked_through > 0


def test_a_material_without_a_price_is_not_offered(desk: Desk) -> None:
    """M-13: unknown price, closed door."""
    tariff = desk.trust.tariff
    assert tariff is not None
    fewer = type(tariff)(tariff.currency, tariff.step_minor, {"metal": 35_000})
    desk.controller.handle(DocumentOffered(desk.operator.document("tariff", 2, fewer)))
    assert isinstance(desk.screen, v.Idle)
    assert [offer.compartment for offer in desk.screen.offers] == ["metal"]
    walk(desk, [shows_her_code, touches("compartment:paper")])
    assert isinstance(desk.screen, v.Choose) and desk.screen.notice == "compartment_faulty"


# ---- disk, ledger, board ----


def test_a_full_disk_stops_selling_and_says_so(desk: Desk, mocker: MockerFixture) -> None:
    """P5: below the reserve nothing new begins; when there is room again it goes on."""
    room = os.statvfs(desk.directory)
    full = mocker.patch("kiosk.disk.os.statvfs")
    full.return_value = mocker.Mock(f_bavail=0, f_frsize=room.f_frsize)
    desk.wait(6_000)
    assert desk.screen == v.OutOfService("disk_full", "400-800-0000")
    desk.touch("start")
    shows_her_code(desk)
    assert isinstance(desk.screen, v.OutOfService)
    full.return_value = room
    desk.until(desk.ready)
    told = [one for one in desk.records() if isinstance(one, FaultRaised | FaultCleared)]
    assert [(type(one), one.fault) for one in told] == [
        (FaultRaised, "disk_full"),
        (FaultCleared, "disk_full"),
    ]


def test_a_disk_that_fills_during_a_deposit_lets_it_end(desk: Desk, mocker: MockerFixture) -> None:
    """The reserve is for just this: what was begun gets its outcome."""
    walk(desk, [*OPENS_PAPER, puts(1_000)])
    mocker.patch("kiosk.disk.os.statvfs").return_value = mocker.Mock(f_bavail=0, f_frsize=4096)
    walk(desk, [waits(6), touches("done"), sees(v.Result), outcome("PAID", net_g=1_000)])
    assert isinstance(desk.screen, v.Result) and not desk.screen.another_allowed


def test_no_door_opens_when_the_record_cannot_be_written(desk: Desk, mocker: MockerFixture) -> None:
    """The ledger fails at ``deposit_opened``: the process ends, nothing moved, nothing is lost."""
    walk(desk, [shows_her_code, sees(v.Choose), touches("compartment:paper")])
    mocker.patch.object(desk.ledger, "append", side_effect=LedgerError("disk I/O error"))
    with pytest.raises(LedgerError):
        desk.wait(10_000)
    assert desk.doors.done == []
    mocker.stopall()
    desk.power_cut()
    desk.power_on()
    desk.until(desk.ready)
    assert not any(isinstance(one, DepositOpened) for one in desk.records())


def test_no_outcome_is_shown_that_is_not_durable(desk: Desk, mocker: MockerFixture) -> None:
    walk(desk, [*OPENS_PAPER, puts(1_000), touches("done"), sees(v.WeighingAfter)])
    mocker.patch.object(desk.ledger, "append", side_effect=LedgerError("disk I/O error"))
    with pytest.raises(LedgerError):
        desk.wait(10_000)
    assert isinstance(desk.screen, v.WeighingAfter)
    mocker.stopall()
    desk.power_cut()
    desk.power_on()
    walk(desk, [waits(5), outcome("HELD", "power_lost", net_g=1_000, amount_minor=0)])


def test_a_ledger_of_another_machine_is_set_aside(desk: Desk) -> None:
    """A disk that moved: the old ledger stays as evidence, a new one says why it begins."""
    old = desk.ledger.id
    desk.power_cut()
    (desk.config.machine.data_dir / "record.key").unlink()
    desk.power_on()
    assert desk.ledger.id != old
    first = desk.records()[0]
    assert isinstance(first, LedgerOpened) and first.previous == old and first.why
    key = load_or_create(desk.config.machine.data_dir / "record.key")
    assert first.record_key == key.public_key().public_bytes_raw()


def test_a_damaged_trust_file_is_named_at_start(desk: Desk) -> None:
    desk.power_cut()
    path = desk.config.machine.data_dir / "trust.json"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(TrustError, match=r"trust\.json: damaged"):
        Trust(path)


# ---- devices and time ----


def test_without_a_scanner_people_can_still_donate(desk: Desk) -> None:
    desk.controller.handle(ScannerLost("unplugged"))
    assert desk.status is not None and "scanner_lost" in desk.status.faults
    walk(desk, [touches("start"), touches("donate"), sees(v.Choose)])
    desk.controller.handle(ScannerReady())
    assert not desk.status.faults


def test_an_unplugged_scanner_is_told_to_who_would_show_a_code(desk: Desk) -> None:
    desk.touch("start")
    desk.controller.handle(ScannerLost("unplugged"))
    assert desk.screen == v.Identify("scanner_lost", donation_allowed=True)
    desk.controller.handle(ScannerReady())
    assert desk.screen == v.Identify(None, donation_allowed=True)


def test_a_door_that_is_lost_takes_its_compartment_out(desk: Desk) -> None:
    """D-08: UNKNOWN is not CLOSED, whatever the reason; and it returns when it is seen again."""
    now = desk.clock.monotonic_ms()
    lost = DoorReported(PAPER, DoorPosition.UNKNOWN, DoorMotion.STOPPED, True, now)
    desk.controller.handle(lost)
    assert desk.status is not None and desk.status.compartments[0].faults == ("door_failed",)
    assert isinstance(desk.screen, v.Idle) and desk.screen.offers[0].state == "faulty"
    seen = DoorReported(PAPER, DoorPosition.CLOSED, DoorMotion.STOPPED, False, now)
    desk.controller.handle(seen)
    assert desk.ready()


def test_a_full_compartment_is_told_apart(desk: Desk) -> None:
    desk.world.pans[PAPER].load(26_000)
    desk.wait(3_000)
    assert isinstance(desk.screen, v.Idle)
    states = {offer.compartment: offer.state for offer in desk.screen.offers}
    assert states == {"paper": "full", "plastic": "open", "metal": "open", "textiles": "open"}


def test_all_compartments_gone_is_out_of_service(desk: Desk) -> None:
    for device in desk.world.devices[:-1]:
        desk.world.unplug(device)
    desk.wait(3_000)
    assert desk.screen == v.OutOfService("all_compartments", "400-800-0000")


def test_a_record_says_what_the_clock_was_worth(desk: Desk) -> None:
    desk.clock.utc_ms, desk.clock.quality = None, "U"
    walk(desk, [touches("start"), touches("donate"), touches("compartment:paper")])
    sees(v.Opening)(desk)
    reader = desk.ledger.reader()
    last = decode(reader.one(Seq(desk.ledger.head_seq)).data)
    reader.close()
    assert (last.utc, last.clk, last.boot_id) == (None, "U", "boot-1")
    assert last.mono_ms == desk.clock.now_ms


def test_a_boot_is_anchored_once_the_time_is_known(desk: Desk) -> None:
    """What happened before is timed by the anchor; the records themselves are never rewritten."""
    desk.power_cut()
    desk.clock.quality = "U"
    known, desk.clock.utc_ms = desk.clock.utc_ms, None
    desk.power_on()
    desk.wait(5_000)
    anchors = [one for one in desk.records() if isinstance(one, Anchor)]
    assert len(anchors) == 1
    desk.clock.quality, desk.clock.utc_ms = "S", known
    desk.wait(5_000)
    anchors = [one for one in desk.records() if isinstance(one, Anchor)]
    assert len(anchors) == 2
    assert desk.clock.now_ms - 5_000 <= anchors[1].mono_ms <= desk.clock.now_ms


def test_being_asked_to_stop_shows_it(desk: Desk) -> None:
    desk.controller.handle(StopRequested())
    assert desk.screen == v.OutOfService("stopping", "400-800-0000")
