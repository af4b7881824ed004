"""Render every screen to PNG files with a page to look at them, or accept how they look now::

python -m ui.gallery [OUT] [--panel 1280x800] [--only idle,result-paid]
python -m ui.gallery --accept [--only idle,result-paid]
"""

import argparse
import html
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path

from ui import goldens
from ui.ease import LOOKS
from ui.kit import Kit
from ui.panels import PANELS
from ui.plates import Sitting, names, plates, sittings

OUT = Path("build/gallery")
JPEG_QUALITY = 85
LISTED_MOST = 8


def develop(
    sittings: Sequence[Sitting], out: Path, only: frozenset[str], exact: bool
) -> list[tuple[str, str]]:
    """Write the pictures of sittings of one panel and language; returns plates and fingerprints.

    ``exact`` keeps every pixel, as a later difference needs it; to look at, JPEG will do and takes
    a fifth of the time.
    """
    kits: dict[int, Kit] = {}
    runs = []
    for sitting in sittings:
        theme = LOOKS[sitting.look].theme()
        kit = kits.setdefault(theme.capital_um, sitting.kit())
        runs.append(plates(sitting, kit.dressed(theme), only))
    done = []
    # One sample in every look, then the next: what one look measured and drew, the others find.
    for name, image, mark in chain.from_iterable(zip(*runs, strict=True)):
        if exact:
            image.convert("RGB").save(goldens.plate_file(out, name), compress_level=1)
        else:
            image.save(looked_at(out, name), quality=JPEG_QUALITY)
        done.append((name, mark))
    return done


def looked_at(out: Path, plate: str) -> Path:
    """Where the gallery keeps a plate."""
    return goldens.plate_file(out, plate).with_suffix(".jpg")


def render(
    out: Path, chosen: Sequence[Sitting], only: frozenset[str] = frozenset(), exact: bool = False
) -> dict[str, str]:
    """Write the pictures, on every core; returns the fingerprints by plate."""
    out.mkdir(parents=True, exist_ok=True)
    groups: dict[tuple[str, str], list[Sitting]] = {}
    for sitting in chosen:
        groups.setdefault((sitting.panel, sitting.language), []).append(sitting)
    # The largest panel takes longest: it comes first, so that no core waits for it at the end.
    heavy = sorted(groups.values(), key=lambda group: -_pixels(group[0]))
    with ProcessPoolExecutor(min(len(heavy), os.cpu_count() or 1)) as pool:
        done = pool.map(partial(develop, out=out, only=only, exact=exact), heavy)
        made = {plate: mark for batch in done for plate, mark in batch}
    return {plate: made[plate] for plate in names() if plate in made}


def _pixels(sitting: Sitting) -> int:
    panel = PANELS[sitting.panel]
    return panel.width * panel.height


def page(made: Sequence[str]) -> str:
    """All plates on one page: chosen by panel, language and a word of their names."""
    parts = [plate.split("/") for plate in made]
    figures = "\n".join(
        f'<figure data-k="{html.escape(" ".join(part))}">'
        f'<img loading="lazy" src="{html.escape(looked_at(Path(), plate).name)}" '
        f'alt="{html.escape(plate)}"><figcaption>{html.escape(plate)}</figcaption></figure>'
        for plate, part in zip(made, parts, strict=True)
    )
    choices = "".join(
        "<select><option></option>"
        + "".join(f"<option>{html.escape(one)}</option>" for one in dict.fromkeys(column))
        + "</select>"
        for column in zip(*parts, strict=True)
    )
    return PAGE.replace("CHOICES", choices).replace("FIGURES", figures)


PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Screens</title>
<style>
body { margin: 0 24px 24px; background: #26302c; color: #dfe5e1; font: 15px sans-serif }
nav { position: sticky; top: 0; background: #26302c; padding: 16px 0 }
select { font: inherit; margin-right: 12px; padding: 6px }
main { display: flex; flex-wrap: wrap; gap: 24px; align-items: flex-end }
figure { margin: 0; max-width: 100% } figure[hidden] { display: none }
img { height: 360px; max-width: 100%; border-radius: 6px; display: block }
figcaption { margin-top: 6px }
</style>
<nav aria-label="Which screens">CHOICES<output></output></nav>
<main>
FIGURES
</main>
<script>
const choices = [...document.querySelectorAll("select")];
const figures = [...document.querySelectorAll("figure")];
function choose() {
  let count = 0;
  for (const figure of figures) {
    const words = figure.dataset.k.split(" ");
    figure.hidden = !choices.every((one, i) => !one.value || words[i] === one.value);
    count += !figure.hidden;
  }
  document.querySelector("output").value = count + " screens";
}
choices.forEach((one) => one.addEventListener("change", choose));
choose();
</script>
</html>
"""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m ui.gallery",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("out", type=Path, nargs="?", default=OUT, help="directory for the pictures")
    parser.add_argument("--panel", choices=sorted(PANELS), action="append", default=[])
    parser.add_argument("--look", choices=tuple(LOOKS), action="append", default=[])
    parser.add_argument("--only", default="", help="names of samples, separated by commas")
    parser.add_argument(
        "--accept", action="store_true", help=f"write the fingerprints to {goldens.FILE}"
    )
    given = parser.parse_args(arguments)
    only = frozenset(name for name in given.only.split(",") if name)
    if given.accept:
        made = render(goldens.KEPT, sittings(given.panel, given.look), only, exact=True)
        there = {**goldens.read(), **made}
        goldens.write({plate: there[plate] for plate in names() if plate in there})
        sys.stdout.write(f"{len(made)} screens accepted: {goldens.FILE}\n")
        return 0
    made = render(given.out, sittings(given.panel, given.look), only)
    (given.out / "index.html").write_text(page(list(made)), encoding="utf-8")
    sys.stdout.write(f"{len(made)} screens: {given.out / 'index.html'}\n")
    accepted = goldens.read()
    changed = [plate for plate, mark in made.items() if accepted.get(plate) != mark]
    sys.stdout.write(f"{_listed(changed)}\n")
    return 0


def _listed(changed: Sequence[str]) -> str:
    """What does not look as it was accepted, in a line."""
    if not changed:
        return "all as accepted"
    more = f" and {len(changed) - LISTED_MOST} more" if len(changed) > LISTED_MOST else ""
    return f"not as accepted: {', '.join(changed[:LISTED_MOST])}{more}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
