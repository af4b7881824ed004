"""Commands at the endpoint: signed by the desk, sent until they are answered."""

import argparse
import hashlib
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import cloud
from kiosk.cli import endpoint as command_line
from kiosk.cloud import StatusAnswer, StatusRequest
from kiosk.envelope import seal
from kiosk.records import CommandDone
from sync.agent.http import Answer
from sync.endpoint import commands, decisions
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator
from sync.endpoint.uploads import KEPT_MOST, Uploads
from tests.sync.peer import JSON, Peer, problem, taken
from tests.sync.places import CLOCK

DAY_MS = 24 * 3600 * 1000
CLOSE = cloud.CloseCompartment("paper-1")
OCTETS = {"Content-Type": "application/octet-stream"}


def beat(peer: Peer, desk: Operator, through: int = 0) -> tuple[cloud.Command, ...]:
    """The commands in the answer to a heartbeat, as the operator signed them."""
    status = StatusRequest("0.1.0", peer.machine.ledger, 11, 0, {}, commands_through=through)
    answer = peer.call("POST", "/v1/status", msgspec.json.encode(status))
    assert answer.status == 200, answer.body
    found = msgspec.json.decode(answer.body, type=StatusAnswer)
    return tuple(commands.read(one, desk.root_public) for one in found.commands)


def done(number: int, result: str = "done") -> CommandDone:
    fields = {"number": number, "command": "close_compartment", "result": result}
    told = fields | {"detail": "", "envelope": "", "kind": "command_done"}
    return msgspec.convert(told, CommandDone)


def test_a_command_goes_down_until_it_is_answered(
    peer: Peer, desk: Operator, database: str
) -> None:
    assert commands.issue(desk, peer.machine.kiosk, CLOSE, DAY_MS, "Li") == 1
    assert commands.issue(desk, peer.machine.kiosk, cloud.Restart(), DAY_MS, "Li") == 2
    assert commands.issue(desk, "yard-07-77", cloud.Restart(), DAY_MS, "Li") == 1
    found = beat(peer, desk)
    assert [(one.number, one.order) for one in found] == [(1, CLOSE), (2, cloud.Restart())]
    assert beat(peer, desk) == found, "an answer may be lost"
    through = beat(peer, desk, through=1)
    assert [one.number for one in through] == [2], "it was done, its record comes"
    peer.machine.append(done(1))
    peer.machine.append(done(2, "expired"))
    taken(peer.send(peer.machine.records))
    assert beat(peer, desk) == ()
    rows = decisions.look(database, lambda one: commands.of_machine(one, peer.machine.kiosk, 9))
    assert [(row.number, row.result, row.done_seq) for row in rows] == [
        (2, "expired", 13),
        (1, "done", 12),
    ]
    assert commands.issue(desk, peer.machine.kiosk, CLOSE, DAY_MS, "Li") == 3


def test_an_expired_command_is_not_sent(peer: Peer, desk: Operator) -> None:
    commands.issue(desk, peer.machine.kiosk, CLOSE, -1, "Li")
    assert beat(peer, desk) == ()


def test_the_first_answer_counts(peer: Peer, desk: Operator, database: str) -> None:
    commands.issue(desk, peer.machine.kiosk, CLOSE, DAY_MS, "Li")
    beat(peer, desk)
    peer.machine.append(done(1))
    peer.machine.append(done(1, "refused"))
    peer.machine.append(done(2**60))
    taken(peer.send(peer.machine.records))
    (row,) = decisions.look(database, lambda one: commands.of_machine(one, peer.machine.kiosk, 9))
    assert row.result == "done"


def test_over_http_the_roots_signature_is_the_authority(peer: Peer, desk: Operator) -> None:
    def post(command: cloud.Command, key: Ed25519PrivateKey) -> Answer:
        envelope = seal(cloud.COMMAND_TYPE, msgspec.json.encode(command), key)
        return peer.http.exchange("POST", f"{peer.url}/v1/commands", JSON, envelope)

    mine = cloud.Command(peer.machine.kiosk, 7, 2**50, "Li", CLOSE)
    for _ in range(2):
        assert post(mine, desk.root_key).status == 201
    assert [one.number for one in beat(peer, desk)] == [7]
    other = msgspec.structs.replace(mine, order=cloud.Restart())
    problem(post(other, desk.root_key), 409)
    problem(post(mine, Ed25519PrivateKey.generate()), 403)
    stranger = msgspec.structs.replace(mine, kiosk="yard-99-01")
    problem(post(stranger, desk.root_key), 404)


