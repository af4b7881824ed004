"""Restored disks, swapped boards and copies of a machine: nothing is credited twice or unseen."""

import argparse
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.cli import endpoint as command
from kiosk.cloud import APPROVAL_TYPE, Approval, LedgerRequest, StatusRequest
from kiosk.envelope import seal
from kiosk.records import SoftwareStarted
from sync.endpoint.operator import Operator
from tests.sync.controller import FakeController
from tests.sync.machine import Machine
from tests.sync.peer import JSON, Peer, problem, taken
from tests.sync.places import get_json, make_config, running_agent

OTHER = "b2" * 16


def credits_of(url: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get_json(f"{url}/v1/credits?after=0")["credits"]
    return found


@pytest.fixture
def copied(peer: Peer) -> Peer:
    """The machine has sent all; a copy of its disk on another board has opened another ledger."""
    taken(peer.send(peer.machine.records))
    original = peer.machine
    copy = Machine(ledger=OTHER, kiosk=original.kiosk, board="board-2", key=original.key)
    copy.deposit()
    other = Peer(peer.url, copy, peer.http, peer.transport)
    asked = LedgerRequest(OTHER, original.ledger, "board", "board-2")
    answer = other.call("POST", "/v1/ledgers", msgspec.json.encode(asked))
    assert answer.status == 200
    assert msgspec.json.decode(answer.body)["state"] == "pending"
    return other


def approve(desk: Operator, peer: Peer, approved: bool = True, **changes: Any) -> Any:
    said = Approval(OTHER, "board-2", approved, "Wang", "swapped it myself", 1)
    said = msgspec.structs.replace(said, **changes)
    body = seal(APPROVAL_TYPE, msgspec.json.encode(said), desk.root_key)
    return peer.http.exchange("POST", f"{peer.url}/v1/approvals", JSON, body)


def test_another_board_is_heard_and_taken_but_not_credited(
    copied: Peer, peer: Peer, desk: Operator
) -> None:
    taken(copied.send(copied.machine.records, generation=2))
    assert len(credits_of(peer.url)) == 5
    status = StatusRequest("0.1.0", OTHER, 3, 3, {})
    answer = copied.call("POST", "/v1/status", msgspec.json.encode(status))
    assert msgspec.json.decode(answer.body)["state"] == "pending"
    # The machine it was copied from goes on: a copy fences nothing off.
    peer.machine.deposit()
    taken(peer.send(peer.machine.records[11:]))
    assert len(credits_of(peer.url)) == 6


def test_approved_it_is_credited_once_and_fences_off_the_old_one(
    copied: Peer, peer: Peer, desk: Operator
) -> None:
    taken(copied.send(copied.machine.records, generation=2))
    for _ in range(2):
        assert approve(desk, peer).status == 204
    assert [one["key"] for one in credits_of(peer.url)][5:] == [f"{OTHER}/3"]
    copied.machine.deposit()
    taken(copied.send(copied.machine.records[3:], generation=2))
    assert len(credits_of(peer.url)) == 7
    found = problem(peer.send(peer.machine.records), 409)
    assert found["type"] == "urn:kiosk:problem:stale-generation"
    problem(approve(desk, peer, approved=False), 409)


def test_rejected_it_is_kept_and_never_credited(copied: Peer, peer: Peer, desk: Operator) -> None:
    assert approve(desk, peer, approved=False).status == 204
    taken(copied.send(copied.machine.records, generation=2))
    assert len(credits_of(peer.url)) == 5
    problem(approve(desk, peer), 409)


def test_approvals_that_do_not_hold(copied: Peer, peer: Peer, desk: Operator) -> None:
    problem(approve(desk, peer, board="board-3"), 404)
    problem(approve(desk, peer, ledger="c3" * 16), 404)
    stranger = seal(APPROVAL_TYPE, b"{}", Ed25519PrivateKey.generate())
    problem(peer.http.exchange("POST", f"{peer.url}/v1/approvals", JSON, stranger), 403)
    signed_nonsense = seal(APPROVAL_TYPE, b"{}", desk.root_key)
    problem(peer.http.exchange("POST", f"{peer.url}/v1/approvals", JSON, signed_nonsense), 403)


def test_the_same_ledger_is_not_opened_on_another_board(peer: Peer) -> None:
    asked = LedgerRequest(peer.machine.ledger, None, "attached", "board-2")
    found = problem(peer.call("POST", "/v1/ledgers", msgspec.json.encode(asked)), 409)
    assert found["type"] == "urn:kiosk:problem:board"


def test_the_command_line_lists_and_approves(
    copied: Peer,
    peer: Peer,
    desk: Operator,
    database: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(*words: str) -> int:
        parser = argparse.ArgumentParser()
        command.configure(parser)
        return command.run(parser.parse_args((*words, "--database", database)))

    taken(copied.send(copied.machine.records, generation=2))
    assert run("boards", str(desk.directory)) == 0
    assert f"{OTHER}  yard-07-01  board board-2, known as board-1" in capsys.readouterr().out
    of = ("--ledger", OTHER, "--who", "Wang", "--why", "swapped")
    assert run("approve", str(desk.directory), *of) == 0
    status = msgspec.json.encode(StatusRequest("0.1.0", OTHER, 3, 3, {}))
    answer = copied.call("POST", "/v1/status", status)
    assert msgspec.json.decode(answer.body)["state"] == "accepted"
    assert len(credits_of(peer.url)) == 6


def test_a_restored_disk_is_found_at_first_contact(
    tmp_path: Path, desk: Operator, url: str
) -> None:
    machine = Machine()
    for _ in range(3):
        machine.deposit()
    settings = make_config(tmp_path)
    with FakeController(tmp_path / "run" / "agent.sock", machine) as controller:
        with running_agent(settings):
            controller.show_code(desk.new_code("yard-07"), url)
            controller.wait_acked(7)
        # The disk goes back to three records; the cloud has seven.
        with controller.changed, machine.lock:
            del machine.records[3:]
            controller.acked_through = 3
        machine.append(SoftwareStarted("0.1.0", 0))
        with running_agent(settings):
            controller.wait(lambda: controller.forked)
            assert controller.forked[0].reason == "fork" or "7" in controller.forked[0].detail
            # As the controller will: another ledger, and on from there.
            fresh = Machine(ledger=OTHER, kiosk=machine.kiosk, key=machine.key)
            fresh.deposit()
            with controller.changed:
                controller.machine = fresh
                controller.acked_through = 0
            controller.announce()
            controller.wait_acked(3)
    assert len(credits_of(url)) == 4
