"""What is going on, told to every page that looks: facts by name, and the picture.

A page that joins late gets the latest of each fact and asks the screen for its whole picture. One
that reads too slowly loses pictures, never facts, and then gets the whole picture again.
"""

import threading
from collections.abc import Callable
from typing import Protocol

import msgspec

PICTURES_HELD_MAX = 120


class Visitor(Protocol):
    """A page's connection; both are called from any thread and must not block."""

    def fact(self, text: str) -> None:
        """A JSON object with a ``type``."""
        ...

    def picture(self, message: bytes) -> None:
        """A rectangle of the panel: four 16-bit numbers and a PNG."""
        ...


class Hub:
    """Fans out; remembers the latest fact of each type."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._facts: dict[str, str] = {}
        self._visitors: tuple[Visitor, ...] = ()
        self._refresh: Callable[[], None] = lambda: None

    def ask_for_picture_with(self, refresh: Callable[[], None]) -> None:
        """Use ``refresh`` to get the whole picture again."""
        self._refresh = refresh

    def join(self, visitor: Visitor) -> None:
        """Tell a new page everything that is known, then everything that happens."""
        with self._lock:
            for text in self._facts.values():
                visitor.fact(text)
            self._visitors = (*self._visitors, visitor)
        self._refresh()

    def leave(self, visitor: Visitor) -> None:
        """The page is gone."""
        with self._lock:
            self._visitors = tuple(one for one in self._visitors if one is not visitor)

    def tell(self, kind: str, fact: object) -> None:
        """Publish a fact (a struct or a dict) if it differs from the last of its kind."""
        text = msgspec.json.encode({"type": kind, "fact": fact}).decode()
        with self._lock:
            if self._facts.get(kind) == text:
                return
            self._facts[kind] = text
            for visitor in self._visitors:
                visitor.fact(text)

    def pass_on(self, kind: str, fact: object) -> None:
        """Tell the pages that look now, and forget it: a late page hears no old sentence."""
        text = msgspec.json.encode({"type": kind, "fact": fact}).decode()
        with self._lock:
            for visitor in self._visitors:
                visitor.fact(text)

    def show(self, picture: bytes) -> None:
        """Publish a rectangle of the panel."""
        for visitor in self._visitors:
            visitor.picture(picture)

    def refresh(self) -> None:
        """Get the whole picture again, for a page that lost some of it."""
        self._refresh()
