"""The words of both languages: gettext catalogues with ids that are not English text.

An id such as ``deposit.done`` also names the voice clip of a later issue; a missing translation
is a failing test, never English shown to a Chinese reader.
"""

import gettext
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from kiosk.views import Language

DOMAIN = "ui"
DIRECTORY = Path(__file__).parent / "locale"
LOCALES: Mapping[Language, str] = MappingProxyType({"zh": "zh_CN", "en": "en"})


class Words:
    """The catalogue of one language."""

    def __init__(self, language: Language, directory: Path = DIRECTORY) -> None:
        self.language: Language = language
        self._catalogue = gettext.translation(DOMAIN, directory, [LOCALES[language]])

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


def all_words() -> Mapping[Language, Words]:
    """Both languages, loaded once at start."""
    return MappingProxyType({language: Words(language) for language in LOCALES})
