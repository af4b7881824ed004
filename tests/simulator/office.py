"""What the operator and the people at the machine may rely on: caps, orders, decisions, tickets.

Part of the reference: it imports nothing of the product. It is told what the operator signed, what
the records say and what the screen shows.
"""

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.simulator.yard import Broken

DAY_MS = 86_400_000
CHINA_MS = 8 * 3_600_000
"""Days begin where the machine stands."""
LOCKED_MS = 2 * 3_600_000
"""So long nothing is taken where something fell in, unless the machine starts anew."""

Caps = tuple[int | None, int | None, int | None]
"""Deposits, grams and minor units, each a person and day; None: no cap."""


@dataclass(frozen=True)
class Order:
    """What the operator told the machine to do, under a number."""

    kind: str
    where: str
    expires_ms: int


@dataclass(frozen=True)
class Decision:
    """What the operator decided about a HELD deposit."""

    receipt: str
    subject: str | None
    amount: int


@dataclass
class _Machine:
    """What stands at the machine by its own records; it goes with its disk."""

    caps: Caps | None = None
    closed: dict[str, int] = field(default_factory=dict)
    """Which order closed a compartment."""
    out_of_service: int | None = None
    answered: set[int] = field(default_factory=set)
    bundle: str = ""
    corrected: set[tuple[str, int]] = field(default_factory=set)
    replaces: str = ""
    """Id of the transport key that is to be followed by another."""
    renewed: tuple[str, str, str] = ("", "", "")
    """The last change of the key: from, to, and in which run."""


