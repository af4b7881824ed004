"""What the screen is told to show: one question to a person, as data.

The controller sends a :class:`View` over the screen socket whenever it changes. ``View.id`` rises
when the *question* (``View.screen``) changes, not with the live weight or the countdown; a touch
names the id it answers, and one that answers an old question is dropped.

Texts are not here: the screen owns the words of both languages. Weights are grams, money is minor
units, prices are ``PriceE4``; ``kiosk.money`` writes them.

Choices a person can make are plain strings (``Choice``): ``start``, ``donate``, ``cancel``,
``compartment:<id>``, ``done``, ``more_time``, ``another``, ``finish``, ``language:zh`` and
``language:en``. Each screen names those it takes; ``language:*`` is taken everywhere.

The browser surface of the screen process also tells its listener where the choices stand, after
every change of view: an ``M`` message (see ``kiosk.wire.Targets``), for accessibility and tests.
"""

from typing import Literal

from msgspec import Struct

Language = Literal["zh", "en"]
OfferState = Literal["open", "full", "faulty", "closed"]
IdLevel = Literal["token", "donation"]
OutcomeName = Literal["PAID", "UNPRICED", "HELD", "VOID"]
TokenNotice = Literal["expired", "forged", "replayed", "unknown_issuer", "unreadable", "not_yet"]
IdentifyNotice = TokenNotice | Literal["scanner_lost"]
ItemNotice = Literal["unknown_item", "other_material"]
ChooseNotice = Literal["scale_unsteady", "compartment_faulty", "not_opened"]


class Offer(Struct, frozen=True, forbid_unknown_fields=True):
    """One compartment as a person sees it: what goes in, for how much, and whether it is open."""

    compartment: str
    material: str
    price_e4: int
    state: OfferState
    min_g: int
    """Below this net mass nothing is paid (M-04); told before the door opens."""
    by_piece: bool = False
    """Paid per piece by barcode (M-29): ``price_e4`` is 0 and means nothing."""


class Starting(Struct, frozen=True, tag="starting"):
    """The controller is starting; also what a screen without a controller shows. No choices."""


class NotEnrolled(Struct, frozen=True, tag="not_enrolled"):
    """The machine has no operator yet: a technician shows the enrolment QR. No choices."""

    waiting: bool
    """True once a QR was read and the cloud's answer is awaited."""
    reason: str | None
    """Why the last attempt failed, for the technician (plain English), or None."""


class OutOfService(Struct, frozen=True, tag="out_of_service"):
    """Nothing can be accepted now. No choices."""

    reason: Literal[
        "no_tariff", "all_compartments", "disk_full", "disowned", "operator", "stopping"
    ]
    contact: str


class Idle(Struct, frozen=True, tag="idle"):
    """Nobody is here: prices. Choices: ``start``."""

    offers: tuple[Offer, ...]
    currency: str
    contact: str
    held: str | None = None
    """Receipt id of a deposit that a power cut interrupted, told to whoever is still here."""


class Identify(Struct, frozen=True, tag="identify"):
    """Who are you? A token is shown to the scanner. Choices: ``donate`` if allowed, ``cancel``."""

    notice: IdentifyNotice | None
    donation_allowed: bool


class Choose(Struct, frozen=True, tag="choose"):
    """Which material? Choices: ``compartment:<id>`` of the open offers, ``cancel``."""

    offers: tuple[Offer, ...]
    currency: str
    id_level: IdLevel
    notice: ChooseNotice | None


class WeighingBefore(Struct, frozen=True, tag="weighing_before"):
    """The bin is weighed before its door opens. Choices: ``cancel``."""

    offer: Offer
    currency: str


class Opening(Struct, frozen=True, tag="opening"):
    """The door is about to move or moving: keep back. No choices."""

    offer: Offer
    currency: str


class Depositing(Struct, frozen=True, tag="depositing"):
    """The door is open; ``View.live`` shows the mass put in so far. Choices: ``done``,
    ``more_time``. By piece, each scanned code counts one piece at its price."""

    offer: Offer
    currency: str
    extensions_left: int
    pieces: int = 0
    pieces_minor: int = 0
    """What the pieces scanned so far are worth together."""
    item_notice: ItemNotice | None = None
    """Why the last code did not count."""


class Closing(Struct, frozen=True, tag="closing"):
    """The door is about to close or closing: keep hands clear. No choices."""

    offer: Offer
    currency: str
    tries: int
    """Which try this is, from 1 (D-06: at most 3)."""


class Blocked(Struct, frozen=True, tag="blocked"):
    """Something is in the door's way; it stands open and will try again. No choices."""

    offer: Offer
    currency: str
    tries_left: int


class WeighingAfter(Struct, frozen=True, tag="weighing_after"):
    """The door is closed and the bin is weighed. No choices."""

    offer: Offer
    currency: str


class Result(Struct, frozen=True, tag="result"):
    """One deposit's outcome with its evidence (M-11). Choices: ``another``, ``finish``."""

    offer: Offer
    currency: str
    receipt: str
    before_g: int | None
    after_g: int | None
    net_g: int | None
    amount_minor: int | None
    """None while it is not decided (HELD): nobody reads a 0 as "you get nothing"."""
    outcome: OutcomeName
    reason: str | None
    """Why it is HELD or VOID: a code of ``kiosk.records.Reason``."""
    id_level: IdLevel
    contact: str
    another_allowed: bool
    pieces: int | None = None
    """How many pieces were scanned, for a deposit by piece."""
    code: str | None = None
    """The signed receipt (kiosk.receipts), for a QR code."""


class ReceiptLine(Struct, frozen=True):
    """One deposit of this visit on the receipt."""

    receipt: str
    material: str
    net_g: int | None
    amount_minor: int | None
    outcome: OutcomeName
    code: str | None = None
    """The signed receipt (kiosk.receipts), for a QR code."""


class Receipt(Struct, frozen=True, tag="receipt"):
    """Thanks, with every deposit of the visit. Choices: ``finish``."""

    lines: tuple[ReceiptLine, ...]
    total_minor: int
    total_g: int
    currency: str
    id_level: IdLevel
    contact: str


Screen = (
    Starting
    | NotEnrolled
    | OutOfService
    | Idle
    | Identify
    | Choose
    | WeighingBefore
    | Opening
    | Depositing
    | Closing
    | Blocked
    | WeighingAfter
    | Result
    | Receipt
)


class Live(Struct, frozen=True):
    """The live weight, for display only: by type it can never be paid (UnifiedPOS)."""

    net_g: int | None
    """Mass put in since "before", or None when the scale gives no valid value."""
    steady: bool


class View(Struct, frozen=True):
    """Everything the screen needs to draw itself now."""

    id: int
    language: Language
    screen: Screen
    left_ms: int | None
    """Time until the controller acts by itself, from the moment this view was sent; None: never."""
    total_ms: int | None
    """The whole of that time, so a countdown can show a share of it."""
    live: Live | None
    kiosk: str
    """The machine's name as people may quote it on the phone; empty before enrolment."""
    place: str = ""
    """Where it stands, in the view's language, as its operator calls it."""
