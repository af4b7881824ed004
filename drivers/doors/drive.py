"""What one door does with an order: a pure state machine for D-06 to D-09, D-11 and D-12.

``step`` takes the time and the inputs, returns the outputs and what happened, and does nothing
else; the outputs are looked up from the phase, never remembered.

What follows an order, in this order (``DoorReported`` also comes with every other change):

    open     ANNOUNCING, OPENING, then OPEN and STOPPED; already open: OPEN and STOPPED at once
    close    ANNOUNCING (with the light beam's self-test at its end), CLOSING, CLOSED and STOPPED
     blocked before it starts     DoorReversed; no motion; STOPPED where it was
     blocked while closing        DoorReversed, REVERSING, OPEN and STOPPED
     not closed within the cap    the same: something the beam does not see is in the way
     beam fails its self-test     DoorFailed; no motion
    either   both end switches pressed, or not open within the cap: DoorFailed, STOPPED
     halted   STOPPED at once, its orders forgotten; DoorHalted once it had time to come to rest

After ``DoorReversed`` the caller waits its dwell (>= 2 s, D-06) and orders again, with a new id.
Nothing moves without an order: after a start an open door stays as it is (D-11, P4).
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from kiosk.config import Door
from kiosk.events import (
    DoorFailed,
    DoorHalted,
    DoorMotion,
    DoorPosition,
    DoorReported,
    DoorReversed,
)
from kiosk.ports import DoorOrder
from kiosk.units import CompartmentId, Millis

MOTOR_MS_MAX = 10_000
"""Hard cap of one run of the motor (D-09)."""
DEAD_MS = 200
"""Pause between opposite directions (D-09)."""
BEAM_TEST_MS = 300
"""The receiver must follow the sender within this time (D-07)."""

REST_MS = 300
"""A door whose motor was switched off has come to rest, and its switches say where, after this."""

DoorEvent = DoorReported | DoorReversed | DoorFailed | DoorHalted


class Inputs(NamedTuple):
    """Debounced levels."""

    opened: bool
    closed: bool
    beam_clear: bool


class Outputs(NamedTuple):
    """Levels to set; never both directions."""

    opening: bool = False
    closing: bool = False
    beam_test: bool = False
    """Switches the beam's sender off."""


class Step(NamedTuple):
    """What to set and what to tell."""

    outputs: Outputs
    events: tuple[DoorEvent, ...]


class Phase(Enum):
    """What the drive is doing."""

    IDLE = auto()
    ANNOUNCING = auto()
    TESTING_DARK = auto()
    TESTING_LIGHT = auto()
    OPENING = auto()
    CLOSING = auto()
    REVERSING = auto()
    HALTING = auto()


_MOTION = {
    Phase.IDLE: DoorMotion.STOPPED,
    Phase.ANNOUNCING: DoorMotion.ANNOUNCING,
    Phase.TESTING_DARK: DoorMotion.ANNOUNCING,
    Phase.TESTING_LIGHT: DoorMotion.ANNOUNCING,
    Phase.OPENING: DoorMotion.OPENING,
    Phase.CLOSING: DoorMotion.CLOSING,
    Phase.REVERSING: DoorMotion.REVERSING,
    Phase.HALTING: DoorMotion.STOPPED,
}
_RUNNING = {Phase.OPENING: "open", Phase.REVERSING: "open", Phase.CLOSING: "close"}
_TESTING = (Phase.TESTING_DARK, Phase.TESTING_LIGHT)


@dataclass(slots=True)
class Counts:
    """Wear and trouble since the start (D-18)."""

    cycles: int = 0
    reversals: int = 0
    failures: int = 0
    travel_ms: int = 0
    """Of the last completed motion."""


