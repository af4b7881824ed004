"""Millions of damaged frames through every decoder: what passes that was not sent.

`python -m tests.soak frames [PER_FAMILY] [SEED] [--kept FILE]` (part of `make soak`). With a file
the run may be stopped and goes on later. For each kind of damage the measured rate of wrong masses
stands beside the theory of the check; then a tenth as many damaged frames run between good ones
through conversion, agreement and the stability window, where no weight may become payable that was
not sent. Ends non-zero at the first broken promise.
"""

import random
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from math import sqrt
from pathlib import Path
from typing import get_args

from msgspec import Struct

from drivers.scale.agreement import Agreement
from drivers.scale.conversion import gross_of
from drivers.scale.decoded import Other, Weight
from drivers.scale.registry import DIALECTS
from kiosk.config import Scale, Serial
from kiosk.readings import Reading
from kiosk.units import CompartmentId, Grams, Millis
from kiosk.weighing import StabilityWindow
from tests.drivers.bench_dialects import GRAMS, tidied
from tests.drivers.bench_frames import FRAMES, Frames
from tests.soak.damage import DAMAGES, Kind, theory

TOGETHER = 50
"""Damaged frames in one read; a good pair after them shows that the decoder found back."""
RECOVERY_BYTES = 300
"""A damaged length may make a decoder wait for the longest frame of its format (Modbus: 264)."""
PART = 40_000
"""Frames of one task: a few seconds."""
DAMAGED_SHARE = 0.1
"""Of the frames in the agreement run: a line so bad that a technician is called at once."""
PERIOD_MS = 100
ASKED_MS = 3000
STEP_G = 5
UNANSWERED = 20
"""Frames without sense after which the link's watchdog opens the line again."""


class Tally(Struct):
    """What a number of damaged frames gave."""

    tried: dict[Kind, int]
    wrong: dict[Kind, int]
    """A mass that was not sent, in the sent unit."""
    lost_good: int = 0
    """Good pairs after damage of which no frame was understood."""
    damaged_in_stream: int = 0
    payable: int = 0
    payable_wrong: int = 0

    @staticmethod
    def none() -> "Tally":
        kinds: tuple[Kind, ...] = get_args(Kind)
        return Tally(dict.fromkeys(kinds, 0), dict.fromkeys(kinds, 0))

    def add(self, other: "Tally") -> None:
        """Count ``other`` too."""
        for kind in self.tried:
            self.tried[kind] += other.tried[kind]
            self.wrong[kind] += other.wrong[kind]
        self.lost_good += other.lost_good
        self.damaged_in_stream += other.damaged_in_stream
        self.payable += other.payable
        self.payable_wrong += other.payable_wrong

    @property
    def total(self) -> int:
        """All damaged frames."""
        return sum(self.tried.values()) + self.damaged_in_stream


