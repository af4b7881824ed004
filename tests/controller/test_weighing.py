"""When a weight is stable (M-02), and that nothing doubtful survives in the window."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.readings import Defect, Reading
from kiosk.units import CompartmentId, Grams, Millis
from kiosk.weighing import EVIDENCE_FRAMES_MAX, StabilityWindow

E_G = 10
WINDOW_MS = 1000
FRAMES = 5


def reading(
    at_ms: int,
    grams: int | None,
    *,
    stable: bool | None = True,
    link_opens: int = 1,
    defect: Defect | None = None,
) -> Reading:
    mass = None if grams is None else Grams(grams)
    return Reading(
        CompartmentId("paper"),
        at_ms,
        Millis(at_ms),
        mass,
        defect,
        stable,
        link_opens,
        b"%d" % at_ms,
    )


def window(*readings: Reading) -> StabilityWindow:
    made = StabilityWindow(Grams(E_G), Millis(WINDOW_MS), FRAMES)
    for one in readings:
        made.add(one)
    return made


def steady(grams: int, first_ms: int, last_ms: int, step_ms: int = 100) -> list[Reading]:
    return [reading(at, grams) for at in range(first_ms, last_ms + 1, step_ms)]


def test_enough_agreeing_frames_over_enough_time_are_stable() -> None:
    weight = window(*steady(5000, 0, 1000)).stable(Millis(0))
    assert weight is not None
    assert (weight.grams, weight.at_ms, weight.link_opens) == (5000, 1000, 1)
    assert weight.frames[-1] == b"1000"
    assert len(weight.frames) == 11
    assert not weight.host_derived


def test_a_short_time_is_not_enough() -> None:
    assert window(*steady(5000, 0, 900)).stable(Millis(0)) is None


def test_slow_frames_are_all_in_the_evidence() -> None:
    """M-02, found by tests/simulator: a noisy line, and the record showed four frames of five."""
    weight = window(*steady(5000, 0, 2800, step_ms=700)).stable(Millis(0))
    assert weight is not None
    assert len(weight.frames) == FRAMES


def test_few_frames_are_not_enough() -> None:
    assert window(*steady(5000, 0, 2000, 1000)).stable(Millis(0)) is None


def test_frames_before_the_question_do_not_count() -> None:
    """M-33: "after" counts from the door's closing."""
    seen = window(*steady(5000, 0, 1000))
    assert seen.stable(Millis(1)) is None
    for one in steady(5000, 1100, 2000):
        seen.add(one)
    assert seen.stable(Millis(1000)) is not None


def test_one_moving_frame_starts_it_again() -> None:
    moving = reading(1050, 5000, stable=False)
    assert (
        window(*steady(5000, 0, 1000), moving, *steady(5000, 1100, 2000)).stable(Millis(0)) is None
    )


def test_one_defect_starts_it_again() -> None:
    """An overload or garbage in between is never averaged away."""
    bad = reading(1050, None, defect=Defect.OVERLOAD)
    assert window(*steady(5000, 0, 1000), bad).stable(Millis(0)) is None


def test_a_reopened_link_starts_it_again() -> None:
    later = [reading(at, 5000, link_opens=2) for at in range(1100, 1500, 100)]
    assert window(*steady(5000, 0, 1000), *later).stable(Millis(0)) is None


def test_a_jump_starts_it_again_and_a_small_step_does_not() -> None:
    assert window(*steady(5000, 0, 1000), *steady(5011, 1100, 1200)).stable(Millis(0)) is None
    near = window(*steady(5000, 0, 1000), *steady(5010, 1100, 1200)).stable(Millis(0))
    assert near is not None and near.grams == 5000


def test_a_digit_damaged_twice_alike_is_not_paid() -> None:
    """Found by the frame soak after 68 million frames: no check, 1 e off, twice at once."""
    weight = window(*steady(5000, 0, 1000), *steady(5010, 1100, 1200)).stable(Millis(0))
    assert weight is not None and weight.grams == 5000


