"""Small facts and drawings of inputs for exploring the table, without hardware."""

from dataclasses import replace

from kiosk.caps import Spent
from kiosk.documents import Caps, Phones
from kiosk.events import DoorPosition
from kiosk.products import Product
from kiosk.readings import StableWeight
from kiosk.session import inputs as i
from kiosk.session import states as s
from kiosk.units import CompartmentId, Grams, Millis, MinorUnits, PriceE4, Seq
from kiosk.views import Earlier, OfferState

PAPER = CompartmentId("paper")
METAL = CompartmentId("metal")
PERSON = "today's id"
"""Of the one person who comes with a token or a number."""
PHONES = Phones(bytes(32), pattern="11", digits_max=3)
"""Short numbers keep the exploration small."""
CAPS = Caps(deposits=2)
SPENT = {PERSON: Spent(deposits=2)}
NEWS = Earlier("R-0", "2026-11-23", True, None, "CNY")
BOTTLE = Product("06901234567892", "paper", MinorUnits(5), Grams(90), Grams(120))
CAN = Product("06901234567908", "metal", MinorUnits(10), Grams(12), Grams(18))


def compartment(
    position: DoorPosition = DoorPosition.CLOSED,
    state: OfferState = "open",
    price: int | None = 8000,
    way_blocked: bool = False,
    by_piece: bool = False,
) -> i.CompartmentFacts:
    return i.CompartmentFacts(
        material="paper",
        price_e4=None if price is None else PriceE4(price),
        by_piece=by_piece,
        state=state,
        bag="paper-1",
        e_g=Grams(10),
        min_g=Grams(200),
        max_g=Grams(30_000),
        gross_g=Grams(5_000),
        steady=True,
        position=position,
        way_blocked=way_blocked,
    )


def facts(now_ms: int = 1000, **changes: object) -> i.Facts:
    plain = i.Facts(
        now_ms=Millis(now_ms),
        next_seq=Seq(7),
        ledger="0123456789abcdef0123456789abcdef",
        fresh_id="session-1",
        sells=True,
        donation_allowed=True,
        scanner_ok=True,
        currency="CNY",
        step_minor=MinorUnits(1),
        tariff_version=3,
        products_version=4,
        language="zh",
        step_down_g=Grams(500),
        compartments={PAPER: compartment(), METAL: compartment()},
        phones=PHONES,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def stable(grams: int, at_ms: int = 1000, link_opens: int = 1) -> StableWeight:
    return StableWeight(Grams(grams), Millis(at_ms), link_opens, (b"ST,GS",), host_derived=False)


DEAL = s.Deal(
    opened_seq=Seq(7),
    receipt="0123AB-7",
    compartment=PAPER,
    material="paper",
    bag="paper-1",
    price_e4=PriceE4(8000),
    currency="CNY",
    step_minor=MinorUnits(1),
    tariff_version=3,
    min_g=Grams(200),
    max_g=Grams(30_000),
    e_g=Grams(10),
    before=stable(5_000),
    plateau_g=Grams(5_000),
)
