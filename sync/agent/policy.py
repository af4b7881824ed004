"""What the agent does next, as pure functions in virtual time (cloud.md, "What the agent does").

``next_step`` looks a step up from the course; ``after_*`` turn what became of it into the next
course. No clock, no socket, no randomness of their own: time and dice are arguments.

After a failure the small status request goes first: a dead network then costs a few hundred bytes
a try instead of a batch, and a batch that fails although status works is suspected itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from kiosk.cloud import BATCH_MAX_RECORDS
from sync.agent.course import (
    BackingOff,
    Beat,
    Calm,
    Carry,
    Course,
    OpenLedger,
    Pace,
    Rest,
    Shut,
    Step,
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

SUSPICIONS_MAX = 8
"""So many failures of a batch while status works count as its refusal."""


def start(now_ms: int, acked_through: int, pace: Pace) -> Course:
    """Return the course of an agent that has just met an enrolled machine."""
    return Course(
        mood=Calm(),
        generation=None,
        sent_through=acked_through,
        limit=BATCH_MAX_RECORDS,
        refused_through=0,
        quarantine=None,
        suspicions=0,
        marks_refused=0,
        status_due_ms=now_ms,
        interval_ms=pace.interval_ms,
        retry_cap_ms=pace.backoff_cap_ms,
    )


def next_step(course: Course, head_seq: int, now_ms: int) -> Step:
    """Look up what to do now; ``head_seq`` is the newest record the controller has."""
    mood = course.mood
    if not isinstance(mood, Calm) and now_ms < mood.until_ms:
        return Rest(mood.until_ms)
    if isinstance(mood, Shut) or (isinstance(mood, BackingOff) and not mood.probed):
        return Beat()
    if now_ms >= course.status_due_ms:
        return Beat()
    if course.sent_through >= head_seq:
        return Rest(course.status_due_ms)
    if course.generation is None:
        return OpenLedger()
    return Carry(course.sent_through, course.limit, course.generation, course.quarantine)


def met(course: Course, acked_through: int, *, anew: bool) -> Course:
    """The controller said where it stands; back-off goes on, whoever restarted.

    ``anew``: another ledger, or a new connection, which may have missed the last mark.
    """
    if anew:
        return replace(
            course,
            generation=None,
            sent_through=acked_through,
            refused_through=0,
            quarantine=None,
            suspicions=0,
        )
    if course.marks_refused and acked_through >= course.sent_through:
        return replace(course, marks_refused=0)
    return course


def mark_refused(
    course: Course, acked_through: int, now_ms: int, dice: Random, pace: Pace
) -> Course:
    """The controller does not believe the cloud's mark: nothing counts as acknowledged."""
    refused = course.marks_refused + 1
    course = replace(course, sent_through=acked_through, marks_refused=refused)
    until_ms = now_ms + _jitter(refused - 1, course.retry_cap_ms, dice, pace)
    mood = BackingOff(refused, until_ms, batch=True, probed=False, why="mark refused")
    return replace(course, mood=mood)


