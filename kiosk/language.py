"""Languages by their codes: ``zh``, ``en``, and with a region where one language has several.

The screen has a catalogue for each language it offers. What an operator calls things is said in
the languages it wrote them in, and in the nearest one to everybody else.
"""

from collections.abc import Mapping

CODE = r"[a-z]{2,3}(?:_[A-Za-z0-9]{2,8}){0,2}"
"""How a code looks, as the folders of catalogues are named: ``zh``, ``zh_TW``, ``sr_Latn_RS``."""
FALLBACK = "en"


def base(language: str) -> str:
    """The language without its region: whoever reads ``zh_TW`` reads ``zh`` before ``en``."""
    return language.partition("_")[0]


def in_language(names: Mapping[str, str], language: str) -> str:
    """The name in a language: its own, that of its base, the English one, or any that there is.

    Empty when there is none at all.
    """
    for code in (language, base(language), FALLBACK):
        if code in names:
            return names[code]
    return next(iter(names.values()), "")
