"""The ledger of a simulated machine: real bytes, chained and signed, written when they are asked.

A record's content follows from the machine's seed and the record's number, and Ed25519 signs the
same bytes the same way, so records that were acknowledged are forgotten and can be written again.
That is how thousands of ledgers fit into one process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.clock import utc_text
from kiosk.keys import public_bytes
from kiosk.records import GENESIS, Body, Enrolled, LedgerOpened, SoftwareStarted, digest
from kiosk.wire import SignedRecord
from sync.fleet.deposits import visit

BEGINNING = 3
"""Records before the first deposit: ledger opened, software started, enrolled."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a record says, and when: the writer adds number, predecessor and key."""

    body: Body
    cause: str
    session: str | None
    kiosk: str
    mono_ms: int
    utc: str
    boot_id: str


class Writer(Protocol):
    """Writes and signs records of one ledger, as the product does."""

    def write(self, words: Words, seq: int, prev: str) -> SignedRecord:
        """Return the record of this number that follows the one of hash ``prev``."""
        ...


MakeWriter = Callable[[str, Ed25519PrivateKey], Writer]
"""Given the ledger's id and the record key."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What the credit feed has to say of a deposit."""

    subject: str
    amount_minor: int
    currency: str
    receipt: str


class SimLedger:
    """One machine's ledger. Times are milliseconds of wall time (``*_ms`` since 1970 UTC)."""

    def __init__(self, seed: int, key: Ed25519PrivateKey, make: MakeWriter, board: str) -> None:
        dice = Random(seed)
        self.id = f"{dice.getrandbits(128):032x}"
        self.owed: dict[int, Owed] = {}
        """Credits by the deposit's number, of everything written so far."""
        self._boot_id = f"boot-{dice.getrandbits(64):016x}"
        self._seed = seed
        self._key = key
        self._writer = make(self.id, key)
        self._board = board
        self._began_ms = 0
        self._enrolled: Enrolled | None = None
        self._visits_ms: list[int] = []
        self._kept: list[SignedRecord] = []
        self._before = 0
        self._prev = GENESIS

    @property
    def head_seq(self) -> int:
        """Number of the newest record."""
        if self._enrolled is None:
            return 0
        return BEGINNING + 2 * len(self._visits_ms)

    def begin(self, enrolled: Enrolled, now_ms: int) -> None:
        """The machine is enrolled: its first records."""
        self._enrolled = enrolled
        self._began_ms = now_ms

    def deposit(self, now_ms: int) -> None:
        """A resident deposits: two records more."""
        self._visits_ms.append(now_ms)

    def after(self, seq: int, most: int) -> tuple[SignedRecord, ...]:
        """Return the records after ``seq``, at most ``most``, written anew where forgotten."""
        if seq < self._before:
            self._kept, self._before, self._prev = [], 0, GENESIS
        last = min(seq + most, self.head_seq)
        while self._before + len(self._kept) < last:
            self._write()
        return tuple(self._kept[seq - self._before : last - self._before])

    def acknowledged(self, seq: int) -> None:
        """Forget the bytes of records up to ``seq``."""
        count = min(seq - self._before, len(self._kept))
        if count > 0:
            del self._kept[:count]
            self._before += count

    @property
    def head_hash(self) -> str:
        """Hash of the newest record, which stands for all before it."""
        self.after(self.head_seq, 0)
        return self._prev

    def _write(self) -> None:
        seq = self._before + len(self._kept) + 1
        record = self._writer.write(self._words(seq), seq, self._prev)
        self._kept.append(record)
        self._prev = digest(record.data)

    def _words(self, seq: int) -> Words:
        if seq <= BEGINNING:
            return self._beginning(seq)
        number, second = divmod(seq - BEGINNING - 1, 2)
        at_ms = self._visits_ms[number]
        mono_ms = at_ms - self._began_ms
        found = visit(Random(f"{self._seed}/{number}"), self.id, seq - second, mono_ms)
        deposit = found.deposit
        if second and deposit.outcome == "PAID" and deposit.subject and deposit.amount_minor > 0:
            self.owed[seq] = Owed(
                deposit.subject, deposit.amount_minor, deposit.currency, deposit.receipt
            )
        body: Body = deposit if second else found.opened
        return self._said(body, "scale", found.session, at_ms)

    def _beginning(self, seq: int) -> Words:
        assert self._enrolled is not None
        first: tuple[Body, ...] = (
            LedgerOpened(public_bytes(self._key), self._board, None, "there was none"),
            SoftwareStarted("0.1.0", 0),
            self._enrolled,
        )
        return self._said(first[seq - 1], "start", None, self._began_ms)

    def _said(self, body: Body, cause: str, session: str | None, at_ms: int) -> Words:
        assert self._enrolled is not None
        return Words(
            body=body,
            cause=cause,
            session=session,
            kiosk=self._enrolled.operator_kiosk,
            mono_ms=at_ms - self._began_ms,
            utc=utc_text(at_ms),
            boot_id=self._boot_id,
        )
