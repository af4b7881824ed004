"""Servers that misbehave: the real agent believes none of them, and goes on when the truth is back.

Each lie is told after the endpoint has committed the batch, so every retry is a duplicate there.
"""

import contextlib
import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.cloud import BATCH_ANSWER_MEDIA, MARK_TYPE, PROBLEM_MEDIA, BatchAnswer, Problem
from kiosk.envelope import seal
from kiosk.wire import FromAgent, Refused, Want
from sync.agent.answers import peek_mark
from sync.agent.http import ANSWER_MAX_BYTES
from sync.endpoint.operator import Operator
from tests.sync.controller import FakeController
from tests.sync.liar import Liar, Lie
from tests.sync.machine import Machine
from tests.sync.places import get_json, make_config, running_agent

HTML = {"Content-Type": "text/html"}
MEDIA = {"Content-Type": BATCH_ANSWER_MEDIA}
PROBLEM = {"Content-Type": PROBLEM_MEDIA}


def captive_portal(_truth: Lie) -> Lie:
    return Lie(200, HTML | {"Set-Cookie": "portal=1"}, b"<html>Welcome! Click to accept")


def right_media_wrong_body(_truth: Lie) -> Lie:
    return Lie(200, MEDIA, b"<html>")


def wrong_digest(truth: Lie) -> Lie:
    answer = msgspec.json.decode(truth.body, type=BatchAnswer)
    changed = msgspec.structs.replace(answer, batch_digest="0" * 64)
    return Lie(200, truth.headers, msgspec.json.encode(changed))


def over_acknowledging(truth: Lie) -> Lie:
    answer = msgspec.json.decode(truth.body, type=BatchAnswer)
    mark = peek_mark(answer.mark)
    more = msgspec.structs.replace(mark, acked_through=mark.acked_through + 1000)
    envelope = seal(MARK_TYPE, msgspec.json.encode(more), Ed25519PrivateKey.generate())
    changed = msgspec.structs.replace(answer, mark=envelope)
    return Lie(200, truth.headers, msgspec.json.encode(changed))


def redirect(_truth: Lie) -> Lie:
    return Lie(302, {"Location": "/trap"})


def permanent_redirect(_truth: Lie) -> Lie:
    return Lie(308, {"Location": "/trap"})


def unauthorized(_truth: Lie) -> Lie:
    return Lie(401, PROBLEM, msgspec.json.encode(Problem("about:blank", "Who?", 401)))


def too_many(_truth: Lie) -> Lie:
    return Lie(429, {"Retry-After": "1"})


def unavailable(_truth: Lie) -> Lie:
    return Lie(503, {"Retry-After": "0"})


def broken(_truth: Lie) -> Lie:
    return Lie(500, HTML, b"oops")


def cut_short(truth: Lie) -> Lie:
    return Lie(200, truth.headers, truth.body[:-20], cut_short=20)


def endless(truth: Lie) -> Lie:
    return Lie(200, truth.headers, truth.body + b" " * ANSWER_MAX_BYTES)


def bomb(truth: Lie) -> Lie:
    zipped = gzip.compress(bytes(50 * 1024 * 1024))
    return Lie(200, truth.headers | {"Content-Encoding": "gzip"}, zipped)


LIES = (
    captive_portal,
    right_media_wrong_body,
    wrong_digest,
    over_acknowledging,
    redirect,
    permanent_redirect,
    unauthorized,
    too_many,
    unavailable,
    broken,
    cut_short,
    endless,
    bomb,
)


@contextlib.contextmanager
def carried(tmp_path: Path, desk: Operator, url: str, liar: Liar) -> Iterator[FakeController]:
    """A machine with a deposit, enrolled through the liar while it is honest."""
    settings = make_config(tmp_path)
    machine = Machine()
    machine.deposit()
    with (
        FakeController(tmp_path / "run" / "agent.sock", machine) as controller,
        running_agent(settings),
    ):
        controller.show_code(desk.new_code("yard-07"), liar.url)
        controller.wait_acked(3)
        yield controller
    books = get_json(f"{url}/books.json")
    assert books["acked_through"] == machine.head_seq and books["suspects"] == 0
    assert len(books["deposits"]) == len(books["credits"]) == (machine.head_seq - 1) // 2


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_a_lie_is_not_believed(
    lie: Callable[[Lie], Lie], tmp_path: Path, desk: Operator, url: str
) -> None:
    with Liar(int(url.rpartition(":")[2])) as liar, carried(tmp_path, desk, url, liar) as machine:
        told = 0

        def tell(path: str, _body: bytes, truth: Lie) -> Lie | None:
            nonlocal told
            if "batches" not in path or told == 2:
                return None
            told += 1
            assert machine.acked_through == 3
            return lie(truth)

        liar.tell = tell
        machine.machine.deposit()
        machine.announce()
        machine.wait_acked(5)
        assert told == 2
        assert liar.count("trap") == 0 and liar.cookies == 0
        assert not machine.marks_refused


