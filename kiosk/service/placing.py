"""A known mass is put on a scale and taken off again: how far did each scale move?

Pure: stable weights in, what was measured out. Used to check a scale (M-19), to verify which
scale belongs to which door (M-31), and after an adjustment (M-18).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from kiosk.readings import StableWeight
from kiosk.units import CompartmentId, Grams, Millis

Weights = Mapping[CompartmentId, StableWeight | None]
"""The stable gross of each scale since a moment; None: not at rest, or not heard."""
Phase = Literal["rest", "put", "take"]

REST_MS = 30_000
"""How long the scales may take to come to rest."""
HAND_MS = 180_000
"""How long a person may take to put the mass on, or to take it off."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One compartment's scale with and without the mass."""

    before: StableWeight
    after: StableWeight

    @property
    def moved_g(self) -> int:
        """How far it moved, in grams."""
        return self.after.grams - self.before.grams


@dataclass(frozen=True, slots=True)
class Placing:
    """Where it stands. ``watched`` names every scale whose movement counts."""

    watched: tuple[CompartmentId, ...]
    mass_g: Grams
    since_ms: Millis
    """When the phase began: only frames since then count (M-10)."""
    phase: Phase = "rest"
    before: Mapping[CompartmentId, StableWeight] | None = None
    measured: Mapping[CompartmentId, Measured] | None = None

    def look(self, weights: Weights, now_ms: Millis) -> "Placing":
        """Go on with the weights since ``since_ms``. The next phase begins when one moved."""
        known = {name: weights.get(name) for name in self.watched}
        still = {name: weight for name, weight in known.items() if weight is not None}
        if len(still) < len(self.watched):
            return self
        if self.phase == "rest":
            return replace(self, phase="put", before=still, since_ms=now_ms)
        assert self.before is not None
        moved = {
            name: Measured(self.before[name], weight)
            for name, weight in still.items()
            if self.before[name].link_opens == weight.link_opens
        }
        if len(moved) < len(still):
            # A scale that was opened anew since then may have zeroed itself: begin again.
            return replace(self, phase="rest", since_ms=now_ms)
        heavy = any(2 * abs(one.moved_g) >= self.mass_g for one in moved.values())
        if self.phase == "put" and heavy:
            return replace(self, phase="take", measured=moved, since_ms=now_ms)
        return self

    def taken_off(self, weights: Weights, step_g: Mapping[CompartmentId, int]) -> bool:
        """Whether every scale is back to within two steps of where it was."""
        if self.phase != "take" or self.before is None:
            return False
        return all(
            weight is not None and abs(weight.grams - self.before[name].grams) <= 2 * step_g[name]
            for name, weight in ((name, weights.get(name)) for name in self.watched)
        )

    def late(self, now_ms: Millis) -> bool:
        """Whether the phase has taken too long."""
        return now_ms - self.since_ms >= (REST_MS if self.phase == "rest" else HAND_MS)
