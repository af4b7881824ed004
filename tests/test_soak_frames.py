"""The quick form of the fuzz run, and that its audit can say no."""

import random

import pytest

from drivers.scale.registry import DIALECTS
from tests.drivers.bench_frames import FRAMES
from tests.soak import frames
from tests.soak.damage import DAMAGES, theory

QUICK = 1_500


@pytest.mark.parametrize("dialect", sorted(set(DIALECTS) & set(FRAMES)))
def test_no_damaged_frame_is_paid_and_no_check_is_worse_than_its_theory(dialect: str) -> None:
    tally = frames.part(dialect, QUICK, seed=1)
    assert list(frames.broken(FRAMES[dialect], tally)) == []
    assert tally.payable > QUICK / 10, "the run must reach payable weights, or it shows nothing"
    assert tally.total > QUICK * 9 / 10


def test_a_wrong_mass_in_a_checked_dialect_is_noticed() -> None:
    tally = frames.Tally.none()
    tally.tried["byte"], tally.wrong["byte"] = 1_000_000, 1
    assert any("byte" in one for one in frames.broken(FRAMES["yaohua-a9"], tally))
    assert not list(frames.broken(FRAMES["st-gs"], tally)), "it has no check: its rate is stated"


def test_more_than_the_theory_is_noticed_and_the_theory_is_not() -> None:
    tally = frames.Tally.none()
    tally.tried["burst"], tally.wrong["burst"] = 255_000, 1_100
    assert not list(frames.broken(FRAMES["cas-soh"], tally))
    tally.wrong["burst"] = 1_200
    assert list(frames.broken(FRAMES["cas-soh"], tally))


def test_a_payable_weight_that_was_not_sent_is_noticed() -> None:
    tally = frames.Tally.none()
    tally.payable_wrong = 1
    assert any("payable" in one for one in frames.broken(FRAMES["st-gs"], tally))


@pytest.mark.parametrize("kind", list(DAMAGES))
def test_damage_damages(kind: str) -> None:
    chance = random.Random(3)
    frame = FRAMES["st-gs"].encode(1235)
    bad = [DAMAGES[kind](frame, chance) for _ in range(200)]  # type: ignore[index]  # from its keys
    assert sum(one != frame for one in bad) > 150
    assert theory("byte", 256) == 0
    assert theory("byte", 1) is None
