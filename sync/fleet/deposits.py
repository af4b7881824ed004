"""What a resident leaves behind: the two records of a deposit, as a machine in a yard writes them.

Sizes and randomness are those of a real machine (``kiosk demo``, a scale at 10 Hz that is stable
after a second): a test compares the bytes a record with those of the journeys. Everything follows
from a seed, so that the same machine can be made twice.
"""

from dataclasses import dataclass
from random import Random
from typing import Final

from kiosk.money import amount
from kiosk.records import Deposit, DepositOpened, Reason, Weighing
from kiosk.units import Grams, MinorUnits, PriceE4
from kiosk.views import OutcomeName

CURRENCY: Final = "CNY"
STEP: Final = MinorUnits(1)
E_G: Final = 10
MIN_G: Final = 50
MAX_G: Final = 60_000
FRAMES: Final = 11
"""Frames of a stability window of one second at 10 Hz."""
RESIDENTS: Final = 40_000

COMPARTMENTS: Final = (
    ("paper", "paper", PriceE4(8_000)),
    ("plastic", "plastic", PriceE4(6_000)),
    ("metal", "metal", PriceE4(24_000)),
    ("textile", "textile", PriceE4(3_000)),
)
"""Id, material and price of each compartment."""

PRICES: Final = {material: price for _, material, price in COMPARTMENTS}


@dataclass(frozen=True, slots=True)
class Visit:
    """A resident deposits once: both records, and the visit they belong to."""

    session: str
    opened: DepositOpened
    deposit: Deposit


def visit(dice: Random, ledger: str, opened_seq: int, mono_ms: int) -> Visit:
    """Make the visit whose ``deposit_opened`` is number ``opened_seq``, at ``mono_ms``."""
    compartment, material, price = dice.choice(COMPARTMENTS)
    before_g = dice.randrange(0, 30_000, E_G)
    left_g = max(E_G, int(dice.expovariate(1 / 1_250)) // E_G * E_G)
    outcome, reason, net_g = _outcome(dice, left_g)
    donated = dice.random() < 0.03
    subject = None if donated else f"resident-{dice.randrange(RESIDENTS):05d}"
    token = None if donated else f"{dice.getrandbits(128):032x}"
    receipt = f"{ledger[:6].upper()}-{opened_seq}"
    before = _weighing(dice, before_g, mono_ms)
    after = _weighing(dice, before_g + (net_g or 0), mono_ms + dice.randrange(15_000, 60_000))
    opened = DepositOpened(
        receipt=receipt,
        subject=subject,
        id_level="donation" if donated else "token",
        token=token,
        compartment=compartment,
        material=material,
        bag=f"{compartment}-1",
        price_e4=price,
        currency=CURRENCY,
        step_minor=STEP,
        tariff_version=1,
        min_g=MIN_G,
        max_g=MAX_G,
        e_g=E_G,
        before=before,
    )
    deposit = Deposit(
        receipt=receipt,
        opened_seq=opened_seq,
        subject=subject,
        id_level=opened.id_level,
        token=token,
        compartment=compartment,
        material=material,
        bag=opened.bag,
        price_e4=price,
        currency=CURRENCY,
        tariff_version=1,
        before=before,
        after=after if outcome != "HELD" else None,
        net_g=net_g,
        amount_minor=amount(Grams(net_g), price, STEP) if outcome == "PAID" and net_g else 0,
        outcome=outcome,
        reason=reason,
        door="closed",
    )
    return Visit(_uuid(dice), opened, deposit)


def _outcome(dice: Random, left_g: int) -> tuple[OutcomeName, Reason | None, int | None]:
    chance = dice.random()
    if chance < 0.01:
        return "HELD", "unstable", None
    if chance < 0.03:
        return "VOID", "nothing_deposited", 0
    if left_g < MIN_G:
        return "UNPRICED", "below_minimum", left_g
    return "PAID", None, left_g


def _weighing(dice: Random, gross_g: int, mono_ms: int) -> Weighing:
    """A stable weight; the last digit of early frames may still be on its way."""
    grams = [gross_g + dice.choice((-E_G, 0, 0, 0)), *[gross_g] * (FRAMES - 1)]
    frames = tuple(b"ST,GS,1,%c%03d.%03d kg" % (43, *divmod(max(0, one), 1000)) for one in grams)
    return Weighing(gross_g, mono_ms, 1, False, frames)


def _uuid(dice: Random) -> str:
    digits = f"{dice.getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
