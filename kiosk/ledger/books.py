"""What the records add up to: open deposits, totals that close, last weights.

One set of rules, used by the controller before it writes and by the verifier after.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from kiosk.ledger.bags import wrong_masses
from kiosk.ledger.errors import LedgerMisuseError
from kiosk.ledger.fair import unfair
from kiosk.records import (
    Bag,
    Calibration,
    Collection,
    Deposit,
    DepositOpened,
    LedgerOpened,
    MassChange,
    Record,
    RecordUnreadableError,
    Resent,
    SegmentOpened,
    Totals,
    TotalsSource,
    TotalsTaken,
    decode,
)
from kiosk.units import Seq

MOVED = "mass_change"
"""Stands for the material of mass that moved between deposits."""

TotalsKey = tuple[str, str, str]
"""Compartment, material, currency."""


@dataclass
class Books:
    """Sums over a ledger's records so far; :meth:`enter` takes the next one."""

    open: dict[Seq, Record] = field(default_factory=dict)
    totals: dict[TotalsKey, Totals] = field(default_factory=dict)
    """Over the ledger's whole life; nothing resets them."""
    since: dict[TotalsKey, Totals] = field(default_factory=dict)
    """Since each compartment's last collection; nothing but a ``collection`` resets them."""
    last_gross: dict[str, int] = field(default_factory=dict)
    source: TotalsSource | None = None
    """Where the sums come from; None: written before that was said."""
    bags: dict[str, Bag] = field(default_factory=dict)
    """What hangs in each compartment, since its first collection."""

    @classmethod
    def begin(cls, carried: SegmentOpened | None, last_gross: Mapping[str, int]) -> "Books":
        """Begin with what earlier segments add up to; no deposit is open between segments."""
        if carried is None:
            return cls(last_gross=dict(last_gross))
        since = carried.totals if carried.since is None else carried.since
        sums = _by_key(carried.totals), _by_key(since)
        gross = dict(last_gross or carried.gross or {})
        return cls({}, *sums, gross, carried.source, dict(carried.bags))

    def copy(self) -> "Books":
        """A second set, to try records on."""
        sums = dict(self.totals), dict(self.since)
        gross, bags = dict(self.last_gross), dict(self.bags)
        return Books(dict(self.open), *sums, gross, self.source, bags)

    def carried(self, previous_segment: str) -> SegmentOpened:
        """What the next segment's first record says."""
        return SegmentOpened(
            previous_segment,
            sorted_totals(self.totals.values()),
            sorted_totals(self.since.values()),
            self.source,
            dict(self.last_gross),
            dict(self.bags),
        )

    def enter(self, record: Record) -> None:
        """Take the next record. Raises LedgerMisuseError when it breaks a promise: each opened
        deposit has exactly one outcome, of the same receipt and identity (P1); a collection and
        a new segment name the sums that the records add up to (P7)."""
        body = record.body
        if isinstance(body, DepositOpened):
            self._check_bag(record, body)
            self.open[Seq(record.seq)] = record
            self.last_gross[body.compartment] = body.before.gross_g
        elif isinstance(body, Deposit):
            self._close(record, body)
            if body.after is not None:
                self.last_gross[body.compartment] = body.after.gross_g
            _add(self.totals, body)
            _add(self.since, body)
        elif isinstance(body, Collection):
            self._collect(record, body)
        elif isinstance(body, MassChange):
            self._move(record, body)
        elif isinstance(body, Calibration):
            self.last_gross[body.compartment] = body.gross.gross_g
        elif isinstance(body, SegmentOpened):
            self._carry(record, body)
        elif isinstance(body, LedgerOpened):
            self.totals, self.since = _by_key(body.totals), _by_key(body.since)
            self.bags = dict(body.bags)
            self.source = "records" if body.previous is None else "earlier"
        elif isinstance(body, TotalsTaken):
            self._take(record, body)
        elif isinstance(body, Resent) and body.unfinished:
            self._reopen(record, body)

    def count(self, record: Record) -> None:
        """Take what a record says by itself, when those before it are lost."""
        body = record.body
        if isinstance(body, Deposit):
            if body.after is not None:
                self.last_gross[body.compartment] = body.after.gross_g
            _add(self.totals, body)
            _add(self.since, body)
        elif isinstance(body, MassChange):
            self.last_gross[body.compartment] = body.gross.gross_g
        elif isinstance(body, Collection):
            self._change_bag(body)
        elif isinstance(body, TotalsTaken):
            self._replace(body)

    def _take(self, record: Record, taken: TotalsTaken) -> None:
        """A ledger that followed another takes the cloud's totals, once. Nothing resets the
        lifetime totals, and the cloud does not make them less either."""
        if self.source != "earlier":
            raise LedgerMisuseError(
                f"record {record.seq}: takes the cloud's totals, but these come from "
                f"{self.source or 'a time before that was said'}"
            )
        said = _by_key(taken.totals)
        for key, here in self.totals.items():
            there = said.get(key, Totals(*key, 0, 0, 0))
            if there.deposits < here.deposits or there.amount_minor < here.amount_minor:
                raise LedgerMisuseError(
                    f"record {record.seq}: the cloud knows of {there.deposits} deposits for "
                    f"{there.amount_minor} of {'/'.join(key)}; the records here are "
                    f"{here.deposits} for {here.amount_minor}"
                )
        self._replace(taken)

    def _replace(self, taken: TotalsTaken) -> None:
        self.totals, self.since = _by_key(taken.totals), _by_key(taken.since)
        self.last_gross |= taken.gross
        self.bags |= taken.bags
        self.source = "cloud"

    def _check_bag(self, record: Record, opened: DepositOpened) -> None:
        """A deposit names the bag it falls into (P7)."""
        hung = self.bags.get(opened.compartment)
        if hung is not None and opened.bag != hung.code:
            raise LedgerMisuseError(
                f"record {record.seq}: a deposit into bag {opened.bag}, but {hung.code} hangs there"
            )

    def _close(self, record: Record, deposit: Deposit) -> None:
        opened = self.open.pop(Seq(deposit.opened_seq), None)
        if opened is None or not isinstance(opened.body, DepositOpened):
            raise LedgerMisuseError(
                f"record {record.seq}: an outcome for record {deposit.opened_seq}, "
                "which is no open deposit"
            )
        if _identity(opened.body) != _identity(deposit):
            raise LedgerMisuseError(
                f"record {record.seq}: not the deposit that record {deposit.opened_seq} opened"
            )
        wrong = unfair(opened.body, deposit)
        if wrong is not None:
            raise LedgerMisuseError(f"record {record.seq}: {wrong}")

    def _reopen(self, record: Record, resent: Resent) -> None:
        """A deposit that an earlier ledger opened gets its outcome here (P1)."""
        try:
            origin = decode(resent.data)
        except RecordUnreadableError as error:
            raise LedgerMisuseError(f"record {record.seq}: {error}") from error
        if not isinstance(origin.body, DepositOpened):
            raise LedgerMisuseError(f"record {record.seq}: no opened deposit is unfinished in it")
        self.open[Seq(record.seq)] = msgspec.structs.replace(
            record, body=origin.body, session=origin.session
        )

    def _collect(self, record: Record, collection: Collection) -> None:
        """The bag's books must be those of the deposits, and a deposit must not straddle bags."""
        where = collection.compartment
        for opened in self.open.values():
            if isinstance(opened.body, DepositOpened) and opened.body.compartment == where:
                raise LedgerMisuseError(f"record {record.seq}: a collection within a deposit")
        bag = [one for key, one in self.since.items() if key[0] == where]
        said = (collection.deposits, collection.sum_g)
        found = (sum(one.deposits for one in bag), sum(one.net_g for one in bag))
        if said != found:
            raise LedgerMisuseError(
                f"record {record.seq}: a collection of {said[0]} deposits, {said[1]} g; "
                f"the records since the last one add up to {found[0]}, {found[1]} g"
            )
        removed = collection.removed_g
        if collection.difference_g != (None if removed is None else removed - found[1]):
            raise LedgerMisuseError(f"record {record.seq}: not the difference of its two masses")
        wrong = wrong_masses(collection, self.bags)
        if wrong is not None:
            raise LedgerMisuseError(f"record {record.seq}: {wrong}")
        self._change_bag(collection)

    def _change_bag(self, collection: Collection) -> None:
        where = collection.compartment
        self.since = {key: one for key, one in self.since.items() if key[0] != where}
        self.bags[where] = Bag(collection.bag_in, collection.tare_in_g)
        if collection.gross_g is None:
            # What hangs there now was not weighed: the next weighing is the first.
            self.last_gross.pop(where, None)
        else:
            self.last_gross[where] = collection.gross_g

    def _move(self, record: Record, change: MassChange) -> None:
        """Mass that moved between deposits is in the bag, or is not (M-34): it has a row of its
        own among the sums since the last collection, which is no material and no money."""
        where = change.compartment
        old_g = self.last_gross.get(where, change.old_g)
        if change.old_g != old_g:
            raise LedgerMisuseError(
                f"record {record.seq}: a mass that was {change.old_g} g; the last recorded gross "
                f"of {where} is {old_g} g"
            )
        self.last_gross[where] = change.gross.gross_g
        if old_g is None:
            return
        key = (where, MOVED, "")
        moved = self.since.get(key, Totals(*key, 0, 0, 0))
        self.since[key] = Totals(*key, 0, moved.net_g + change.gross.gross_g - old_g, 0)

    def _carry(self, record: Record, said: SegmentOpened) -> None:
        if self.open:
            raise LedgerMisuseError(f"record {record.seq}: a segment began in a deposit")
        found = self.carried(said.previous_segment)
        since = said.totals if said.since is None else sorted_totals(said.since)
        if found.totals != sorted_totals(said.totals) or found.since != sorted_totals(since):
            raise LedgerMisuseError(
                f"record {record.seq}: the totals carried over are not the sums of the deposits"
            )
        # What an earlier version did not say cannot be wrong.
        if said.source not in (None, self.source) or said.gross not in (None, self.last_gross):
            raise LedgerMisuseError(
                f"record {record.seq}: the totals carried over are said to come from elsewhere"
            )
        if said.bags != self.bags:
            raise LedgerMisuseError(f"record {record.seq}: other bags are carried over than hang")