def part(dialect: str, frames: int, seed: int) -> Tally:
    """Damage so many frames of one dialect; a tenth of them in a stream of good ones."""
    chance = random.Random(f"{dialect} {seed}")
    tally = Tally.none()
    kinds: tuple[Kind, ...] = get_args(Kind)
    for index in range(-(-frames * 9 // (10 * TOGETHER))):
        _damage_some(dialect, kinds[index % len(kinds)], chance, tally)
    _stream(dialect, int(frames / 10 / DAMAGED_SHARE), chance, tally)
    return tally


def _damage_some(dialect: str, kind: Kind, chance: random.Random, tally: Tally) -> None:
    """Many damaged frames of one mass at once, then two good ones."""
    frames = FRAMES[dialect]
    grams = tidied(frames, chance.choice(GRAMS))
    data, right = frames.encode(grams), frames.mass(grams)
    damage = DAMAGES[kind]
    decoder = DIALECTS[dialect]()
    seen = decoder.feed(b"".join([damage(data, chance) for _ in range(TOGETHER)]))
    after = decoder.feed(data * (3 + RECOVERY_BYTES // len(data)))
    wrong = [one for one in (*seen, *after) if isinstance(one, Weight) and one.weight != right]
    tally.tried[kind] += TOGETHER
    tally.wrong[kind] += sum(one.unit == frames.unit for one in wrong)
    tally.lost_good += not any(isinstance(one, Weight) for one in after)


def settings_of(dialect: str) -> Scale:
    """A scale of 5 g steps in the unit that the bench's frames have."""
    frames = FRAMES[dialect]
    line = Serial(port=Path("/dev/null"))
    return Scale(
        line=line,
        dialect=dialect,  # type: ignore[arg-type]  # a name from the registry
        unit="g" if frames.decimals == 0 else "kg",
        accept_net=frames.net,
        e_g=STEP_G,
        max_g=150_000,
        min_g=20,
    )


def _stream(dialect: str, count: int, chance: random.Random, tally: Tally) -> None:
    """A scale at ten frames a second on a bad line; its load changes now and then."""
    frames, settings = FRAMES[dialect], settings_of(dialect)
    decoder = DIALECTS[dialect]()
    agreement = Agreement(settings.agree_frames, settings.e_g)
    window = StabilityWindow(
        Grams(settings.e_g), Millis(settings.window_ms), settings.window_frames
    )
    kinds: tuple[Kind, ...] = get_args(Kind)
    sent: list[int] = []
    heard = 0
    for number in range(count):
        if number % 40 == 0:
            sent = [*sent[-1:], tidied(frames, chance.randrange(0, 90_000, 2 * STEP_G))]
        data = frames.encode(sent[-1])
        if chance.random() < DAMAGED_SHARE:
            data = DAMAGES[kinds[number % len(kinds)]](data, chance)
            tally.damaged_in_stream += 1
        at = Millis(number * PERIOD_MS)
        if number - heard > UNANSWERED:
            decoder, heard = DIALECTS[dialect](), number
        for frame in decoder.feed(data):
            if isinstance(frame, Other):
                continue
            heard = number
            gross = gross_of(frame, settings)
            stable = frame.stable if isinstance(frame, Weight) else None
            reading = Reading(
                CompartmentId("soak"), number, at, gross.grams, gross.defect, stable, 1, frame.raw
            )
            if (told := agreement.judge(reading)) is not None:
                window.add(told)
        # The session asks for frames from after the load came to rest (M-10).
        if (paid := window.stable(Millis(max(0, at - ASKED_MS)))) is not None:
            tally.payable += 1
            tally.payable_wrong += paid.grams not in sent


def broken(frames: Frames, tally: Tally) -> Iterator[str]:
    """What no run may show."""
    for kind, tried in tally.tried.items():
        limit = theory(kind, frames.odds)
        if limit is not None and tally.wrong[kind] > _most(limit, tried):
            yield f"{kind}: {tally.wrong[kind]} wrong of {tried}, theory {float(limit):.2g}"
    if tally.lost_good:
        yield f"{tally.lost_good} times no good frame was understood after damage"
    if tally.payable_wrong:
        yield f"{tally.payable_wrong} payable weights that were not sent"


def _most(limit: Fraction, tried: int) -> float:
    """The theory's number with four standard deviations, and three for the rarest (Poisson).

    Nothing where the theory says never.
    """
    expected = float(limit * tried)
    return expected + 4 * sqrt(expected) + 3 if expected else 0


def row(name: str, frames: Frames, tally: Tally) -> str:
    """One line of the table: rates per damaged frame."""
    rates = Counter({kind: tally.wrong[kind] / max(1, tally.tried[kind]) for kind in tally.tried})
    told = "  ".join(f"{kind} {_rate(rates[kind])}" for kind in tally.tried)
    check = f"1/{frames.odds}" if frames.odds > 1 else "none"
    return (
        f"{name:<20}{tally.total:>12,} frames, check {check:<8} wrong mass: {told}; "
        f"payable {tally.payable:,}, wrong {tally.payable_wrong}"
    )


def _rate(rate: float) -> str:
    return "0" if rate == 0 else f"{rate:.1e}"
