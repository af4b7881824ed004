"""The words of every language: gettext catalogues with ids that are not English text.

A language is a folder with a catalogue, and nothing else: what is found in the directory is
offered. An id such as ``deposit.done`` also names what the voice says; a missing translation is a
failing test, never English shown to a Chinese reader.
"""

import gettext
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from kiosk.views import Language

DOMAIN = "ui"
DIRECTORY = Path(__file__).parent / "locale"
FIRST: Sequence[str] = ("zh_CN", "en")
"""The machine's own languages come first; others follow in the order of their names."""


def locales(directory: Path = DIRECTORY) -> Mapping[Language, str]:
    """The folder of each language that has a catalogue, by the code used in views."""
    found = sorted(
        (path.parent.parent.name for path in directory.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")),
        key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name),
    )
    return MappingProxyType({name.split("_")[0]: name for name in found})


LOCALES: Mapping[Language, str] = locales()


class Words:
    """The catalogue of one language."""

    def __init__(self, language: Language, directory: Path = DIRECTORY) -> None:
        self.language: Language = language
        self.next_language: Language = language
        self.next_name = ""
        """The language after this one, and what it calls itself."""
        folder = locales(directory)[language]
        self._catalogue = gettext.translation(DOMAIN, directory, [folder])
        together = self.say("words.whole") if self.knows("words.whole") else ""
        self.whole = frozenset(together.split("|")) - {""}
        """What no line ends within."""

    def say(self, key: str, **values: str | int) -> str:
        """The words of ``key`` with its ``{placeholders}`` filled in."""
        return self._catalogue.gettext(key).format(**values)

    def knows(self, key: str) -> bool:
        return self._catalogue.gettext(key) != key

    def material(self, material: str) -> str:
        """A material's name; an unknown one is called what the operator calls it."""
        key = f"material.{material}"
        return self.say(key) if self.knows(key) else material.capitalize()

    def material_within(self, material: str) -> str:
        """A material's name within a sentence: English writes it small there."""
        key = f"material.{material}"
        return self.say(key).lower() if self.knows(key) else material

    def named(self, family: str, code: str) -> str:
        """The words of ``family.code``; a code the catalogue does not know stands for itself."""
        key = f"{family}.{code}"
        return self.say(key) if self.knows(key) else code


def all_words(directory: Path = DIRECTORY) -> Mapping[Language, Words]:
    """Every language, loaded once at start; each knows which comes after it."""
    words = {language: Words(language, directory) for language in locales(directory)}
    around = tuple(words.values())
    for one, following in zip(around, (*around[1:], around[0]), strict=True):
        one.next_language, one.next_name = following.language, following.say("language.name")
    return MappingProxyType(words)
