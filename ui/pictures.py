"""Draw the pictures of docs/ and of the README from the real screens::

python -m ui.pictures [docs/images]
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from PIL import Image

from kiosk.views import Language
from ui.ease import LOOKS
from ui.kit import kit_for
from ui.panels import PANELS
from ui.plates import picture
from ui.samples import samples
from ui.theme import DAY, Colour, Palette, Shadow, Theme

OUT = Path("docs/images")
GROUND = (0x26, 0x30, 0x2C)
GAP = 14
COLOURS = 96
"""Flat colours and smooth letters need no more, and git keeps a tenth of the bytes."""

CLAY = Theme(
    colours=Palette(
        paper=Colour(0xFB, 0xEF, 0xE2),
        card=Colour(0xFF, 0xFB, 0xF5),
        ink=Colour(0x3A, 0x1D, 0x0E),
        soft=Colour(0x5F, 0x42, 0x33),
        line=Colour(0xEC, 0xD8, 0xC4),
        accent=Colour(0x97, 0x32, 0x0D),
        good=Colour(0x97, 0x32, 0x0D),
        shade=Colour(0x6B, 0x30, 0x10),
    ),
    shadow=Shadow(drop=14, blur=30, percent=18),
    radius=8,
    radius_large=11,
)
SIGNAL = Theme(
    colours=Palette(
        paper=Colour(0x0C, 0x16, 0x2B),
        card=Colour(0x16, 0x24, 0x42),
        ink=Colour(0xF4, 0xF7, 0xFF),
        soft=Colour(0xB8, 0xC4, 0xDE),
        line=Colour(0x2C, 0x3D, 0x63),
        accent=Colour(0xB7, 0xF0, 0x3C),
        on_accent=Colour(0x14, 0x20, 0x06),
        good=Colour(0xB7, 0xF0, 0x3C),
        wait=Colour(0xFF, 0xC8, 0x57),
        stop=Colour(0xFF, 0x9B, 0x90),
        note=Colour(0x8F, 0xC7, 0xFF),
        shade=Colour(0, 0, 0),
    ),
    shadow=Shadow(drop=0, blur=4, percent=1),
    radius=1,
    radius_large=1,
)
DIRECTIONS: Mapping[str, Theme] = MappingProxyType(
    {"paper-and-leaf": DAY, "clay": CLAY, "signal": SIGNAL}
)
"""The art directions that were sketched (docs/art-direction.md); the first was chosen."""


@dataclass(frozen=True)
class Shot:
    """One screen of a picture."""

    panel: str
    language: Language
    sample: str
    theme: Theme = DAY

    def taken(self, height: int) -> Image.Image:
        """The screen, made smaller to that height."""
        view = dict(samples(self.language))[self.sample]
        image = picture(kit_for(PANELS[self.panel], self.theme), view).convert("RGB")
        width = image.width * height // image.height
        return image.resize((width, height), Image.Resampling.LANCZOS)


def strip() -> Image.Image:
    """The README's: a visit by day, and what it looks like for those who see it otherwise."""
    day = [Shot("1280x800", "zh", name) for name in ("idle", "choose", "depositing")]
    day += [Shot("1280x800", "en", name) for name in ("result-paid", "receipt-one")]
    looks = [
        Shot("1280x800", "zh", "blocked"),
        Shot("1280x800", "en", "idle", LOOKS["night"].theme()),
        Shot("1280x800", "zh", "choose", LOOKS["contrast"].theme()),
        Shot("1280x800", "en", "result-paid", LOOKS["large"].theme()),
        Shot("1280x800", "zh", "out-all_compartments"),
    ]
    return stacked([beside(row, 176) for row in (day, looks)])


def direction(theme: Theme) -> Image.Image:
    """A sketch of one art direction."""
    names = ("idle", "choose", "depositing")
    return beside([Shot("1280x800", "zh", name, theme) for name in names], 200)


def beside(shots: Sequence[Shot], height: int) -> Image.Image:
    images = [shot.taken(height) for shot in shots]
    whole = Image.new(
        "RGB", (sum(one.width + GAP for one in images) + GAP, height + 2 * GAP), GROUND
    )
    x = GAP
    for image in images:
        whole.paste(image, (x, GAP))
        x += image.width + GAP
    return whole


def stacked(rows: Sequence[Image.Image]) -> Image.Image:
    width, height = max(one.width for one in rows), sum(one.height - GAP for one in rows) + GAP
    whole = Image.new("RGB", (width, height), GROUND)
    y = 0
    for row in rows:
        whole.paste(row, (0, y))
        y += row.height - GAP
    return whole


def save(image: Image.Image, file: Path) -> None:
    """As a small PNG."""
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    sys.stdout.write(f"{file}: {file.stat().st_size // 1024} KiB\n")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m ui.pictures", description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=OUT)
    out: Path = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    save(strip(), out / "screens.png")
    for name, theme in DIRECTIONS.items():
        save(direction(theme), out / f"direction-{name}.png")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