class DoorDrive:
    """One door. One order at a time: ask ``busy`` before ``begin``."""

    def __init__(self, compartment: CompartmentId, settings: Door) -> None:
        self.compartment = compartment
        self.counts = Counts()
        self.cap_ms = min(MOTOR_MS_MAX, settings.travel_ms * 13 // 10)
        self._announce_ms = settings.announce_ms
        self._has_beam_test = settings.beam_test_pin is not None
        self._phase = Phase.IDLE
        self._order: DoorOrder | None = None
        self._phase_at = Millis(0)
        self._motor_from = Millis(0)
        self._last_run: tuple[str, Millis] | None = None
        self._at_end_at: Millis | None = None
        self._blocked = True
        self._reported: tuple[DoorPosition, DoorMotion, bool] | None = None
        self._events: list[DoorEvent] = []

    @property
    def busy(self) -> bool:
        """An order is being carried out, or the door comes to rest."""
        return self._phase is not Phase.IDLE

    def begin(self, order: DoorOrder, now: Millis) -> None:
        """Take an order; motion starts after the announcement, within later steps (D-12)."""
        assert not self.busy, "one order at a time"
        self._order = order
        self._reported = None
        self._enter(Phase.ANNOUNCING, now)

    def halt(self, now: Millis) -> None:
        """Drop the order and stop where the door is; the next step's outputs are all off."""
        if self._phase is Phase.HALTING:
            return  # it was told already, and shall not rest anew each time
        self._enter(Phase.HALTING, now)
        self._reported = None

    def step(self, now: Millis, inputs: Inputs) -> Step:
        """Look at the inputs, go on, and return what to set and what to tell."""
        if inputs.opened != inputs.closed:
            self._at_end_at = now
        if self._order is not None and inputs.opened and inputs.closed:
            self._fail("both end switches are pressed at once", now)
        rests = self._phase is Phase.HALTING and now - self._phase_at >= REST_MS
        if rests:
            self._enter(Phase.IDLE, now)
        match self._phase:
            case Phase.IDLE | Phase.HALTING:
                pass
            case Phase.ANNOUNCING:
                self._announce(now, inputs)
            case Phase.TESTING_DARK | Phase.TESTING_LIGHT:
                self._test_beam(now, inputs)
            case Phase.OPENING | Phase.REVERSING:
                self._open(now, inputs)
            case Phase.CLOSING:
                self._close(now, inputs)
        self._report(now, inputs)
        if rests:
            self._events.append(DoorHalted(self.compartment))
        events, self._events = tuple(self._events), []
        return Step(self._outputs(now), events)

    # ---- phases ----

    def _announce(self, now: Millis, inputs: Inputs) -> None:
        assert self._order is not None
        opening = self._order.want == "open"
        if inputs.opened if opening else inputs.closed:
            self._enter(Phase.IDLE, now)
        elif now - self._phase_at < self._announce_ms:
            return
        elif opening:
            self._run(Phase.OPENING, now)
        elif not inputs.beam_clear:
            self._refuse_to_close(now)
        elif self._has_beam_test:
            self._enter(Phase.TESTING_DARK, now)
        else:
            self._run(Phase.CLOSING, now)

    def _test_beam(self, now: Millis, inputs: Inputs) -> None:
        """D-07: with its sender off the receiver must go dark, and then see light again."""
        in_time = now - self._phase_at <= BEAM_TEST_MS
        if self._phase is Phase.TESTING_DARK:
            if not inputs.beam_clear:
                self._enter(Phase.TESTING_LIGHT, now)
            elif not in_time:
                self._fail("the light beam failed its self-test: it sees light that is off", now)
        elif inputs.closed:
            self._enter(Phase.IDLE, now)
        elif inputs.beam_clear:
            self._run(Phase.CLOSING, now)
        elif not in_time:
            self._refuse_to_close(now)

    def _open(self, now: Millis, inputs: Inputs) -> None:
        if inputs.opened:
            self._arrive(now)
        elif now - self._motor_from >= self.cap_ms:
            self._fail(f"not open within {self.cap_ms} ms", now)

    def _close(self, now: Millis, inputs: Inputs) -> None:
        if inputs.closed:
            self._arrive(now)
        elif not inputs.beam_clear or now - self._motor_from >= self.cap_ms:
            self._tell_reversed()
            self._run(Phase.REVERSING, now)

    # ---- changes of phase ----

    def _enter(self, phase: Phase, now: Millis) -> None:
        """Change the phase; a motor that ran is off from here until ``_run`` says otherwise."""
        ran = _RUNNING.get(self._phase)
        if ran and now >= self._motor_from:
            self._last_run = (ran, now)
        self._phase = phase
        self._phase_at = now
        if phase in (Phase.IDLE, Phase.HALTING):
            self._order = None

    def _run(self, phase: Phase, now: Millis) -> None:
        """Run the motor, after the dead time if it ran the other way just now (D-09)."""
        self._enter(phase, now)
        self._motor_from = now
        if self._last_run and self._last_run[0] != _RUNNING[phase]:
            self._motor_from = Millis(max(now, self._last_run[1] + DEAD_MS))

    def _arrive(self, now: Millis) -> None:
        self.counts.travel_ms = max(0, now - self._motor_from)
        self.counts.cycles += self._phase is Phase.CLOSING
        self._enter(Phase.IDLE, now)

    def _refuse_to_close(self, now: Millis) -> None:
        self._tell_reversed()
        self._enter(Phase.IDLE, now)
        self._reported = None

    def _tell_reversed(self) -> None:
        assert self._order is not None
        self.counts.reversals += 1
        self._events.append(DoorReversed(self.compartment, self._order.id))

    def _fail(self, reason: str, now: Millis) -> None:
        assert self._order is not None
        self.counts.failures += 1
        self._events.append(DoorFailed(self.compartment, self._order.id, reason))
        self._at_end_at = None
        self._enter(Phase.IDLE, now)
        self._reported = None

    # ---- looked up ----

    def _outputs(self, now: Millis) -> Outputs:
        run = _RUNNING.get(self._phase) if now >= self._motor_from else None
        return Outputs(
            opening=run == "open",
            closing=run == "close",
            beam_test=self._phase is Phase.TESTING_DARK,
        )

    def _report(self, now: Millis, inputs: Inputs) -> None:
        if self._phase not in _TESTING:
            self._blocked = not inputs.beam_clear
        seen = (self._position(now, inputs), _MOTION[self._phase], self._blocked)
        if seen != self._reported:
            self._reported = seen
            self._events.append(DoorReported(self.compartment, *seen, at_ms=now))

    def _position(self, now: Millis, inputs: Inputs) -> DoorPosition:
        """D-08: contradicting switches, or neither for longer than a travel, are UNKNOWN."""
        if inputs.opened and inputs.closed:
            return DoorPosition.UNKNOWN
        if inputs.closed:
            return DoorPosition.CLOSED
        if inputs.opened:
            return DoorPosition.OPEN
        on_its_way = self._at_end_at is not None and now - self._at_end_at <= self.cap_ms
        if self._phase in _RUNNING or on_its_way:
            return DoorPosition.BETWEEN
        return DoorPosition.UNKNOWN