def test_diagnostics_are_kept_under_their_hash(peer: Peer, desk: Operator) -> None:
    data = b"facts for a technician"
    sha256 = hashlib.sha256(data).hexdigest()
    for _ in range(2):
        answer = peer.call("PUT", f"/v1/blobs/{sha256}", data, headers=OCTETS)
        assert answer.status == 204, answer.body
    kept = desk.directory / "uploads" / peer.machine.kiosk / sha256
    assert kept.read_bytes() == data
    problem(peer.call("PUT", f"/v1/blobs/{'0' * 64}", data, headers=OCTETS), 422)
    stranger = Ed25519PrivateKey.generate()
    problem(peer.call("PUT", f"/v1/blobs/{sha256}", data, headers=OCTETS, key=stranger), 401)
    problem(peer.call("GET", f"/v1/blobs/{sha256}"), 404)


def test_a_machine_gone_mad_fills_no_disk(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    for number in range(KEPT_MOST + 5):
        data = str(number).encode()
        uploads.put("k", hashlib.sha256(data).hexdigest(), data)
    assert len(list((tmp_path / "k").iterdir())) == KEPT_MOST


# ---- the command line ----


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    command_line.configure(parser)
    return command_line.run(parser.parse_args(list(words)))


@pytest.mark.parametrize(
    ("words", "order"),
    [
        (("close-compartment", "paper-1"), CLOSE),
        (("open-compartment", "paper-1"), cloud.OpenCompartment("paper-1")),
        (("out-of-service",), cloud.TakeOutOfService()),
        (("in-service",), cloud.PutInService()),
        (("restart",), cloud.Restart()),
        (("send-diagnostics",), cloud.SendDiagnostics()),
        (("change-interval", "900"), cloud.ChangeInterval(900)),
        (("rotate-key",), cloud.RotateKey()),
    ],
)
def test_the_desk_signs_every_order(
    desk: Operator, words: tuple[str, ...], order: cloud.Order
) -> None:
    assert run("command", str(desk.directory), "yard-07-01", *words, "--expires", "2h") == 0
    (path,) = (desk.directory / "commands").glob("*.json")
    said = commands.read(path.read_bytes(), desk.root_public)
    assert (said.kiosk, said.number, said.order) == ("yard-07-01", 1, order)
    now_ms = CLOCK.wall().utc_ms or 0
    assert 0 < said.expires_ms - now_ms <= 2 * 3600 * 1000


@pytest.mark.parametrize("life", ["0h", "1", "x", "-1h", "99d", "1w"])
def test_a_life_that_cannot_be_is_refused(desk: Operator, life: str) -> None:
    with pytest.raises(EndpointError, match="expires"):
        run("command", str(desk.directory), "yard-07-01", "restart", f"--expires={life}")


def test_a_name_that_is_none_is_refused(desk: Operator) -> None:
    with pytest.raises(EndpointError, match="no machine's name"):
        run("command", str(desk.directory), "../x", "restart")


def test_what_became_of_commands_is_listed(
    peer: Peer, desk: Operator, database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    kiosk = peer.machine.kiosk
    run("command", str(desk.directory), kiosk, "restart")
    run("command", str(desk.directory), kiosk, "close-compartment", "paper-1", "--who", "Li")
    beat(peer, desk)
    peer.machine.append(done(1))
    taken(peer.send(peer.machine.records))
    capsys.readouterr()
    assert run("commands", str(desk.directory), kiosk, "--database", database) == 0
    second, first = capsys.readouterr().out.splitlines()
    assert "2  close_compartment" in second and "waits" in second and "Li" in second
    assert "1  restart" in first and "done" in first
