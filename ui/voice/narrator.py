"""Says each screen once, when it comes, for a person who asked for the voice.

What it says is the outline's script (``ui.outline``): the same words that are shown. On a screen
that follows one of its own kind only what is new is said: a scanned bottle, another notice.
"""

from collections.abc import Callable, Mapping

from kiosk.views import Idle, Language, View
from ui.ease import Ease
from ui.later import Whole
from ui.voice.speaker import Speaker
from ui.words import Words, words_of


class Narrator:
    """Follows what is on the screen."""

    def __init__(
        self,
        speaker: Speaker,
        words: Mapping[Language, Words],
        always: bool,
        whole: Callable[[], Whole],
    ) -> None:
        """``whole`` knows what to say; a silent machine never asks it."""
        self._speaker = speaker
        self._words = words
        self._whole = whole
        self._always = always
        self._told: tuple[object, ...] = ()
        self._said: tuple[str, ...] = ()
        self._kind: object = None

    def follow(self, view: View, ease: Ease, easing: bool) -> None:
        """The screen shows this now. Live weights are no news: only a question is."""
        # Of what is typed nobody else in the yard shall hear a digit: only that it is wrong.
        wrong = view.entry is not None and view.entry.wrong
        question = (view.id, view.language, easing, ease.voice, wrong)
        if question == self._told:
            return
        before, self._told = self._told, question
        if not ease.voice or (isinstance(view.screen, Idle) and self._always and not easing):
            # A machine that always speaks does not speak to an empty yard.
            self._hush()
            return
        script = self._whole().script(view, words_of(self._words, view), ease, easing)
        kind = (type(view.screen), view.language, easing)
        fresh = tuple(one for one in script if kind != self._kind or one not in self._said)
        self._said, self._kind = script, kind
        if wrong or before[:-1] != question[:-1]:
            # Who types on after a wrong number knows what is asked.
            self._say(fresh, view.language, ease)

    def repeat(self, view: View, ease: Ease) -> None:
        """Say again what the screen below the page of wishes says."""
        if ease.voice:
            script = self._whole().script(view, words_of(self._words, view), ease, easing=False)
            self._say(script, view.language, ease)

    def answer(self, view: View, ease: Ease, name: str) -> None:
        """Say the name of a wish that was pressed, at the volume that is now wished for."""
        if ease.voice:
            self._say((words_of(self._words, view).say(f"ease.{name}"),), view.language, ease)

    def hush(self) -> None:
        """A finger has answered: nobody wants the rest."""
        self._speaker.hush()

    def _hush(self) -> None:
        self._speaker.hush()
        self._said, self._kind = (), None

    def _say(self, script: tuple[str, ...], language: Language, ease: Ease) -> None:
        if script:
            in_words = self._whole().in_words
            text = "\n".join(in_words(one, language) for one in script)
            self._speaker.say(text, language, ease.volume)