def after_status(
    course: Course, outcome: Heard | Trouble, now_ms: int, dice: Random, pace: Pace
) -> Course:
    """Return the course after a status request."""
    if not isinstance(outcome, Heard):
        return _after_trouble(course, outcome, None, now_ms, dice, pace)
    interval_ms = min(max(outcome.interval_ms, pace.interval_min_ms), pace.interval_max_ms)
    mood = course.mood
    if isinstance(mood, BackingOff) and mood.batch:
        mood = replace(mood, probed=True, until_ms=now_ms)
    else:
        mood = Calm()
    return replace(
        course,
        mood=mood,
        interval_ms=interval_ms,
        retry_cap_ms=max(outcome.retry_cap_ms, pace.backoff_ms),
        # A tenth of spread keeps a fleet that started together from asking together.
        status_due_ms=now_ms + interval_ms - dice.randint(0, interval_ms // 10),
    )


def after_opening(
    course: Course, outcome: Opened | Trouble, now_ms: int, dice: Random, pace: Pace
) -> Course:
    """Return the course after telling of the ledger; a cloud that has less gets it again."""
    if not isinstance(outcome, Opened):
        return _after_trouble(course, outcome, None, now_ms, dice, pace)
    through = min(course.sent_through, max(outcome.acked_through, 0))
    return replace(course, generation=outcome.generation, sent_through=through)


def after_batch(
    course: Course,
    outcome: Took | Trouble,
    sent: range,
    now_ms: int,
    dice: Random,
    pace: Pace,
) -> Course:
    """Return the course after a batch of the records numbered ``sent``."""
    if isinstance(outcome, Took):
        return replace(
            course,
            mood=Calm(),
            sent_through=outcome.through,
            limit=_limit_after(course, outcome.through),
            quarantine=None,
            suspicions=0,
        )
    if isinstance(outcome, Failed) and _suspected(course):
        course = replace(course, suspicions=course.suspicions + 1)
        if course.suspicions >= SUSPICIONS_MAX:
            outcome = Refused(f"{SUSPICIONS_MAX} failures while status works: {outcome.why}")
    return _after_trouble(course, outcome, sent, now_ms, dice, pace)


def _limit_after(course: Course, through: int) -> int:
    """Halve what is left to search for a refused record; grow again once it is behind."""
    left = course.refused_through - through
    if left > 0:
        return max(1, left // 2)
    return min(BATCH_MAX_RECORDS, course.limit * 2)


def _suspected(course: Course) -> bool:
    return isinstance(course.mood, BackingOff) and course.mood.batch and course.mood.probed


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything a row of the table may look at. ``sent`` is None for other than batches."""

    course: Course
    sent: range | None
    now_ms: int
    dice: Random
    pace: Pace


def _after_trouble(
    course: Course, outcome: Trouble, sent: range | None, now_ms: int, dice: Random, pace: Pace
) -> Course:
    return _TABLE[type(outcome)](_Case(course, sent, now_ms, dice, pace), outcome)


def _failed(case: _Case, outcome: Failed | Refused) -> Course:
    course, mood = case.course, case.course.mood
    before = mood.failures if isinstance(mood, BackingOff) else 0
    batch = case.sent is not None or (isinstance(mood, BackingOff) and mood.batch)
    wait_ms = _jitter(before, course.retry_cap_ms, case.dice, case.pace)
    backing_off = BackingOff(before + 1, case.now_ms + wait_ms, batch, False, outcome.why)
    return replace(course, mood=backing_off)


def _busy(case: _Case, outcome: Busy) -> Course:
    spread_ms = max(case.pace.busy_spread_ms, outcome.retry_after_ms // 4)
    wait_ms = outcome.retry_after_ms + case.dice.randint(0, spread_ms)
    return replace(case.course, mood=Waiting(case.now_ms + wait_ms))


def _refused(case: _Case, outcome: Refused) -> Course:
    """Halve until one is left, then send that one as quarantined; refused even so: back off."""
    course, sent = case.course, case.sent
    if sent is None or (len(sent) == 1 and course.quarantine == sent.start):
        return _failed(case, outcome)
    course = replace(course, mood=Calm(), suspicions=0, refused_through=sent[-1])
    if len(sent) > 1:
        return replace(course, limit=len(sent) // 2)
    return replace(course, limit=1, quarantine=sent.start)


def _barred(case: _Case, outcome: Barred | Forked) -> Course:
    return replace(case.course, mood=Shut(case.now_ms + case.pace.barred_ms, outcome.why))


def _gap(case: _Case, outcome: Gap) -> Course:
    """Rewind; a number that is not before what was sent makes no sense and is a failure."""
    if case.sent is None or not 1 <= outcome.expected_seq < case.sent.start:
        return _failed(case, Failed(f"a gap at {outcome.expected_seq} makes no sense"))
    return replace(case.course, mood=Calm(), sent_through=outcome.expected_seq - 1)


def _too_large(case: _Case, _outcome: TooLarge) -> Course:
    if case.sent is None or len(case.sent) == 1:
        return _failed(case, Failed("413 for a single record"))
    return replace(case.course, mood=Calm(), limit=len(case.sent) // 2)


def _ledger_unknown(case: _Case, _outcome: LedgerUnknown) -> Course:
    return replace(_failed(case, Failed("404: the ledger is unknown")), generation=None)


_TABLE: dict[type, Callable[[_Case, Any], Course]] = {
    Failed: _failed,
    Busy: _busy,
    Refused: _refused,
    Barred: _barred,
    Forked: _barred,
    Gap: _gap,
    TooLarge: _too_large,
    LedgerUnknown: _ledger_unknown,
}


def _jitter(failures: int, cap_ms: int, dice: Random, pace: Pace) -> int:
    """Full jitter: U(0, min(cap, base * 2^n)); the exponent is bounded, the tries are not."""
    return dice.randint(0, min(cap_ms, pace.backoff_ms << min(failures, 30)))
