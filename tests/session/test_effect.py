"""What is said to be saved is the operator's factors times what was put in, rounded down."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk import views as v
from kiosk.documents import Effect
from kiosk.effect import saved
from kiosk.session import states as s
from kiosk.session.view import Face, screen_of
from kiosk.units import Grams, Millis, MinorUnits
from tests.session.worlds import PERSON, facts

SOURCE = {"zh": "测试手册", "en": "A handbook for tests"}
EFFECT = Effect({"paper": 900, "metal": 9_000}, SOURCE, car_g_per_km=170)
FACE = Face(None, "400-100", effect=EFFECT)
VISIT = s.Visit("visit-1", "en", s.Subject("token", "subject-1", "token-1", PERSON))


def finished(material: str, net_g: int | None, outcome: v.OutcomeName) -> s.Finished:
    mass = None if net_g is None else Grams(net_g)
    return s.Finished("R-1", material, mass, MinorUnits(0), outcome, "token")


def receipt(face: Face, *deposits: s.Finished) -> v.Saved | None:
    state = s.Thanking(Millis(1_000), replace(VISIT, finished=deposits))
    shown = screen_of(state, facts(), face)
    assert isinstance(shown, v.Receipt)
    return shown.saved


def test_a_kilogram_saves_what_the_operator_says() -> None:
    assert saved(EFFECT, [("paper", 1_000)]) == v.Saved(900, 5_294)
    assert saved(EFFECT, [("paper", 1_800), ("metal", 250)]) == v.Saved(3_870, 22_764)
    assert saved(Effect({"paper": 900}, SOURCE), [("paper", 1_000)]) == v.Saved(900, None)


@pytest.mark.parametrize("masses", [[], [("paper", 0)], [("glass", 90_000)], [("paper", 1)]])
def test_where_there_is_nothing_to_say_nothing_is_said(masses: list[tuple[str, int]]) -> None:
    assert saved(EFFECT, masses) is None
    assert saved(None, [("paper", 1_000)]) is None


@given(st.lists(st.tuples(st.sampled_from(["paper", "metal", "glass"]), st.integers(0, 10**9))))
def test_never_more_than_the_factors_say(masses: list[tuple[str, int]]) -> None:
    exact = sum(EFFECT.co2e_g_per_kg.get(name, 0) * grams for name, grams in masses)
    found = saved(EFFECT, masses)
    told = 0 if found is None else found.co2e_g
    assert told * 1000 <= exact < (told + 1) * 1000


def test_the_receipt_says_what_the_visit_saved() -> None:
    """Whatever went into the bag counts, as in the lifetime totals: too light, on hold, a gift."""
    light, held = finished("paper", 100, "UNPRICED"), finished("metal", 1_000, "HELD")
    assert receipt(FACE, light, held) == v.Saved(9_090, 53_470)
    assert receipt(FACE, finished("paper", None, "HELD"), finished("metal", 0, "VOID")) is None
    assert receipt(replace(FACE, effect=None), held) is None


def test_the_idle_screen_says_what_the_machine_saved() -> None:
    so_far = v.Saved(1_284_000, 7_552_941)
    shown = screen_of(s.Idle("en"), facts(), replace(FACE, saved=so_far))
    assert isinstance(shown, v.Idle) and shown.saved == so_far
    plain = screen_of(s.Idle("en"), facts(), FACE)
    assert isinstance(plain, v.Idle) and plain.saved is None
