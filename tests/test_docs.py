"""What docs/ says of the code is what the code says."""

import re
from pathlib import Path

import pytest

from tests.docs import DOCS, PARTS, rewritten

PAGES = sorted(DOCS.glob("**/*.md"))
ROOT = DOCS.parent


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_generated_parts_are_fresh(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert rewritten(text) == text, f"{page.name} is stale: run `make docs`"


def test_every_part_stands_somewhere() -> None:
    every = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    for name in PARTS:
        assert f"<!-- begin generated: {name} -->" in every


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / target).exists(), f"{page.name}: {target} does not exist"


def test_paths_named_in_the_architecture_exist() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:kiosk|drivers|ui|sync|tests|systemd)/[\w/.]*)`", text))
    assert named
    for path in named:
        assert (ROOT / path).exists(), f"architecture.md names {path}"
