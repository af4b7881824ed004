"""Build the two fonts of the screen from Debian's ``fonts-noto-cjk``.

Run at a desk, never on a kiosk; the result is committed because the 40 MB it is cut from is not
something to ask of a fresh clone::

    apt-get install fonts-noto-cjk
    pip install fonttools
    python ui/assets/build_fonts.py            # or --source DIR with the two .ttc files

What stays: every character of GB 2312 (6,763 hanzi and its symbols), Latin, punctuation, currency,
arrows. Hints go (FreeType renders without them and they are a third of the file); of the layout
features only ``kern`` stays, because the screen lays text out with the BASIC engine.
Text outside the set (an operator's rare surname) falls back to the full font when it is installed.
"""

import argparse
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

SOURCE = Path("/usr/share/fonts/opentype/noto")
TARGET = Path(__file__).parent / "fonts"
FACES = {
    "NotoSansCJK-Regular.ttc": "NotoSansSC-Regular.otf",
    "NotoSansCJK-Bold.ttc": "NotoSansSC-Bold.otf",
}
# In the collections the order is JP, KR, SC, TC, HK and then the mono faces: index 0 would draw
# Japanese shapes of the same characters.
SIMPLIFIED_CHINESE = 2

EXTRA = "·–—‘’“”…•‰′″€₩₽₹£¥¢℃№←↑→↓↗↘↻✓✕×÷±≈≤≥①②③④⑤⑥⑦⑧⑨⑩"


def gb2312() -> set[int]:
    """Every character that GB 2312 can write: rows A1-F7, cells A1-FE."""
    points: set[int] = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                points.add(ord(bytes((row, cell)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return points


def wanted() -> set[int]:
    """GB 2312, printable ASCII and Latin-1, full-width forms, and a few signs."""
    return (
        gb2312()
        | set(range(0x20, 0x7F))
        | set(range(0xA0, 0x100))
        | set(range(0xFF01, 0xFF5F))
        | {ord(sign) for sign in EXTRA}
    )


def build(source: Path, target: Path) -> int:
    """Cut one face and write it; returns the size of the file in bytes."""
    font = TTCollection(source).fonts[SIMPLIFIED_CHINESE]
    # The same source gives the same bytes, whenever it is built.
    font.recalcTimestamp = False
    options = subset.Options()
    options.hinting = False
    options.desubroutinize = False
    options.layout_features = ["kern"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted())
    cutter.subset(font)
    subset.save_font(font, str(target), options)
    return target.stat().st_size


def main() -> int:
    parser = argparse.ArgumentParser(description="Build the screen's fonts.")
    parser.add_argument("--source", type=Path, default=SOURCE, help="directory of the .ttc files")
    source: Path = parser.parse_args().source
    for name, target in FACES.items():
        if not (source / name).exists():
            sys.stderr.write(f"{source / name} is missing: apt-get install fonts-noto-cjk\n")
            return 1
        size = build(source / name, TARGET / target)
        sys.stdout.write(f"{target}: {size:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
