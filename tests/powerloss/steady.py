"""A quiet machine's day, for counting what it costs the card: flushes and bytes.

Run under the shim: ``python -m tests.powerloss.steady FOLDER``. Lines in FOLDER/promises tell the
parts apart: records one by one, a whole day with :data:`DEPOSITS` deposits, an idle hour.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kiosk import timefloor
from kiosk.clock import utc_text
from kiosk.records import Deposit, DepositOpened, Weighing
from tests.ledger.samples import opened, outcome
from tests.powerloss.journal import Change, Cut, Synced, Written
from tests.powerloss.life import Life

RECORDS = 200
DEPOSITS = 60
"""The busiest yard (architecture.md): 19 to 60 deposits a day."""
HOUR_MS = 3_600_000
FRAMES = 16
"""A whole stability window, as the records hold it."""


def evidence(weighing: Weighing) -> Weighing:
    """The same weight with all the frames a record may hold."""
    return msgspec.structs.replace(weighing, frames=weighing.frames[:1] * FRAMES)


def whole_deposit(number: int, seq: int) -> tuple[DepositOpened, Deposit]:
    """Both records of a deposit with full evidence; the first one gets the number ``seq``."""
    begun = opened(number)
    begun = msgspec.structs.replace(begun, before=evidence(begun.before))
    ended = outcome(begun, seq)
    assert ended.after is not None
    return begun, msgspec.structs.replace(ended, after=evidence(ended.after))


class Day(Life):
    """A machine that nothing happens to but deposits."""

    def begin(self) -> None:
        super().begin()
        self.ledger.close()
        self.open()

    def deposit(self, number: int) -> None:
        begun, ended = whole_deposit(number, self.ledger.head_seq + 1)
        self.append(begun)
        self.append(ended)

    def acknowledge(self) -> None:
        through = self.ledger.head_seq
        envelope = self.operator.mark(self.ledger.id, through, self.hash_of(through))
        self.ledger.keep_mark(envelope, self.trust.mark(envelope))

    def hour(self) -> None:
        """The controller ticks; once an hour the ledger is tended and the time floor saved."""
        for _ in range(60):
            self.utc_ms += HOUR_MS // 60
            self.idle()
            self.floor.note(self.wall)

    def parts(self) -> Iterator[str]:
        """Live through each part; its name is told when it ends."""
        # Warm: the WAL is there and has its first frames.
        self.deposit(0)
        self.hour()
        self.deposit(0)
        yield "warm"
        for number in range(RECORDS // 2):
            self.deposit(number)
        yield "records"
        self.hour()
        yield "rest"
        for hour in range(24):
            for number in range(hour * DEPOSITS // 24, (hour + 1) * DEPOSITS // 24):
                self.deposit(number)
            self.acknowledge()
            self.hour()
        yield "day"
        self.hour()
        yield "hour"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a part of the day cost the card."""

    flushes: int
    writes: int
    bytes: int


def costs(changes: Sequence[Change], root: Path) -> dict[str, Cost]:
    """Add up each part; the promises themselves are not counted."""
    made = {getattr(one, "path", ""): getattr(one, "inode", 0) for one in changes}
    promises = made[str(root / "promises")]
    found: dict[str, Cost] = {}
    flushes = writes = size = 0
    for change in changes:
        match change:
            case Written(inode=inode, data=data) if inode == promises:
                line = msgspec.json.decode(data)
                if line["kind"] == "part":
                    found[line["name"]] = Cost(flushes, writes, size)
                    flushes = writes = size = 0
            case Written(data=data):
                writes, size = writes + 1, size + len(data)
            case Cut():
                writes += 1
            case Synced():
                flushes += 1
    return found


def main() -> None:
    """Live the day in the folder that was named; what happened is what the shim wrote down."""
    day = Day(Path(sys.argv[1]), utc_ms=timefloor.BUILT_MS + 86_400_000, options={})
    day.begin()
    for name in day.parts():
        day.promise("part", f"{name}")
    day.ledger.close()
    day.promise("part", utc_text(day.utc_ms))


if __name__ == "__main__":
    main()
