"""A machine and its operator's commands: verified, recorded before effect, answered once."""

import gzip
import hashlib
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import cloud, durable, records, wire
from kiosk import views as v
from kiosk.commands import CommandsError
from kiosk.diagnostics import BYTES_MAX, TOLD
from kiosk.envelope import key_id, seal
from kiosk.events import AgentAttached, BundleSent, CommandOffered
from kiosk.ledger import LedgerError
from kiosk.records import KeyChanged
from tests.commands.orders import TOMORROW_MS, answers, commands, signed
from tests.journeys.desk import Desk
from tests.journeys.steps import OPENS_PAPER, puts, touches, waits, walk

CLOSE = cloud.CloseCompartment("paper")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def state_of(desk: Desk, compartment: str) -> str:
    assert desk.status is not None
    return next(one.state for one in desk.status.compartments if one.id == compartment)


def event_counter(desk: Desk) -> int:
    assert desk.status is not None
    return desk.status.event_counter


def sees_out_of_service(desk: Desk) -> bool:
    return isinstance(desk.screen, v.OutOfService) and desk.screen.reason == "operator"


def refusals(desk: Desk) -> list[str]:
    return [one.reason for one in desk.told if isinstance(one, wire.Refused)]


def power_cycle(desk: Desk) -> None:
    desk.power_cut()
    desk.power_on()
    desk.controller.handle(AgentAttached(b"t" * 32))
    desk.wait(3_000)


def test_a_compartment_is_closed_and_opened_for_business(desk: Desk) -> None:
    counter = event_counter(desk)
    commands(desk, 1, CLOSE)
    assert answers(desk) == [(1, "close_compartment", "done", "paper")]
    assert state_of(desk, "paper") == "closed" and state_of(desk, "metal") == "open"
    power_cycle(desk)
    assert state_of(desk, "paper") == "closed", "closed for business survives a power cut"
    desk.until(lambda: state_of(desk, "metal") == "open")
    doors = len(desk.doors.done)
    commands(desk, 2, cloud.OpenCompartment("paper"))
    assert state_of(desk, "paper") == "open"
    desk.wait(2_000)
    assert len(desk.doors.done) == doors, "no command moves a door"
    assert [one[0] for one in answers(desk)] == [1, 2]
    assert event_counter(desk) == counter, "no parameter of weight or money"


def test_closed_by_the_operator_is_told_apart_from_full_and_faulty(desk: Desk) -> None:
    commands(desk, 1, CLOSE)
    assert desk.status is not None
    told = {one.id: (one.state, one.closed_by_operator) for one in desk.status.compartments}
    assert told["paper"] == ("closed", True)
    assert told["metal"] == ("open", False)
    assert isinstance(desk.screen, v.Idle)
    assert {one.compartment: one.state for one in desk.screen.offers}["paper"] == "closed"


def test_out_of_service_is_shown_and_survives_a_restart(desk: Desk) -> None:
    commands(desk, 1, cloud.TakeOutOfService())
    assert sees_out_of_service(desk)
    desk.touch("start")
    assert sees_out_of_service(desk)
    power_cycle(desk)
    assert sees_out_of_service(desk)
    commands(desk, 2, cloud.PutInService())
    desk.until(desk.ready)


def test_all_compartments_closed_says_it_was_the_operator(desk: Desk) -> None:
    for number, name in enumerate(("paper", "plastic", "metal", "textiles"), 1):
        commands(desk, number, cloud.CloseCompartment(name))
    assert sees_out_of_service(desk)


def test_a_command_waits_until_nobody_is_being_served(desk: Desk) -> None:
    walk(desk, [*OPENS_PAPER, puts(1_000), waits(2)])
    commands(desk, 2, cloud.Restart())
    commands(desk, 1, CLOSE)
    assert answers(desk) == [] and not desk.controller.restarting
    walk(desk, [touches("done"), waits(10), touches("finish"), touches("finish")])
    # One at a time, in the order of their numbers.
    desk.wait(2_000)
    assert [one[0] for one in answers(desk)] == [1, 2]
    assert desk.deposits()[-1].outcome == "PAID" and desk.controller.restarting


