"""A machine's life, as the controller lives it: every file it owns is made, changed and replaced.

Run under the shim: ``python -m tests.powerloss.life FOLDER [NORMAL]``. Before anybody could rely
on something, a line in FOLDER/promises says so; whatever happens to the power afterwards, the
judge holds the machine to it. With NORMAL the ledger is written with ``synchronous=NORMAL``: the
control, which must be found out.
"""

import os
import sys
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec

from kiosk import records, timefloor, tokens
from kiosk.clock import WallTime, utc_text
from kiosk.enrolment_code import read_code
from kiosk.keys import load_or_create, public_bytes
from kiosk.ledger import LEDGER_DIR, Ledger, Stamp, segment
from kiosk.ledger.drafts import Draft
from kiosk.records import Body, Collection
from kiosk.trust import Trust
from tests.journeys.operator import KIOSK, Operator
from tests.ledger.samples import BOARD, STAMP, draft, opened, outcome

START_MS = timefloor.BUILT_MS + 86_400_000
DAY_MS = 86_400_000
OPTIONS: dict[str, Any] = {"records_max": 9, "retention_days": 1, "reserve_bytes": 8192}
VISITS = 7


@dataclass(frozen=True)
class Promise:
    """Something others rely on from now on."""

    kind: str
    """record, head, mark, token, trust, key or time."""
    name: str = ""
    number: int = 0


def stamp_at(utc_ms: int) -> Stamp:
    """The circumstances at a synchronised time."""
    return replace(STAMP, utc=utc_text(utc_ms), mono_ms=utc_ms - START_MS)


@dataclass
class Life:
    """The files of one machine and what it promised."""

    root: Path
    utc_ms: int = START_MS
    operator: Operator = field(default_factory=Operator)
    options: dict[str, Any] = field(default_factory=lambda: dict(OPTIONS))

    def __post_init__(self) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._promises = os.open(self.root / "promises", flags, 0o600)

    def promise(self, kind: str, name: str = "", number: int = 0) -> None:
        line = msgspec.json.encode(asdict(Promise(kind, name, number)))
        os.write(self._promises, line + b"\n")

    def begin(self) -> None:
        """A first start: key, ledger, enrolment."""
        self.key = load_or_create(self.root / "record.key")
        self.promise("key", public_bytes(self.key).hex())
        self.open()
        self.trust = Trust(self.root / "trust.json")
        self.seen = tokens.SeenTokens(self.root / "seen_tokens")
        self.floor = timefloor.TimeFloor(self.root / "time_floor")
        code = read_code(self.operator.code())
        assert code is not None
        answer = (KIOSK, public_bytes(self.operator.root), self.operator.documents())
        self.trust.enrol(code, b"t" * 32, answer, self.wall)
        self.tell()

    def open(self) -> None:
        directory = self.root / LEDGER_DIR
        stamp = stamp_at(self.utc_ms)
        self.ledger = Ledger.open(directory, self.key, BOARD, stamp, **self.options)
        self.promise("head", self.ledger.id, self.ledger.head_seq)

    @property
    def wall(self) -> WallTime:
        return WallTime(self.utc_ms, "S")

    def tell(self) -> None:
        """What the controller does with changes of trust (decision 6)."""
        self.append(*self.trust.untold_records())
        self.trust.told()
        for name, version in self.trust.versions.items():
            self.promise("trust", name, version)

    def append(self, *bodies: Body) -> int:
        """Record, then promise what was recorded: the door opens, or the result is shown."""
        drafts: list[Draft] = [draft(body) for body in bodies]
        signed = self.ledger.append(drafts, stamp_at(self.utc_ms))
        for one in signed:
            self.promise("record", records.digest(one.data), one.seq)
        return signed[-1].seq

    def visit(self, number: int) -> None:
        """Somebody shows a code, deposits, is paid; the cloud acknowledges."""
        self.utc_ms += DAY_MS // 3
        now_ms = self.utc_ms
        issuers = (public_bytes(self.operator.issuer),)
        text = self.operator.token(f"r-{number}", now_ms)
        token = tokens.check(text, issuers, self.wall, self.floor.floor_ms)
        assert self.seen.accept(token, now_ms)
        self.promise("token", token.id, token.expires_ms)
        gross_g, bag = self.ledger.last_gross.get("paper", 10_000), self.ledger.bag_in("paper")
        begun = opened(number, gross_g, bag=bag.code)
        first = self.append(begun)
        self.append(outcome(begun, first), records.Anchor(number, utc_text(now_ms)))
        self.floor.note(self.wall)
        self.promise("time", number=now_ms)
        through = self.ledger.head_seq - number % 2
        envelope = self.operator.mark(self.ledger.id, through, self.hash_of(through))
        self.ledger.keep_mark(envelope, self.trust.mark(envelope))
        self.promise("mark", number=through)

    def hash_of(self, seq: int) -> str:
        reader = self.ledger.reader()
        found = records.digest(reader.one(seq).data)
        reader.close()
        return found

    def collect(self) -> None:
        """The bag is changed."""
        bag = [one for one in self.ledger.since_collection if one.compartment == "paper"]
        mass_g = sum(one.net_g for one in bag)
        self.append(
            Collection(
                compartment="paper",
                bag_out=self.ledger.bag_in("paper").code,
                bag_in="paper-2",
                deposits=sum(one.deposits for one in bag),
                sum_g=mass_g,
                removed_g=mass_g,
                tolerance_g=60,
                difference_g=0,
                gross_g=1_000,
            )
        )

    def adopt(self, version: int) -> None:
        """New prices come down."""
        self.trust.offer(self.operator.tariff(version), self.wall)
        assert self.trust.adopt(lambda _: True, lambda: self.wall)
        self.tell()

    def idle(self) -> None:
        """An hour without anybody."""
        while self.ledger.tend(stamp_at(self.utc_ms)).more:
            pass


def live(root: Path) -> None:
    """From the first start to a second one, over several segments, with everything in between."""
    life = Life(root)
    life.begin()
    for number in range(VISITS):
        life.visit(number)
        if number == 2:
            life.collect()
        if number % 2:
            life.adopt(1 + number)
            life.idle()
        if number == 4:
            life.ledger.close()
            life.open()
    life.ledger.close()


def main() -> None:
    """Live in the folder that was named."""
    if "NORMAL" in sys.argv[2:]:
        weak = segment.Pragma("synchronous", "NORMAL", 1)
        segment.WRITER = tuple(  # type: ignore[assignment]
            weak if one.name == "synchronous" else one for one in segment.WRITER
        )
    live(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
