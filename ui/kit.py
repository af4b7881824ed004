"""What layout and drawing share: the panel, the theme, the fonts and the sprites."""

from msgspec import Struct
from msgspec.structs import replace

from ui.fonts import FontBook
from ui.sprites import Sprites
from ui.theme import DAY, Panel, Theme


class Kit(Struct, frozen=True):
    """Everything a widget needs to know its size and draw itself."""

    panel: Panel
    theme: Theme
    fonts: FontBook
    sprites: Sprites

    def dressed(self, theme: Theme) -> "Kit":
        """The same panel in another theme; fonts and sprites stay where type keeps its size."""
        if theme.capital_um == self.theme.capital_um:
            return replace(self, theme=theme)
        return kit_for(self.panel, theme)


def kit_for(panel: Panel, theme: Theme = DAY) -> Kit:
    """The kit of one panel, with its own caches."""
    fonts = FontBook(panel, capital_um=theme.capital_um)
    return Kit(panel, theme, fonts, Sprites(panel, fonts))