def test_poison_is_narrowed_down_and_the_line_moves_on(
    tmp_path: Path, desk: Operator, url: str
) -> None:
    """A server that chokes on one record gets it as quarantined, and all others as they are."""
    with Liar(int(url.rpartition(":")[2])) as liar:
        settings = make_config(tmp_path)
        machine = Machine()
        for _ in range(20):
            machine.deposit()
        poison = machine.records[16]

        def refuse(path: str, body: bytes) -> Lie | None:
            if "batches" not in path:
                return None
            batch = msgspec.json.decode(gzip.decompress(body))
            held = {one["seq"] for one in batch["records"]} - set(batch["quarantined"])
            return Lie(422, PROBLEM, b"{}") if poison.seq in held else None

        liar.refuse = refuse
        with (
            FakeController(tmp_path / "run" / "agent.sock", machine) as controller,
            running_agent(settings),
        ):
            controller.show_code(desk.new_code("yard-07"), liar.url)
            controller.wait_acked(41)
        books = get_json(f"{url}/books.json")
        assert books["acked_through"] == 41 and books["suspects"] == 1
        assert poison.seq not in [one["seq"] for one in books["deposits"]]
        assert len(books["deposits"]) == 19


def test_a_machine_that_was_revoked_asks_rarely_and_keeps_everything(
    tmp_path: Path, desk: Operator, url: str
) -> None:
    with Liar(int(url.rpartition(":")[2])) as liar, carried(tmp_path, desk, url, liar) as machine:
        revoked = True

        def tell(_path: str, _body: bytes, truth: Lie) -> Lie | None:
            return unauthorized(truth) if revoked else None

        liar.tell = tell
        before = liar.count("batches")
        machine.machine.deposit()
        machine.announce()
        status = liar.count("status")
        # In this test an hour is a tenth of a second.
        liar.wait_count("status", status + 3)
        assert liar.count("batches") == before + 1
        revoked = False
        machine.wait_acked(5)


@pytest.mark.parametrize("status", [401, 403])
def test_the_controller_hears_that_the_cloud_refuses_and_that_it_ends(
    status: int, tmp_path: Path, desk: Operator, url: str
) -> None:
    """Said once, however often it is tried; a cloud that only hears heartbeats takes nothing."""
    with Liar(int(url.rpartition(":")[2])) as liar, carried(tmp_path, desk, url, liar) as machine:
        no = Lie(status, PROBLEM, msgspec.json.encode(Problem("about:blank", "Who?", status)))
        machine.wait(lambda: machine.barred == [None])
        liar.refuse = lambda path, _body: no if "batches" in path else None
        before = liar.count("batches")
        machine.machine.deposit()
        machine.announce()
        machine.wait(lambda: len(machine.barred) == 2)
        liar.wait_count("batches", before + 3)
        liar.refuse = lambda _path, _body: no
        before = liar.count("status")
        liar.wait_count("status", before + 3)
        machine.drop()
        machine.wait(lambda: len(machine.barred) == 3)
        assert machine.barred == [None, f"{status} Who?", f"{status} Who?"]
        liar.refuse = lambda _path, _body: None
        machine.wait_acked(5)
        machine.wait(lambda: machine.barred[3:] == [None])


class Doubter(FakeController):
    """Refuses a mark just before it answers the first wish for records."""

    wants = 0

    def _hear(self, message: FromAgent) -> None:
        if isinstance(message, Want):
            self.wants += 1
            if self.wants == 1:
                self._send(Refused("mark", "no such key"))
        super()._hear(message)


def test_records_asked_for_before_a_mark_was_refused_are_not_sent(
    tmp_path: Path, desk: Operator, url: str
) -> None:
    with Liar(int(url.rpartition(":")[2])) as liar:
        settings, machine = make_config(tmp_path), Machine()
        batches: list[int] = []

        def refuse(path: str, _body: bytes) -> Lie | None:
            if "batches" in path:
                batches.append(controller.wants)
            return None

        liar.refuse = refuse
        with (
            Doubter(tmp_path / "run" / "agent.sock", machine) as controller,
            running_agent(settings),
        ):
            controller.show_code(desk.new_code("yard-07"), liar.url)
            controller.wait_acked(1)
        assert batches == [2]
