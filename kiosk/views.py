"""What the screen is told to show: one question to a person, as data.

The controller sends a :class:`View` over the screen socket whenever it changes. ``View.id`` rises
when the *question* (``View.screen``) changes, not with the live weight or the countdown; a touch
names the id it answers, and one that answers an old question is dropped.

Texts are not here: the screen owns the words of both languages. Weights are grams, money is minor
units, prices are ``PriceE4``; ``kiosk.money`` writes them.

Choices a person can make are plain strings (``Choice``): ``start``, ``donate``, ``cancel``,
``phone``, ``digit:<0-9>``, ``erase``, ``confirm``, ``compartment:<id>``, ``done``, ``more_time``,
``another``, ``finish``, ``help``, ``report:dropped``, ``report:help``, ``dispute``, ``about``,
``reading`` and ``language:<code>``.
Each screen names those it takes; ``language:*`` is taken everywhere. ``reading`` stands nowhere:
the screen says with it that a person turned its page, or asked for large type, before time ran out.
What a person asks for to see or hear better is the screen's own matter and never comes here
(``ui.ease``).

The browser surface of the screen process also tells its listener where the choices stand, after
every change of view: an ``M`` message (see ``kiosk.wire.Targets``), for accessibility and tests.
"""

from typing import Literal

from msgspec import Struct

Language = str
"""A language's code, such as ``zh`` or ``zh_TW``: the screen has a catalogue for each it offers
(kiosk.language)."""
OfferState = Literal["open", "full", "faulty", "closed"]
IdLevel = Literal["token", "phone", "donation"]
OutcomeName = Literal["PAID", "UNPRICED", "HELD", "VOID"]
TokenNotice = Literal["expired", "forged", "replayed", "unknown_issuer", "unreadable", "not_yet"]
IdentifyNotice = TokenNotice | Literal["scanner_lost"]
ItemNotice = Literal["unknown_item", "other_material"]
ChooseNotice = Literal["scale_unsteady", "compartment_faulty", "not_opened"]
Limit = Literal["deposits", "grams", "money"]
"""Which of the operator's caps per person and day is reached."""
OutReason = Literal[
    "no_tariff",
    "all_compartments",
    "all_full",
    "disk_full",
    "disowned",
    "operator",
    "stopping",
    "maintenance",
    "temperature",
    "away",
]
"""``away`` is the screen's own: no controller has been heard for a minute (``ui.solitude``)."""
ReportAbout = Literal["dropped", "help"]
FiledAbout = ReportAbout | Literal["dispute"]


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


class Nearby(Struct, frozen=True):
    """Another machine of the same operator."""

    place_zh: str
    place_en: str
    distance_m: int


class OutOfService(Struct, frozen=True, tag="out_of_service"):
    """Nothing can be accepted now. No choices."""

    reason: OutReason
    contact: str
    nearby: tuple[Nearby, ...] = ()
    """Other machines in walking distance, nearest first."""


class Saved(Struct, frozen=True):
    """What was saved, by the operator's factors (kiosk.effect)."""

    co2e_g: int
    """Grams of CO2 equivalent, above zero."""
    car_m: int | None
    """Metres a car goes on as much; None: the operator names no car."""


class Idle(Struct, frozen=True, tag="idle"):
    """Nobody is here: prices. Choices: ``start``, ``help``."""

    offers: tuple[Offer, ...]
    currency: str
    contact: str
    held: str | None = None
    """Receipt id of a deposit that a power cut interrupted, told to whoever is still here."""
    saved: Saved | None = None
    """By this machine in its whole life; None: there is nothing to say."""


class Identify(Struct, frozen=True, tag="identify"):
    """Who are you? A token is shown to the scanner. Choices: ``donate`` and ``phone`` if allowed,
    ``cancel``."""

    notice: IdentifyNotice | None
    donation_allowed: bool
    phone_allowed: bool = False


class Phone(Struct, frozen=True, tag="phone"):
    """Type your number; ``View.entry`` shows what was typed. Choices: ``digit:<0-9>``, ``erase``,
    ``confirm``, ``cancel``."""

    digits_max: int


class ConfirmPhone(Struct, frozen=True, tag="confirm_phone"):
    """Is this your number? With the privacy notice, each time: nothing is remembered. Choices:
    ``confirm``, ``cancel`` (type it again)."""

    number: str
    operator: str
    contact: str


class Earlier(Struct, frozen=True):
    """A deposit of an earlier visit that was HELD, told to whoever shows the same token."""

    receipt: str
    date: str
    """The day where the machine stands, as 2026-11-23; empty when no clock knew it."""
    interrupted: bool
    """The power went; otherwise something else needs the operator's eye."""
    amount_minor: int | None
    """What the operator decided, 0 for nothing; None while it is not decided."""
    currency: str


