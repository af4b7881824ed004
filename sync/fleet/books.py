"""Compares what the machines hold with what the endpoint says it holds: zero lost, zero doubled.

Over HTTP only, so that it works with anybody's endpoint. A ledger's head hash stands for every
record before it, because each record names the hash of the one before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from kiosk.cloud import Credit, Credits, LedgerAnswer
from sync.agent.calls import Call
from sync.agent.errors import UnreachableError
from sync.agent.http import Answer
from sync.agent.outcomes import Failed
from sync.fleet.errors import FleetError
from sync.fleet.ledger import Owed
from sync.fleet.line import Line
from sync.fleet.machine import SimMachine
from sync.fleet.together import Together

AT_ONCE = 8
TOLD_MOST = 20
TRIES = 5


@dataclass
class Verdict:
    """What was compared, and what differs, in words."""

    ledgers: int
    records: int
    credits: int
    differences: list[str]

    @property
    def agrees(self) -> bool:
        """Nothing is lost and nothing is doubled."""
        return not self.differences


async def compare(base: str, machines: Sequence[SimMachine]) -> Verdict:
    """Compare every ledger, and the credit feed. Raises FleetError when the feed can't be read."""
    verdict = Verdict(len(machines), 0, 0, [])
    waiting = list(machines)

    async def line() -> None:
        while waiting:
            await _compare_ledger(waiting.pop(), verdict)

    async with Together() as group:
        for _ in range(AT_ONCE):
            group.create_task(line())
    await _compare_feed(base, machines, verdict)
    return verdict


async def _compare_ledger(machine: SimMachine, verdict: Verdict) -> None:
    ledger = machine.ledger
    said = await _held(machine)
    # Writes whatever was not yet written: only then is known what is owed.
    head_hash = ledger.head_hash
    verdict.records += ledger.head_seq
    who = f"{machine.kiosk}, ledger {ledger.id}"
    if said is None:
        verdict.differences.append(f"{who}: the endpoint does not tell of it")
    elif said.acked_through != ledger.head_seq:
        verdict.differences.append(
            f"{who}: the machine wrote {ledger.head_seq} records, the books hold "
            f"{said.acked_through}"
        )
    elif said.head_hash != head_hash:
        verdict.differences.append(f"{who}: the books end with another record {ledger.head_seq}")


async def _held(machine: SimMachine) -> LedgerAnswer | None:
    call: Call[LedgerAnswer | None] = Call(
        "GET", f"/v1/ledgers/{machine.ledger.id}", None, _ledger_answer, {}
    )
    for _ in range(TRIES):
        said = await machine.ask(call)
        if said is not None and not isinstance(said, Failed):
            return said
    return None


def _ledger_answer(answer: Answer) -> LedgerAnswer | None:
    try:
        return msgspec.json.decode(answer.body, type=LedgerAnswer) if answer.status == 200 else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


async def _compare_feed(base: str, machines: Sequence[SimMachine], verdict: Verdict) -> None:
    ours = {one.ledger.id for one in machines}
    feed = [one for one in await read_feed(base) if one.key.partition("/")[0] in ours]
    verdict.credits = len(feed)
    expected = {
        f"{one.ledger.id}/{seq}": owed for one in machines for seq, owed in one.ledger.owed.items()
    }
    verdict.differences += differences_in(feed, expected)


def differences_in(feed: Sequence[Credit], expected: dict[str, Owed]) -> list[str]:
    """Compare the feed with what is owed, by permanent key."""
    found: list[str] = []
    seen: set[str] = set()
    for one in feed:
        owed = expected.get(one.key)
        if one.key in seen:
            found.append(f"credit {one.key} is in the feed twice")
        elif owed is None:
            found.append(f"credit {one.key} is owed to nobody")
        elif owed != Owed(one.subject, one.amount_minor, one.currency, one.receipt):
            found.append(f"credit {one.key} differs from the deposit")
        seen.add(one.key)
    lost = sorted(expected.keys() - seen)
    return found + [f"credit {key} is missing from the feed" for key in lost]


async def read_feed(base: str) -> list[Credit]:
    """Read the whole credit feed, as the operator's wallet does. Raises FleetError."""
    line, found, after = Line(base), list[Credit](), 0
    try:
        while True:
            answer = await line.exchange("GET", f"/v1/credits?after={after}", {}, None)
            if answer.status != 200:
                raise FleetError(f"{base} does not show its credit feed: {answer.status}")
            page = msgspec.json.decode(answer.body, type=Credits)
            if not page.credits:
                return found
            found += page.credits
            after = page.next
    except (UnreachableError, msgspec.DecodeError) as error:
        raise FleetError(f"the credit feed of {base} cannot be read: {error}") from error
    finally:
        await line.close()
