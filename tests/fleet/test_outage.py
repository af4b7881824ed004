"""When a whole fleet comes back after a day without the network, judged in virtual time."""

from collections import Counter
from random import Random

from sync.agent import policy
from sync.agent.course import PATIENT, BackingOff, Course, Rest
from sync.agent.outcomes import Heard, Opened
from sync.endpoint.operator import Operator
from sync.fleet.outage import Outage, Tries, endure

DAY_MS = 86_400_000
MACHINES = 300


def met(dice: Random, cap_s: int) -> Course:
    """An agent in the middle of an ordinary day."""
    course = policy.start(0, 3, PATIENT)
    course = policy.after_status(course, Heard(60_000, cap_s * 1000, {}), 0, dice, PATIENT)
    return policy.after_opening(course, Opened(1, 3), 0, dice, PATIENT)


def test_a_fleet_is_back_within_ten_minutes_and_never_all_at_once(desk: Operator) -> None:
    """What the desk says by default (300 machines), and what an agent does that was restarted."""
    tries, back_s = Tries(), []
    for number in range(MACHINES):
        dice = Random(number)
        if number % 2:
            course = met(dice, desk.profile.retry_cap_s)
        else:
            course = policy.start(0, 3, PATIENT)
        news = sorted(dice.randrange(DAY_MS) for _ in range(40))
        course = endure(course, Outage(0, DAY_MS), 3, news, dice, PATIENT, tries)
        step = policy.next_step(course, 83, DAY_MS)
        assert isinstance(step, Rest) and isinstance(course.mood, BackingOff)
        back_s.append((step.until_ms - DAY_MS) / 1000)
    # Full jitter below a cap c: machines come back within c, most of them soon (the mean is c/3).
    assert max(back_s) < 9 * 60
    assert 120 < sum(back_s) / MACHINES < 200
    busiest = max(Counter(int(one / 10) for one in back_s).values())
    assert busiest < MACHINES / 10, "a tenth of the fleet within ten seconds"
    # While nothing answers, a machine asks every four minutes, with a few hundred bytes.
    asked = tries.total / MACHINES
    assert 300 < asked < 420
    assert max(tries.in_second[second] for second in range(3600, 86_400)) <= 10


def test_an_outage_of_no_time_changes_nothing() -> None:
    course = met(Random(1), 60)
    assert endure(course, Outage(5, 5), 3, [], Random(1), PATIENT, Tries()) == course


def test_a_deposit_in_a_calm_moment_is_tried_at_once() -> None:
    dice, tries = Random(1), Tries()
    course = met(dice, 60)
    assert course.status_due_ms > 20_000
    course = endure(course, Outage(0, 10_500), 3, [10_000], dice, PATIENT, tries)
    assert isinstance(course.mood, BackingOff) and course.mood.batch
    assert min(tries.in_second) == 10
