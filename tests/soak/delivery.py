"""Records travel through the worst network there is, and every side dies at random.

`python -m tests.soak delivery [RECORDS] [SEED]` (part of `make soak`): the real agent and the real
endpoint, each a process of its own, with a relay between them that cuts, delays, doubles,
truncates and reorders (``tests.sync.relay_faults``); both are killed with SIGKILL, and the
controller drops the agent. In the end the endpoint's books hold every record byte for byte, once,
and the credit feed every credit, once. Ends non-zero, naming the seed, when they do not.
"""

import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import select

from kiosk.records import Deposit, decode, digest
from sync.endpoint.database import sqlite_url
from sync.endpoint.operator import Operator
from sync.endpoint.tables import deposits, forks, records
from tests.sync.books import rows
from tests.sync.controller import FakeController
from tests.sync.machine import Machine
from tests.sync.places import EndpointProcess, get_json, make_config, make_desk
from tests.sync.relay_faults import FaultyRelay

RECORDS = 100_000
ROUND_MOST = 600
"""Records that come at once, at most: three batches."""
ROUND_S = 120
BLOWS = ("nothing", "nothing", "nothing", "agent", "endpoint", "both", "link")
TOLD_EVERY = 5_000


class LostError(AssertionError):
    """Something is lost, doubled or does not arrive; the message says what."""


