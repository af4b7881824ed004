"""What docs/ says of the code is what the code says."""

import re
from pathlib import Path

import pytest

from tests.docs import DOCS, FILES, PARTS, rewritten

PAGES = sorted(DOCS.glob("**/*.md"))
ROOT = DOCS.parent


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_generated_parts_are_fresh(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert rewritten(text) == text, f"{page.name} is stale: run `make docs`"


@pytest.mark.parametrize("name", sorted(FILES))
def test_generated_files_are_fresh(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == FILES[name](), "run `make docs`"


def test_every_part_stands_somewhere() -> None:
    every = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    for name in PARTS:
        assert f"<!-- begin generated: {name} -->" in every


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / target).exists(), f"{page.name}: {target} does not exist"


@pytest.mark.parametrize("page", ["architecture.md", "metrology.md"])
def test_paths_named_exist(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:kiosk|drivers|ui|sync|tests|systemd)/[\w/.]*)`", text))
    assert named
    for path in named:
        assert (ROOT / path).exists(), f"{page} names {path}"


def test_tests_named_exist() -> None:
    """A rule is shown by a test that is there."""
    every = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/*.py"))
    for page in ("architecture.md", "metrology.md"):
        text = (DOCS / page).read_text(encoding="utf-8")
        for name in re.findall(r"`(test_\w+)`", text):
            assert f"def {name}(" in every, f"{page} names {name}"