class Limited(Struct, frozen=True, tag="limited"):
    """A cap per person and day is reached: said before anything is put in. Choices: ``donate`` if
    allowed, ``cancel``."""

    limit: Limit
    most: int
    """The cap itself: how many deposits, grams or minor units a day."""
    currency: str
    donation_allowed: bool
    contact: str
    earlier: Earlier | None = None
    """News of an earlier deposit, as :class:`Choose` has them: nobody knows when they are back."""


class StillThere(Struct, frozen=True, tag="still_there"):
    """Nobody has touched anything for a while: a countdown and one choice, ``more_time``."""

    then: Literal["leave", "receipt", "close_door"]
    """What happens without an answer: the visit ends, the receipt is shown, or the door closes
    and what is inside is weighed and paid. Money is never forfeited."""


class Choose(Struct, frozen=True, tag="choose"):
    """Which material? Choices: ``compartment:<id>`` of the open offers, ``cancel``."""

    offers: tuple[Offer, ...]
    currency: str
    id_level: IdLevel
    notice: ChooseNotice | None
    earlier: Earlier | None = None
    """News of an earlier deposit: once a visit, and to holders of a token alone (cloud.md)."""


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
    """One deposit's outcome with its evidence (M-11). Choices: ``another``, ``finish``,
    ``help``."""

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
    donated: bool = False
    """Given away, in a visit that is paid for otherwise."""


class Receipt(Struct, frozen=True, tag="receipt"):
    """Thanks, with every deposit of the visit. Choices: ``finish``."""

    lines: tuple[ReceiptLine, ...]
    total_minor: int
    total_g: int
    currency: str
    id_level: IdLevel
    contact: str
    saved: Saved | None = None
    """By this visit; None: there is nothing to say."""


class Help(Struct, frozen=True, tag="help"):
    """What went wrong? Choices: ``report:dropped``, ``report:help``, ``dispute`` when there is a
    receipt, ``about``, ``cancel``."""

    contact: str
    receipt: str | None
    """The deposit it may be about, or None."""


class Filed(Struct, frozen=True, tag="filed"):
    """It is on record: what happens next. Choices: ``cancel`` (go back)."""

    about: FiledAbout
    number: str
    """What to quote on the phone."""
    contact: str


class AboutScale(Struct, frozen=True):
    """One scale's limits, in grams (M-17)."""

    material: str
    max_g: int
    min_g: int
    e_g: int
    worst_g: int
    """How far one deposit may be off at most (docs/metrology.md, "The worst case")."""


class About(Struct, frozen=True, tag="about"):
    """What an inspector reads off the machine (M-16, M-17). Choices: ``cancel`` (go back)."""

    version: str
    legal: str
    """Version and hash of the software that weighs, prices and records."""
    parameters: str
    """SHA-256 of the parameters of weight and money in force."""
    event_counter: int
    ledger: str
    head_seq: int
    scales: tuple[AboutScale, ...]
    effect_source: dict[Language, str] = {}
    """Who says what is saved, by language; empty: nothing is said of it."""


Screen = (
    Starting
    | NotEnrolled
    | OutOfService
    | Idle
    | Identify
    | Phone
    | ConfirmPhone
    | Limited
    | StillThere
    | Choose
    | WeighingBefore
    | Opening
    | Depositing
    | Closing
    | Blocked
    | WeighingAfter
    | Result
    | Receipt
    | Help
    | Filed
    | About
)


class Live(Struct, frozen=True):
    """The live weight, for display only: by type it can never be paid (UnifiedPOS)."""

    net_g: int | None
    """Mass put in since "before", or None when the scale gives no valid value."""
    steady: bool


class Entry(Struct, frozen=True):
    """What is being typed: it changes with every key, and the question stays the same."""

    digits: str
    wrong: bool
    """It was confirmed and is no number that could be reached."""


class View(Struct, frozen=True):
    """Everything the screen needs to draw itself now."""

    id: int
    language: Language
    screen: Screen
    left_ms: int | None
    """Time until the controller acts by itself, from the moment this view was sent; at a door,
    until it moves (D-12). None: never, or it moves already."""
    total_ms: int | None
    """The whole of that time, so a countdown can show a share of it."""
    live: Live | None
    kiosk: str
    """The machine's name as people may quote it on the phone; empty before enrolment."""
    place: str = ""
    """Where it stands, in the view's language, as its operator calls it."""
    entry: Entry | None = None
    materials: dict[str, str] = {}
    """What the operator calls materials, in the view's language; others have the screen's word."""
