"""What the first picture does not need, loaded right after it or when it is asked for.

A person who looks at a machine that starts wants a picture, and the picture of a machine that
nobody uses needs a quarter of the screen's code (docs/decisions/0068). The rest is loaded piece by
piece while nothing else is to do, within the first second; it is the same code, only later.
"""

from collections.abc import Iterator
from typing import Protocol, cast

from kiosk.views import Language, View
from ui.ease import Ease
from ui.kit import Kit
from ui.scene import Scene
from ui.screens import first
from ui.sheet import Moment
from ui.voice.speaker import Speaker
from ui.words import Words


class Whole(Protocol):
    """What the last piece can do: the module ``ui.whole``, which knows every screen."""

    def compose(self, view: View, kit: Kit, words: Words, moment: Moment) -> Scene:
        """Set the screen that ``view`` asks for."""
        ...

    def script(self, view: View, words: Words, ease: Ease, easing: bool) -> tuple[str, ...]:
        """What the voice says of it."""
        ...

    def in_words(self, text: str, language: Language) -> str:
        """``text`` with its numbers as they are said."""
        ...

    def speaker_here(self, wanted: bool) -> Speaker:
        """The voice of this machine."""
        ...


class Later:
    """The rest of the screen's code."""

    def __init__(self, pieces: Iterator[object]) -> None:
        """``pieces`` imports one module each time it is asked, ``ui.whole`` last: only the
        command line may import late (the house's rule), so it hands this in."""
        self._pieces = pieces
        self._last: object = None
        self._whole: Whole | None = None

    @property
    def missing(self) -> bool:
        """True while a piece is not loaded."""
        return self._whole is None

    def fetch(self) -> None:
        """Load the next piece."""
        piece = next(self._pieces, None)
        if piece is None and self._last is None:
            raise LookupError("no piece was given, so nothing can draw the other screens")
        if piece is None:
            self._whole = cast(Whole, self._last)
        self._last = piece

    def whole(self) -> Whole:
        """All of it, loaded now if it is not."""
        while self._whole is None:
            self.fetch()
        return self._whole

    def compose(self, view: View, kit: Kit, words: Words, moment: Moment) -> Scene:
        """Set the screen that ``view`` asks for, by as little as it takes."""
        if self._whole is None:
            scene = first.compose(view, kit, words, moment)
            if scene is not None:
                return scene
        return self.whole().compose(view, kit, words, moment)
