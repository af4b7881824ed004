"""What is recorded of the ledger itself: where it begins, what it adds up to, whose bag it was."""

from typing import Literal

from msgspec import Struct

from kiosk.records.deposits import Weighing

TotalsSource = Literal["records", "earlier", "cloud"]
"""Where a ledger's totals come from. ``records``: from this machine's own records, all of them.
``earlier``: they began with what was whole, on this disk, of an earlier ledger; the cloud may know
of more. ``cloud``: the cloud reckoned them (:class:`TotalsTaken`), and this ledger's records since
are added."""


class Totals(Struct, frozen=True):
    """Lifetime sums nobody can reset, per compartment, material and currency."""

    compartment: str
    material: str
    currency: str
    deposits: int
    net_g: int
    amount_minor: int


class Bag(Struct, frozen=True):
    """A bag in a compartment."""

    code: str
    tare_g: int | None = None
    """Its own mass in grams; None: it never was weighed."""


class LedgerOpened(Struct, frozen=True, tag="ledger_opened", tag_field="kind"):
    """First record of a ledger. ``record_key`` is the public half, base64 in the JSON."""

    record_key: bytes
    board: str
    previous: str | None
    why: str
    totals: tuple[Totals, ...] = ()
    """Lifetime sums taken over from ``previous``, as far as its records could be verified."""
    since: tuple[Totals, ...] = ()
    """The sums since each compartment's last collection, likewise."""
    bags: dict[str, Bag] = {}
    """What hangs in each compartment since its first collection, likewise."""


class Resent(Struct, frozen=True, kw_only=True, tag="resent", tag_field="kind"):
    """A record of an earlier ledger that the cloud has not acknowledged, as it was written.

    Never counted in this ledger's totals, which begin with those of the earlier one; the cloud
    credits it once, by the origin's hash (cloud.md, "Restore, swap, clone").
    """

    ledger: str
    seq: int
    hash: str
    data: bytes
    sig: bytes
    unfinished: bool = False
    """It opened a deposit whose outcome the earlier ledger does not hold: the outcome follows in
    this one, and names this record as what opened it (P1)."""


class SegmentOpened(Struct, frozen=True, tag="segment_opened", tag_field="kind"):
    """First record of every later segment: the head it follows and the lifetime totals."""

    previous_segment: str
    totals: tuple[Totals, ...]
    since: tuple[Totals, ...] | None = None
    """The sums since each compartment's last collection; None: written before there were
    collections, so they are the lifetime totals."""
    source: TotalsSource | None = None
    """Where both come from; None: written before there was more than one way."""
    gross: dict[str, int] | None = None
    """The last recorded gross of each compartment in grams, or None, likewise."""
    bags: dict[str, Bag] = {}
    """What hangs in each compartment, since its first collection."""


class TotalsTaken(Struct, frozen=True, kw_only=True, tag="totals_taken", tag_field="kind"):
    """The cloud, which holds every record, said what they add up to through the record before
    this one. From here on these are the totals (cloud.md, "Restore, swap, clone")."""

    statement: bytes
    """Its envelope: :class:`kiosk.cloud.LedgerTotals`, as the controller verified it."""
    totals: tuple[Totals, ...]
    since: tuple[Totals, ...]
    gross: dict[str, int]
    """The last recorded gross of each compartment, in grams."""
    bags: dict[str, Bag] = {}
    """What hangs in each compartment, since its first collection."""


class Collection(Struct, frozen=True, kw_only=True, tag="collection", tag_field="kind"):
    """A bag was taken out of a compartment and its books were closed (P7, M-34).

    Weighed by the scale that weighed the deposits: that shows what was taken out between, not
    whether the scale is right. A transfer station's weight is the operator's to add (cloud.md).
    """

    compartment: str
    bag_out: str
    bag_in: str
    deposits: int
    """How many deposits went into the bag, VOID ones not counted."""
    sum_g: int
    """Their mass: what the bag should hold, with the mass that moved between deposits."""
    removed_g: int | None
    """What was weighed out without the bag itself, or None when it could not be weighed."""
    tolerance_g: int
    """``kiosk.ledger.tolerance``: 3 d sqrt(n / 6) and the limit of the collecting weighing."""
    difference_g: int | None
    """``removed_g - sum_g``."""
    gross_g: int | None = None
    """Stable gross weight after the new bag was put in, for the comparison of M-28."""
    tare_out_g: int | None = None
    """Mass of the bag that was taken out, as it was measured when it was put in; None: it never
    was, and it is taken to be as heavy as the new one."""
    tare_in_g: int | None = None
    """Mass of the new bag, measured; None: it could not be (M-09: nothing is paid by it)."""
    full: Weighing | None = None
    """The compartment as it was found; None, here and below: the scale was not at rest. If it is
    not the mass that was recorded last, ``removed_g`` is None: nobody weighed what went before."""
    empty: Weighing | None = None
    """Without a bag."""
    fresh: Weighing | None = None
    """With the new bag: ``gross_g`` is its gross."""
    who: str = ""
    """Who took it out, in their own words (D-14: no switch tells whether the hatch is shut)."""


class Anchor(Struct, frozen=True, tag="anchor", tag_field="kind"):
    """Ties this boot's monotonic time to wall time, once known."""

    mono_ms: int
    utc: str