def test_a_restart_happens_once_however_often_it_is_sent(desk: Desk) -> None:
    commands(desk, 1, cloud.Restart())
    before = desk.controller
    assert before.restarting
    power_cycle(desk)
    commands(desk, 1, cloud.Restart())
    assert desk.controller is not before and not desk.controller.restarting
    assert answers(desk) == [(1, "restart", "done", "")]
    assert "not above 1" in refusals(desk)[-1]


def test_only_the_operators_fresh_commands_to_this_machine_are_taken(desk: Desk) -> None:
    desk.controller.handle(CommandOffered(signed(1, CLOSE, Ed25519PrivateKey.generate())))
    commands(desk, 1, CLOSE, kiosk="k-0002")
    document = seal("application/vnd.kiosk.document+json", b"{}", desk.operator.root)
    desk.controller.handle(CommandOffered(document))
    desk.controller.handle(
        CommandOffered(seal(cloud.COMMAND_TYPE, b'{"number":1}', desk.operator.root))
    )
    assert len(refusals(desk)) == 4 and answers(desk) == []
    assert state_of(desk, "paper") == "open"
    commands(desk, 5, CLOSE)
    commands(desk, 4, cloud.OpenCompartment("paper"))
    assert [one[0] for one in answers(desk)] == [5] and state_of(desk, "paper") == "closed"


@pytest.mark.parametrize("clock_knows", [True, False])
def test_an_expired_command_is_answered_and_not_done(desk: Desk, clock_knows: bool) -> None:
    if not clock_knows:
        # The floor is a time that is certainly past; a clock that does not know is not asked.
        desk.clock.quality = "U"
    past_ms = 1_795_392_000_000 - 1 if not clock_knows else TOMORROW_MS - 2 * 24 * 3600 * 1000
    commands(desk, 1, CLOSE, expires_ms=past_ms)
    assert answers(desk) == [(1, "close_compartment", "expired", "")]
    assert state_of(desk, "paper") == "open"


def test_what_cannot_be_done_is_answered_too(desk: Desk) -> None:
    commands(desk, 1, cloud.CloseCompartment("glass"))
    later = {"kiosk": "k-0001", "number": 2, "expires_ms": TOMORROW_MS, "who": "x"}
    payload = msgspec.json.encode(later | {"order": {"type": "sing", "loud": True}})
    envelope = seal(cloud.COMMAND_TYPE, payload, desk.operator.root)
    desk.controller.handle(CommandOffered(envelope))
    assert answers(desk) == [
        (1, "close_compartment", "refused", "there is no compartment glass"),
        (2, "sing", "refused", "this version does not know it"),
    ]


def test_no_command_opens_a_door() -> None:
    """Never: the list of orders is closed, and each is looked at here by a person."""
    tags = {one.__struct_config__.tag for one in get_args(cloud.Order)}
    assert tags == {
        "close_compartment",
        "open_compartment",
        "out_of_service",
        "in_service",
        "restart",
        "send_diagnostics",
        "change_interval",
        "rotate_key",
    }


# ---- power cuts ----


class CutError(Exception):
    """The power went."""


def test_a_power_cut_before_the_answer_is_made_good_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Intention saved, ledger not written: the next start writes the answer, exactly once."""
    with monkeypatch.context() as patch:
        patch.setattr(type(desk.ledger), "append", _fails)
        with pytest.raises(LedgerError):
            commands(desk, 1, CLOSE)
    power_cycle(desk)
    power_cycle(desk)
    assert answers(desk) == [(1, "close_compartment", "done", "paper")]
    assert state_of(desk, "paper") == "closed"


@pytest.mark.parametrize("writes", [0, 1])
def test_a_power_cut_at_any_write_answers_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """0: before the intention, the command comes again. 1: after the ledger's flush."""
    left = writes
    real = durable.replace

    def cut(path: Path, data: bytes) -> None:
        nonlocal left
        if path.name == "commands.json":
            left -= 1
            if left < 0:
                raise CutError
        real(path, data)

    with monkeypatch.context() as patch:
        patch.setattr(durable, "replace", cut)
        with pytest.raises(CutError):
            commands(desk, 1, cloud.Restart())
    assert not desk.controller.restarting, "recorded first, then done"
    power_cycle(desk)
    commands(desk, 1, cloud.Restart())
    assert [one[0] for one in answers(desk)] == [1]
    assert desk.controller.restarting == (writes == 0)


