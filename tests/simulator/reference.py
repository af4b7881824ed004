"""What must be true, in plain words and plain data: this file imports nothing of the product.

It is told what anybody could see: the yard (``yard``), pictures of the screen, the bytes in the
ledger, the bytes and credits in the cloud. It knows the promises of architecture.md and how to
read JSON, and raises :class:`Broken` when one does not hold.
"""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tests.simulator.chain import Chain
from tests.simulator.office import Decision, Office
from tests.simulator.yard import Broken, Seen, Yard

__all__ = ["Broken", "Memory", "Product", "Reference"]

Product = tuple[int, int, int]
"""Price of one piece in minor units, and between which masses in grams it lies."""

FROZEN = ("subject", "compartment", "material", "bag", "price_e4", "currency", "tariff_version")
NOISE_G = 1
"""Each of two readings may be off by half a step and its noise: a step and a gram in all."""
MOVED_E = 11
"""So many steps two weighings of an untouched bin may lie apart: three each by the class, one of
rounding, four of drift."""
TAKEN_OUT_G = 500
"""M-30: who takes out more than this between two resting masses is not paid unseen."""


@dataclass
class _Open:
    ledger: str
    seq: int
    boot: str
    body: dict[str, Any]
    mass_g: int


Memory = tuple[str, Chain, set[str], set[str], Any]
"""What was true of a ledger when its disk was copied."""


