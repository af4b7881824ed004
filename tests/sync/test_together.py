"""The real agent, a real endpoint and a controller's real socket: nothing lost, nothing doubled."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.endpoint.operator import Operator
from tests.sync.controller import FakeController
from tests.sync.machine import Machine
from tests.sync.places import (
    CLOCK,
    EndpointProcess,
    get_json,
    make_config,
    make_desk,
    running_agent,
    running_endpoint,
)
from tests.sync.relay import Relay


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[FakeController]:
    """A machine with one deposit, waiting for an agent."""
    make_config(tmp_path)
    machine = Machine()
    machine.deposit()
    with FakeController(tmp_path / "run" / "agent.sock", machine) as controller:
        yield controller


def assert_books_agree(url: str, controller: FakeController, deposits: int) -> None:
    """Every deposit is in the books once, and credited once under its permanent key."""
    books = get_json(f"{url}/books.json")
    assert books["acked_through"] == controller.machine.head_seq
    seqs = [one["seq"] for one in books["deposits"]]
    assert seqs == sorted(set(seqs)) and len(seqs) == deposits
    first, again = (get_json(f"{url}/v1/credits?after=0") for _ in range(2))
    assert first == again
    keys = [one["key"] for one in first["credits"]]
    assert keys == [f"{controller.machine.ledger}/{seq}" for seq in seqs]


def test_enrols_carries_and_acknowledges(tmp_path: Path, controller: FakeController) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    with running_endpoint(tmp_path / "desk") as url, running_agent(make_config(tmp_path)):
        controller.show_code(desk.new_code("yard-07"), url)
        controller.wait_acked(3)
        assert controller.kiosk == "yard-07-01"
        assert controller.root_public == desk.root_public
        assert controller.documents == dict.fromkeys(
            ("tariff", "issuers", "endpoint_keys", "settings"), 1
        )
        controller.machine.deposit(subject=None)
        controller.machine.deposit(outcome="HELD")
        controller.machine.deposit()
        controller.announce()
        controller.wait_acked(9)
        books = get_json(f"{url}/books.json")
        assert [one["outcome"] for one in books["deposits"]] == ["PAID", "PAID", "HELD", "PAID"]
        assert books["deposits"][0] | {"kiosk": "", "ledger": ""} == {
            "kiosk": "",
            "ledger": "",
            "seq": 3,
            "receipt": "R000003",
            "compartment": "paper-1",
            "material": "cardboard",
            "outcome": "PAID",
            "reason": None,
            "net_g": 1800,
            "unit_price": "0.80",
            "amount_minor": 144,
            "currency": "CNY",
        }
        # A donation and what is held are nobody's to be paid.
        owed = get_json(f"{url}/v1/credits?after=0")["credits"]
        assert [one["receipt"] for one in owed] == ["R000003", "R000009"]


def test_lost_answers_neither_lose_nor_double(tmp_path: Path, controller: FakeController) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    with (
        running_endpoint(tmp_path / "desk") as url,
        Relay(int(url.rpartition(":")[2])) as relay,
        running_agent(make_config(tmp_path)),
    ):
        relay.lose(3)
        controller.show_code(desk.new_code("yard-07"), f"http://127.0.0.1:{relay.port}")
        controller.wait_acked(3)
        assert relay.lost == 3
        relay.lose(2)
        for _ in range(5):
            controller.machine.deposit()
        controller.announce()
        controller.wait_acked(13)
        assert relay.lost == 5
        assert_books_agree(url, controller, deposits=6)


def test_network_away_then_back(tmp_path: Path, controller: FakeController) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    with (
        running_endpoint(tmp_path / "desk") as url,
        Relay(int(url.rpartition(":")[2])) as relay,
        running_agent(make_config(tmp_path)),
    ):
        controller.show_code(desk.new_code("yard-07"), f"http://127.0.0.1:{relay.port}")
        controller.wait_acked(3)
        relay.cut()
        for _ in range(250):
            controller.machine.deposit()
            controller.announce()
        relay.mend()
        controller.wait_acked(503)
        assert_books_agree(url, controller, deposits=251)


def test_endpoint_killed_and_restarted(tmp_path: Path, controller: FakeController) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    with contextlib.ExitStack() as cleaning:
        endpoint = EndpointProcess(tmp_path / "desk")
        cleaning.callback(lambda: endpoint.kill())
        relay = cleaning.enter_context(Relay(endpoint.port))
        cleaning.enter_context(running_agent(make_config(tmp_path)))
        controller.show_code(desk.new_code("yard-07"), f"http://127.0.0.1:{relay.port}")
        controller.wait_acked(3)
        for kill in range(2):
            relay.lose(1)
            for _ in range(20):
                controller.machine.deposit()
            controller.announce()
            # The answer was sent, so it is committed; it never arrives, and the server dies.
            relay.wait(lambda lost=kill + 1: relay.lost == lost)  # type: ignore[misc]
            endpoint.kill()
            endpoint = EndpointProcess(tmp_path / "desk")
            relay.target = endpoint.port
            controller.wait_acked(controller.machine.head_seq)
        assert_books_agree(f"http://127.0.0.1:{endpoint.port}", controller, deposits=41)


def test_agent_restarted_between_answer_and_mark(
    tmp_path: Path, controller: FakeController
) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    with (
        running_endpoint(tmp_path / "desk") as url,
        Relay(int(url.rpartition(":")[2])) as relay,
    ):
        with running_agent(make_config(tmp_path)):
            controller.show_code(desk.new_code("yard-07"), f"http://127.0.0.1:{relay.port}")
            controller.wait_acked(3)
            relay.lose(1)
            controller.machine.deposit()
            controller.announce()
            relay.wait(lambda: relay.lost == 1)
        acked = controller.acked_through
        with running_agent(make_config(tmp_path)):
            controller.wait_acked(5)
        assert acked in (3, 5)
        assert_books_agree(url, controller, deposits=2)


def test_controller_restarts_under_the_agent(tmp_path: Path, controller: FakeController) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    with running_endpoint(tmp_path / "desk") as url, running_agent(make_config(tmp_path)):
        controller.show_code(desk.new_code("yard-07"), url)
        controller.wait_acked(3)
        # It lost the mark: the agent fetches it again, the books do not change.
        with controller.changed:
            controller.acked_through = 0
        controller.drop()
        controller.wait(lambda: controller.attached == 2)
        controller.wait_acked(3)
        assert_books_agree(url, controller, deposits=1)


def test_new_tariff_reaches_the_machine(tmp_path: Path, controller: FakeController) -> None:
    desk: Operator = make_desk(tmp_path / "desk", "http://127.0.0.1:1", interval_s=1)
    with running_endpoint(tmp_path / "desk") as url, running_agent(make_config(tmp_path)):
        controller.show_code(desk.new_code("yard-07"), url)
        controller.wait_acked(3)
        assert Operator.load(tmp_path / "desk", CLOCK).publish_tariff({"cardboard": 9000}) == 2
        controller.wait(lambda: controller.documents["tariff"] == 2)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://cloud.example", "use https"),
        ("ftp://127.0.0.1", "use https"),
        ("https://user@cloud.example", "is not like"),
        ("http://127.0.0.1:1", "Connection"),
    ],
)
def test_a_bad_enrolment_is_told(
    tmp_path: Path, controller: FakeController, url: str, word: str
) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    with running_agent(make_config(tmp_path)):
        controller.show_code(desk.new_code("yard-07"), url)
        controller.wait(lambda: controller.refusals)
        assert word in controller.refusals[0]
        assert controller.kiosk is None


def test_a_mark_by_a_strangers_key_does_not_count(
    tmp_path: Path, controller: FakeController
) -> None:
    desk = make_desk(tmp_path / "desk", "http://127.0.0.1:1")
    with running_endpoint(tmp_path / "desk") as url, running_agent(make_config(tmp_path)):
        controller.show_code(desk.new_code("yard-07"), url)
        controller.wait_acked(3)
        with controller.changed:
            known, controller.endpoint_keys = controller.endpoint_keys, (bytes(32),)
        controller.machine.deposit()
        controller.announce()
        controller.wait(lambda: len(controller.marks_refused) >= 3)
        assert controller.acked_through == 3
        with controller.changed:
            controller.endpoint_keys = known
        controller.wait_acked(5)
        assert_books_agree(url, controller, deposits=2)
