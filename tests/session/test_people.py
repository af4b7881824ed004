"""People are warned, waited for, told of caps and helped, and no money is lost by any of it."""

import typing
from dataclasses import replace

from kiosk.config import Timing
from kiosk.records import Deposit, Dispute, Ticket
from kiosk.session import inputs as i
from kiosk.session import states as s
from kiosk.session.outlook import countdown, deadline_of, waits_ms, warned, warns
from kiosk.session.table import step
from kiosk.units import Millis
from tests.session.exploring import explore, reachable
from tests.session.worlds import PERSON, facts

ANNOUNCE_MS = 1_000


def test_more_time_is_given_ten_times_wherever_a_person_is_waited_for() -> None:
    """WCAG 2.2.1: ten extensions, one simple action, and a warning of 20 s at least."""
    kinds = set(typing.get_args(s.Patient))
    assert {type(state) for state in reachable() if warns(state)} == kinds
    firsts = {type(one): one for one in reachable() if isinstance(one, s.Patient)}
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
    for state in reachable():
        if isinstance(state, s.Idle):
            assert countdown(state, timing, Millis(0), ANNOUNCE_MS) is None
            continue
        waits, end = waits_ms(state, timing), deadline_of(state, timing)
        assert waits is not None and end is not None
        asks = Millis(state.since_ms + waits)
        assert not warned(state, timing, Millis(asks - 1))
        if not isinstance(state, s.Opening | s.Closing | s.Halting):
            assert countdown(state, timing, state.since_ms, ANNOUNCE_MS) == (asks, waits)
        assert warned(state, timing, asks) == warns(state)
        if warns(state):
            assert end == asks + timing.warn_ms and timing.warn_ms >= 20_000
            assert countdown(state, timing, asks, ANNOUNCE_MS) == (end, timing.warn_ms)


def test_a_time_out_forfeits_no_money() -> None:
    """Whoever walks away gets the door closed, and what is inside weighed and settled."""
    for before, given, _, after, _ in explore():
        if isinstance(given, i.TimedOut) and isinstance(before, s.Depositing):
            assert isinstance(after, s.Closing) and after.deal == before.deal
        if isinstance(given, i.TimedOut) and isinstance(before, s.Patient):
            holder = getattr(before, "shown", before)
            visit = getattr(holder, "visit", None)
            # Who finished a deposit is shown the receipt, and that is where a visit ends.
            served = visit is not None and visit.finished
            assert not served or isinstance(after, s.Idle) == isinstance(before, s.Thanking)


def test_a_cap_is_said_before_a_door_opens_and_never_takes_from_a_deposit() -> None:
    said = 0
    for before, given, world, after, records in explore():
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
    for _, given, _, after, records in explore():
        if isinstance(after, s.ConfirmingNumber):
            assert after.digits == "11"
        if isinstance(given, i.NumberSealed) and isinstance(after, s.Choosing):
            assert after.visit.subject == s.Subject("phone", "sealed:x", None, PERSON)
            assert "11" not in str(after.visit)
            assert not records


def test_help_writes_a_record_once_and_changes_no_money() -> None:
    written = set()
    for before, given, _, after, records in explore():
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
    for before, _, _, after, records in explore():
        for one in records:
            if isinstance(one, Dispute):
                assert isinstance(before, s.Asking) and before.shown is not None
                assert (one.receipt, one.of_seq) == (before.shown.deal.receipt, before.shown.seq)
            if isinstance(one, Deposit):
                # The deposit's record is the only one of its step, so it gets the next number.
                assert isinstance(after, s.Showing) and len(records) == 1 and after.seq == 7


def test_news_of_earlier_deposits_are_told_once_and_to_holders_of_tokens_alone() -> None:
    told = 0
    for before, given, _, after, _ in explore():
        if not isinstance(after, s.Choosing) or after.earlier is None:
            continue
        told += 1
        assert after.visit.subject.level == "token" and after.visit.finished == ()
        if isinstance(before, s.Choosing):
            assert isinstance(given, i.SetLanguage | i.MoreTime) or before == after
        else:
            assert isinstance(given, i.Identified)
    assert told
