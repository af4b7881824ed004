"""The door's state machine: every reachable state under every input, then on a simulated door."""

import copy
from collections import deque
from typing import Any, Literal, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.doors.debouncer import Debouncer
from drivers.doors.drive import (
    DEAD_MS,
    MOTOR_MS_MAX,
    REST_MS,
    DoorDrive,
    DoorEvent,
    Inputs,
    Outputs,
)
from drivers.sim.hatch import Hatch
from kiosk.events import (
    DoorFailed,
    DoorHalted,
    DoorMotion,
    DoorPosition,
    DoorReported,
    DoorReversed,
)
from kiosk.ports import DoorOrder
from kiosk.units import Millis
from tests.drivers.bench import PAPER, a_door

TICK_MS = 100
SMALL = a_door(travel_ms=200, announce_ms=200)
"""Times so short that all reachable states can be visited; the rules don't depend on them."""
LONG_MS = 500
"""Longer than every time above: beyond it, longer makes no difference."""
ALL_INPUTS = [Inputs(a, b, c) for a in (False, True) for b in (False, True) for c in (False, True)]
Act = Literal["open", "close", "halt", "nothing"]


def now(ms: int) -> Millis:
    """A moment."""
    return Millis(ms)


class Watch(NamedTuple):
    """What an honest bystander remembers of the outputs, all in milliseconds."""

    run: Literal["open", "close", "off"] = "off"
    run_ms: int = 0
    last_run: Literal["open", "close", "off"] = "off"
    off_ms: int = LONG_MS
    ordered_ms: int | None = None


def check(watch: Watch, drive: DoorDrive, inputs: Inputs, outputs: Outputs) -> Watch:
    """Hold one step to the rules and remember it; a tick passed since the last."""
    assert not (outputs.opening and outputs.closing), "D-09: never both ways"
    run: Literal["open", "close", "off"] = (
        "open" if outputs.opening else "close" if outputs.closing else "off"
    )
    if run == "close":
        assert inputs.beam_clear, "D-07: never closes on a blocked way"
        assert not outputs.beam_test
    if run != "off":
        assert not (inputs.opened and inputs.closed), "D-08: contradiction stops"
        assert watch.ordered_ms is not None, "nothing moves without an order"
        assert watch.ordered_ms >= 200, "D-12: announced before motion"
        assert not (inputs.opened if run == "open" else inputs.closed), "stops at its end"
    run_ms = watch.run_ms + TICK_MS if run == watch.run != "off" else 0
    assert run_ms < drive.cap_ms + TICK_MS, "D-09: the cap"
    off_ms = watch.off_ms + TICK_MS if run == "off" else 0
    if run != "off" and run != watch.last_run and watch.last_run != "off":
        assert watch.off_ms + TICK_MS >= DEAD_MS, "D-09: dead time"
    ordered = None if watch.ordered_ms is None else min(watch.ordered_ms + TICK_MS, LONG_MS)
    return Watch(
        run=run,
        run_ms=run_ms,
        last_run=watch.last_run if run == "off" else run,
        off_ms=min(off_ms, LONG_MS),
        ordered_ms=ordered if drive.busy else None,
    )


