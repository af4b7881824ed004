"""Rasterise the icons of the screen into alpha masks.

Run at a desk, never on a kiosk; the result is committed so that a kiosk needs no SVG renderer::

    npm pack @phosphor-icons/core && tar xzf phosphor-icons-core-*.tgz
    apt-get install librsvg2-bin
    pip install pillow
    python ui/assets/build_icons.py --source package/assets

The set is Phosphor (MIT, licence beside the icons) and, in ``icons/own``, the materials, drawn by
us on the same grid and stroke: no open set we looked at has a plastic bottle and a tin side by
side. Without ``--source`` only ours are made again.
Each becomes one 'L' mask of 288 px, the largest any panel draws; smaller sizes are cut from it
once at start with a fixed-point Lanczos filter, which gives the same pixels on every machine.
"""

import argparse
import io
import subprocess
import sys
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
TARGET = HERE / "icons"
SIDE_PX = 288

# our name -> (style, Phosphor's name); a two-tone icon carries its second tone as 20 % alpha
PHOSPHOR = {
    "paper": ("duotone", "package"),
    "textiles": ("duotone", "t-shirt"),
    "other": ("duotone", "recycle"),
    "qr": ("duotone", "qr-code"),
    "heart": ("duotone", "hand-heart"),
    "check": ("bold", "check"),
    "check-circle": ("duotone", "check-circle"),
    "stop": ("duotone", "hand-palm"),
    "warning": ("duotone", "warning"),
    "scale": ("duotone", "scales"),
    "door-open": ("duotone", "door-open"),
    "door-close": ("duotone", "door"),
    "language": ("bold", "translate"),
    "phone": ("duotone", "phone-call"),
    "offline": ("bold", "wifi-slash"),
    "receipt": ("duotone", "receipt"),
    "arrow-right": ("bold", "arrow-right"),
    "arrow-down": ("bold", "arrow-fat-line-down"),
    "cancel": ("bold", "x"),
    "leaf": ("duotone", "leaf"),
    "power": ("duotone", "power"),
    "feather": ("duotone", "feather"),
    "hourglass": ("duotone", "hourglass-medium"),
    "wrench": ("duotone", "wrench"),
    "ease": ("duotone", "person-arms-spread"),
    "large": ("duotone", "text-aa"),
    "contrast": ("duotone", "circle-half"),
    "low": ("duotone", "wheelchair"),
    "voice": ("duotone", "speaker-high"),
    "muted": ("duotone", "speaker-slash"),
    "softer": ("duotone", "speaker-low"),
    "again": ("bold", "arrow-counter-clockwise"),
    "back": ("bold", "arrow-left"),
}
OWN = (
    *("cardboard", "books", "plastic", "bottles", "metal"),
    *("cans", "glass", "shoes", "electronics", "wood"),
)


def mask(svg: Path) -> Image.Image:
    """The alpha channel of one drawing at ``SIDE_PX``."""
    side = str(SIDE_PX)
    command = ["rsvg-convert", "--width", side, "--height", side, str(svg)]
    png = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return Image.open(io.BytesIO(png)).convert("RGBA").getchannel("A")


def main() -> int:
    parser = argparse.ArgumentParser(description="Rasterise the screen's icons.")
    parser.add_argument("--source", type=Path, help="Phosphor's assets directory")
    source: Path | None = parser.parse_args().source
    drawings = {name: HERE / "icons" / "own" / f"{name}.svg" for name in OWN}
    if source is not None:
        for name, (style, icon) in PHOSPHOR.items():
            suffix = "" if style == "regular" else f"-{style}"
            drawings[name] = source / style / f"{icon}{suffix}.svg"
    for name, path in sorted(drawings.items()):
        mask(path).save(TARGET / f"{name}.png", optimize=True)
    sys.stdout.write(f"{len(drawings)} icons\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
