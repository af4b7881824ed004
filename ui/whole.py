"""Everything the screen can show and say, as one module: loaded after the first picture
(``ui.later``)."""

from kiosk.views import View
from ui.ease import Ease
from ui.outlines import outline_of
from ui.screens.ease import wishes_of
from ui.screens.every import compose as compose
from ui.voice.espeak import speaker_here as speaker_here
from ui.voice.numbers import in_words as in_words
from ui.words import Words


def script(view: View, words: Words, ease: Ease, easing: bool) -> tuple[str, ...]:
    """What the voice says of a screen, a sentence each; ``easing``: of the page over it that
    makes things easier."""
    if easing:
        names = words.say("voice.pause").join(words.say(f"ease.{name}") for name in wishes_of(ease))
        return (words.say("ease.title"), words.say("voice.choices", choices=names))
    outline = outline_of(view, words)
    return () if outline is None else outline.script(words)
