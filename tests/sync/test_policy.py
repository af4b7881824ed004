"""The agent's policy in virtual time: rows of cloud.md's table, and a day without network."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sync.agent import policy
from sync.agent.course import (
    PATIENT,
    BackingOff,
    Beat,
    Calm,
    Carry,
    Course,
    OpenLedger,
    Rest,
    Shut,
    Waiting,
)
from sync.agent.outcomes import (
    Barred,
    Busy,
    Failed,
    Forked,
    Gap,
    Heard,
    LedgerUnknown,
    Opened,
    Refused,
    Took,
    TooLarge,
    Trouble,
)

HEARD = Heard(60_000, 480_000, {})


def carrying(sent_through: int = 0) -> Course:
    """A course whose ledger is open and whose heartbeat is an hour away."""
    course = policy.start(0, sent_through, PATIENT)
    return replace(course, generation=1, status_due_ms=3_600_000)


def tried(course: Course, outcome: Took | Trouble, sent: range = range(1, 201)) -> Course:
    return policy.after_batch(course, outcome, sent, 1000, Random(1), PATIENT)


def took(through: int) -> Took:
    return Took(through, b"", (), 60_000)


def test_starts_with_a_heartbeat_then_opens_the_ledger_then_carries() -> None:
    course = policy.start(0, 5, PATIENT)
    assert policy.next_step(course, 9, 0) == Beat()
    course = policy.after_status(course, HEARD, 0, Random(1), PATIENT)
    assert policy.next_step(course, 9, 1) == OpenLedger()
    course = policy.after_opening(course, Opened(3, 5), 1, Random(1), PATIENT)
    assert policy.next_step(course, 9, 2) == Carry(5, 200, 3, None)
    course = tried(course, took(9), range(6, 10))
    assert policy.next_step(course, 9, 3) == Rest(course.status_due_ms)


@given(st.integers(0, 10_000), st.integers(0, 2**32))
def test_back_off_is_full_jitter_below_cap_and_never_gives_up(failures: int, seed: int) -> None:
    course = replace(carrying(), mood=BackingOff(failures, 0, True, True, ""))
    mood = policy.after_batch(course, Failed("x"), range(1, 2), 0, Random(seed), PATIENT).mood
    assert isinstance(mood, BackingOff) and mood.failures == failures + 1
    assert 0 <= mood.until_ms <= min(PATIENT.backoff_cap_ms, 2000 * 2 ** min(failures, 40))


def test_back_off_uses_its_whole_range() -> None:
    course = replace(carrying(), mood=BackingOff(3, 0, True, False, ""))
    waits = [
        policy.after_batch(course, Failed("x"), range(1, 2), 0, Random(seed), PATIENT).mood
        for seed in range(200)
    ]
    spread = [wait.until_ms for wait in waits if isinstance(wait, BackingOff)]
    assert min(spread) < 1_000 and 15_000 < max(spread) <= 16_000


def test_after_a_failure_status_goes_first() -> None:
    course = tried(carrying(), Failed("time-out"))
    assert isinstance(course.mood, BackingOff)
    until_ms = course.mood.until_ms
    assert policy.next_step(course, 200, until_ms - 1) == Rest(until_ms)
    assert policy.next_step(course, 200, until_ms) == Beat()
    course = policy.after_status(course, HEARD, until_ms, Random(1), PATIENT)
    assert policy.next_step(course, 200, until_ms) == Carry(0, 200, 1, None)


@given(st.integers(0, 86_400), st.integers(0, 2**32))
def test_busy_waits_what_was_asked_and_a_spread(retry_after_s: int, seed: int) -> None:
    retry_ms = retry_after_s * 1000
    outcome = Busy(retry_ms)
    mood = policy.after_batch(carrying(), outcome, range(1, 2), 0, Random(seed), PATIENT).mood
    assert isinstance(mood, Waiting)
    assert retry_ms <= mood.until_ms <= retry_ms + max(30_000, retry_ms // 4)


def test_barred_stops_sending_and_asks_once_an_hour() -> None:
    course = tried(carrying(), Barred("401"))
    assert course.mood == Shut(1000 + 3_600_000, "401")
    assert policy.next_step(course, 200, 3_600_999) == Rest(3_601_000)
    assert policy.next_step(course, 200, 3_601_000) == Beat()
    again = policy.after_status(course, Barred("401"), 3_601_000, Random(1), PATIENT)
    assert again.mood == Shut(3_601_000 + 3_600_000, "401")
    well = policy.after_status(course, HEARD, 3_601_000, Random(1), PATIENT)
    assert well.mood == Calm() and well.sent_through == 0


def test_a_ledger_that_is_over_is_not_sent_on() -> None:
    course = tried(carrying(), Forked("stale", "409"))
    assert course.mood == Shut(1000 + 3_600_000, "409")


def test_a_gap_rewinds_and_a_senseless_one_is_a_failure() -> None:
    course = carrying(100)
    assert tried(course, Gap(41), range(101, 201)).sent_through == 40
    for senseless in (0, -5, 101, 300):
        after = tried(course, Gap(senseless), range(101, 201))
        assert after.sent_through == 100 and isinstance(after.mood, BackingOff)


def test_too_large_halves_and_grows_again() -> None:
    course = tried(carrying(), TooLarge())
    assert course.limit == 100 and course.mood == Calm()
    course = tried(course, took(100), range(1, 101))
    assert course.limit == 200


def test_too_large_for_one_record_backs_off() -> None:
    assert isinstance(tried(carrying(), TooLarge(), range(1, 2)).mood, BackingOff)


def test_unknown_ledger_is_opened_again_and_still_backs_off() -> None:
    course = carrying()
    for failures in range(1, 6):
        course = tried(course, LedgerUnknown())
        assert course.generation is None
        assert isinstance(course.mood, BackingOff) and course.mood.failures == failures
        course = policy.after_status(course, HEARD, 2000, Random(1), PATIENT)
        assert policy.next_step(course, 200, 2000) == OpenLedger()
        course = policy.after_opening(course, Opened(1, 0), 2000, Random(1), PATIENT)


def test_a_cloud_restored_from_a_backup_gets_the_records_again() -> None:
    course = replace(carrying(500), generation=None)
    assert policy.after_opening(course, Opened(1, 120), 0, Random(1), PATIENT).sent_through == 120
    # One that is ahead lost its answer: the mark is still wanted.
    assert policy.after_opening(course, Opened(1, 900), 0, Random(1), PATIENT).sent_through == 500


def test_eight_failures_while_status_works_count_as_a_refusal() -> None:
    course = carrying()
    for _ in range(8):
        course = tried(course, Failed("500"))
        assert course.limit == 200
        course = policy.after_status(course, HEARD, 1000, Random(1), PATIENT)
    assert tried(course, Failed("500")).limit == 100


def test_failures_without_status_never_count_as_a_refusal() -> None:
    course = carrying()
    for _ in range(100):
        course = tried(course, Failed("500"))
        course = policy.after_status(course, Failed("500"), 1000, Random(1), PATIENT)
    assert course.limit == 200 and course.suspicions == 0


def test_refused_marks_back_off_further_each_time() -> None:
    course = carrying(7)
    for refusals in range(1, 5):
        course = tried(course, took(9), range(8, 10))
        course = policy.mark_refused(course, 7, 1000, Random(1), PATIENT)
        assert isinstance(course.mood, BackingOff) and course.mood.failures == refusals
        assert course.sent_through == 7


def test_status_interval_is_the_servers_within_bounds() -> None:
    for asked, least, most in ((5_000, 4_500, 5_000), (0, 900, 1_000), (10**9, 3_240_000, 3.6e6)):
        heard = Heard(asked, 900_000, {})
        course = policy.after_status(carrying(), heard, 0, Random(1), PATIENT)
        assert least <= course.status_due_ms <= most


@settings(max_examples=60, deadline=None)
@given(st.sets(st.integers(1, 600), max_size=6), st.integers(0, 2**32))
@example({199}, 0)
def test_poisoned_records_are_found_and_the_line_moves_on(poison: set[int], seed: int) -> None:
    """A server that refuses a batch with poison in it ends with everything, poison quarantined."""
    dice = Random(seed)
    course, now_ms, quarantined, requests = carrying(), 0, set(), 0
    while course.sent_through < 600:
        step = policy.next_step(course, 600, now_ms)
        assert isinstance(step, Carry), step
        sent = range(step.after + 1, min(step.after + step.most, 600) + 1)
        bad = {seq for seq in sent if seq in poison} - {step.quarantine}
        outcome: Took | Trouble = Refused("422") if bad else took(sent[-1])
        if not bad and step.quarantine is not None:
            assert len(sent) == 1
            quarantined.add(step.quarantine)
        course = policy.after_batch(course, outcome, sent, now_ms, dice, PATIENT)
        requests += 1
    assert quarantined == poison
    # A binary search each (8 halvings of 200 and the quarantine), and growing again after it.
    assert requests <= 3 + 20 * len(poison)


def test_a_server_that_refuses_everything_is_not_hammered() -> None:
    course, requests = carrying(), 0
    while isinstance(course.mood, Calm):
        step = policy.next_step(course, 200, 1000)
        assert isinstance(step, Carry)
        course = tried(course, Refused("400"), range(1, step.most + 1))
        requests += 1
    assert requests <= 10


@pytest.mark.parametrize("seed", range(5))
def test_a_day_without_network_then_drained(seed: int) -> None:
    """24 hours off-line, a deposit each half hour: few tries, nothing lost, drained in minutes."""
    dice = Random(seed)
    day_ms = 24 * 3600 * 1000
    course = carrying()
    now_ms, tries, stored, drained_ms = 0, 0, 0, None
    while drained_ms is None:
        head = min(now_ms, day_ms) // 1_800_000 * 2 + 1
        step = policy.next_step(course, head, now_ms)
        up = now_ms >= day_ms
        if isinstance(step, Rest):
            assert step.until_ms > now_ms
            # A new record wakes the agent; waking early must not make it try early.
            now_ms = min(step.until_ms, now_ms + 60_000)
        elif isinstance(step, Beat):
            tries += 0 if up else 1
            beat = HEARD if up else Failed("no route")
            course = policy.after_status(course, beat, now_ms, dice, PATIENT)
        elif isinstance(step, Carry):
            sent = range(step.after + 1, min(head, step.after + step.most) + 1)
            tries += 0 if up else 1
            if up:
                assert sent.start == stored + 1
                stored = sent[-1]
            outcome = took(sent[-1]) if up else Failed("no route")
            course = policy.after_batch(course, outcome, sent, now_ms, dice, PATIENT)
            if up and stored == head:
                drained_ms = now_ms - day_ms
        else:
            pytest.fail(f"unexpected {step}")
    assert stored == 97
    assert tries < 24 * 15 * 1.5
    assert drained_ms <= 480_000