def _add(totals: dict[TotalsKey, Totals], deposit: Deposit) -> None:
    """VOID is no deposit. The mass of all others went into the bag (M-34); only PAID pays."""
    if deposit.outcome == "VOID":
        return
    key = (deposit.compartment, deposit.material, deposit.currency)
    before = totals.get(key, Totals(*key, 0, 0, 0))
    paid = deposit.amount_minor if deposit.outcome == "PAID" else 0
    totals[key] = Totals(
        *key,
        deposits=before.deposits + 1,
        net_g=before.net_g + (deposit.net_g or 0),
        amount_minor=before.amount_minor + paid,
    )


def _by_key(totals: Iterable[Totals]) -> dict[TotalsKey, Totals]:
    return {(one.compartment, one.material, one.currency): one for one in totals}


def sorted_totals(totals: Iterable[Totals]) -> tuple[Totals, ...]:
    """Totals in one order, so that they can be compared and written the same every time."""
    return tuple(sorted(totals, key=lambda one: (one.compartment, one.material, one.currency)))


_SHARED = tuple(
    name for name in Deposit.__struct_fields__ if name in DepositOpened.__struct_fields__
)
"""Receipt, person, compartment, material, price, "before": all that both records of a deposit
say."""


def _identity(body: DepositOpened | Deposit) -> tuple[object, ...]:
    """What must not differ between a deposit's two records (P3: the price above all)."""
    return tuple(getattr(body, name) for name in _SHARED)