def test_of_two_adjacent_values_said_equally_often_the_latest_counts() -> None:
    turns = [reading(at, 5000 + at // 100 % 2 * E_G) for at in range(0, 2000, 100)]
    weight = window(*turns).stable(Millis(0))
    assert weight is not None and weight.grams == 5010


def test_a_scale_without_a_flag_says_so_in_the_record() -> None:
    """M-32: the host's rule alone decided."""
    frames = [reading(at, 5000, stable=None) for at in range(0, 1001, 100)]
    weight = window(*frames).stable(Millis(0))
    assert weight is not None and weight.host_derived


def test_the_evidence_reaches_two_windows_back_and_no_further() -> None:
    slow = [reading(at, 5000) for at in range(0, 5001, 200)]
    weight = window(*slow).stable(Millis(0))
    assert weight is not None
    assert [weight.frames[0], weight.frames[-1]] == [b"3000", b"5000"]


@pytest.mark.parametrize(("step_ms", "window_ms"), [(2, 1000), (10, 10_000), (400, 300)])
def test_a_fast_scale_and_a_long_window_become_stable(step_ms: int, window_ms: int) -> None:
    """Found by a mutant: 64 frames were kept, less than a second of a scale at 100 Hz."""
    made = StabilityWindow(Grams(E_G), Millis(window_ms), FRAMES)
    for at in range(0, 4 * window_ms + 5 * step_ms, step_ms):
        made.add(reading(at, 5000))
    assert made.stable(Millis(0)) is not None


def test_what_is_kept_is_what_decided() -> None:
    """At 50 Hz a window has a hundred frames, the record a few: those say what is paid."""
    made = window()
    for number in range(100):
        made.add(reading(20 * number, 5000 if number < 70 else 5010))
    weight = made.stable(Millis(0))
    assert weight is not None
    assert (weight.grams, len(weight.frames)) == (5010, EVIDENCE_FRAMES_MAX)
    assert weight.frames[0] == b"1680"


def test_a_rule_that_asks_for_many_frames_keeps_them() -> None:
    made = StabilityWindow(Grams(E_G), Millis(WINDOW_MS), 40)
    for number in range(100):
        made.add(reading(20 * number, 5000 if number < 70 else 5010))
    weight = made.stable(Millis(0))
    assert weight is not None
    assert (weight.grams, len(weight.frames)) == (5010, 40)


def test_the_memory_of_a_mad_scale_is_bounded() -> None:
    """Fourteen hundred frames in the same millisecond: what is kept spans too little to pay."""
    made = window(*steady(5000, 0, 1000), *[reading(1001, 5000)] * 1400)
    assert made.stable(Millis(0)) is None


@given(
    st.lists(
        st.tuples(
            st.integers(10, 400),
            st.one_of(st.none(), st.integers(-50, 50).map(lambda step: step * E_G)),
            st.sampled_from([True, True, True, False, None]),
            st.sampled_from([1, 1, 1, 1, 2]),
        ),
        max_size=60,
    )
)
def test_a_stable_weight_is_what_its_window_says(
    drawn: list[tuple[int, int | None, bool | None, int]],
) -> None:
    """Whatever arrives: the value was just sent, its frames agree, none moved, one link."""
    made = StabilityWindow(Grams(E_G), Millis(WINDOW_MS), FRAMES)
    at_ms, sent = 0, {}
    for gap, grams, stable, link_opens in drawn:
        at_ms += gap
        defect = Defect.SYNTAX if grams is None else None
        one = reading(at_ms, grams, stable=stable, link_opens=link_opens, defect=defect)
        sent[one.raw] = one
        made.add(one)
        weight = made.stable(Millis(0))
        if weight is None:
            continue
        frames = [sent[raw] for raw in weight.frames]
        values = [frame.grams for frame in frames if frame.grams is not None]
        assert len(values) == len(frames) >= FRAMES or at_ms - frames[0].at_ms > WINDOW_MS
        assert max(values) - min(values) <= E_G
        assert frames[-1] == one
        assert values.count(weight.grams) == max(map(values.count, values))
        assert max(values.count(value) for value in values) == values.count(weight.grams)
        assert all(frame.stable is not False for frame in frames)
        assert {frame.link_opens for frame in frames} == {weight.link_opens}
