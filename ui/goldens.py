"""Committed fingerprints of every plate, and a page that shows what differs from them.

The fingerprints are in git, the pictures are not (screen.md 4, "Golden tests"): who accepts keeps
the accepted pictures on the own desk, so that the next difference can show the old one; any other
desk has them drawn again (``ui.darkroom``).
"""

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
from PIL import Image, ImageChops

from ui.plates import Plate

FILE = Path("tests/ui/goldens.json")
KEPT = Path("build/screens-accepted")
REPORT = Path("screens-diff")


def read(file: Path = FILE) -> dict[str, str]:
    """The committed fingerprints by plate."""
    return msgspec.json.decode(file.read_bytes(), type=dict[str, str])


def write(fingerprints: Mapping[str, str], file: Path = FILE) -> None:
    """One plate a line, sorted: a change of one screen is a change of its lines."""
    ordered = dict(sorted(fingerprints.items()))
    file.write_bytes(msgspec.json.format(msgspec.json.encode(ordered), indent=1) + b"\n")


def plate_file(directory: Path, plate: str) -> Path:
    return directory / f"{plate.replace('/', '-')}.png"


@dataclass(frozen=True)
class Difference:
    """A plate that is not what was accepted."""

    plate: str
    new: Image.Image


def report(differences: Sequence[Difference], out: Path, kept: Path = KEPT) -> Path:
    """Write a page with old (where ``kept`` has it), new and difference; returns the page."""
    out.mkdir(parents=True, exist_ok=True)
    rows = "\n".join(_row(one, out, kept) for one in differences)
    page = out / "index.html"
    page.write_text(PAGE.replace("ROWS", rows), encoding="utf-8")
    return page


def _row(difference: Difference, out: Path, kept: Path) -> str:
    new_file = plate_file(out, f"{difference.plate}-new")
    difference.new.save(new_file, compress_level=1)
    cells = [("new", new_file.name)]
    old_file = plate_file(kept, difference.plate)
    if old_file.exists():
        with Image.open(old_file) as opened:
            old = opened.convert("RGB")
        name = plate_file(out, f"{difference.plate}-old")
        old.save(name, compress_level=1)
        cells.insert(0, ("old", name.name))
        if old.size == difference.new.size:
            changed = plate_file(out, f"{difference.plate}-difference")
            _marked(old, difference.new).save(changed, compress_level=1)
            cells.append(("difference", changed.name))
    figures = "".join(
        f'<figure><img loading="lazy" src="{html.escape(file)}" alt="{what}">'
        f"<figcaption>{what}</figcaption></figure>"
        for what, file in cells
    )
    note = "" if len(cells) > 1 else " (the old picture is not on this desk)"
    return f"<h2>{html.escape(difference.plate)}{note}</h2><div>{figures}</div>"


def _marked(old: Image.Image, new: Image.Image) -> Image.Image:
    """The new picture, pale, with what changed in red."""
    mask = ImageChops.difference(old, new).convert("L").point(lambda level: 255 if level else 0)
    pale = Image.blend(new, Image.new("RGB", new.size, "white"), 0.7)
    pale.paste((208, 0, 32), mask=mask)
    return pale


def compare(made: Iterable[Plate], accepted: Mapping[str, str]) -> tuple[Difference, ...]:
    """The plates whose pixels are not the accepted ones; a new plate differs too."""
    return tuple(
        Difference(plate.name, plate.image.convert("RGB"))
        for plate in made
        if accepted.get(plate.name) != plate.mark
    )


PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Screens that changed</title>
<style>
body { margin: 24px; background: #26302c; color: #dfe5e1; font: 15px sans-serif }
h2 { font-size: 17px; margin: 28px 0 8px } div { display: flex; flex-wrap: wrap; gap: 16px }
figure { margin: 0 } img { height: 460px; border-radius: 6px; display: block }
</style>
<h1>Screens that changed</h1>
<p>Right? <code>python -m ui.gallery --accept</code> and commit the fingerprints.</p>
ROWS
</html>
"""
