"""Every broken endpoint is caught by the right rule, and every rule catches one at least."""

import random
from collections.abc import Iterator

import pytest

from sync.conformance.rules import ALL
from tests.conformance.broken import Broken
from tests.conformance.matrix import BROKEN
from tests.conformance.places import Place

OTHERS = 3
"""How many rules that should not care are tried too; tests.conformance.matrix tries all."""

RULES = {rule.name: rule for rule in ALL}

UNBROKEN: dict[str, str] = {}
"""Rules that no broken endpoint here breaks, and why."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with Place(tmp_path_factory.mktemp("broken")) as place:
        yield place


@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: one.name)
def test_a_broken_endpoint_is_caught(broken: Broken, place: Place) -> None:
    others = [rule for rule in ALL if rule.name not in broken.caught_by]
    # Other ones each time: the tests' seed decides, and says so in the first line of the run.
    chosen = {*broken.caught_by, *(rule.name for rule in random.sample(others, OTHERS))}
    found = place.failures(broken, [rule for rule in ALL if rule.name in chosen])
    assert sorted(found) == sorted(broken.caught_by), found


def test_every_rule_catches_a_broken_endpoint() -> None:
    caught = {name for one in BROKEN for name in one.caught_by}
    assert caught <= set(RULES)
    assert {rule.name for rule in ALL} - caught == set(UNBROKEN)


def test_the_names_are_different() -> None:
    assert len(RULES) == len(ALL)
    assert len({one.name for one in BROKEN}) == len(BROKEN)
