"""The operator's cloud: the endpoint's own rules on plain dictionaries, and bad weather.

``examine`` and ``place`` are the endpoint's; around them stands what ``sync.endpoint.ledgers``
does in one transaction, without a database, so that years pass in minutes.
"""

import gzip
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from kiosk.cloud import (
    BATCH_ANSWER_MEDIA,
    LEDGER_UNKNOWN,
    PROBLEM_MEDIA,
    STALE_GENERATION,
    TOTALS_NOT_READY,
    Batch,
    BatchAnswer,
    KeyAnswer,
    KeyRequest,
    KeyRotation,
    LedgerAnswer,
    LedgerRequest,
    LedgerTotals,
    StatusAnswer,
    StatusRequest,
    Verdict,
)
from kiosk.documents import Adjudication
from kiosk.envelope import key_id
from kiosk.records import GENESIS, CommandDone, Correction, LedgerOpened, Resent, decode
from sync.agent.errors import UnreachableError
from sync.agent.http import Answer, Http
from sync.endpoint.batches import Examined, Head, check_signature, examine, place, refuse_fork
from sync.endpoint.commands import SENT_MOST
from sync.endpoint.keys import read
from sync.endpoint.problems import RefusedError
from sync.endpoint.reckoning import COUNTED
from sync.endpoint.sums import Sums, in_order
from tests.journeys.operator import KIOSK, Operator
from tests.simulator.carrier import KEY_HEADER

Weather = Literal["fair", "down", "lost answers", "server errors", "busy", "portal"]
INTERVAL_S = 900
_KEY_ID = re.compile('keyid="([^"]+)"')


@dataclass
class _Books:
    """One ledger as the cloud holds it."""

    generation: int
    acked_through: int = 0
    head_hash: str = GENESIS
    hashes: dict[int, str] = field(default_factory=dict)
    settled: set[int] = field(default_factory=set)
    sends_again: bool = True
    """The last record is one of an earlier ledger, or there is none."""


@dataclass(frozen=True)
class HeldDeposit:
    """A deposit that waits for a person's decision."""

    ledger: str
    seq: int
    hash: str
    receipt: str
    subject: str | None


