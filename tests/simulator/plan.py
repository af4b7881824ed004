"""Draws a life from a seed: residents by the load model, odd habits, and faults.

19 to 60 deposits a day (architecture.md), most of them in the morning and the evening, some in
bursts of people waiting behind each other.
"""

import random
from collections.abc import Iterator

from tests.simulator.scenes import (
    BINS,
    BY_PIECE,
    ActName,
    AskName,
    Clone,
    Collect,
    Deal,
    Keep,
    Mishap,
    MishapName,
    Quiet,
    Restore,
    Scene,
    Service,
    Visit,
)

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
DEPOSITS_MIN, DEPOSITS_MAX = 19, 60
BURST_SHARE = 0.4
MISHAP_SHARE = 0.25
"""How many visits something goes wrong in."""
NIGHT_MISHAP_SHARE = 0.1
COPIES_EVERY_DAYS = 10
BOTTLE_G = 24

_SCREENS = (
    "Identify",
    "Choose",
    "WeighingBefore",
    "Opening",
    "Depositing",
    "Closing",
    "WeighingAfter",
    "Result",
    "Receipt",
)
_CODES = ("donation", "expired", "forged", "replayed", "nonsense", "phone", "phone", "phone")
_ASKS: tuple[AskName, ...] = ("dispute", "report:dropped", "report:help", "about")
NEIGHBOURS = 6
"""So few people come again and again, and reach the caps."""
_IN_VISIT: tuple[tuple[MishapName, int], ...] = (
    ("cut", 8),
    ("cut in a write", 25),
    ("bump", 3),
    ("noise", 6),
    ("unplug", 4),
    ("scale restarts", 3),
    ("hand", 12),
    ("jam", 3),
    ("dead beam", 2),
    ("swap", 2),
    ("prices change", 4),
    ("lost answers", 4),
    ("server errors", 3),
    ("disk full", 2),
    ("agent restarts", 3),
    ("order", 6),
    ("rules change", 3),
    ("decisions", 2),
)
_AT_REST: tuple[tuple[MishapName, int], ...] = (
    ("cut", 3),
    ("cut in a write", 6),
    ("network down", 6),
    ("lost answers", 3),
    ("server errors", 3),
    ("busy server", 3),
    ("portal", 2),
    ("clock jump", 2),
    ("clock unset", 2),
    ("disk low", 2),
    ("unplug", 2),
    ("scale restarts", 1),
    ("prices change", 3),
    ("noise", 2),
    ("order", 6),
    ("rules change", 3),
    ("decisions", 8),
    ("mass moves", 3),
)


def life(seed: int, days: int) -> Iterator[Scene]:
    """Every scene of so many days; each day draws from chance of its own."""
    for day in range(days):
        yield from _day(random.Random(f"{seed} {day}"), day)


def _day(chance: random.Random, day: int) -> Iterator[Scene]:
    left = chance.randint(DEPOSITS_MIN, DEPOSITS_MAX)
    visits = []
    while left > 0:
        visits.append(_visit(chance))
        left -= len(visits[-1].deals)
    yield Quiet(6 * HOUR_MS, _night(chance))
    gaps = sorted(_gap(chance, len(visits)) for _ in visits)
    for gap, visit in zip(chance.sample(gaps, len(gaps)), visits, strict=True):
        yield Quiet(gap)
        yield visit
    yield Collect()
    if day % COPIES_EVERY_DAYS == COPIES_EVERY_DAYS // 3:
        yield Keep()
    if day % COPIES_EVERY_DAYS == COPIES_EVERY_DAYS // 2:
        yield chance.choice((Restore(), Clone()))
    if chance.random() < 0.3:
        yield Service()
    yield Quiet(4 * HOUR_MS, _night(chance))


