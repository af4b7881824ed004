"""Compile the .po catalogues to .mo with Babel; run it after every change of a .po::

    python -m ui.locale.compile

Separators, units, currencies and plural rules come from CLDR (``ui.locale.cldr``). The .mo files
are committed: a kiosk then needs no Babel, and a test compares them with the .po.
"""

import io
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ui.locale.cldr import complete

HERE = Path(__file__).parent


def compiled(source: Path) -> bytes:
    """The .mo bytes of one .po file. Raises CatalogueError where it contradicts CLDR."""
    code = source.parent.parent.name
    with source.open("rb") as file:
        catalogue = read_po(file, locale=code, abort_invalid=True)
    complete(catalogue, code)
    target = io.BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


def main() -> int:
    for source in sorted(HERE.glob("*/LC_MESSAGES/*.po")):
        source.with_suffix(".mo").write_bytes(compiled(source))
        sys.stdout.write(f"{source.relative_to(HERE)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