class Delivery:
    """One machine, its agent, the network and the endpoint, in ``home``."""

    def __init__(self, home: Path, seed: int) -> None:
        self._home = home
        self._dice = random.Random(seed)
        self._cleaning = ExitStack()
        self.killed: Counter[str] = Counter()
        make_config(home)
        self.desk: Operator = make_desk(home / "desk", "http://127.0.0.1:1")
        self.machine = Machine()
        path = home / "run" / "agent.sock"
        self.controller = self._cleaning.enter_context(FakeController(path, self.machine))
        self._endpoint = EndpointProcess(self.desk.directory)
        self.relay = self._cleaning.enter_context(FaultyRelay(self._endpoint.port, seed))
        self._agent = self._start_agent()

    def __enter__(self) -> "Delivery":
        self.controller.show_code(
            self.desk.new_code("yard-07"), f"http://127.0.0.1:{self.relay.port}"
        )
        self.controller.wait_acked(1)
        self.relay.faulty = True
        return self

    def __exit__(self, *_: object) -> None:
        self._kill_agent()
        self._endpoint.kill()
        self._cleaning.close()

    def round(self, most: int, blow: str | None = None) -> None:
        """Some records more, perhaps a blow, and all of them have to arrive."""
        for _ in range(max(1, self._dice.randint(2, most) // 2)):
            self.machine.deposit(
                subject=self._dice.choice(("resident-1", "resident-2", None)),
                outcome=self._dice.choice(("PAID", "PAID", "PAID", "HELD")),
            )
        self.controller.announce()
        goal = self.controller.acked_through + self._dice.randint(0, most)
        blow = blow or self._dice.choice(BLOWS)
        self._strike(blow, min(goal, self.machine.head_seq))
        self._wait_acked(self.machine.head_seq)

    def judge(self) -> None:
        """Compare both sides, after what was late has arrived, too. Raises LostError."""
        self.relay.faulty = False
        self.relay.deliver_late()
        books = sqlite_url(self.desk.directory)
        of = records.c
        held = rows(books, select(of.seq, of.hash, of.data, of.sig, of.suspect).order_by(of.seq))
        mine = [(one.seq, digest(one.data), one.data, one.sig, "") for one in self.machine.records]
        _same("records", mine, held)
        _same("forks", [], rows(books, select(forks.c.seq)))
        outcomes = {one.seq: decode(one.data).body for one in self.machine.records}
        mine_deposits = [
            (seq, body.receipt, body.amount_minor)
            for seq, body in outcomes.items()
            if isinstance(body, Deposit)
        ]
        of_deposits = select(deposits.c.seq, deposits.c.receipt, deposits.c.amount_minor)
        _same("deposits", mine_deposits, rows(books, of_deposits.order_by(deposits.c.seq)))
        owed = [
            (f"{self.machine.ledger}/{seq}", body.subject, body.amount_minor, body.receipt)
            for seq, body in outcomes.items()
            if isinstance(body, Deposit) and body.outcome == "PAID" and body.subject
        ]
        # The feed's order is that of its posting, which is not judged; reading twice is.
        for _ in range(2):
            feed = [
                (one["key"], one["subject"], one["amount_minor"], one["receipt"])
                for one in self._feed()
            ]
            _same("credits", sorted(owed), sorted(feed))

    def _feed(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after = 0
        while True:
            url = f"http://127.0.0.1:{self._endpoint.port}/v1/credits?after={after}"
            page = get_json(url)
            if not page["credits"]:
                return found
            found += page["credits"]
            after = page["next"]

    def _strike(self, blow: str, goal: int) -> None:
        """Strike once so much has arrived: in the middle of the way, wherever that is."""
        if blow == "nothing":
            return
        self._wait_acked(goal)
        self.killed[blow] += 1
        if blow in ("agent", "both"):
            self._kill_agent()
        if blow in ("endpoint", "both"):
            self._endpoint.kill()
            self._endpoint = EndpointProcess(self.desk.directory)
            self.relay.target = self._endpoint.port
        if blow in ("agent", "both"):
            self._agent = self._start_agent()
        if blow == "link":
            self.controller.drop()

    def _wait_acked(self, seq: int) -> None:
        with self.controller.changed:
            arrived = self.controller.changed.wait_for(
                lambda: self.controller.acked_through >= seq, ROUND_S
            )
        if not arrived:
            at = self.controller.acked_through
            raise LostError(f"record {seq} did not arrive in {ROUND_S} s: {at} are acknowledged")

    def _start_agent(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.soak.delivery_agent", str(self._home)]
        return subprocess.Popen(command, stderr=subprocess.DEVNULL)

    def _kill_agent(self) -> None:
        self._agent.kill()
        self._agent.wait(10)


def _same(
    what: str, mine: Sequence[tuple[object, ...]], theirs: Sequence[tuple[object, ...]]
) -> None:
    if mine == theirs:
        return
    lost, more = set(mine) - set(theirs), set(theirs) - set(mine)
    doubled = len(theirs) - len(set(theirs))
    raise LostError(
        f"{what}: {len(mine)} at the machine, {len(theirs)} in the books; {len(lost)} lost, "
        f"{len(more)} strange, {doubled} doubled, such as {sorted(lost | more, key=str)[:1]}"
    )


def run(count: int, seed: int) -> str:
    """Bring so many records through; returns what happened. Raises LostError."""
    began = monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="kiosk-soak-") as home,
        Delivery(Path(home), seed) as way,
    ):
        told = 0
        while way.machine.head_seq < count:
            way.round(ROUND_MOST)
            if way.machine.head_seq - told >= TOLD_EVERY:
                told = way.machine.head_seq
                sys.stdout.write(f"{told} of {count} records\n")
                sys.stdout.flush()
        way.judge()
        arrived = way.machine.head_seq
    return (
        f"{arrived} records, none lost, none doubled, in {monotonic() - began:.0f} s, seed {seed}; "
        f"requests: {_listed(way.relay.told)}; killed or dropped: {_listed(way.killed) or 'none'}"
    )


def _listed(told: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in sorted(told.items()))


def main(count: int, seed: int) -> int:
    """Run it and tell."""
    try:
        sys.stdout.write(run(count, seed) + "\n")
    except AssertionError as error:
        again = f"again with: python -m tests.soak delivery {count} {seed}"
        sys.stderr.write(f"{error}\n{again}\n")
        return 1
    return 0