def _gap(chance: random.Random, visits: int) -> int:
    if chance.random() < BURST_SHARE:
        return chance.randint(500, 20_000)
    return chance.randint(1, 2 * 14 * HOUR_MS // max(1, visits))


def _night(chance: random.Random) -> tuple[Mishap, ...]:
    if chance.random() >= NIGHT_MISHAP_SHARE * 5:
        return ()
    return (_mishap(chance, _AT_REST, 3 * HOUR_MS),)


def _visit(chance: random.Random) -> Visit:
    deals = tuple(_deal(chance) for _ in range(chance.choice((1, 1, 1, 2, 2, 3))))
    code = "good" if chance.random() < 0.88 else chance.choice(_CODES)
    who = chance.randint(1, NEIGHBOURS if chance.random() < 0.3 else 300)
    asks: AskName = chance.choice(_ASKS) if chance.random() < 0.04 else ""
    leaves = chance.choice(_SCREENS) if chance.random() < 0.05 else ""
    mishaps: tuple[Mishap, ...] = ()
    if chance.random() < MISHAP_SHARE:
        where = deals[0].where
        mishaps = (_mishap(chance, _IN_VISIT, 18_000, where),)
    return Visit(who, deals, code, leaves, asks, mishaps)  # type: ignore[arg-type]


def _deal(chance: random.Random) -> Deal:
    where = chance.choice(BINS)
    return Deal(where, tuple(_acts(chance, where)), done=chance.random() > 0.02)


def _acts(chance: random.Random, where: str) -> Iterator[tuple[ActName, int]]:
    odd = chance.random()
    if where == BY_PIECE:
        yield from _bottles(chance, odd)
    elif odd < 0.03:
        for _ in range(chance.randint(3, 8)):
            yield "put", 100
            yield "wait", chance.randint(200, 2_500)
    elif odd < 0.06:
        grams = chance.randint(600, 3_000)
        yield "put", grams
        yield "wait", chance.randint(200, 8_000)
        yield "take", chance.randint(1, grams)
        yield "wait", chance.choice((1, 8_000))
    elif odd < 0.09:
        pass
    elif odd < 0.12:
        yield "put", chance.randint(50, 3_000)
        yield "bump", chance.randint(100, 8_000)
    elif odd < 0.13:
        yield "swap", 0
        yield "put", chance.randint(50, 4_000)
    elif odd < 0.15:
        yield "put", chance.randint(50, 2_000)
        yield "more_time", 1
        yield "wait", 5_000
    elif odd < 0.16:
        yield "put", chance.randint(28_000, 40_000)
    else:
        yield "put", int(chance.lognormvariate(7, 0.9)) + 1


def _bottles(chance: random.Random, odd: float) -> Iterator[tuple[ActName, int]]:
    if odd < 0.03:
        yield "put", BOTTLE_G
        yield "scan", 50
        return
    count = chance.randint(1, 6)
    yield "scan", count
    if odd < 0.1:
        yield "put", chance.randint(1, 2_000)
    else:
        yield "put", count * BOTTLE_G


def _mishap(
    chance: random.Random,
    kinds: tuple[tuple[MishapName, int], ...],
    within_ms: int,
    where: str | None = None,
) -> Mishap:
    names = [name for name, _ in kinds]
    (what,) = chance.choices(names, [weight for _, weight in kinds])
    lasts = {
        "hand": (500, 30_000),
        "jam": (500, 20_000),
        "dead beam": (10_000, 60_000),
        "noise": (500, 10_000),
        "unplug": (500, 20_000),
        "scale restarts": (3_000, 6_000),
        "network down": (HOUR_MS, 72 * HOUR_MS),
    }.get(what, (10_000, 6 * HOUR_MS))
    size = chance.randint(1, 12) if what == "cut in a write" else chance.randint(100, 9_000)
    if what == "clock jump":
        size = chance.choice((-30, -5, -1, 1, 5, 30, 300))
    return Mishap(
        chance.randint(1, within_ms),
        what,
        where if where is not None else chance.choice(BINS),
        chance.randint(*lasts),
        size,
    )
