"""A language that nobody speaks: English with accents and 40 % longer, to prove that a catalogue
is all that a third language takes::

    python -m tests.ui.pseudo

writes ``tests/ui/locale/qps/LC_MESSAGES/ui.po`` from the English one; the file is committed.
"""

import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from ui.words import DIRECTORY

CODE = "qps"
FILE = Path(__file__).parent / "locale" / CODE / "LC_MESSAGES" / "ui.po"
ENGLISH = DIRECTORY / "en" / "LC_MESSAGES" / "ui.po"
ACCENTS = str.maketrans("aceinouyACEINOUY", "áçéîñöüýÁÇÉÎÑÖÜÝ")
LONGER_PERCENT = 40


def pseudo(text: str) -> str:
    """Accents on the letters, and vowels doubled until the text is 40 % longer."""
    parts = re.split(r"(\{[a-z_]+\})", text)
    return "".join(part if part.startswith("{") else _longer(part) for part in parts)


def _longer(part: str) -> str:
    letters = sum(char.isalpha() for char in part)
    owed, said = 0, []
    for char in part:
        owed += LONGER_PERCENT if char.isalpha() else 0
        said.append(char.translate(ACCENTS))
        if owed >= 100 and char.lower() in "aeiouy":
            said.append(char.lower())
            owed -= 100
    # A word without vowels to double is no shorter than the others in the end.
    missing = (letters * LONGER_PERCENT // 100) - (len(said) - len(part))
    last = next((index for index in range(len(said), 0, -1) if said[index - 1].isalpha()), 0)
    return "".join((*said[:last], "o" * max(0, missing), *said[last:]))


def catalogue() -> bytes:
    """The catalogue as it must be."""
    with ENGLISH.open("rb") as file:
        english = read_po(file, locale="en", abort_invalid=True)
    made = Catalog(
        locale=None,
        header_comment="# English with accents, 40 % longer: python -m tests.ui.pseudo",
        creation_date=english.creation_date,
        revision_date=english.revision_date,
    )
    for message in english:
        if isinstance(message.id, tuple) and message.string:
            made.add(message.id, tuple(map(pseudo, message.string)), flags=message.flags)
        elif message.id:
            name = "Pséudö" if message.id == "language.name" else pseudo(str(message.string))
            made.add(message.id, name, flags=message.flags)
    target = io.BytesIO()
    write_po(target, made, width=0, omit_header=False)
    return target.getvalue()


def main() -> int:
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(catalogue())
    sys.stdout.write(f"{FILE}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
