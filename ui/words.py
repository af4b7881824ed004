"""The words of every language: gettext catalogues with ids that are not English text.

A language is a folder with a catalogue, and nothing else: what is found in the directory is
offered. How it writes numbers and what it calls units and currencies is in its catalogue, too
(``ui.locale.cldr``). An id such as ``deposit.done`` also names what the voice says; a missing
translation is a failing test, never English shown to a Chinese reader.
"""

import copy
import gettext
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from kiosk.language import base
from kiosk.views import Language, View

DOMAIN = "ui"
DIRECTORY = Path(__file__).parent / "locale"
FIRST: Sequence[str] = ("zh_CN", "en")
"""The machine's own languages come first; others follow in the order of their names."""


def locales(directory: Path = DIRECTORY) -> Mapping[Language, str]:
    """The folder of each language that has a catalogue, by the code used in views: the language
    alone for the first of several regions, the folder's whole name for the others."""
    found = sorted(
        (path.parent.parent.name for path in directory.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")),
        key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name),
    )
    codes: dict[Language, str] = {}
    for name in found:
        codes[name if base(name) in codes else base(name)] = name
    return MappingProxyType(codes)


LOCALES: Mapping[Language, str] = locales()


class Words:
    """The catalogue of one language."""

    def __init__(self, language: Language, directory: Path = DIRECTORY) -> None:
        self.language: Language = language
        self.next_language: Language = language
        self.next_name = ""
        """The language after this one, and what it calls itself."""
        folder = (LOCALES if directory == DIRECTORY else locales(directory))[language]
        with (directory / folder / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
            self._catalogue = gettext.GNUTranslations(file)
        together = self.say("words.whole") if self.knows("words.whole") else ""
        self.whole = frozenset(together.split("|")) - {""}
        """What no line ends within."""
        self._called: Mapping[str, str] = {}
        self._decimal, self._group = self.say("number.decimal"), self.say("number.group")
        last, before, least = self.say("number.grouping").split()
        self._last, self._before, self._least = int(last), int(before), int(least)

    def say(self, key: str, **values: str | int) -> str:
        """The words of ``key`` with its ``{placeholders}`` filled in."""
        return self._catalogue.gettext(key).format(**values)

    def count(self, key: str, number: int, **values: str | int) -> str:
        """The words of ``key`` in the form that goes with ``number``, which fills ``{count}``."""
        shown = self.number(str(number))
        return self._catalogue.ngettext(key, key, number).format(count=shown, **values)

    def knows(self, key: str) -> bool:
        return self._catalogue.gettext(key) != key

    def number(self, text: str) -> str:
        """A number as ``kiosk.money`` writes it, with this language's separators: the digits are
        the same in every language (promise P2)."""
        whole, point, places = text.partition(".")
        digits = whole.lstrip("-")
        if len(digits) >= self._last + self._least:
            groups, rest = [digits[-self._last :]], digits[: -self._last]
            while rest:
                groups.insert(0, rest[-self._before :])
                rest = rest[: -self._before]
            whole = whole[: len(whole) - len(digits)] + self._group.join(groups)
        return f"{whole}{self._decimal}{places}" if point else whole

    def calling(self, materials: Mapping[str, str]) -> "Words":
        """The same words, with the operator's own names of materials."""
        if materials == self._called:
            return self
        renamed = copy.copy(self)
        renamed._called = materials
        return renamed

    def material(self, material: str) -> str:
        """A material's name: the operator's own, or the catalogue's; an unknown one is its id."""
        key = f"material.{material}"
        known = self.say(key) if self.knows(key) else material.capitalize()
        return self._called.get(material, known)

    def material_within(self, material: str) -> str:
        """A material's name within a sentence, where many a language writes it otherwise."""
        key = f"within.{material}"
        known = self.say(key) if self.knows(key) else material
        return self._called.get(material, known)

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


def words_of(words: Mapping[Language, Words], view: View) -> Words:
    """The words a view is told in; a language that has no catalogue has those of the first."""
    found = words.get(view.language) or words.get(base(view.language))
    return (found or next(iter(words.values()))).calling(view.materials)