def test_a_full_disk_leaves_the_command_for_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path, _data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(durable, "replace", full)
        commands(desk, 1, CLOSE)
    assert answers(desk) == [] and state_of(desk, "paper") == "open"
    commands(desk, 1, CLOSE)
    assert state_of(desk, "paper") == "closed"


def test_a_damaged_file_names_the_cure(desk: Desk) -> None:
    commands(desk, 1, CLOSE)
    desk.power_cut()
    (desk.config.machine.data_dir / "commands.json").write_bytes(b"{")
    with pytest.raises(CommandsError, match="remove it"):
        desk.power_on()


def _fails(*_: object) -> None:
    raise LedgerError("the disk")


# ---- diagnostics ----


def uploads(desk: Desk) -> list[wire.Upload]:
    return [one for one in desk.told if isinstance(one, wire.Upload)]


def test_diagnostics_hold_nobody_and_no_secret(desk: Desk) -> None:
    token = desk.token("anna-the-resident")
    desk.scan(token)
    walk(desk, [touches("compartment:paper"), waits(8), puts(1_000), waits(2)])
    walk(desk, [touches("done"), waits(10), touches("finish"), touches("finish")])
    commands(desk, 1, cloud.SendDiagnostics())
    (upload,) = uploads(desk)
    assert answers(desk) == [(1, "send_diagnostics", "done", upload.sha256)]
    assert hashlib.sha256(upload.data).hexdigest() == upload.sha256
    assert len(upload.data) <= BYTES_MAX
    text = gzip.decompress(upload.data)
    content = msgspec.json.decode(text)
    assert content["status"]["state"] == "Idle" and content["configuration"]["compartment"]
    assert content["log"] == [{"event": "started"}]
    paid = next(one for one in content["records"] if one["kind"] == "deposit")
    assert paid["outcome"] == "PAID" and paid["after"]["frames"]
    deposit = desk.deposits()[-1]
    assert deposit.subject and deposit.token
    for secret in (deposit.subject, deposit.token, deposit.receipt, "anna", token.decode()):
        assert secret.encode() not in text
    key = (desk.config.machine.data_dir / "record.key").read_bytes()
    assert key.splitlines()[1] not in text


def test_only_fields_that_exist_are_told() -> None:
    kinds: dict[str, Any] = {
        one.__struct_config__.tag: set(one.__struct_fields__) for one in get_args(records.Body)
    }
    for kind, names in TOLD.items():
        assert set(names) <= kinds[kind], kind
        assert not set(names) & {"subject", "token", "receipt", "pieces", "session"}


def test_diagnostics_wait_for_an_agent_until_the_cloud_has_them(desk: Desk) -> None:
    commands(desk, 1, cloud.SendDiagnostics())
    (upload,) = uploads(desk)
    power_cycle(desk)
    assert uploads(desk)[1:] == [upload]
    desk.controller.handle(BundleSent("0" * 64))
    desk.controller.handle(BundleSent(upload.sha256))
    power_cycle(desk)
    assert len(uploads(desk)) == 2
    assert not (desk.config.machine.data_dir / "diagnostics.json.gz").exists()


# ---- what the agent is told ----


def hello(desk: Desk) -> wire.Hello:
    return [one for one in desk.told if isinstance(one, wire.Hello)][-1]


def test_the_interval_is_the_operators_until_it_is_given_back(desk: Desk) -> None:
    commands(desk, 1, cloud.ChangeInterval(900))
    assert (hello(desk).interval_s, hello(desk).commands_through) == (900, 1)
    power_cycle(desk)
    assert hello(desk).interval_s == 900
    commands(desk, 2, cloud.ChangeInterval(0))
    assert hello(desk).interval_s is None


def test_a_replaced_transport_key_is_recorded_once(desk: Desk) -> None:
    commands(desk, 1, cloud.RotateKey())
    old = key_id(b"t" * 32)
    assert hello(desk).replace_key == old
    power_cycle(desk)
    assert hello(desk).replace_key == old
    for key in (b"n" * 32, b"m" * 32):
        desk.controller.handle(AgentAttached(key))
        desk.wait(2_000)
    assert hello(desk).replace_key is None
    changes = [one for one in desk.records() if isinstance(one, KeyChanged)]
    assert changes == [KeyChanged("transport", b"n" * 32, old)]
