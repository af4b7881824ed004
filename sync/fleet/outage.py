"""The network is away: the agents' own policy in virtual time, a day in seconds.

Nothing is sent, so no load is left out: what counts is when each agent would have tried, and when
it will try next, and that is exactly what the policy says.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from kiosk.cloud import BATCH_MAX_RECORDS
from sync.agent import policy
from sync.agent.course import Beat, Calm, Carry, Course, OpenLedger, Pace, Rest
from sync.agent.outcomes import Failed

_AWAY = Failed("the network is away")


@dataclass(frozen=True, slots=True)
class Outage:
    """From when to when, in milliseconds of the fleet's monotonic time."""

    from_ms: int
    to_ms: int


@dataclass
class Tries:
    """Requests that would have failed, by second of the outage."""

    in_second: Counter[int] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All of them."""
        return self.in_second.total()

    @property
    def worst_second(self) -> int:
        """Most in one second."""
        return max(self.in_second.values(), default=0)


def endure(
    course: Course,
    outage: Outage,
    acked_through: int,
    news_ms: Sequence[int],
    dice: Random,
    pace: Pace,
    tries: Tries,
) -> Course:
    """Return an agent's course at the end of an outage.

    ``news_ms``: when a resident deposited (two records each), in order. A try fails at once, as
    on a network that says so: one that keeps silent is tried less often.
    """
    now_ms, head, waiting = outage.from_ms, acked_through, list(reversed(news_ms))
    while now_ms < outage.to_ms:
        while waiting and waiting[-1] <= now_ms:
            waiting.pop()
            head += 2
        step = policy.next_step(course, head, now_ms)
        if isinstance(step, Rest):
            until_ms = step.until_ms
            if waiting and isinstance(course.mood, Calm):
                until_ms = min(until_ms, waiting[-1])
            now_ms = min(until_ms, outage.to_ms)
            continue
        tries.in_second[(now_ms - outage.from_ms) // 1000] += 1
        course = _failed(course, step, head, now_ms, dice, pace)
    return course


def _failed(
    course: Course,
    step: Beat | OpenLedger | Carry,
    head: int,
    now_ms: int,
    dice: Random,
    pace: Pace,
) -> Course:
    if isinstance(step, Beat):
        return policy.after_status(course, _AWAY, now_ms, dice, pace)
    if isinstance(step, OpenLedger):
        return policy.after_opening(course, _AWAY, now_ms, dice, pace)
    last = min(head, step.after + min(step.most, BATCH_MAX_RECORDS))
    return policy.after_batch(course, _AWAY, range(step.after + 1, last + 1), now_ms, dice, pace)
