"""Kits are costly (fonts, sprites): one for each panel and session; they hold caches only."""

import pytest

from ui.kit import Kit, kit_for
from ui.panels import PANELS


@pytest.fixture(scope="session")
def kits() -> dict[str, Kit]:
    return {name: kit_for(panel) for name, panel in PANELS.items()}


@pytest.fixture(scope="session")
def wide(kits: dict[str, Kit]) -> Kit:
    return kits["1280x800"]
