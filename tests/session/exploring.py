"""Every state a visit can reach, by these inputs among these facts: explored once for all tests."""

import itertools
from collections import deque
from dataclasses import replace
from typing import Any

from kiosk.events import DoorPosition
from kiosk.records import Body
from kiosk.session import inputs as i
from kiosk.session import states as s
from kiosk.session.table import IGNORED, step
from kiosk.units import CompartmentId, Grams, MinorUnits
from tests.session.worlds import (
    BOTTLE,
    CAN,
    CAPS,
    METAL,
    NEWS,
    PAPER,
    PERSON,
    SPENT,
    compartment,
    facts,
    stable,
)

_POSITIONS = (DoorPosition.CLOSED, DoorPosition.BETWEEN, DoorPosition.OPEN, DoorPosition.UNKNOWN)


def _hardware(where: CompartmentId) -> tuple[i.Input, ...]:
    """What scale and door of one compartment may say."""
    weights = (
        *(stable(grams) for grams in (5_000, 6_800, 5_100, 5_010, 4_900, 3_000, 31_000)),
        stable(6_800, link_opens=2),
    )
    return (
        *(i.Settled(where, weight) for weight in weights),
        i.ScaleBroke(where, "scale_lost"),
        i.DoorBegan(where),
        i.DoorHalted(where),
        i.DoorBlocked(where),
        i.DoorBroke(where),
        *(i.DoorMoved(where, position) for position in _POSITIONS),
    )


_MOVES: tuple[i.Input, ...] = (
    i.Start(),
    i.SetLanguage("en"),
    i.Donate(),
    i.Identified("subject-1", "token-1", PERSON),
    i.UsePhone(),
    i.Digit("1"),
    i.Digit("2"),
    i.Erase(),
    i.Confirm(),
    i.NumberSealed("sealed:x", PERSON),
    i.Help(),
    i.Report("dropped"),
    i.Report("help"),
    i.Disputed(),
    i.Inform(),
    i.TokenRefused("expired"),
    i.ItemScanned(BOTTLE),
    i.ItemScanned(None),
    i.ItemScanned(CAN),
    i.Select(PAPER),
    i.Cancel(),
    i.Done(),
    i.MoreTime(),
    i.Reading(),
    i.Another(),
    i.Finish(),
    i.TimedOut(),
    *(given for where in (PAPER, METAL) for given in _hardware(where)),
)


def _worlds() -> list[i.Facts]:
    doors = [
        compartment(position, way_blocked=blocked)
        for position in (DoorPosition.CLOSED, DoorPosition.OPEN, DoorPosition.BETWEEN)
        for blocked in (False, True)
    ]
    plain = [facts(compartments={PAPER: door, METAL: compartment()}) for door in doors]
    faulty = facts(compartments={PAPER: compartment(state="faulty"), METAL: compartment()})
    by_piece = facts(compartments={PAPER: compartment(by_piece=True), METAL: compartment()})
    priceless = facts(compartments={PAPER: compartment(price=None), METAL: compartment()})
    others = (facts(sells=False), facts(donation_allowed=False))
    return [*plain, by_piece, faulty, priceless, *others]


_PEOPLE = (
    facts(phones=None),
    facts(caps=CAPS, spent=SPENT),
    facts(caps=CAPS, spent=SPENT, donation_allowed=False),
    facts(tickets={"help": "T-1"}),
    facts(earlier={"subject-1": NEWS}),
)
"""Worlds that differ in nothing a deposit looks at."""


def _consistent(given: i.Input, world: i.Facts) -> bool:
    """A door report and the facts come from the same report; paper's is the one that varies."""
    if isinstance(given, i.DoorMoved):
        return given.position is world.compartments[given.compartment].position
    return True


def _different(state: s.State, given: i.Input) -> bool:
    """One "before" will do: what "after" and the plateau may be is drawn relative to it."""
    if isinstance(state, s.WeighingBefore) and isinstance(given, i.Settled):
        return given.weight == stable(5_000)
    return True


Walk = tuple[s.State, i.Input, i.Facts, s.State, tuple[Body, ...]]
_walks: list[Walk] = []


def explore() -> list[Walk]:
    """Every step from every reachable state; one visit holds two deposits at most, to be finite."""
    if _walks:
        return _walks
    worlds = _worlds()
    seen: set[Any] = {s.Idle("zh")}
    todo: deque[s.State] = deque(seen)
    while todo:
        state = todo.popleft()
        moves = [move for move in _MOVES if (type(state), type(move)) not in IGNORED]
        around = worlds if isinstance(state, _ONE_DEPOSIT) else (*worlds, *_PEOPLE)
        for given, world in itertools.product(moves, around):
            if not _consistent(given, world) or not _different(state, given):
                continue
            taken = step(state, given, world)
            _walks.append((state, given, world, taken.state, taken.records))
            known = _small(taken.state)
            if known is not None and known not in seen:
                seen.add(known)
                todo.append(known)
    return _walks


_ONE_PAID = (s.Finished("R-1", "paper", Grams(1800), MinorUnits(144), "PAID", "token"),)


def _small(state: s.State) -> s.State | None:
    """Leave out what only counts up: further extensions and waits, a third deposit."""
    if isinstance(state, s.Patient) and 0 < state.extensions < s.EXTENSIONS_MAX:
        state = replace(state, extensions=s.EXTENSIONS_MAX)
    if isinstance(state, s.Depositing) and len(state.deal.pieces) > 1:
        return None
    if isinstance(state, s.Blocked) and 1 < state.waits < s.WAITS_MAX:
        return replace(state, waits=s.WAITS_MAX)
    if isinstance(state, s.Asking | s.Filed | s.Informing):
        return _known_before(state)
    if isinstance(state, s.Showing) and len(state.filed) > 1:
        return None
    if not isinstance(state, s.Idle | s.Identifying | s.Typing | s.ConfirmingNumber):
        finished = state.visit.finished
        if len(finished) > 1:
            return None
        if finished and isinstance(state, _ONE_DEPOSIT):
            # After the first deposit the visit goes on like a new one.
            return None
        if isinstance(state, s.Choosing | s.Limited | s.Thanking) and finished:
            # Which outcome came before makes no difference any more.
            state = replace(state, visit=replace(state.visit, finished=_ONE_PAID))
        # Who is paid by number is paid as by token, and in English as in Chinese; while a door is
        # open nothing looks at who is paid.
        paid = state.visit.subject.level != "donation" or isinstance(state, _ONE_DEPOSIT)
        subject = _TOKEN if paid else s.NOBODY
        return replace(state, visit=replace(state.visit, language="en", subject=subject))
    return state


_TOKEN = s.Subject("token", "subject-1", "token-1", PERSON)
_ONE_DEPOSIT = (
    s.WeighingBefore
    | s.Opening
    | s.Halting
    | s.Depositing
    | s.Closing
    | s.Blocked
    | s.WeighingAfter
)


def _known_before(state: s.Asking | s.Filed | s.Informing) -> s.State | None:
    """Help about a result is the same for every result: one kind of outcome stands for all."""
    shown = state.shown
    if shown is None:
        return state
    if shown.result.outcome != "PAID" or shown.deal.by_piece or shown.extensions:
        return None
    if shown.visit.subject.level != "token" or len(shown.filed) > 1:
        return None
    return state


def reachable() -> set[s.State]:
    return {walk[0] for walk in explore()} | {walk[3] for walk in explore()}
