"""A powered door as a thing: a motor, two end switches, a light beam, perhaps a hand in the way."""

from typing import Literal

FULLY_OPEN = 1000
"""Thousandths of the travel; 0 is closed."""
HAND_AT = 300
"""A hand keeps the door from closing further than this."""


class Hatch:
    """One door. The door stops against a hand; the beam sees the hand before it touches."""

    def __init__(self, travel_ms: int) -> None:
        self._travel_ms = travel_ms
        self._micro = 0
        """Position in thousandths times ``travel_ms``, so that every millisecond counts."""
        self._direction = 0
        self.hand = False
        self.jammed = False
        self.beam_sender = True
        self.beam_stuck_clear = False

    @property
    def position(self) -> int:
        """0 closed .. 1000 fully open."""
        return self._micro // self._travel_ms

    @property
    def motor(self) -> Literal["open", "close", "off"]:
        """Which way the motor is driven."""
        if self._direction == 0:
            return "off"
        return "open" if self._direction > 0 else "close"

    @property
    def hand_fits(self) -> bool:
        """Tell whether the gap is wide enough for a hand."""
        return self.position > HAND_AT

    @property
    def closed_switch(self) -> bool:
        """The end switch at "closed" is pressed."""
        return self._micro == 0

    @property
    def opened_switch(self) -> bool:
        """The end switch at "open" is pressed."""
        return self._micro == FULLY_OPEN * self._travel_ms

    @property
    def beam_clear(self) -> bool:
        """The receiver sees light: the sender is on and nothing is in between."""
        return self.beam_stuck_clear or (self.beam_sender and not self.hand)

    def drive(self, *, opening: bool, closing: bool) -> None:
        """Apply the motor outputs; both at once stall the bridge."""
        self._direction = int(opening) - int(closing)

    def pull(self, position: int) -> None:
        """Somebody moves the door by hand, as a drive lets one (D-11)."""
        self._micro = position * self._travel_ms

    def advance(self, dt_ms: int) -> None:
        """Let time pass."""
        if self.jammed:
            return
        lowest = HAND_AT * self._travel_ms if self.hand else 0
        target = self._micro + self._direction * FULLY_OPEN * dt_ms
        if self._direction < 0:
            # The door stops against the hand, wherever the hand came in.
            target = max(target, min(lowest, self._micro))
        self._micro = max(0, min(FULLY_OPEN * self._travel_ms, target))
