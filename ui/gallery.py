"""Render every sample screen to PNG files with a page to look at them::

python -m ui.gallery OUTDIR [--panel 720x1280@82] [--only idle,result-paid]
"""

import argparse
import html
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from kiosk.views import View
from ui.canvas import Canvas
from ui.kit import Kit, kit_for
from ui.samples import samples
from ui.screens import compose
from ui.sheet import Moment
from ui.theme import Panel
from ui.words import LOCALES, all_words

PANELS = {
    "1280x800": Panel(1280, 800, 59),
    "720x1280": Panel(720, 1280, 82),
    "1080x1920": Panel(1080, 1920, 40),
}
DEFAULT = ("1280x800", "720x1280")


def picture(kit: Kit, view: View) -> Image.Image:
    """One whole screen."""
    canvas = Canvas(kit)
    words = all_words()[view.language]
    scene = compose(view, kit, words, Moment(left_ms=view.left_ms))
    canvas.draw(scene, (canvas.bounds,))
    return canvas.image


def render(out: Path, panels: Sequence[str], only: frozenset[str]) -> int:
    """Write the pictures and ``index.html``; returns how many pictures."""
    out.mkdir(parents=True, exist_ok=True)
    rows: list[str] = []
    for panel in panels:
        kit = kit_for(PANELS[panel])
        for language in LOCALES:
            for name, view in samples(language):
                if only and name not in only:
                    continue
                file = f"{panel}-{language}-{name}.png"
                picture(kit, view).convert("RGB").save(out / file, compress_level=6)
                rows.append(
                    f'<figure><img loading="lazy" src="{html.escape(file)}" '
                    f'alt="{html.escape(name)}"><figcaption>{html.escape(file)}</figcaption>'
                    "</figure>"
                )
    (out / "index.html").write_text(PAGE.replace("ROWS", "\n".join(rows)), encoding="utf-8")
    return len(rows)


PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Screens</title>
<style>
body { margin: 24px; background: #26302c; color: #dfe5e1; font: 15px sans-serif;
       display: flex; flex-wrap: wrap; gap: 24px; align-items: flex-end }
figure { margin: 0 } img { height: 360px; border-radius: 6px; display: block }
figcaption { margin-top: 6px }
</style>
ROWS
</html>
"""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m ui.gallery", description=__doc__)
    parser.add_argument("out", type=Path, help="directory for the pictures")
    parser.add_argument("--panel", choices=sorted(PANELS), action="append")
    parser.add_argument("--only", default="", help="names of samples, separated by commas")
    given = parser.parse_args(arguments)
    only = frozenset(name for name in given.only.split(",") if name)
    count = render(given.out, given.panel or DEFAULT, only)
    sys.stdout.write(f"{count} pictures: {given.out / 'index.html'}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
