"""The rules of pressing, told as lists of what a finger does and when."""

import pytest

from ui.geometry import Rect
from ui.scene import Target, target_at
from ui.touch import MONEY, Contact, Phase, TouchTracker

START = Target(Rect(100, 100, 200, 100), "start")
MORE = Target(Rect(320, 100, 200, 100), "more_time")
SLOP = 18

INSIDE, BESIDE, FAR, OTHER = (200, 150), (200, 212), (200, 300), (400, 150)


def tracker() -> TouchTracker:
    one = TouchTracker(SLOP)
    one.show(1, (START, MORE), 0)
    return one


def play(one: TouchTracker, *steps: tuple[int, tuple[int, int], Phase]) -> list[str | None]:
    return [one.feed(Contact(*place, phase), now_ms) for now_ms, place, phase in steps]


@pytest.mark.parametrize(
    ("steps", "choice"),
    [
        ([(1000, INSIDE, "down"), (1080, INSIDE, "up")], "start"),
        ([(1000, INSIDE, "down"), (1080, BESIDE, "up")], "start"),
        ([(1000, BESIDE, "down"), (1080, INSIDE, "up")], "start"),
        ([(1000, INSIDE, "down"), (1080, FAR, "up")], None),
        ([(1000, INSIDE, "down"), (1080, OTHER, "up")], None),
        ([(1000, FAR, "down"), (1080, INSIDE, "up")], None),
        ([(1000, INSIDE, "down"), (1040, FAR, "move"), (1080, INSIDE, "up")], "start"),
        ([(249, INSIDE, "down"), (400, INSIDE, "up")], None),
        ([(250, INSIDE, "down"), (400, INSIDE, "up")], "start"),
        ([(1000, INSIDE, "up")], None),
    ],
)
def test_one_press(steps: list[tuple[int, tuple[int, int], Phase]], choice: str | None) -> None:
    assert play(tracker(), *steps)[-1] == choice


def test_the_press_shows_at_once_and_follows_the_finger() -> None:
    one = tracker()
    walk: list[tuple[tuple[int, int], Phase]] = [
        (INSIDE, "down"),
        (FAR, "move"),
        (INSIDE, "move"),
        (INSIDE, "up"),
    ]
    shown = []
    for place, phase in walk:
        play(one, (1000, place, phase))
        shown.append(one.pressed)
    assert shown == ["start", None, "start", None]


def test_the_same_target_is_dead_for_a_while_another_is_not() -> None:
    one = tracker()
    play(one, (1000, INSIDE, "down"), (1050, INSIDE, "up"))
    assert play(one, (1399, INSIDE, "down"), (1410, INSIDE, "up"))[-1] is None
    assert play(one, (1420, OTHER, "down"), (1430, OTHER, "up"))[-1] == "more_time"
    assert play(one, (1440, INSIDE, "down"), (1450, INSIDE, "up"))[-1] == "start"


@pytest.mark.parametrize("choice", sorted(MONEY))
def test_what_ends_or_decides_money_is_dead_for_longer(choice: str) -> None:
    """screen.md 3: 600 ms after another question, and after its own use."""
    one = TouchTracker(SLOP)
    one.show(1, (Target(START.rect, choice), MORE), 0)
    assert play(one, (599, INSIDE, "down"), (1000, INSIDE, "up"))[-1] is None
    assert play(one, (1001, INSIDE, "down"), (1100, INSIDE, "up"))[-1] == choice
    assert play(one, (1699, INSIDE, "down"), (1710, INSIDE, "up"))[-1] is None
    assert play(one, (1720, OTHER, "down"), (1730, OTHER, "up"))[-1] == "more_time"
    assert play(one, (1740, INSIDE, "down"), (1750, INSIDE, "up"))[-1] == choice
    one.show(2, (Target(START.rect, choice),), 2000)
    assert play(one, (2599, INSIDE, "down"), (2610, INSIDE, "up"))[-1] is None
    assert play(one, (2620, INSIDE, "down"), (2630, INSIDE, "up"))[-1] == choice


def test_another_question_lets_go_of_the_finger() -> None:
    one = tracker()
    play(one, (1000, INSIDE, "down"))
    one.show(2, (START, MORE), 1010)
    assert one.pressed is None
    assert play(one, (1020, INSIDE, "up"))[-1] is None
    assert play(one, (1259, INSIDE, "down"), (1300, INSIDE, "up"))[-1] is None
    assert play(one, (1260, INSIDE, "down"), (1300, INSIDE, "up"))[-1] == "start"


def test_a_newer_weight_does_not_let_go() -> None:
    one = tracker()
    play(one, (1000, INSIDE, "down"))
    one.show(1, (START, MORE), 1010)
    assert play(one, (1020, INSIDE, "up"))[-1] == "start"


def test_a_target_that_went_away_cannot_be_chosen() -> None:
    one = tracker()
    play(one, (1000, INSIDE, "down"))
    one.show(1, (MORE,), 1010)
    assert play(one, (1020, INSIDE, "up"))[-1] is None


def test_a_lost_finger_chooses_nothing() -> None:
    one = tracker()
    play(one, (1000, INSIDE, "down"))
    one.cancel()
    assert play(one, (1020, INSIDE, "up"))[-1] is None


def test_a_hit_wins_over_a_near_miss() -> None:
    close = Target(Rect(305, 100, 200, 100), "more_time")
    assert target_at((START, close), 306, 150, SLOP) is close
    assert target_at((START, close), 302, 150, SLOP) is START
