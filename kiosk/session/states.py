"""Where a visit stands. Each state holds only facts that are true in it.

Session is not deposit (EVerest): a session is somebody being here, from greeting to thanks; a
deposit is one opening of one compartment, from "before" to its one outcome.

``since_ms`` is when the state was entered or last re-armed; its deadline is looked up from it.
"""

from dataclasses import dataclass

from kiosk.products import Product
from kiosk.readings import StableWeight
from kiosk.records import Reason
from kiosk.units import CompartmentId, Grams, Millis, MinorUnits, PriceE4, Seq
from kiosk.views import (
    ChooseNotice,
    Earlier,
    FiledAbout,
    IdLevel,
    ItemNotice,
    Language,
    Limit,
    OutcomeName,
    TokenNotice,
)

PIECES_MAX = 500
"""How many pieces one deposit may hold: enough for a sack, and a bound on the record."""
TRIES_MAX = 3
"""How often a door tries to close (D-06)."""
EXTENSIONS_MAX = 10
"""How often a person may ask for more time (WCAG 2.2.1)."""
LANGUAGE_MS = 60_000
"""How long the idle screen stays in a language somebody chose there, and then left."""
WAITS_MAX = 6
"""How many dwells a door waits for its way to clear before it counts a try (D-07)."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is paid: a token's opaque subject, a sealed phone number, or nobody for a donation."""

    level: IdLevel
    subject: str | None
    token: str | None
    person: str | None
    """Today's id of this person, for the caps alone (kiosk.caps); never recorded."""


NOBODY = Subject("donation", None, None, None)


@dataclass(frozen=True, slots=True)
class Finished:
    """One deposit of this visit, as the receipt lists it."""

    receipt: str
    material: str
    net_g: Grams | None
    amount_minor: MinorUnits
    outcome: OutcomeName
    level: IdLevel
    """Who is paid for it: a visit may go on with gifts once a cap is reached."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody is here and said who they are."""

    id: str
    language: Language
    subject: Subject
    finished: tuple[Finished, ...] = ()


@dataclass(frozen=True, slots=True)
class Deal:
    """What ``deposit_opened`` froze (P3), and what happened since that forbids paying."""

    opened_seq: Seq
    receipt: str
    compartment: CompartmentId
    material: str
    bag: str
    price_e4: PriceE4
    currency: str
    step_minor: MinorUnits
    tariff_version: int
    min_g: Grams
    max_g: Grams
    e_g: Grams
    before: StableWeight
    plateau_g: Grams
    """The latest stable gross since "before", to notice things taken out (M-30)."""
    by_piece: bool = False
    products_version: int = 0
    pieces: tuple[Product, ...] = ()
    """Every piece scanned, in order; each at the price it had then (M-29)."""
    left_closed: bool = False
    """The door was seen anywhere but confirmed closed."""
    doubt: Reason | None = None
    """The first thing that makes this deposit HELD."""


@dataclass(frozen=True, slots=True)
class Result:
    """A deposit's one outcome."""

    after_g: Grams | None
    net_g: Grams | None
    amount_minor: MinorUnits
    outcome: OutcomeName
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Idle:
    """Nobody is here."""

    language: Language
    since_ms: Millis | None = None
    """When somebody chose that language here; None: it is the machine's own."""


@dataclass(frozen=True, slots=True)
class Identifying:
    """Somebody touched the screen and is asked who they are."""

    since_ms: Millis
    id: str
    language: Language
    notice: TokenNotice | None
    extensions: int = 0
    """How often more time was asked for here."""


@dataclass(frozen=True, slots=True)
class Typing:
    """A phone number is being typed."""

    since_ms: Millis
    id: str
    language: Language
    digits: str = ""
    wrong: bool = False
    """It was confirmed, and is no number that could be reached."""
    extensions: int = 0


@dataclass(frozen=True, slots=True)
class ConfirmingNumber:
    """The number is shown again with the privacy notice; then it is sealed."""

    since_ms: Millis
    id: str
    language: Language
    digits: str
    extensions: int = 0


