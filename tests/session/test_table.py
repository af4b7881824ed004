"""The table is complete, and every walk through it keeps the promises (explored exhaustively)."""

import itertools
import typing

import pytest

from kiosk.config import Timing
from kiosk.events import DoorPosition
from kiosk.records import Deposit, DepositOpened
from kiosk.session import inputs as i
from kiosk.session import states as s
from kiosk.session.outlook import deadline_of, door_order_of, halt_of, session_of, waits_ms
from kiosk.session.table import IGNORED, TABLE, IllegalStepError, step
from kiosk.session.view import language_of
from tests.session.exploring import explore, reachable
from tests.session.worlds import METAL, PAPER, compartment, facts

STATES = typing.get_args(s.State)
INPUTS = typing.get_args(i.Input)


def test_every_pair_is_decided_once() -> None:
    """An absent pair would be an accident, and so would one in both."""
    every = set(itertools.product(STATES, INPUTS))
    assert set(TABLE) | IGNORED == every
    assert not set(TABLE) & IGNORED


def test_every_state_has_a_deadline_but_idle_in_the_machines_language() -> None:
    for state in STATES:
        assert (state, i.TimedOut) in TABLE
    for state in reachable():
        assert (waits_ms(state, Timing()) is None) == isinstance(state, s.Idle)
        deadline = deadline_of(state, Timing())
        if state.since_ms is None:
            assert deadline is None
        else:
            assert deadline is not None and deadline > state.since_ms


def test_a_handler_that_leaves_the_table_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    handler, _ = TABLE[s.Idle, i.Start]
    bent = dict(TABLE)
    bent[s.Idle, i.Start] = (handler, (s.Thanking,))
    monkeypatch.setattr("kiosk.session.table.TABLE", bent)
    with pytest.raises(IllegalStepError, match="Idle on Start led to Identifying"):
        step(s.Idle("zh"), i.Start(), facts())


def test_every_state_is_reached() -> None:
    assert {type(state) for state in reachable()} == set(STATES)


def test_every_allowed_next_state_is_reached() -> None:
    """A next state that no step can reach would be dead wood in the table and the diagram."""
    reached = {(type(a), type(given), type(b)) for a, given, _, b, _ in explore()}
    promised = {(*pair, target) for pair, (_, allowed) in TABLE.items() for target in allowed}
    assert promised - reached == set()


def test_an_opened_deposit_gets_exactly_one_outcome() -> None:
    """P1: ``deposit_opened`` on the way in, one ``deposit`` of the same receipt on the way out."""
    inside = s.Opening | s.Halting | s.Depositing | s.Closing | s.Blocked | s.WeighingAfter
    for before, _, _, after, records in explore():
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
    for before, _, _, after, records in explore():
        order = door_order_of(after)
        if order is not None and order.want == "open" and order != door_order_of(before):
            assert any(isinstance(one, DepositOpened) for one in records)


def test_no_door_opens_after_an_outcome() -> None:
    """P1, P4: an order to open is carried out (to the open end), or taken back and the door said
    to rest, before its deposit is decided or anything else is ordered. A drive that does not
    answer makes it HELD, never VOID: nobody can say what its door does."""
    for before, given, _, after, records in explore():
        order = door_order_of(before)
        if order is not None and order.want == "open" and door_order_of(after) != order:
            assert isinstance(after, s.Depositing | s.Halting)
            assert isinstance(after, s.Depositing) or halt_of(after) == order.compartment
            assert not any(isinstance(one, Deposit) for one in records)
        if isinstance(before, s.Halting) and not isinstance(after, s.Halting):
            rests = isinstance(given, i.DoorHalted) and given.compartment == halt_of(before)
            held = [one.outcome for one in records if isinstance(one, Deposit)] == ["HELD"]
            assert rests or (isinstance(given, i.TimedOut) and held)


def test_a_door_tries_to_close_three_times_at_most() -> None:
    for state in reachable():
        if isinstance(state, s.Closing | s.Blocked):
            assert 1 <= state.tries <= s.TRIES_MAX


def test_money_only_from_two_stable_weights_and_a_closed_door() -> None:
    ways: set[str] = set()
    for before, _, _, _, records in explore():
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
    for before, _, _, _, records in explore():
        for one in records:
            if isinstance(one, Deposit) and isinstance(before, s.WeighingAfter):
                assert one.price_e4 == before.deal.price_e4


def test_void_only_without_a_doubt() -> None:
    """metrology.md: VOID when the door never left confirmed-closed, or |net| <= 1 e."""
    for before, _, _, _, records in explore():
        for one in records:
            if isinstance(one, Deposit) and one.outcome == "VOID":
                assert isinstance(before, s.Halting | s.WeighingAfter)
                assert before.deal.doubt is None
                never_left = isinstance(before, s.Halting) and not before.deal.left_closed
                assert never_left or (one.net_g is not None and abs(one.net_g) <= 10)


def test_walking_away_ends_at_idle_from_everywhere() -> None:
    """Nothing but time passes, the door does what it was told, and the screen returns to idle."""
    for start in reachable():
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
    for before, _, _, after, _ in explore():
        known = session_of(before), session_of(after)
        assert None in known or known[0] == known[1]


def test_the_language_returns_after_a_visit() -> None:
    for before, given, world, after, _ in explore():
        if isinstance(after, s.Idle) and not isinstance(before, s.Idle):
            asked = isinstance(before, s.Asking | s.Filed) and isinstance(given, i.Cancel)
            # Help at the idle screen is no visit: what was chosen there stays.
            assert after.language == (language_of(before) if asked else world.language)
        if isinstance(given, i.SetLanguage):
            assert type(after) is type(before)
