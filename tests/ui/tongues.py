"""Catalogues for tests: a language that is there for one test, made from one that we have."""

from collections.abc import Mapping
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from ui.locale.compile import compiled
from ui.words import DIRECTORY, DOMAIN

Texts = Mapping[str, str | tuple[str, ...]]
OWN = ("symbol.", "currency.", "money.", "unit.", "voice.k")
"""What the model says otherwise than CLDR is no model."""


def add(directory: Path, code: str, model: str, texts: Texts) -> None:
    """Write the catalogue ``code``, which says what ``model`` says but for ``texts``: one file, as
    a translator would hand it in, and what compiling makes of it."""
    with (DIRECTORY / model / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        said = read_po(file, locale=model, abort_invalid=True)
    made = Catalog(locale=code, fuzzy=False)
    for message in said:
        key = str(message.id if isinstance(message.id, str) else message.id[0])
        if key and not key.startswith(OWN):
            made.add(message.id, texts.get(key) or _forms(message, made.num_plurals))
    source = directory / code / "LC_MESSAGES" / f"{DOMAIN}.po"
    source.parent.mkdir(parents=True)
    with source.open("wb") as target:
        write_po(target, made)
    source.with_suffix(".mo").write_bytes(compiled(source))


def _forms(message: Message, count: int) -> str | tuple[str, ...]:
    """The model's words, its last form for every further one."""
    if isinstance(message.id, tuple) and isinstance(message.string, tuple | list):
        last = message.string[-1]
        return (*message.string, *(last,) * count)[:count]
    return str(message.string)


def ours(directory: Path) -> None:
    """The catalogues that we have, beside which another is added."""
    for code in DIRECTORY.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"):
        target = directory / code.relative_to(DIRECTORY)
        target.parent.mkdir(parents=True)
        target.write_bytes(code.read_bytes())
