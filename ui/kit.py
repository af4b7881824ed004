"""What layout and drawing share: the panel, the theme, the fonts and the sprites."""

from dataclasses import dataclass

from ui.fonts import FontBook
from ui.sprites import Sprites
from ui.theme import DAY, Panel, Theme


@dataclass(frozen=True)
class Kit:
    """Everything a widget needs to know its size and draw itself."""

    panel: Panel
    theme: Theme
    fonts: FontBook
    sprites: Sprites


def kit_for(panel: Panel, theme: Theme = DAY) -> Kit:
    """The kit of one panel, with its own caches."""
    fonts = FontBook(panel)
    return Kit(panel, theme, fonts, Sprites(panel, fonts))