class Cloud(Http):
    """Answers requests at once; what it stores it tells, record by record."""

    def __init__(
        self,
        operator: Operator,
        record_key: bytes,
        stored: Callable[[str, int, bytes], None],
        credited: Callable[[str, str, int], None],
        uploaded: Callable[[str], None],
        now_ms: Callable[[], int],
    ) -> None:
        self.commands: dict[int, tuple[int, bytes]] = {}
        """By number, until answered: until when it may be done, and its envelope."""
        self.transport_key = b""
        self._keys: set[str] = set()
        self._asking = ""
        """Id of the key that signs the request."""
        self._uploaded = uploaded
        self._now_ms = now_ms
        self._held: dict[tuple[str, int], HeldDeposit] = {}
        self._decisions: dict[tuple[str, int], Adjudication] = {}
        """Those that no correction has closed."""
        self.weather: Weather = "fair"
        self.documents: dict[str, tuple[int, bytes]] = {}
        self.forks: set[tuple[str, int, str]] = set()
        self.met: set[str] = set()
        """Kinds of weather that a request really met."""
        self._operator = operator
        self._record_key = record_key
        self._stored = stored
        self._credited = credited
        self._ledgers: dict[str, _Books] = {}
        self._origins: set[str] = set()
        self._sums = Sums()
        """Of the machine: its ledgers come one after the other."""
        self._carried: set[str] = set()

    def acked_through(self, ledger: str) -> int:
        """How far the cloud holds a ledger; 0: not at all."""
        books = self._ledgers.get(ledger)
        return 0 if books is None else books.acked_through

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        """Take a request, whatever the weather makes of it."""
        # The agent signs itself with a key that it has just begun to use.
        signed = _KEY_ID.search(headers.get("Signature-Input", ""))
        self._asking = signed[1] if signed else headers.get(KEY_HEADER, "")
        self.met.add(self.weather)
        match self.weather:
            case "down":
                raise UnreachableError("no route to the cloud")
            case "server errors":
                return Answer(502, "text/html", {}, b"bad gateway")
            case "busy":
                return Answer(429, "text/plain", {"retry-after": "30"}, b"")
            case "portal":
                return Answer(200, "text/html", {}, b"welcome to the yard's network")
        answer = self._answer(method, url.removeprefix("https://cloud.example/v1/"), body or b"")
        if self.weather == "lost answers":
            raise UnreachableError("reset while the answer was read")
        return answer

    def _answer(self, method: str, path: str, body: bytes) -> Answer:
        if self._asking not in self._keys:
            return Answer(401, "text/plain", {}, b"this key is not known")
        try:
            match method, path.split("/"):
                case "POST", ["status"]:
                    known = {name: version for name, (version, _) in self.documents.items()}
                    through = msgspec.json.decode(body, type=StatusRequest).commands_through
                    orders = self._pending(through)
                    return _json(StatusAnswer(0, INTERVAL_S, 900, known, commands=orders))
                case "POST", ["keys"]:
                    return self._rotate(read(msgspec.json.decode(body, type=KeyRequest)))
                case "PUT", ["blobs", name] if hashlib.sha256(body).hexdigest() == name:
                    self._uploaded(name)
                    return Answer(204, "", {}, b"")
                case "POST", ["ledgers"]:
                    return self._open(msgspec.json.decode(body, type=LedgerRequest).ledger)
                case "POST", ["ledgers", ledger, "batches"]:
                    return self._batch(ledger, body)
                case "GET", ["ledgers", ledger, "totals"]:
                    envelope = self._operator.totals(self._totals(ledger))
                    return Answer(200, "application/json", {}, envelope)
                case "GET", ["documents", name] if name in self.documents:
                    version, envelope = self.documents[name]
                    return Answer(200, "application/json", {"etag": f'"{version}"'}, envelope)
        except RefusedError as error:
            problem = error.problem
            return Answer(problem.status, PROBLEM_MEDIA, {}, msgspec.json.encode(problem))
        return Answer(404, "text/plain", {}, b"")

    def _open(self, ledger: str) -> Answer:
        books = self._ledgers.setdefault(ledger, _Books(len(self._ledgers) + 1))
        return _json(LedgerAnswer(ledger, books.generation, books.acked_through, books.head_hash))

    def _batch(self, ledger: str, body: bytes) -> Answer:
        batch = msgspec.json.decode(gzip.decompress(body), type=Batch)
        examined = examine(batch, KIOSK, ledger, self._record_key)
        books = self._ledgers.get(ledger)
        if books is None:
            raise RefusedError(404, LEDGER_UNKNOWN, "This ledger is not open here")
        if not batch.generation == books.generation == len(self._ledgers):
            raise RefusedError(409, STALE_GENERATION, "This ledger was followed by another")
        known = range(batch.first_seq - 1, batch.last_seq + 1)
        stored = {seq: books.hashes[seq] for seq in known if seq in books.hashes}
        forked, new = place(examined, Head(books.acked_through, books.head_hash), stored)
        if forked:
            for one in forked:
                check_signature(one, self._record_key)
                self.forks.add((ledger, one.seq, one.hash))
            raise refuse_fork(forked[0].seq)
        for one in new:
            self._store(ledger, books, one)
        verdicts = tuple(Verdict(one.seq, "duplicate", "") for one in examined if one.seq in stored)
        last = examined[-1]
        mark = self._operator.mark(ledger, last.seq, last.hash)
        digest = hashlib.sha256(body).hexdigest()
        answer = BatchAnswer(digest, mark, verdicts, INTERVAL_S)
        return Answer(200, BATCH_ANSWER_MEDIA, {}, msgspec.json.encode(answer))

    def _store(self, ledger: str, books: _Books, one: Examined) -> None:
        books.hashes[one.seq] = one.hash
        books.acked_through, books.head_hash = one.seq, one.hash
        self._stored(ledger, one.seq, one.data)
        self._add_up(books, one)
        self._close(one)
        deposit, origin = one.deposit, one.origin
        if deposit is None or deposit.opened_seq in books.settled:
            return
        if origin is not None:
            known = self._ledgers.get(origin.ledger)
            here = known is not None and known.hashes.get(origin.seq) == origin.hash
            if here or origin.hash in self._origins:
                return
            self._origins.add(origin.hash)
        books.settled.add(deposit.opened_seq)
        if deposit.outcome == "PAID" and deposit.subject is not None and deposit.amount_minor > 0:
            digest = one.hash if origin is None else origin.hash
            self._credited(digest, deposit.subject, deposit.amount_minor)
        elif deposit.outcome == "HELD" and origin is None:
            held = HeldDeposit(ledger, one.seq, one.hash, deposit.receipt, deposit.subject)
            self._held[ledger, one.seq] = held

    # ---- transport keys (sync.endpoint.keys; the old one is accepted for ever) ----

    def know(self, key: bytes) -> None:
        """People tell the cloud which key this machine has."""
        self.transport_key = key
        self._keys.add(key_id(key))

    def _rotate(self, rotation: KeyRotation) -> Answer:
        old, new = key_id(rotation.old_key), key_id(rotation.new_key)
        again = self.transport_key == rotation.new_key and old in self._keys
        if not again and self.transport_key != rotation.old_key:
            raise RefusedError(409, "rotation", "Another key is in use")
        self.know(rotation.new_key)
        return _json(KeyAnswer(new, 0))

    # ---- orders and decisions (sync.endpoint.commands, sync.endpoint.adjudication) ----

    def _pending(self, through: int) -> tuple[bytes, ...]:
        now_ms = self._now_ms()
        waiting = sorted(self.commands.items())
        return tuple(
            envelope
            for number, (expires_ms, envelope) in waiting
            if number > through and expires_ms > now_ms
        )[:SENT_MOST]

    def _close(self, one: Examined) -> None:
        what = one.correction
        if isinstance(what, CommandDone):
            self.commands.pop(what.number, None)
        elif isinstance(what, Correction):
            self._decisions.pop((what.of_ledger, what.of_seq), None)

    def undecided(self) -> tuple[HeldDeposit, ...]:
        """HELD deposits that nobody decided about."""
        return tuple(self._held.values())

    def decide(self, decision: Adjudication) -> None:
        """Book a decision: it credits once, here and now."""
        held = self._held.pop((decision.ledger, decision.seq))
        self._decisions[held.ledger, held.seq] = decision
        if decision.amount_minor > 0 and held.subject is not None:
            self._credited(held.hash, held.subject, decision.amount_minor)

    def open_decisions(self) -> tuple[Adjudication, ...]:
        """What the machine has not closed by corrections."""
        return tuple(self._decisions.values())

    def _totals(self, ledger: str) -> LedgerTotals:
        """What ``sync.endpoint.reckoning`` reads out of its books."""
        books = self._ledgers[ledger]
        if books.sends_again or books.generation != len(self._ledgers):
            raise RefusedError(409, TOTALS_NOT_READY, "Not all is here yet")
        life, since = in_order(self._sums.totals.values()), in_order(self._sums.since.values())
        head = (books.acked_through, books.head_hash)
        return LedgerTotals(
            KIOSK, ledger, *head, life, since, dict(self._sums.gross), dict(self._sums.bags), 0
        )

    def _add_up(self, books: _Books, one: Examined) -> None:
        books.sends_again = False
        if one.seq > 1 and not any(word in one.data for word in COUNTED):
            return
        body: Any = decode(one.data).body
        if isinstance(body, LedgerOpened) and body.previous is None:
            self._sums = Sums()
        elif isinstance(body, Resent):
            books.sends_again = True
            known = self._ledgers.get(body.ledger)
            here = known is not None and known.hashes.get(body.seq) == body.hash
            if here or body.hash in self._carried:
                return
            self._carried.add(body.hash)
            body = decode(body.data).body
        self._sums.take(body)


def _json(body: Any) -> Answer:
    return Answer(200, "application/json", {}, msgspec.json.encode(body))
