"""What can happen to a visit, and the facts of the machine it happens among.

The controller makes these out of the machine's events; everything a handler may know is in the
input or in :class:`Facts`, so a step is a pure function.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.caps import Spent
from kiosk.documents import Caps, Phones
from kiosk.events import DoorPosition
from kiosk.products import Product
from kiosk.readings import StableWeight
from kiosk.records import Reason
from kiosk.units import CompartmentId, Grams, Millis, MinorUnits, PriceE4, Seq
from kiosk.views import Earlier, FiledAbout, Language, OfferState, ReportAbout, TokenNotice


@dataclass(frozen=True, slots=True)
class Start:
    """Somebody touched the idle screen."""


@dataclass(frozen=True, slots=True)
class SetLanguage:
    """Somebody chose a language."""

    language: Language


@dataclass(frozen=True, slots=True)
class Donate:
    """Nobody is to be paid."""


@dataclass(frozen=True, slots=True)
class Identified:
    """A token was shown, found good and durably marked as used."""

    subject: str
    token: str
    person: str
    """Today's id of the subject (kiosk.caps)."""


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """A code was shown that is no good token."""

    notice: TokenNotice


@dataclass(frozen=True, slots=True)
class UsePhone:
    """A phone number shall be typed instead of showing a code."""


@dataclass(frozen=True, slots=True)
class Digit:
    """One key of the keypad, ``0`` to ``9``."""

    digit: str


@dataclass(frozen=True, slots=True)
class Erase:
    """The last digit was wrong."""


@dataclass(frozen=True, slots=True)
class Confirm:
    """The whole number is typed."""


@dataclass(frozen=True, slots=True)
class NumberSealed:
    """The number was confirmed and sealed to the operator (kiosk.subjects)."""

    sealed: str
    person: str
    """Today's id of the number (kiosk.caps)."""


@dataclass(frozen=True, slots=True)
class Help:
    """Somebody needs help."""


@dataclass(frozen=True, slots=True)
class Report:
    """Something fell in, or somebody must come."""

    about: ReportAbout


@dataclass(frozen=True, slots=True)
class Disputed:
    """The result that was shown is wrong."""


@dataclass(frozen=True, slots=True)
class Inform:
    """What is this machine?"""


@dataclass(frozen=True, slots=True)
class ItemScanned:
    """A barcode was shown; ``product`` is None when the list does not know it."""

    product: Product | None


@dataclass(frozen=True, slots=True)
class Select:
    """A compartment was chosen."""

    compartment: CompartmentId


@dataclass(frozen=True, slots=True)
class Cancel:
    """Go back, or leave."""


@dataclass(frozen=True, slots=True)
class Done:
    """Everything is in; the door may close."""


@dataclass(frozen=True, slots=True)
class MoreTime:
    """Wait for me."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A finger turned the screen's page, or asked for large type: somebody is here and reads."""


@dataclass(frozen=True, slots=True)
class Another:
    """One more deposit."""


@dataclass(frozen=True, slots=True)
class Finish:
    """Leave."""


@dataclass(frozen=True, slots=True)
class Settled:
    """A compartment's gross weight is stable (M-02), seen since the state asked for it."""

    compartment: CompartmentId
    weight: StableWeight


@dataclass(frozen=True, slots=True)
class ScaleBroke:
    """A compartment's scale was lost or its link re-opened."""

    compartment: CompartmentId
    reason: Reason


@dataclass(frozen=True, slots=True)
class DoorBegan:
    """A door is announced: the turn of its order came (D-12, D-13)."""

    compartment: CompartmentId


@dataclass(frozen=True, slots=True)
class DoorHalted:
    """A door that was told to halt stands still, and has no order any more."""

    compartment: CompartmentId


@dataclass(frozen=True, slots=True)
class DoorMoved:
    """A door's confirmed position changed."""

    compartment: CompartmentId
    position: DoorPosition


@dataclass(frozen=True, slots=True)
class DoorBlocked:
    """While closing, something was in the way; the drive reversed (D-06)."""

    compartment: CompartmentId


@dataclass(frozen=True, slots=True)
class DoorBroke:
    """A door missed its end position or its switches contradict each other (D-08)."""

    compartment: CompartmentId


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The state's deadline passed."""


Input = (
    Start
    | SetLanguage
    | Donate
    | Identified
    | TokenRefused
    | UsePhone
    | Digit
    | Erase
    | Confirm
    | NumberSealed
    | Help
    | Report
    | Disputed
    | Inform
    | ItemScanned
    | Select
    | Cancel
    | Done
    | MoreTime
    | Reading
    | Another
    | Finish
    | Settled
    | ScaleBroke
    | DoorBegan
    | DoorHalted
    | DoorMoved
    | DoorBlocked
    | DoorBroke
    | TimedOut
)


@dataclass(frozen=True, slots=True)
class CompartmentFacts:
    """One compartment as it is now."""

    material: str
    price_e4: PriceE4 | None
    """None: the tariff has no price for its material, so its door stays shut (M-13). 0 for a
    material paid by piece."""
    by_piece: bool
    state: OfferState
    bag: str
    e_g: Grams
    min_g: Grams
    max_g: Grams
    gross_g: Grams | None
    """The latest valid gross, for display only; None when there is none."""
    steady: bool
    position: DoorPosition
    way_blocked: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """The machine as it is now, for one step."""

    now_ms: Millis
    next_seq: Seq
    ledger: str
    fresh_id: str
    """A UUID nobody used yet, for a session that begins now."""
    sells: bool
    donation_allowed: bool
    scanner_ok: bool
    currency: str
    step_minor: MinorUnits
    tariff_version: int
    products_version: int
    language: Language
    """The machine's own language, to which it returns after every visit."""
    step_down_g: Grams
    """A fall between two stable readings that makes a deposit HELD (M-30)."""
    compartments: Mapping[CompartmentId, CompartmentFacts]
    phones: Phones | None = None
    """The operator's rules for phone numbers, or None when it takes none."""
    caps: Caps | None = None
    spent: Mapping[str, Spent] = field(default_factory=dict)
    """What each person brought today, by today's id."""
    tickets: Mapping[FiledAbout, str] = field(default_factory=dict)
    """Numbers of what was reported at the idle screen a moment ago."""
    earlier: Mapping[str, Earlier] = field(default_factory=dict)
    """What is to be told of deposits of earlier visits, by a token's subject."""
