"""Every registered dialect passes the conformance bench, and configuration knows every dialect."""

from typing import get_args

import pytest

from drivers.scale.registry import CONFIGURED, DIALECTS
from kiosk.config import Dialect
from tests.drivers.bench_dialects import findings
from tests.drivers.bench_frames import FRAMES


def test_configuration_and_registry_name_the_same_dialects() -> None:
    assert set(get_args(Dialect)) == set(DIALECTS)
    assert set(CONFIGURED) <= set(DIALECTS)


def test_the_bench_has_frames_of_every_dialect() -> None:
    assert set(FRAMES) == set(DIALECTS)


@pytest.mark.parametrize("dialect", sorted(set(DIALECTS) & set(FRAMES)))
def test_the_bench_finds_nothing(dialect: str) -> None:
    found = findings(DIALECTS[dialect], FRAMES[dialect])
    assert not found, "\n".join(f"{one.duty}: {one.detail}" for one in found[:20])
