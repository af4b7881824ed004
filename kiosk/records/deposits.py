"""What is recorded of a person's deposits: opening, outcome, and what is said of it later."""

from typing import Literal

from msgspec import Struct

from kiosk.views import IdLevel, OutcomeName, ReportAbout

Reason = Literal[
    "unstable",
    "scale_lost",
    "scale_reopened",
    "door_not_closed",
    "negative_step",
    "negative_net",
    "over_max",
    "door_not_opened",
    "power_lost",
    "nothing_deposited",
    "below_minimum",
    "count_mass",
    "no_items",
]


class Weighing(Struct, frozen=True, forbid_unknown_fields=True):
    """One stable gross weight with its evidence (M-02, M-14)."""

    gross_g: int
    mono_ms: int
    link_opens: int
    host_derived: bool
    """True: the device sent no stability flag, the host's window alone decided (M-32)."""
    frames: tuple[bytes, ...]
    """Raw frames of the stability window, oldest first (base64 in the JSON)."""


class Piece(Struct, frozen=True, forbid_unknown_fields=True):
    """Pieces of one product in a deposit by piece (M-29), at the price seen when scanned."""

    gtin: str
    count: int
    price_minor: int
    min_g: int
    max_g: int


class DepositOpened(Struct, frozen=True, kw_only=True, tag="deposit_opened", tag_field="kind"):
    """Durable before a door opens: who, what, at which frozen price, and the "before"."""

    receipt: str
    subject: str | None
    id_level: IdLevel
    token: str | None
    compartment: str
    material: str
    bag: str
    price_e4: int
    currency: str
    step_minor: int
    tariff_version: int
    min_g: int
    max_g: int
    e_g: int
    by_piece: bool = False
    products_version: int = 0
    """Of the product list in force; 0: none."""
    before: Weighing


class Deposit(Struct, frozen=True, kw_only=True, tag="deposit", tag_field="kind"):
    """The one outcome of an opened deposit; durable before it is shown as final."""

    receipt: str
    opened_seq: int
    subject: str | None
    id_level: IdLevel
    token: str | None
    compartment: str
    material: str
    bag: str
    price_e4: int
    currency: str
    tariff_version: int
    by_piece: bool = False
    products_version: int = 0
    pieces: tuple[Piece, ...] = ()
    before: Weighing
    after: Weighing | None
    net_g: int | None
    amount_minor: int
    outcome: OutcomeName
    reason: Reason | None
    door: str
    """The door's position when this was decided (``kiosk.events.DoorPosition``)."""


class Correction(Struct, frozen=True, kw_only=True, tag="correction", tag_field="kind"):
    """The operator decided about a HELD deposit. It credits nothing, the cloud alone does;
    totals keep what was adjudicated apart."""

    of_ledger: str
    of_seq: int
    receipt: str
    """Empty when the deposit is of a ledger that this machine no longer holds."""
    amount_minor: int
    """0: rejected."""
    currency: str
    who: str
    why: str
    version: int
    """Of the document ``adjudications`` that said so."""


class Dispute(Struct, frozen=True, kw_only=True, tag="dispute", tag_field="kind"):
    """A person says that a deposit's result is wrong. It changes no outcome: it asks people to
    look at the evidence that the deposit's record holds."""

    number: str
    """What the person can quote on the phone."""
    receipt: str
    of_seq: int
    """Of the deposit's record in this ledger."""


class Ticket(Struct, frozen=True, kw_only=True, tag="ticket", tag_field="kind"):
    """A person asks for help at the machine."""

    number: str
    """What the person can quote on the phone."""
    about: ReportAbout
    """``dropped``: something fell in that must not be recycled."""
    compartment: str | None
    bag: str | None
    """The bag it lies in."""
    receipt: str | None
    """The deposit it followed, or None when nobody's visit was open."""
