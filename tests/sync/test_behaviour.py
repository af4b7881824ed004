"""Every way an answer can be wrong or missing (docs/protocol/behaviour.md), against the real agent.

What is here completes tests/sync/test_liars.py; the page names the test of each row.
"""

import ast
import gzip
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.clock import WallTime
from kiosk.cloud import FORK, GAP, MARK_TYPE, STALE_GENERATION, BatchAnswer, Problem
from kiosk.envelope import seal
from kiosk.units import Millis
from sync.agent.answers import peek_mark
from sync.agent.signing import Signer
from sync.endpoint.database import sqlite_url
from sync.endpoint.operator import Operator
from tests.sync.liar import Liar, Lie
from tests.sync.peer import Peer
from tests.sync.places import CLOCK
from tests.sync.test_liars import PROBLEM, carried

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "protocol" / "behaviour.md"


@pytest.fixture
def database(desk: Operator) -> str:
    """What is stored does not matter here."""
    return sqlite_url(desk.directory)


# ---- the page ----


def test_every_row_of_the_page_names_tests_that_exist() -> None:
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")][1:]
    assert len(rows) >= 14
    for row in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)(?:\[\w+\])?`", row)
        assert named, f"no test is named: {row}"
        for file, name in named:
            tree = ast.parse((ROOT / file).read_text("utf-8"))
            defined = {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}
            assert name in defined, f"{file} has no {name}"
        for case in re.findall(r"test_a_lie_is_not_believed\[(\w+)\]", row):
            assert f"def {case}(" in (ROOT / "tests/sync/test_liars.py").read_text("utf-8")
        for case in re.findall(r"test_trouble_passes_and_nothing_is_lost\[(\w+)\]", row):
            assert any(case == one.__name__ for one in TROUBLES)


# ---- answers that pass: the same records again, nothing lost, nothing doubled ----


def problem(status: int, kind: str = "about:blank", expected: int | None = None) -> Lie:
    said = Problem(kind, "No", status, expected_seq=expected)
    return Lie(status, PROBLEM, msgspec.json.encode(said))


def bad_gateway(_truth: Lie) -> Lie:
    return Lie(502, {"Content-Type": "text/html"}, b"<html>")


def gateway_timeout(_truth: Lie) -> Lie:
    return Lie(504)


def forbidden(_truth: Lie) -> Lie:
    return problem(403)


def another_schema(_truth: Lie) -> Lie:
    return problem(426, "urn:kiosk:problem:schema")


def senseless_gap(_truth: Lie) -> Lie:
    return problem(409, GAP, expected=4)


def gap_from_the_first(_truth: Lie) -> Lie:
    return problem(409, GAP, expected=1)


def strangers_conflict(_truth: Lie) -> Lie:
    return Lie(409, {"Content-Type": "text/html"}, b"<html>")


def too_large_for_one(_truth: Lie) -> Lie:
    return problem(413)


def busy_for_no_time_given(_truth: Lie) -> Lie:
    return Lie(503)


def retry_after_as_a_date(_truth: Lie) -> Lie:
    return Lie(503, {"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"})


def empty(truth: Lie) -> Lie:
    return Lie(200, truth.headers, b"")


def half_the_json(truth: Lie) -> Lie:
    return Lie(200, truth.headers, truth.body[: len(truth.body) // 2])


def server_time_of_another_century(truth: Lie) -> Lie:
    """Its own clock is far off: what it says about time decides nothing."""
    answer = msgspec.json.decode(truth.body, type=BatchAnswer)
    far = msgspec.structs.replace(answer, next_interval_s=2**40)
    return Lie(500, truth.headers, msgspec.json.encode(far))


TROUBLES = (
    bad_gateway,
    gateway_timeout,
    forbidden,
    another_schema,
    senseless_gap,
    gap_from_the_first,
    strangers_conflict,
    too_large_for_one,
    busy_for_no_time_given,
    retry_after_as_a_date,
    empty,
    half_the_json,
    server_time_of_another_century,
)


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda one: one.__name__)
def test_trouble_passes_and_nothing_is_lost(
    trouble: Callable[[Lie], Lie], tmp_path: Path, desk: Operator, url: str
) -> None:
    with Liar(int(url.rpartition(":")[2])) as liar, carried(tmp_path, desk, url, liar) as machine:
        told = 0

        def tell(path: str, _body: bytes, truth: Lie) -> Lie | None:
            nonlocal told
            if "batches" not in path or told == 1:
                return None
            told += 1
            return trouble(truth)

        liar.tell = tell
        machine.machine.deposit()
        machine.announce()
        machine.wait_acked(5)
        assert told == 1 and not machine.marks_refused and not machine.forked


def test_what_is_sent_again_is_the_same_to_the_byte(
    tmp_path: Path, desk: Operator, url: str
) -> None:
    with Liar(int(url.rpartition(":")[2])) as liar, carried(tmp_path, desk, url, liar) as machine:
        sent: list[list[object]] = []

        def tell(path: str, body: bytes, _truth: Lie) -> Lie | None:
            if "batches" not in path:
                return None
            sent.append(msgspec.json.decode(gzip.decompress(body))["records"])
            return Lie(500) if len(sent) < 3 else None

        liar.tell = tell
        machine.machine.deposit()
        machine.announce()
        machine.wait_acked(5)
        assert len(sent) == 3 and sent[0] == sent[1] == sent[2]


def test_a_mark_by_another_key_is_the_controllers_to_refuse(
    tmp_path: Path, desk: Operator, url: str
) -> None:
    """Right in everything but the signature: the agent cannot tell, the controller can."""
    with Liar(int(url.rpartition(":")[2])) as liar, carried(tmp_path, desk, url, liar) as machine:
        forged = 0

        def tell(path: str, _body: bytes, truth: Lie) -> Lie | None:
            nonlocal forged
            if "batches" not in path or forged == 2:
                return None
            forged += 1
            answer = msgspec.json.decode(truth.body, type=BatchAnswer)
            payload = msgspec.json.encode(peek_mark(answer.mark))
            mark = seal(MARK_TYPE, payload, Ed25519PrivateKey.generate())
            changed = msgspec.structs.replace(answer, mark=mark)
            return Lie(200, truth.headers, msgspec.json.encode(changed))

        liar.tell = tell
        machine.machine.deposit()
        machine.announce()
        machine.wait_acked(5)
        assert len(machine.marks_refused) == 2


@pytest.mark.parametrize(("kind", "reason"), [(FORK, "fork"), (STALE_GENERATION, "stale")])
def test_a_ledger_that_is_over_is_the_controllers_to_follow(
    kind: str, reason: str, tmp_path: Path, desk: Operator, url: str
) -> None:
    with Liar(int(url.rpartition(":")[2])) as liar, carried(tmp_path, desk, url, liar) as machine:
        told = 0

        def refuse(path: str, _body: bytes) -> Lie | None:
            nonlocal told
            if "batches" not in path or told == 1:
                return None
            told += 1
            return problem(409, kind)

        liar.refuse = refuse
        machine.machine.deposit()
        machine.announce()
        machine.wait(lambda: machine.forked)
        assert machine.forked[0].reason == reason
        assert machine.forked[0].ledger == machine.machine.ledger
        machine.wait_acked(5)


def test_a_batch_that_is_too_large_is_halved(tmp_path: Path, desk: Operator, url: str) -> None:
    with Liar(int(url.rpartition(":")[2])) as liar, carried(tmp_path, desk, url, liar) as machine:
        sizes: list[int] = []

        def refuse(path: str, body: bytes) -> Lie | None:
            if "batches" not in path:
                return None
            sizes.append(len(msgspec.json.decode(gzip.decompress(body))["records"]))
            return problem(413) if sizes[-1] > 5 else None

        liar.refuse = refuse
        for _ in range(10):
            machine.machine.deposit()
        machine.announce()
        machine.wait_acked(23)
        assert sizes[:3] == [20, 10, 5]


# ---- the clock ----


class _Fixed:
    def __init__(self, utc_ms: int | None) -> None:
        self._utc_ms = utc_ms

    def monotonic_ms(self) -> Millis:
        return CLOCK.monotonic_ms()

    def wall(self) -> WallTime:
        return WallTime(self._utc_ms, "U" if self._utc_ms is None else "I")


@pytest.mark.parametrize("utc_ms", [None, 0, 4_102_444_800_000], ids=["unknown", "1970", "2100"])
def test_a_clock_far_off_keeps_nobody_out(utc_ms: int | None, peer: Peer) -> None:
    """Idempotence protects, not clocks: a Pi without a clock chip wakes in the past."""
    signer = Signer(peer.transport, _Fixed(utc_ms))
    url = f"{peer.url}/v1/ledgers/{peer.machine.ledger}"
    answer = peer.http.exchange("GET", url, signer.sign("GET", url, {}, None), None)
    assert answer.status == 200
