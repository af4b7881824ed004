"""The table is complete, and every walk through it keeps the promises (explored exhaustively)."""

import itertools
import typing
from collections import deque
from dataclasses import replace
from typing import Any

import pytest

from kiosk.config import Timing
from kiosk.events import DoorPosition
from kiosk.records import Body, Deposit, DepositOpened, Dispute, Ticket
from kiosk.session import inputs as i
from kiosk.session import states as s
from kiosk.session.outlook import (
    countdown,
    deadline_of,
    door_order_of,
    session_of,
    waits_ms,
    warned,
    warns,
)
from kiosk.session.table import IGNORED, TABLE, IllegalStepError, step
from kiosk.units import CompartmentId, Grams, Millis, MinorUnits
from tests.session.worlds import (
    BOTTLE,
    CAN,
    CAPS,
    METAL,
    PAPER,
    PERSON,
    SPENT,
    compartment,
    facts,
    stable,
)

STATES = typing.get_args(s.State)
INPUTS = typing.get_args(i.Input)


def test_every_pair_is_decided_once() -> None:
    """An absent pair would be an accident, and so would one in both."""
    every = set(itertools.product(STATES, INPUTS))
    assert set(TABLE) | IGNORED == every
    assert not set(TABLE) & IGNORED


def test_every_state_but_idle_has_a_deadline() -> None:
    for state in STATES:
        timed = (state, i.TimedOut)
        assert (timed in IGNORED) == (state is s.Idle)
    for state in _reachable():
        assert (waits_ms(state, Timing()) is None) == isinstance(state, s.Idle)
        deadline = deadline_of(state, Timing())
        assert isinstance(state, s.Idle) or (deadline is not None and deadline > state.since_ms)


def test_a_handler_that_leaves_the_table_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    handler, _ = TABLE[s.Idle, i.Start]
    bent = dict(TABLE)
    bent[s.Idle, i.Start] = (handler, (s.Thanking,))
    monkeypatch.setattr("kiosk.session.table.TABLE", bent)
    with pytest.raises(IllegalStepError, match="Idle on Start led to Identifying"):
        step(s.Idle("zh"), i.Start(), facts())


# ---- exploration: every state reachable by these inputs among these facts ----

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
    return [*plain, by_piece, faulty, priceless, *others, *_PEOPLE]


