"""A desk that kept no picture makes the accepted one again from git, and nothing else."""

import subprocess
from pathlib import Path

import pytest
from PIL import Image

from ui import goldens
from ui.darkroom import restore
from ui.plates import fingerprint

A, B = "800x480/zh/day/idle", "800x480/zh/day/idle-eased"
GALLERY = """
import sys
from pathlib import Path
from PIL import Image

assert sys.argv[1:] == ["--accept", "--panel", "800x480", "--look", "day", "--only", "idle"]
kept = Path("build/screens-accepted")
kept.mkdir(parents=True)
for name, colour in (("idle", COLOUR), ("idle-eased", "blue")):
    Image.new("RGB", (4, 4), colour).save(kept / f"800x480-zh-day-{name}.png")
"""


def picture(colour: str) -> Image.Image:
    return Image.new("RGB", (4, 4), colour)


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(("git", *who, *words), cwd=root, check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository whose last but one commit accepted pictures that its tree draws."""
    root = tmp_path / "repository"
    for folder in ("ui", "kiosk", "tests/ui"):
        (root / folder).mkdir(parents=True)
        (root / folder / "__init__.py").touch()
    git(root, "init", "-q")
    (root / "ui/gallery.py").write_text(GALLERY.replace("COLOUR", "'red'"))
    marks = {A: fingerprint(picture("red")), B: fingerprint(picture("green"))}
    goldens.write(marks, root / goldens.FILE)
    git(root, "add", ".")
    git(root, "commit", "-qm", "accept")
    (root / "ui/gallery.py").write_text(GALLERY.replace("COLOUR", "'black'"))
    git(root, "commit", "-qam", "draw otherwise")
    return root


def test_an_accepted_picture_is_drawn_again_by_the_commit_that_accepted_it(
    root: Path, tmp_path: Path
) -> None:
    accepted, kept = goldens.read(root / goldens.FILE), tmp_path / "kept"
    assert restore([A, B, "800x480/zh/day/new"], accepted, kept, root) == {A}
    with Image.open(goldens.plate_file(kept, A)) as old:
        assert fingerprint(old) == accepted[A]
    assert not goldens.plate_file(kept, B).exists(), "what nobody accepted is not the old picture"


def test_what_the_desk_kept_is_not_drawn_again_but_never_an_earlier_look(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    picture("red").save(goldens.plate_file(kept, A))
    picture("grey").save(goldens.plate_file(kept, B))
    accepted = {A: fingerprint(picture("red")), B: fingerprint(picture("green"))}
    assert restore([A, B], accepted, kept, tmp_path) == {A}
    assert not goldens.plate_file(kept, B).exists()
