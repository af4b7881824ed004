"""What one machine's way to the cloud costs: bytes a record, records a second, memory.

The real agent (``kiosk sync``) and the real endpoint on SQLite, a process each, over HTTP on
loopback. The drain reads a real ledger through the controller's real agent socket. The million
waiting records are written when they are asked for, because only the agent is looked at there.
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter
from typing import overload

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.cli.fleet import FleetPen, cpu_s
from kiosk.records import Enrolled
from kiosk.wire import SignedRecord
from sync.agent import calls
from sync.agent.client import fitting
from sync.endpoint.operator import Operator
from sync.fleet.ledger import SimLedger
from tests.bench.real_link import BOARD, RealLink
from tests.sync.controller import FakeController
from tests.sync.machine import Machine
from tests.sync.places import AgentProcess, EndpointProcess, make_config, make_desk

DRAINED = 100_000
WAITING = 1_000_000
CARRIED = 20_000
"""How many of the million are carried while the memory is looked at."""
STEP = 2_000
FORGOTTEN = 1_000
"""Acknowledged records that are still remembered: marks name their hashes."""


def rows() -> Iterator[str]:
    """One line a figure."""
    yield from _bytes()
    yield from _drain()
    yield from _memory()


def _bytes() -> Iterator[str]:
    ledger = SimLedger(1, Ed25519PrivateKey.generate(), FleetPen, BOARD)
    _begin(ledger, 400)
    for most in (2, 80, 200):
        records = fitting(ledger.after(3, most), most)
        wired = len(calls.batch(ledger.id, 1, records, None).body or b"") / len(records)
        plain = sum(len(one.data) + len(one.sig) for one in records) / len(records)
        what = f"{len(records)} records in a batch"
        yield f"{what:<42} {wired:6.0f} bytes a record as sent, {plain:.0f} plain with signature"


def _drain() -> Iterator[str]:
    with _cloud() as (home, desk, endpoint), ExitStack() as cleaning:
        link = cleaning.enter_context(RealLink(home, Ed25519PrivateKey.generate()))
        link.fill(DRAINED)
        agent = AgentProcess(home)
        cleaning.callback(agent.kill)
        began = perf_counter()
        link.enrol(desk.new_code("yard-07"), f"http://127.0.0.1:{endpoint.port}")
        while link.keep_next_mark() < link.ledger.head_seq:
            pass
        took = perf_counter() - began
        count = link.ledger.head_seq
        pss, rss = memory_mib(agent.process.pid)
        spent = {"agent": cpu_s(agent.process.pid), "endpoint": cpu_s(endpoint.pid)}
    each = ", ".join(f"{who} {1e6 * cpu / count:.0f}" for who, cpu in spent.items())
    what = f"drain of {count} records by one machine"
    yield f"{what:<42} {count / took:6.0f} records/s, {took:.1f} s; processor us a record: {each}"
    yield f"{'memory of the agent after it':<42} PSS {pss:.1f} MiB, RSS {rss:.1f}"


def _memory() -> Iterator[str]:
    with _cloud() as (home, desk, endpoint), ExitStack() as cleaning:
        machine, sim = lazy_machine()
        path = home / "run" / "agent.sock"
        controller = cleaning.enter_context(FakeController(path, machine))
        agent = AgentProcess(home)
        cleaning.callback(agent.kill)
        controller.show_code(desk.new_code("yard-07"), f"http://127.0.0.1:{endpoint.port}")
        controller.wait(lambda: controller.kiosk is not None)
        before = memory_mib(agent.process.pid)
        with machine.lock:
            _begin(sim, WAITING // 2)
        controller.announce()
        seen = []
        for goal in range(STEP, CARRIED + 1, STEP):
            controller.wait_acked(goal)
            seen.append(memory_mib(agent.process.pid))
        waiting = sim.head_seq - controller.acked_through
    what = f"memory of the agent, {waiting} waiting"
    pss, rss = (max(one[place] for one in seen) for place in (0, 1))
    yield (
        f"{what:<42} PSS {pss:.1f} MiB, RSS {rss:.1f} at most; PSS {before[0]:.1f} before the "
        f"first, {seen[0][0]:.1f} after {STEP} records, {seen[-1][0]:.1f} after {CARRIED}"
    )


def _begin(ledger: SimLedger, visits: int) -> None:
    ledger.begin(Enrolled("yard-07-01", "yard-07", "", bytes(32), bytes(32)), 10**12)
    for number in range(visits):
        ledger.deposit(10**12 + number * 900_000)


class _Lazy(Sequence[SignedRecord]):
    """The records of a ledger that is written as it is read."""

    def __init__(self, ledger: SimLedger) -> None:
        self._ledger = ledger

    def __len__(self) -> int:
        return self._ledger.head_seq

    @overload
    def __getitem__(self, which: int) -> SignedRecord: ...

    @overload
    def __getitem__(self, which: slice) -> Sequence[SignedRecord]: ...

    def __getitem__(self, which: int | slice) -> SignedRecord | Sequence[SignedRecord]:
        if isinstance(which, slice):
            self._ledger.acknowledged(max(0, which.start - FORGOTTEN))
            return self._ledger.after(which.start, which.stop - which.start)
        return self._ledger.after(which, 1)[0]


def lazy_machine() -> tuple[Machine, SimLedger]:
    """A machine whose records are those of a simulated ledger, and that ledger."""
    key = Ed25519PrivateKey.generate()
    sim = SimLedger(1, key, FleetPen, BOARD)
    machine = Machine(ledger=sim.id, board=BOARD, key=key)
    machine.records = _Lazy(sim)  # type: ignore[assignment]
    return machine, sim


@contextmanager
def _cloud() -> Iterator[tuple[Path, Operator, EndpointProcess]]:
    with tempfile.TemporaryDirectory(prefix="kiosk-bench-") as folder:
        home = Path(folder)
        make_config(home)
        desk = make_desk(home / "desk", "http://127.0.0.1:1")
        endpoint = EndpointProcess(desk.directory)
        try:
            yield home, desk, endpoint
        finally:
            endpoint.kill()


def memory_mib(pid: int) -> tuple[float, float]:
    """Return proportional and whole resident size in MiB (smaps_rollup); alone on a machine a
    process has a PSS between the two, because nobody shares Python with it."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = re.findall(r"^(?:Rss|Pss):\s+(\d+) kB", rollup, re.MULTILINE)
    rss, pss = (int(one) / 1024 for one in found)
    return pss, rss