_PEOPLE = (
    facts(phones=None),
    facts(caps=CAPS, spent=SPENT),
    facts(caps=CAPS, spent=SPENT, donation_allowed=False),
    facts(tickets={"help": "T-1"}),
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


def _explore() -> list[Walk]:
    """Every step from every reachable state; one visit holds two deposits at most, to be finite."""
    if _walks:
        return _walks
    worlds = _worlds()
    seen: set[Any] = {s.Idle("zh")}
    todo: deque[s.State] = deque(seen)
    while todo:
        state = todo.popleft()
        for given, world in itertools.product(_MOVES, worlds):
            if (type(state), type(given)) in IGNORED:
                continue
            if not _consistent(given, world) or not _different(state, given):
                continue
            if isinstance(state, _ONE_DEPOSIT) and world in _PEOPLE:
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
        # Who is paid by number is paid as by token, and in English as in Chinese.
        paid = state.visit.subject.level != "donation"
        subject = _TOKEN if paid else s.NOBODY
        return replace(state, visit=replace(state.visit, language="en", subject=subject))
    return state


_TOKEN = s.Subject("token", "subject-1", "token-1", PERSON)
_ONE_DEPOSIT = s.WeighingBefore | s.Opening | s.Depositing | s.Closing | s.Blocked | s.WeighingAfter


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


def _reachable() -> set[s.State]:
    return {walk[0] for walk in _explore()} | {walk[3] for walk in _explore()}


def test_every_state_is_reached() -> None:
    assert {type(state) for state in _reachable()} == set(STATES)


def test_every_allowed_next_state_is_reached() -> None:
    """A next state that no step can reach would be dead wood in the table and the diagram."""
    reached = {(type(a), type(given), type(b)) for a, given, _, b, _ in _explore()}
    promised = {(*pair, target) for pair, (_, allowed) in TABLE.items() for target in allowed}
    assert promised - reached == set()


def test_an_opened_deposit_gets_exactly_one_outcome() -> None:
    """P1: ``deposit_opened`` on the way in, one ``deposit`` of the same receipt on the way out."""
    inside = s.Opening | s.Depositing | s.Closing | s.Blocked | s.WeighingAfter
    for before, _, _, after, records in _explore():
        was, now = isinstance(before, inside), isinstance(after, inside)
        opened = [one for one in records if isinstance(one, DepositOpened)]
        decided = [one for one in records if isinstance(one, Deposit)]
        assert len(opened) == (1 if now and not was else 0)
        assert len(decided) == (1 if was and not now else 0)
        if isinstance(before, inside) and decided:
            assert decided[0].receipt == before.deal.receipt
            assert isinstance(after, s.Showing)


def test_no_door_is_ordered_without_a_durable_record() -> None:
    """The order to open appears only with the step that wrote ``deposit_opened``."""
    for before, _, _, after, records in _explore():
        order = door_order_of(after)
        if order is not None and order.want == "open" and order != door_order_of(before):
            assert any(isinstance(one, DepositOpened) for one in records)


def test_a_door_tries_to_close_three_times_at_most() -> None:
    for state in _reachable():
        if isinstance(state, s.Closing | s.Blocked):
            assert 1 <= state.tries <= s.TRIES_MAX


def test_money_only_from_two_stable_weights_and_a_closed_door() -> None:
    ways: set[str] = set()
    for before, _, _, _, records in _explore():
        for one in records:
            if not isinstance(one, Deposit) or one.outcome != "PAID":
                assert not isinstance(one, Deposit) or one.amount_minor == 0
                continue
            assert isinstance(before, s.WeighingAfter) and before.deal.doubt is None
            assert one.after is not None and one.after.link_opens == one.before.link_opens
            assert one.net_g == one.after.gross_g - one.before.gross_g
            if one.by_piece:
                ways.add("by piece")
                lightest = sum(piece.count * piece.min_g for piece in one.pieces) - 10
                heaviest = sum(piece.count * piece.max_g for piece in one.pieces) + 10
                assert lightest <= one.net_g <= heaviest
                prices = (piece.count * piece.price_minor for piece in one.pieces)
                assert one.amount_minor == sum(prices)
            else:
                ways.add("by weight")
                assert one.net_g >= 200
                assert abs(one.amount_minor * 100_000 - one.net_g * one.price_e4) <= 50_000
    assert ways == {"by piece", "by weight"}


def test_the_frozen_price_is_the_paid_price() -> None:
    """P3: nothing that happens in between changes it."""
    for before, _, _, _, records in _explore():
        for one in records:
            if isinstance(one, Deposit) and isinstance(before, s.WeighingAfter):
                assert one.price_e4 == before.deal.price_e4


def test_void_only_without_a_doubt() -> None:
    """metrology.md: VOID when the door never left confirmed-closed, or |net| <= 1 e."""
    for before, _, _, _, records in _explore():
        for one in records:
            if isinstance(one, Deposit) and one.outcome == "VOID":
                assert isinstance(before, s.Opening | s.WeighingAfter)
                assert before.deal.doubt is None
                never_left = isinstance(before, s.Opening) and not before.deal.left_closed
                assert never_left or (one.net_g is not None and abs(one.net_g) <= 10)


def test_walking_away_ends_at_idle_from_everywhere() -> None:
    """Nothing but time passes, the door does what it was told, and the screen returns to idle."""
    for start in _reachable():
        state: s.State = start
        for _ in range(30):
            if isinstance(state, s.Idle):
                break
            shut = not isinstance(state, s.Opening | s.Depositing)
            position = DoorPosition.CLOSED if shut else DoorPosition.OPEN
            world = facts(
                now_ms=deadline_of(state, Timing()) or 0,
                compartments={PAPER: compartment(position), METAL: compartment(position)},
            )
            state = step(state, i.TimedOut(), world).state
        assert isinstance(state, s.Idle), start


def test_the_session_id_stays_the_same() -> None:
    for before, _, _, after, _ in _explore():
        known = session_of(before), session_of(after)
        assert None in known or known[0] == known[1]


def test_the_language_returns_after_a_visit() -> None:
    for before, given, world, after, _ in _explore():
        if isinstance(after, s.Idle) and not isinstance(before, s.Idle):
            asked = isinstance(before, s.Asking | s.Filed) and isinstance(given, i.Cancel)
            # Help at the idle screen is no visit: what was chosen there stays.
            assert after.language == (before.language if asked else world.language)
        if isinstance(given, i.SetLanguage):
            assert type(after) is type(before)


def test_more_time_is_given_ten_times_wherever_a_person_is_waited_for() -> None:
    """WCAG 2.2.1: ten extensions, one simple action, and a warning of 20 s at least."""
    kinds = set(typing.get_args(s.Patient))
    assert {type(state) for state in _reachable() if warns(state)} == kinds
    firsts = {type(state): state for state in _reachable() if warns(state)}
    for first in firsts.values():
        state: s.State = replace(first, extensions=0)
        for turn in range(1, 13):
            state = step(state, i.MoreTime(), facts(now_ms=10_000 * turn)).state
            assert isinstance(state, s.Patient) and type(state) is type(first)
            assert state.extensions == min(turn, 10)
            assert state.since_ms == 10_000 * min(turn, 10)
        assert not warns(state)


def test_a_warning_comes_before_anything_happens_without_the_person() -> None:
    timing = Timing()
    for state in _reachable():
        if isinstance(state, s.Idle):
            assert countdown(state, timing, Millis(0)) is None
            continue
        waits, end = waits_ms(state, timing), deadline_of(state, timing)
        assert waits is not None and end is not None
        asks = Millis(state.since_ms + waits)
        assert not warned(state, timing, Millis(asks - 1))
        assert countdown(state, timing, state.since_ms) == (asks, waits)
        assert warned(state, timing, asks) == warns(state)
        if warns(state):
            assert end == asks + timing.warn_ms and timing.warn_ms >= 20_000
            assert countdown(state, timing, asks) == (end, timing.warn_ms)


def test_a_time_out_forfeits_no_money() -> None:
    """Whoever walks away gets the door closed, and what is inside weighed and settled."""
    for before, given, _, after, _ in _explore():
        if isinstance(given, i.TimedOut) and isinstance(before, s.Depositing):
            assert isinstance(after, s.Closing) and after.deal == before.deal
        if isinstance(given, i.TimedOut) and isinstance(before, s.Patient):
            shown = getattr(before, "visit", None) or getattr(
                getattr(before, "shown", None), "visit", None
            )
            if shown is not None and shown.finished:
                assert not isinstance(after, s.Idle)


def test_a_cap_is_said_before_a_door_opens_and_never_takes_from_a_deposit() -> None:
    said = 0
    for before, given, world, after, records in _explore():
        if isinstance(after, s.Limited) and not isinstance(before, s.Limited):
            said += 1
            assert world.caps is not None and not records
            assert isinstance(given, i.Identified | i.NumberSealed | i.Another)
        gives = isinstance(given, i.Donate) and world.donation_allowed
        if isinstance(before, s.Limited) and gives:
            assert isinstance(after, s.Choosing) and after.visit.subject == s.NOBODY
            assert after.visit.finished == before.visit.finished
    assert said


def test_only_a_whole_number_is_confirmed_and_nothing_of_it_is_kept() -> None:
    for _, given, _, after, records in _explore():
        if isinstance(after, s.ConfirmingNumber):
            assert after.digits == "11"
        if isinstance(given, i.NumberSealed) and isinstance(after, s.Choosing):
            assert after.visit.subject == s.Subject("phone", "sealed:x", None, PERSON)
            assert "11" not in str(after.visit)
            assert not records


def test_help_writes_a_record_once_and_changes_no_money() -> None:
    written = set()
    for before, given, _, after, records in _explore():
        if not isinstance(before, s.Asking) or not isinstance(given, i.Report | i.Disputed):
            continue
        assert len(records) <= 1
        for one in records:
            assert isinstance(one, Ticket | Dispute) and isinstance(after, s.Filed)
            assert one.number == after.number
            written.add((type(one).__name__, before.shown is not None))
        if isinstance(after, s.Filed) and after.shown is not None:
            assert dict(after.shown.filed)[after.about] == after.number
            assert before.shown is not None
            assert replace(after.shown, filed=()) == replace(before.shown, filed=())
            # Pressed again, it is the same number and no other record.
            asks = s.Asking(after.since_ms, after.id, after.language, after.shown)
            again = step(asks, given, facts(next_seq=99))
            assert again.records == () and isinstance(again.state, s.Filed)
            assert again.state.number == after.number
    assert written == {("Ticket", False), ("Ticket", True), ("Dispute", True)}


def test_a_dispute_names_the_record_it_is_about() -> None:
    for before, _, _, after, records in _explore():
        for one in records:
            if isinstance(one, Dispute):
                assert isinstance(before, s.Asking) and before.shown is not None
                assert (one.receipt, one.of_seq) == (before.shown.deal.receipt, before.shown.seq)
            if isinstance(one, Deposit):
                # The deposit's record is the only one of its step, so it gets the next number.
                assert isinstance(after, s.Showing) and len(records) == 1 and after.seq == 7