def key_of(drive: DoorDrive, watch: Watch, at: Millis) -> tuple[Any, ...]:
    """A state without its absolute times and its counters: two equal keys behave alike."""

    def relative(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(relative(item) for item in value)
        if isinstance(value, int) and not isinstance(value, bool):
            return min(at - value, LONG_MS)
        return getattr(value, "want", value)

    names = ("_phase", "_order", "_phase_at", "_motor_from", "_last_run", "_at_end_at")
    return (watch, *(relative(vars(drive)[name]) for name in names))


def branch(drive: DoorDrive) -> DoorDrive:
    """A copy to try something on."""
    twin = copy.copy(drive)
    twin.counts = copy.copy(drive.counts)
    twin._events = []
    return twin


@pytest.mark.parametrize("beam_test_pin", [None, 9])
def test_every_reachable_state_keeps_the_rules(beam_test_pin: int | None) -> None:
    settings = a_door(travel_ms=200, announce_ms=200, beam_test_pin=beam_test_pin)
    start = (DoorDrive(PAPER, settings), Watch(), now(0))
    todo = deque([start])
    seen = {key_of(*start)}
    phases: set[DoorMotion] = set()
    while todo:
        drive, watch, at = todo.popleft()
        acts: tuple[Act, ...] = ("nothing", "halt") if drive.busy else ("nothing", "open", "close")
        for act in acts:
            for inputs in ALL_INPUTS:
                twin, ordered = branch(drive), watch.ordered_ms
                twin_had_order = drive._order is not None or act != "nothing"
                if act == "halt":
                    twin.halt(at)
                    ordered = None
                elif act != "nothing":
                    twin.begin(DoorOrder(PAPER, "1", act), at)
                    ordered = 0
                outputs, events = twin.step(at, inputs)
                # Time since the order counts from this moment, so add the tick afterwards.
                after = check(watch._replace(ordered_ms=ordered), twin, inputs, outputs)
                if act == "halt":
                    assert outputs == Outputs()
                elif twin_had_order and inputs.opened and inputs.closed:
                    assert any(isinstance(event, DoorFailed) for event in events)
                if any(isinstance(event, DoorHalted) for event in events):
                    assert not twin.busy and outputs == Outputs()
                if any(isinstance(event, DoorReversed) for event in events):
                    assert not outputs.closing
                phases |= {event.motion for event in events if isinstance(event, DoorReported)}
                later = now(at + TICK_MS)
                key = key_of(twin, after, later)
                if key not in seen:
                    seen.add(key)
                    todo.append((twin, after, later))
    assert phases == set(DoorMotion)
    assert len(seen) > 200


class Rehearsal:
    """A drive wired to a simulated door, on virtual time."""

    def __init__(self, beam_test_pin: int | None = 9) -> None:
        self.drive = DoorDrive(PAPER, a_door(travel_ms=1000, beam_test_pin=beam_test_pin))
        self.hatch = Hatch(1000)
        self.at = now(0)
        self.events: list[DoorEvent] = []

    def step(self, dt_ms: int = 10) -> Outputs:
        """Look, act, and let time pass."""
        inputs = Inputs(self.hatch.opened_switch, self.hatch.closed_switch, self.hatch.beam_clear)
        outputs, events = self.drive.step(self.at, inputs)
        self.events += events
        self.hatch.drive(opening=outputs.opening, closing=outputs.closing)
        self.hatch.beam_sender = not outputs.beam_test
        self.hatch.advance(dt_ms)
        self.at = now(self.at + dt_ms)
        return outputs

    def carry_out(self, want: Literal["open", "close"]) -> list[object]:
        """Order, run until the drive is done, and return what it told."""
        self.events.clear()
        self.drive.begin(DoorOrder(PAPER, want, want), self.at)
        self.finish()
        return list(self.events)

    def until(self, motion: DoorMotion) -> None:
        """Run until the drive reports a motion."""
        while motions(list(self.events))[-1:] != [motion]:
            self.step()

    def finish(self) -> None:
        """Run until the drive is idle again."""
        self.step()
        while self.drive.busy:
            self.step()
            assert self.at < 600_000
        self.step()


def motions(events: list[object]) -> list[DoorMotion]:
    """The motions reported, without repeats."""
    reported = [event.motion for event in events if isinstance(event, DoorReported)]
    return [one for at, one in enumerate(reported) if at == 0 or reported[at - 1] is not one]


def test_a_cycle_tells_its_story() -> None:
    door = Rehearsal()
    stopped, announcing = DoorMotion.STOPPED, DoorMotion.ANNOUNCING
    assert motions(door.carry_out("open")) == [announcing, DoorMotion.OPENING, stopped]
    assert motions(door.carry_out("close")) == [announcing, DoorMotion.CLOSING, stopped]
    last = door.events[-1]
    assert isinstance(last, DoorReported)
    assert (last.position, last.motion) == (DoorPosition.CLOSED, stopped)
    assert door.drive.counts.cycles == 1
    assert abs(door.drive.counts.travel_ms - 1000) <= 20


def test_an_order_for_where_the_door_is_moves_nothing_and_confirms() -> None:
    door = Rehearsal()
    (event,) = door.carry_out("close")
    assert isinstance(event, DoorReported)
    assert (event.position, event.motion) == (DoorPosition.CLOSED, DoorMotion.STOPPED)


def test_a_blocked_way_is_never_closed_on() -> None:
    door = Rehearsal()
    door.carry_out("open")
    door.hatch.hand = True
    events = door.carry_out("close")
    assert DoorReversed(PAPER, "close") in events
    assert DoorMotion.CLOSING not in motions(events)
    last = events[-1]
    assert isinstance(last, DoorReported)
    assert (last.position, last.blocked) == (DoorPosition.OPEN, True)


def test_a_hand_stops_the_motor_in_the_same_step_and_the_door_opens_fully() -> None:
    door = Rehearsal()
    door.carry_out("open")
    door.events.clear()
    door.drive.begin(DoorOrder(PAPER, "close", "close"), door.at)
    door.until(DoorMotion.CLOSING)
    for _ in range(20):
        assert door.step().closing
    door.hatch.hand = True
    assert door.step() == Outputs()
    stopped_at = door.hatch.position
    door.finish()
    assert door.hatch.opened_switch
    assert door.hatch.position > stopped_at
    assert motions(list(door.events))[-2:] == [DoorMotion.REVERSING, DoorMotion.STOPPED]


def test_what_the_beam_does_not_see_opens_the_door_at_the_cap() -> None:
    door = Rehearsal()
    door.carry_out("open")
    # Something too low for the beam: the door stops against it.
    door.hatch.hand = True
    door.hatch.beam_stuck_clear = True
    rehearsal = Rehearsal(beam_test_pin=None)
    rehearsal.hatch, rehearsal.at = door.hatch, door.at
    events = rehearsal.carry_out("close")
    assert DoorReversed(PAPER, "close") in events
    assert rehearsal.hatch.opened_switch


def test_a_lying_beam_fails_its_self_test() -> None:
    door = Rehearsal()
    door.carry_out("open")
    door.hatch.beam_stuck_clear = True
    events = door.carry_out("close")
    (failed,) = [event for event in events if isinstance(event, DoorFailed)]
    assert "self-test" in failed.reason
    assert door.hatch.opened_switch
    assert DoorMotion.CLOSING not in motions(events)


def test_a_jammed_door_fails_and_is_unknown() -> None:
    door = Rehearsal()
    door.carry_out("open")
    door.carry_out("close")
    door.drive.begin(DoorOrder(PAPER, "again", "open"), door.at)
    door.until(DoorMotion.OPENING)
    for _ in range(30):
        door.step()
    door.hatch.jammed = True
    door.finish()
    assert DoorFailed(PAPER, "again", "not open within 1300 ms") in door.events
    last = door.events[-1]
    assert isinstance(last, DoorReported)
    assert (last.position, last.motion) == (DoorPosition.UNKNOWN, DoorMotion.STOPPED)


def test_contradicting_switches_are_unknown_and_stay_so_until_one_end_is_seen() -> None:
    drive = DoorDrive(PAPER, SMALL)
    neither = Inputs(opened=False, closed=False, beam_clear=True)

    def position(at: int, inputs: Inputs) -> DoorPosition:
        drive._reported = None
        (*_, last) = drive.step(now(at), inputs).events
        assert isinstance(last, DoorReported)
        return last.position

    assert position(0, neither._replace(closed=True)) is DoorPosition.CLOSED
    assert position(10, neither) is DoorPosition.BETWEEN
    assert position(10 + drive.cap_ms + 1, neither) is DoorPosition.UNKNOWN
    assert position(400, neither._replace(closed=True)) is DoorPosition.CLOSED
    drive.begin(DoorOrder(PAPER, "1", "open"), now(400))
    assert position(410, Inputs(True, True, True)) is DoorPosition.UNKNOWN
    assert position(420, neither) is DoorPosition.UNKNOWN


def test_nothing_moves_by_itself_after_a_start_wherever_the_door_stands() -> None:
    for opened, closed, beam_clear in ALL_INPUTS:
        drive = DoorDrive(PAPER, SMALL)
        for at in range(0, 60_000, 100):
            outputs, events = drive.step(now(at), Inputs(opened, closed, beam_clear))
            assert outputs == Outputs()
            assert len(events) == (at == 0)
            if at == 0 and opened == closed:
                assert isinstance(events[0], DoorReported)
                assert events[0].position is DoorPosition.UNKNOWN


def test_a_halted_door_tells_once_that_it_rests_and_where() -> None:
    """However often it is told: it coasted off its switch, and that is said before."""
    drive = DoorDrive(PAPER, a_door(travel_ms=1_000, announce_ms=1_000))
    drive.begin(DoorOrder(PAPER, "1", "open"), now(0))
    told: list[tuple[int, DoorEvent]] = []
    for at in range(0, 2_000, 10):
        if 1_010 <= at < 1_200:
            drive.halt(now(at))
        shut = at < 1_050
        outputs, events = drive.step(now(at), Inputs(False, shut, True))
        assert outputs == Outputs(opening=1_000 <= at < 1_010)
        if at >= 1_010:
            told += [(at, event) for event in events]
    where = [(at, one.position) for at, one in told if isinstance(one, DoorReported)]
    assert where[:2] == [(1_010, DoorPosition.CLOSED), (1_050, DoorPosition.BETWEEN)]
    rests = (1_010 + REST_MS, DoorHalted(PAPER))
    assert [one for one in told if isinstance(one[1], DoorHalted)] == [rests]
    assert not drive.busy


def test_a_door_at_rest_answers_that_it_rests() -> None:
    drive = DoorDrive(PAPER, a_door())
    drive.halt(now(0))
    assert drive.busy, "no other door begins meanwhile (D-13)"
    told = [drive.step(now(at), Inputs(False, True, True)).events for at in (0, REST_MS)]
    assert DoorHalted(PAPER) not in told[0]
    assert told[1][-1] == DoorHalted(PAPER)


def test_the_hard_cap_of_the_motor_holds_whatever_is_configured() -> None:
    assert DoorDrive(PAPER, a_door(travel_ms=10_000)).cap_ms == MOTOR_MS_MAX


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["open", "close", "halt", "hand", "no hand", "jam", "free", "wait"]),
            st.integers(1, 80),
            st.integers(1, 60),
        ),
        max_size=30,
    )
)
def test_no_schedule_of_hands_and_jams_breaks_a_rule(schedule: list[tuple[str, int, int]]) -> None:
    door = Rehearsal()
    for act, dt_ms, steps in schedule:
        if act in ("open", "close") and not door.drive.busy:
            door.drive.begin(DoorOrder(PAPER, "x", "open" if act == "open" else "close"), door.at)
        elif act == "halt":
            door.drive.halt(door.at)
        elif act in ("hand", "no hand"):
            door.hatch.hand = act == "hand" and door.hatch.hand_fits
        elif act in ("jam", "free"):
            door.hatch.jammed = act == "jam"
        for _ in range(steps):
            blocked, before = door.hatch.hand, door.hatch.position
            outputs = door.step(dt_ms)
            assert not (outputs.opening and outputs.closing)
            if blocked:
                assert not outputs.closing
                assert door.hatch.position >= before


class TestDebouncer:
    def test_a_level_counts_when_it_held(self) -> None:
        believed = Debouncer(on_ms=50, off_ms=0)
        assert believed.update(True, now(0))
        assert not believed.update(False, now(10))
        assert not believed.update(True, now(20))
        assert believed.pending
        assert not believed.update(True, now(69))
        assert believed.update(True, now(70))
        assert not believed.pending

    def test_bouncing_is_not_believed(self) -> None:
        believed = Debouncer(on_ms=20, off_ms=20)
        believed.update(False, now(0))
        for at in range(1, 200):
            assert not believed.update(at % 2 == 0, now(at * 5))
