"""A weighing pan: a mass, an indication that settles towards it, and a little noise.

All arithmetic is in whole milligrams: a simulated scale must not invent grams by rounding either.
"""

import random

MG = 1000
STILL_MS = 300
"""An indicator calls itself stable when its value has rested this long."""


class Pan:
    """One load cell with its indicator; first-order response (Lewis: time is an argument)."""

    def __init__(
        self,
        *,
        step_g: int,
        max_g: int,
        settle_ms: int,
        noise_mg: int,
        chance: random.Random,
        start_g: int = 0,
    ) -> None:
        self._step_mg = step_g * MG
        self._limit_mg = (max_g + 9 * step_g) * MG
        self._settle_ms = settle_ms
        self._noise_mg = noise_mg
        self._chance = chance
        self._mass_mg = start_g * MG
        self._felt_mg = self._mass_mg
        self._zero_mg = 0
        self._still_ms = STILL_MS
        self.starts = 1
        """How often the indicator was switched on."""

    @property
    def grams(self) -> int:
        """The true mass in the bin."""
        return self._mass_mg // MG

    @property
    def shown_g(self) -> int:
        """What the indicator shows, rounded half up to its step."""
        noise = self._chance.randint(-self._noise_mg, self._noise_mg)
        shown = self._felt_mg - self._zero_mg + noise
        return (shown + self._step_mg // 2) // self._step_mg * self._step_mg // MG

    @property
    def stable(self) -> bool:
        """The indicator's own verdict: the value has rested long enough."""
        return self._still_ms >= STILL_MS

    @property
    def overloaded(self) -> bool:
        """More than Max + 9 e (M-03)."""
        return self._felt_mg - self._zero_mg > self._limit_mg

    def load(self, grams: int) -> None:
        """Change the true mass to ``grams``; the indication follows."""
        self._mass_mg = grams * MG
        self._still_ms = 0

    def bump(self, grams: int) -> None:
        """Disturb the indication by up to ``grams`` without changing the mass."""
        self._felt_mg += self._chance.randint(-grams * MG, grams * MG)
        self._still_ms = 0

    def switch_on(self, *, zero: bool) -> None:
        """Start the indicator up; with ``zero`` it takes what lies on it for nothing."""
        self.starts += 1
        self._felt_mg = self._mass_mg
        self._zero_mg = self._mass_mg if zero else 0
        self._still_ms = 0

    def advance(self, dt_ms: int) -> None:
        """Let time pass: the felt mass approaches the true one."""
        before = self._felt_mg
        gap = self._mass_mg - self._felt_mg
        self._felt_mg += gap * min(dt_ms, self._settle_ms) // self._settle_ms
        if abs(gap) < self._step_mg // 8:
            self._felt_mg = self._mass_mg
        moved = abs(self._felt_mg - before)
        # A floor division never creeps past the target, but it may stop just short of it.
        self._still_ms = self._still_ms + dt_ms if moved * 4 < self._step_mg else 0