class Reference:
    """Everything seen so far of one machine, its cloud and its yard."""

    def __init__(
        self,
        steps_g: dict[str, int],
        products: dict[str, Product],
        unseal: Callable[[str], str],
    ) -> None:
        self.office = Office(unseal, self._owe)
        self.steps_g = steps_g
        self.products = products
        self.yard = Yard(list(steps_g))
        self.boot = ""
        self.outcomes: Counter[str] = Counter()
        self.subjects: list[str | None] = []
        """Of every opened deposit."""
        self.chains: dict[str, Chain] = {}
        self.forked: set[str] = set()
        """Ledgers of which two copies live: not all of them can be in the cloud."""
        self.owed: dict[str, tuple[str, str, int]] = {}
        """By a record's hash: its ledger, whom and how much."""
        self._excused: set[str] = set()
        """Hashes of records that went with a disk: nobody can send them any more."""
        self._open: dict[str, _Open] = {}
        self._done: dict[str, dict[str, Any]] = {}
        self._decided: set[str] = set()
        self._wrote: dict[tuple[str, int], set[str]] = {}
        self._stored: dict[tuple[str, int], str] = {}
        self._held_through: dict[str, int] = {}
        self._cloud = Chain()
        """What everything that the cloud holds of this machine adds up to."""
        self._counted: set[bytes] = set()
        """Hashes of the deposits in it."""
        self._paid_out: set[str] = set()
        self._quoted: dict[str, int] = {}

    # ---- the yard ----

    def started(self, boot: str) -> None:
        """The machine starts; whatever it offered before is forgotten."""
        self.boot = boot
        self._quoted.clear()
        self.office.started()

    def looked(self, where: str, seen: Seen, dt_ms: int) -> None:
        """One compartment after ``dt_ms``: P4."""
        self.yard.look(where, seen, dt_ms, self._may_open)

    def _may_open(self, where: str) -> bool:
        mine = [one for one in self._open.values() if one.body["compartment"] == where]
        return any(one.boot == self.boot for one in mine)

    # ---- the ledger ----

    def recorded(self, data: bytes) -> None:
        """The next record of the machine's ledger: P1, P2, P3, P6."""
        record = json.loads(data)
        ledger, seq, body = record["ledger"], record["seq"], record["body"]
        chain = self.chains.setdefault(ledger, Chain())
        if (seq, record["prev"]) != (chain.seq + 1, chain.head):
            raise Broken(f"P1: record {seq} does not follow record {chain.seq} of {ledger}")
        chain.seq, chain.head = seq, hashlib.sha256(data).hexdigest()
        self._wrote.setdefault((ledger, seq), set()).add(chain.head)
        self.office.recorded(record, data)
        if body["kind"] == "deposit_opened":
            self._begins_where_the_books_end(body, chain)
        chain.weighed(body)
        if body["kind"] == "deposit_opened":
            self._opened(record, body)
        elif body["kind"] == "deposit":
            self._ended(record, body, chain)
        elif body["kind"] == "ledger_opened":
            chain.begin(body["totals"])
            chain.followed = body["previous"] is not None
            self.office.ledger_begins()
        elif body["kind"] == "totals_taken":
            chain.begin(body["totals"])
            chain.followed = False
            if chain.sums() != self._cloud.sums():
                raise Broken(f"P7: {ledger} takes {chain.sums()}, the cloud's records add up to "
                             f"{self._cloud.sums()}")  # fmt: skip

    def head(self, ledger: str, seq: int, digest: str) -> None:
        """The ledger's last record, as it says after a start: P1."""
        chain = self.chains.setdefault(ledger, Chain())
        if (seq, digest) != (chain.seq, chain.head):
            raise Broken(f"P1: {ledger} ended at record {chain.seq}, now at {seq}")

    def _begins_where_the_books_end(self, body: dict[str, Any], chain: Chain) -> None:
        """What came or went since the last weighing is in a record of its own (M-28, M-34)."""
        where, before = body["compartment"], body["before"]["gross_g"]
        last = chain.gross.get(where, before)
        if abs(before - last) > MOVED_E * self.steps_g[where]:
            raise Broken(f"P7: {where} weighs {before} g before {body['receipt']}, the books end "
                         f"with {last} g")  # fmt: skip

    def _opened(self, record: dict[str, Any], body: dict[str, Any]) -> None:
        where, receipt = body["compartment"], body["receipt"]
        if receipt in self._open or receipt in self._decided:
            raise Broken(f"P1: deposit {receipt} is opened twice")
        if self._quoted.get(where) != body["price_e4"]:
            raise Broken(f"P3: {where} at {body['price_e4']}, shown was {self._quoted.get(where)}")
        self.subjects.append(body["subject"])
        place = self.yard.places[where]
        place.watch_from_here()
        opened = _Open(record["ledger"], record["seq"], record["boot_id"], body, place.mass_g)
        self._open[receipt] = opened

    def _ended(self, record: dict[str, Any], body: dict[str, Any], chain: Chain) -> None:
        receipt, outcome = body["receipt"], body["outcome"]
        opened = self._open.pop(receipt, None)
        if opened is None:
            again = "again" if receipt in self._decided else "without an opening"
            raise Broken(f"P1: deposit {receipt} ends {again}")
        if any(opened.body[name] != body[name] for name in FROZEN):
            raise Broken(f"P3: deposit {receipt} ends as another than it began")
        self._done[receipt] = body
        self._decided.add(receipt)
        self.outcomes[outcome] += 1
        self.office.ended(body, at_once=opened.boot == record["boot_id"])
        money = self._due(opened, body)
        if opened.boot != record["boot_id"] and (outcome, money) != ("HELD", 0):
            raise Broken(f"P1: {receipt} was open at a start and is {outcome} over {money}")
        if body["amount_minor"] != money:
            raise Broken(f"P2: {receipt} is {body['amount_minor']}, it should be {money}")
        if outcome != "VOID":
            chain.add(body, money)
        if outcome == "PAID" and body["subject"] is not None and money > 0:
            self.owed[chain.head] = (record["ledger"], body["subject"], money)

    def _due(self, opened: _Open, body: dict[str, Any]) -> int:
        """The money this deposit is worth by what the world and the record say."""
        receipt, where, outcome, net = (
            body["receipt"], body["compartment"], body["outcome"], body["net_g"]
        )  # fmt: skip
        if outcome in ("PAID", "UNPRICED") or (outcome == "VOID" and net is not None):
            if net != body["after"]["gross_g"] - body["before"]["gross_g"]:
                raise Broken(f"P2: {receipt}: {net} g is not after less before")
            place = self.yard.places[where]
            truth = place.mass_g - opened.mass_g
            if abs(net - truth) > self.steps_g[where] + NOISE_G:
                raise Broken(f"P6: {receipt}: {net} g {outcome}, in truth {truth} g went in")
            if body["door"] != "closed" or not place.shut:
                raise Broken(f"P6: {receipt} was weighed with its door open")
            if place.broke:
                raise Broken(f"P6: {receipt} is {outcome}, and its scale was off meanwhile")
            if outcome == "PAID" and place.fallen_g() > TAKEN_OUT_G + 2 * self.steps_g[where]:
                raise Broken(f"P6: {receipt} is PAID, and {place.fallen_g()} g were taken out")
            self._rested(receipt, body["after"]["gross_g"], body["after"]["frames"])
        if outcome != "PAID":
            return 0
        if body["by_piece"]:
            return self._pieces(receipt, body["pieces"], truth, self.steps_g[where] + NOISE_G)
        if net < opened.body["min_g"]:
            raise Broken(f"P6: {receipt}: {net} g is below the minimum load and paid")
        # Half up: ten-thousandths per kilogram of grams, in hundredths.
        price: int = body["price_e4"]
        return int((net * price + 50_000) // 100_000)

    def _pieces(self, receipt: str, pieces: list[dict[str, Any]], truth: int, off_g: int) -> int:
        """The money for pieces, if so many of them can weigh what went in (M-29)."""
        known = [(one["count"], *self.products[one["gtin"]]) for one in pieces]
        lightest = sum(count * light for count, _, light, _ in known) - off_g
        heaviest = sum(count * heavy for count, _, _, heavy in known) + off_g
        if not lightest - off_g <= truth <= heaviest + off_g:
            raise Broken(f"P6: {receipt}: {pieces} are paid, in truth {truth} g went in")
        return sum(count * price for count, price, _, _ in known)

    def _rested(self, receipt: str, gross_g: int, frames: list[str]) -> None:
        """The evidence: frames enough, and none that the scale itself called moving."""
        raw = [base64.b64decode(one) for one in frames]
        if len(raw) < 5 or any(b"US" in one or b" D " in one for one in raw):
            raise Broken(f"P6: {receipt}: {gross_g} g was not stable: {raw}")

    # ---- the screen ----

    def shown(self, screen: dict[str, Any]) -> None:
        """A picture: P2, P3."""
        kind = screen["type"]
        self.office.shown(screen)
        if kind == "choose":
            self._quoted = {one["compartment"]: one["price_e4"] for one in screen["offers"]}
        elif kind in ("weighing_before", "opening", "depositing", "closing", "blocked"):
            offer = screen["offer"]
            if self._quoted.get(offer["compartment"]) != offer["price_e4"]:
                raise Broken(f"P3: {offer} is shown, {self._quoted} was promised")
        elif kind == "result":
            self._same(screen, screen["offer"]["price_e4"])
            record = self._done[screen["receipt"]]
            weights = [None if one is None else one["gross_g"] for one in (
                record["before"], record["after"])]  # fmt: skip
            held = record["outcome"] == "HELD" and record["net_g"] is None
            if [screen["before_g"], screen["after_g"]] != weights and not held:
                raise Broken(f"P2: the screen shows {screen}, the record says {weights}")
        elif kind == "receipt":
            for line in screen["lines"]:
                self._same(line, None)
                if line["donated"] and self._done[line["receipt"]]["subject"] is not None:
                    raise Broken(f"P2: {line} is shown as given, and it is somebody's")
            paid = [one for one in screen["lines"]
                    if one["outcome"] == "PAID" and not one["donated"]]  # fmt: skip
            sums = (sum(one["amount_minor"] for one in paid), sum(one["net_g"] for one in paid))
            if (screen["total_minor"], screen["total_g"]) != sums:
                raise Broken(f"P2: the receipt's totals are not its sums: {screen}")

    def _same(self, shown: dict[str, Any], price: int | None) -> None:
        record = self._done.get(shown["receipt"])
        if record is None:
            raise Broken(f"P1: {shown['receipt']} is shown and not recorded")
        held = record["outcome"] == "HELD"
        there = (record["outcome"], record["net_g"], None if held else record["amount_minor"])
        if (shown["outcome"], shown["net_g"], shown["amount_minor"]) != there:
            raise Broken(f"P2: the screen shows {shown}, the record says {there}")
        if price is not None and price != record["price_e4"]:
            raise Broken(f"P3: the screen shows {price}, the record says {record['price_e4']}")

    # ---- the cloud ----

    def stored(self, ledger: str, seq: int, data: bytes) -> None:
        """The cloud took a record into its books: P1, P2."""
        digest = hashlib.sha256(data).hexdigest()
        if (ledger, seq) in self._stored:
            raise Broken(f"P1: the cloud stores record {seq} of {ledger} twice")
        if digest not in self._wrote.get((ledger, seq), ()):
            raise Broken(f"P2: the cloud holds a record {seq} that the machine never wrote")
        self._stored[ledger, seq] = digest
        self._held_through[ledger] = max(seq, self._held_through.get(ledger, 0))
        self._count(data)
        self.office.stored(data)

    def _owe(self, digest: str, ledger: str, decision: Decision) -> None:
        assert decision.subject is not None
        self.owed[digest] = (ledger, decision.subject, decision.amount)

    def _count(self, data: bytes) -> None:
        """A deposit counts once, whether it came by itself or was sent again: P7."""
        if not any(word in data for word in (b'"deposit"', b'"resent"', b'"ledger_opened"')):
            return
        body = json.loads(data)["body"]
        if body["kind"] == "resent":
            self._count(base64.b64decode(body["data"]))
        elif body["kind"] == "ledger_opened" and body["previous"] is None:
            # People gave the machine an empty disk: it counts from there.
            self._cloud = Chain()
        elif body["kind"] == "deposit" and body["outcome"] != "VOID":
            digest = hashlib.sha256(data).digest()
            if digest not in self._counted:
                self._counted.add(digest)
                self._cloud.add(body, body["amount_minor"] if body["outcome"] == "PAID" else 0)

    def credited(self, digest: str, subject: str, amount: int) -> None:
        """The wallet feed has a new row, for the record of this hash, whichever ledger brought it
        and under whichever number: P1, P2."""
        if digest in self._paid_out:
            raise Broken(f"P1: {digest} is credited twice")
        self._paid_out.add(digest)
        _, *owed = self.owed.get(digest, ("",))
        if owed != [subject, amount]:
            raise Broken(f"P2: {digest} credits {subject} {amount}, owed is {owed}")

    def acknowledged(self, ledger: str, through: int) -> None:
        """The machine believes that the cloud holds its records so far: P1."""
        if through > self._held_through.get(ledger, 0):
            raise Broken(f"P1: record {through} of {ledger} is acknowledged and not stored")

    # ---- when all is calm ----

    def calm(
        self, ledger: str, totals: list[tuple[str, int, int, int]], through: int, settled: bool
    ) -> None:
        """Nobody is here and the cloud was reached: P1, P7. ``through``: the cloud's mark;
        ``settled``: there was time enough to ask it what all records add up to."""
        if self._open:
            raise Broken(f"P1: nobody is here, and {sorted(self._open)} have no outcome")
        chain = self.chains[ledger]
        counted = chain.sums()
        told = {where: (count, net, money) for where, count, net, money in totals if count}
        if told != counted:
            raise Broken(f"P7: the totals are {told}, the records add up to {counted}")
        if ledger in self.forked:
            return
        if settled and chain.followed:
            raise Broken(f"P7: {ledger} followed another, and never took the cloud's totals")
        if through != chain.seq:
            raise Broken(f"P1: the cloud holds {through} records of {chain.seq}")
        missing = [key for key in self._wrote if key not in self._stored
                   and key[0] not in self.forked]  # fmt: skip
        if missing:
            raise Broken(f"P1: the cloud lacks {missing[:5]}")
        # Records of a ledger that was followed came with the ledger after it.
        unpaid = self.owed.keys() - self._paid_out - self._excused
        if unpaid:
            raise Broken(f"P1: the credit feed lacks {[self.owed[one] for one in unpaid]}")
        self._forget()

    def kept(self, ledger: str) -> Memory:
        """The disk is copied, while nobody is here."""
        office = self.office.kept()
        return deepcopy((ledger, self.chains[ledger], self._decided, set(self.owed), office))

    def restored(self, memory: Memory) -> None:
        """People put an older copy of the disk back: it goes on from there, as another."""
        ledger, chain, self._decided, owed, office = deepcopy(memory)
        self.office.restored(office)
        self.chains[ledger] = chain
        self._open.clear()
        self.forked.add(ledger)
        self._excused |= self.owed.keys() - owed

    def taken_away(self, ledger: str) -> None:
        """People took this ledger's files out of the machine."""
        self._excused |= {digest for digest, owed in self.owed.items() if owed[0] == ledger}

    def copy_wrote(self, data: bytes) -> None:
        """A second machine, on a copy of the disk, wrote a record."""
        record = json.loads(data)
        body, place = record["body"], (record["ledger"], record["seq"])
        self.forked.add(record["ledger"])
        digest = hashlib.sha256(data).hexdigest()
        self._wrote.setdefault(place, set()).add(digest)
        if body["kind"] == "deposit" and body["amount_minor"] > 0 and body["subject"]:
            self.owed[digest] = (record["ledger"], body["subject"], body["amount_minor"])
            self._excused.add(digest)

    def _forget(self) -> None:
        """Both sides agree about all of this: a year must fit into memory."""
        self._wrote.clear()
        self._stored.clear()
        self.owed.clear()
        self._done.clear()