@dataclass(frozen=True, slots=True)
class Limited:
    """A cap per person and day is reached; giving is still possible."""

    since_ms: Millis
    visit: Visit
    limit: Limit
    extensions: int = 0
    earlier: Earlier | None = None
    """News of an earlier deposit, as :class:`Choosing` would have them."""


@dataclass(frozen=True, slots=True)
class Choosing:
    """Which compartment?"""

    since_ms: Millis
    visit: Visit
    notice: ChooseNotice | None
    extensions: int = 0
    earlier: Earlier | None = None
    """News of an earlier deposit: only the visit's first question carries it."""


@dataclass(frozen=True, slots=True)
class WeighingBefore:
    """The bin is weighed with its door closed."""

    since_ms: Millis
    visit: Visit
    compartment: CompartmentId


@dataclass(frozen=True, slots=True)
class Opening:
    """``deposit_opened`` is durable; the door is ordered to open."""

    since_ms: Millis
    visit: Visit
    deal: Deal
    begun: bool = False
    """Its turn came (D-13): the door was announced, and its own time runs."""


@dataclass(frozen=True, slots=True)
class Halting:
    """The door did not open: its order is taken back, and nothing is decided before it rests."""

    since_ms: Millis
    visit: Visit
    deal: Deal


@dataclass(frozen=True, slots=True)
class Depositing:
    """The door stands open."""

    since_ms: Millis
    visit: Visit
    deal: Deal
    extensions: int = 0
    item_notice: ItemNotice | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    """The door is ordered to close, for the ``tries``-th time."""

    since_ms: Millis
    visit: Visit
    deal: Deal
    tries: int
    begun: bool = False
    """This try's turn came (D-13)."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """Something was in the way; the door opened again and waits."""

    since_ms: Millis
    visit: Visit
    deal: Deal
    tries: int
    waits: int


@dataclass(frozen=True, slots=True)
class WeighingAfter:
    """The door is confirmed closed and the bin is weighed (M-33)."""

    since_ms: Millis
    visit: Visit
    deal: Deal


@dataclass(frozen=True, slots=True)
class Showing:
    """``deposit`` is durable; its outcome is shown."""

    since_ms: Millis
    visit: Visit
    deal: Deal
    result: Result
    seq: Seq
    """Of the deposit's record."""
    filed: tuple[tuple[FiledAbout, str], ...] = ()
    """What was reported about it, under which number."""
    extensions: int = 0


@dataclass(frozen=True, slots=True)
class Thanking:
    """The receipt of the whole visit, and the only place of its codes."""

    since_ms: Millis
    visit: Visit
    extensions: int = 0


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody needs help: before anything, or about the result that was shown."""

    since_ms: Millis
    id: str
    language: Language
    shown: Showing | None
    extensions: int = 0


@dataclass(frozen=True, slots=True)
class Filed:
    """A ticket or a dispute is durable; its number and what happens next are shown."""

    since_ms: Millis
    id: str
    language: Language
    shown: Showing | None
    about: FiledAbout
    number: str
    extensions: int = 0


@dataclass(frozen=True, slots=True)
class Informing:
    """Software, parameters and limits are shown, for whoever inspects the machine."""

    since_ms: Millis
    id: str
    language: Language
    shown: Showing | None
    extensions: int = 0


Patient = (
    Identifying
    | Typing
    | ConfirmingNumber
    | Limited
    | Choosing
    | Depositing
    | Showing
    | Thanking
    | Asking
    | Filed
    | Informing
)
"""The states that wait for a person, warn, and can be asked for more time."""

State = (
    Idle
    | Identifying
    | Typing
    | ConfirmingNumber
    | Limited
    | Choosing
    | WeighingBefore
    | Opening
    | Halting
    | Depositing
    | Closing
    | Blocked
    | WeighingAfter
    | Showing
    | Thanking
    | Asking
    | Filed
    | Informing
)