class Office:
    """``unseal`` is the operator's private key for phone numbers: it reads a sealed subject."""

    def __init__(
        self, unseal: Callable[[str], str], owe: Callable[[str, str, Decision], None]
    ) -> None:
        self._unseal = unseal
        self.owe = owe
        """By a record's hash and its ledger: from now on the decision has to be credited."""
        self.visitor: str | None = None
        """Whose code or number was shown last; None: nobody's."""
        self.numbers: set[str] = set()
        """Every phone number that was ever typed."""
        self.knows: Callable[[], bytes] = bytes
        """The transport key that the cloud knows."""
        self.told: Counter[str] = Counter()
        """What came of it all, to be counted."""
        self.machine = _Machine()
        self._greeted = True
        self._rules: dict[int, Caps] = {}
        self._orders: dict[int, Order] = {}
        self._closed_orders: set[int] = set()
        """Answered by a record that the cloud has."""
        self._uploaded: set[str] = set()
        self._decisions: dict[tuple[str, int], Decision] = {}
        self._closed_decisions: set[tuple[str, int]] = set()
        self._corrected_now: set[tuple[str, int]] = set()
        """Since the start: twice is once too often."""
        self._news: defaultdict[str, set[str]] = defaultdict(set)
        """Receipts whose decision a token's holder was not told."""
        self._ending: str | None = None
        """The run that an order ends."""
        self._filed: set[str] = set()
        self._locked: dict[str, int] = {}
        self._day = ""
        self._today: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        self._since_start: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])

    # ---- what the operator and the people do ----

    def rules(self, version: int, caps: Caps) -> None:
        """The operator signed settings."""
        self._rules[version] = caps

    def ordered(self, number: int, order: Order) -> None:
        """The operator signed an order."""
        self._orders[number] = order

    def decided(self, ledger: str, seq: int, digest: str, decision: Decision) -> None:
        """The operator decided about a HELD deposit that the cloud has."""
        self._decisions[ledger, seq] = decision
        if decision.subject is not None and decision.amount > 0:
            self.owe(digest, ledger, decision)

    def comes(self, visitor: str | None) -> None:
        """Somebody shows a code or confirms a number."""
        self.visitor, self._greeted = visitor, False

    # ---- time, power and disks ----

    def clock_says(self, utc_ms: int | None, mono_ms: int) -> None:
        """What the machine's clock shows; at its midnight the day's caps begin anew."""
        day = f"boot {mono_ms // DAY_MS}" if utc_ms is None else str((utc_ms + CHINA_MS) // DAY_MS)
        if day != self._day:
            self._day = day
            self._today.clear()

    def started(self) -> None:
        """Memory is empty: the day's sums, and what lies where it fell in."""
        self._today.clear()
        self._since_start.clear()
        self._locked.clear()
        self._corrected_now.clear()

    def kept(self) -> _Machine:
        """The disk is copied."""
        return deepcopy(self.machine)

    def restored(self, memory: _Machine) -> None:
        """An older copy is put back. What the cloud has an answer to is never sent again."""
        self.machine = deepcopy(memory)
        self.machine.answered |= self._closed_orders
        self.machine.bundle = ""
        self._news.clear()

    def ledger_begins(self) -> None:
        """Another ledger: it does not know what was HELD in the one before."""
        self._news.clear()

    # ---- records ----

    def recorded(self, record: dict[str, Any], text: bytes) -> None:
        """The next record of the machine's ledger."""
        body = record["body"]
        match body["kind"]:
            case "deposit_opened":
                self._opened(record, body)
            case "document_adopted" if body["name"] == "settings":
                self.machine.caps = self._rules.get(body["version"])
            case "command_done":
                self._answered(record, body)
            case "correction":
                self._corrected((body["of_ledger"], body["of_seq"]), body)
            case "key_changed":
                self._renewed(record, body)
            case "ticket" | "dispute":
                self._told_of(record, body)
        if any(number.encode() in text for number in self.numbers):
            raise Broken(f"a phone number stands in record {record['seq']}")

    def ended(self, body: dict[str, Any], *, at_once: bool) -> None:
        """A deposit has its outcome; ``at_once``: the run that opened it saw it end."""
        if body["outcome"] == "VOID" or self.machine.caps is None or not at_once:
            return
        person = self._person(body["subject"])
        if person is not None:
            for sums in (self._today[person], self._since_start[person]):
                sums[0] += 1
                sums[1] += max(0, body["net_g"] or 0)
                sums[2] += body["amount_minor"]

    def _opened(self, record: dict[str, Any], body: dict[str, Any]) -> None:
        where = body["compartment"]
        if record["boot_id"] == self._ending:
            raise Broken(f"order: {where} is opened by a run that was to end")
        if self.machine.out_of_service is not None:
            raise Broken(f"order: {where} is opened, out of service by order "
                         f"{self.machine.out_of_service}")  # fmt: skip
        if where in self.machine.closed:
            raise Broken(f"order: {where} is opened, closed by order {self.machine.closed[where]}")
        if record["mono_ms"] - self._locked.get(where, -LOCKED_MS) < LOCKED_MS:
            raise Broken(f"ticket: {where} is opened, and something lies in it")
        person = self._person(body["subject"])
        self.told["deposits by phone"] += person in self.numbers
        if person is not None and self._reached(self._today[person]):
            raise Broken(f"caps: {person} had {self._today[person]}, allowed are "
                         f"{self.machine.caps}, and {where} is opened")  # fmt: skip

    def _reached(self, had: list[int]) -> bool:
        caps = self.machine.caps or (None, None, None)
        return any(cap is not None and sum_ >= cap for cap, sum_ in zip(caps, had, strict=True))

    def _person(self, subject: str | None) -> str | None:
        if subject is None or not subject.startswith("sealed:"):
            return subject
        return self._unseal(subject)

    def _answered(self, record: dict[str, Any], body: dict[str, Any]) -> None:
        number, result, standing = body["number"], body["result"], self.machine
        order = self._orders.get(number)
        if order is None or order.kind != body["command"]:
            raise Broken(f"order: {number} ({body['command']}) is answered and was never given")
        if number in standing.answered:
            raise Broken(f"order: {number} ({order.kind}) is answered again")
        standing.answered.add(number)
        self.told[f"order {result}"] += 1
        knows = record["clk"] == "S" and record["utc"] is not None
        if knows and result != self._right(order, record["utc"]):
            raise Broken(f"order: {number} ({order}) is {result} at {record['utc']}")
        if result != "done":
            return
        match order.kind:
            case "close_compartment":
                standing.closed[order.where] = number
            case "open_compartment":
                standing.closed.pop(order.where, None)
            case "out_of_service":
                standing.out_of_service = number
            case "in_service":
                standing.out_of_service = None
            case "restart":
                self._ending = record["boot_id"]
            case "send_diagnostics":
                standing.bundle = body["detail"]
            case "rotate_key":
                standing.replaces = body["detail"]

    def _renewed(self, record: dict[str, Any], body: dict[str, Any]) -> None:
        """Once for each order; a power cut may have it written again."""
        change = (body["previous"], body["key"], record["boot_id"])
        last = self.machine.renewed
        again = change[:2] == last[:2] and change[2] != last[2]
        if body["previous"] != self.machine.replaces and not again:
            raise Broken(f"key: {body['previous']} is followed, ordered was "
                         f"{self.machine.replaces or 'nothing'}")  # fmt: skip
        if base64.b64decode(body["key"]) != self.knows():
            raise Broken(f"key: {body['previous']} is followed by one that the cloud does not use")
        self.machine.replaces, self.machine.renewed = "", change
        self.told["keys renewed"] += 1

    def _right(self, order: Order, utc: str) -> str:
        now_ms = datetime.fromisoformat(utc).astimezone(UTC).timestamp() * 1000
        return "expired" if now_ms > order.expires_ms + 1000 else "done"

    def _corrected(self, place: tuple[str, int], body: dict[str, Any]) -> None:
        decision = self._decisions.get(place)
        if decision is None or decision.amount != body["amount_minor"]:
            raise Broken(f"decision: {place} is corrected to {body['amount_minor']}, {decision}")
        if place in self._corrected_now:
            raise Broken(f"decision: {place} is corrected twice")
        self._corrected_now.add(place)
        self.told["corrections"] += 1
        if place not in self.machine.corrected and body["receipt"] == decision.receipt:
            subject = decision.subject or "sealed:"
            if not subject.startswith("sealed:"):
                self._news[subject].add(decision.receipt)
        self.machine.corrected.add(place)

    def _told_of(self, record: dict[str, Any], body: dict[str, Any]) -> None:
        if body["number"] in self._filed:
            raise Broken(f"ticket: {body['number']} stands twice")
        self._filed.add(body["number"])
        self.told[body["kind"]] += 1
        if body["kind"] == "ticket" and body["about"] == "dropped" and body["compartment"]:
            self._locked[body["compartment"]] = record["mono_ms"]

    # ---- the screen ----

    def shown(self, screen: dict[str, Any]) -> None:
        """A picture."""
        match screen["type"]:
            case "filed" if screen["number"] not in self._filed:
                raise Broken(f"ticket: {screen['number']} is shown and not recorded")
            case "limited":
                self.told["caps reached"] += 1
                had = self._since_start[self.visitor or ""]
                if not self._reached(had):
                    raise Broken(f"caps: {self.visitor} is turned away with {had}, allowed are "
                                 f"{self.machine.caps}")  # fmt: skip
                self._greets(screen["earlier"])
            case "choose":
                self._greets(screen["earlier"])

    def _greets(self, earlier: dict[str, Any] | None) -> None:
        """A visit begins: news are true, and a decision is told at the next visit."""
        if self._greeted:
            return
        self._greeted, visitor = True, self.visitor or ""
        waits = self._news.get(visitor, set())
        amount = None if earlier is None else earlier["amount_minor"]
        if waits and amount is None:
            raise Broken(f"news: {visitor} is told {earlier}, decided are {sorted(waits)}")
        if earlier is None or amount is None:
            return
        mine = {one.receipt: one.amount for one in self._decisions.values()
                if one.subject == visitor}  # fmt: skip
        if mine.get(earlier["receipt"]) != amount:
            raise Broken(f"news: {visitor} is told {earlier}, decided was {mine}")
        waits.discard(earlier["receipt"])
        self.told["decisions told"] += 1

    # ---- the cloud ----

    def stored(self, data: bytes) -> None:
        """The cloud took a record into its books."""
        if not any(word in data for word in (b'"command_done"', b'"correction"', b'"resent"')):
            return
        body = json.loads(data)["body"]
        if body["kind"] == "resent":
            self.stored(base64.b64decode(body["data"]))
        elif body["kind"] == "command_done":
            self._closed_orders.add(body["number"])
        elif body["kind"] == "correction":
            self._closed_decisions.add((body["of_ledger"], body["of_seq"]))

    def uploaded(self, name: str) -> None:
        """The cloud has diagnostics of this SHA-256."""
        self._uploaded.add(name)

    # ---- when all is calm ----

    def waiting(self, now_ms: int) -> frozenset[str]:
        """What the machine still owes the operator; ``now_ms``: the true time."""
        standing = self.machine
        answered = self._closed_orders | standing.answered
        orders = {f"order {number} ({order.kind})" for number, order in self._orders.items()
                  if order.expires_ms > now_ms and number not in answered}  # fmt: skip
        closed = self._closed_decisions | standing.corrected
        decisions = {f"decision about {place}" for place in self._decisions
                     if place not in closed}  # fmt: skip
        lacks = {standing.bundle} - self._uploaded - {""}
        if standing.replaces:
            orders.add(f"key after {standing.replaces}")
        return frozenset(orders | decisions | {f"diagnostics {name}" for name in lacks})

    def calm(self, owed: frozenset[str], now_ms: int) -> None:
        """The cloud was reached for hours: nothing that was ``owed`` is owed any more."""
        waits = sorted(owed & self.waiting(now_ms))
        if waits:
            raise Broken(f"owed: {waits[:5]}")
        self._orders = {number: one for number, one in self._orders.items()
                        if number not in self._closed_orders}  # fmt: skip
