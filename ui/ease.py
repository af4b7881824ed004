"""What a person asked for to make the screen easier, and the theme that follows from it.

It is the screen's own matter: the controller decides the same whatever the type's size. It lasts
for a visit and is gone when the next person comes (EN 301 549 5.1.3.9 for the volume).
"""

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct
from msgspec.structs import replace

from ui.theme import CONTRAST, DAY, NIGHT, Theme

PREFIX = "ease:"
OPEN, CLOSE, REPEAT = "ease:open", "ease:close", "ease:repeat"
SOFTER, LOUDER = "ease:softer", "ease:louder"
PAGE = "page:next"
"""Choices of the screen itself: they never leave it."""
SOFTEST, NORMAL, LOUDEST = 1, 2, 3
CAPITAL_MICRO = 12_218
"""tan(0.7 degrees) in millionths: the height of a capital H for each unit of distance
(EN 301 549 5.1.4)."""


class Ease(Struct, frozen=True):
    """What was asked for; the defaults are what everybody finds."""

    large: bool = False
    contrast: bool = False
    low: bool = False
    voice: bool = False
    volume: int = NORMAL

    def after(self, choice: str) -> "Ease":
        """What is asked for once ``choice`` was pressed."""
        match choice.removeprefix(PREFIX):
            case "large":
                return replace(self, large=not self.large)
            case "contrast":
                return replace(self, contrast=not self.contrast)
            case "low":
                return replace(self, low=not self.low)
            case "voice":
                return replace(self, voice=not self.voice)
            case "louder":
                return replace(self, voice=True, volume=min(LOUDEST, self.volume + 1))
            case "softer":
                return replace(self, voice=True, volume=max(SOFTEST, self.volume - 1))
        return self


def is_own(choice: str) -> bool:
    """True for a choice that the screen answers itself."""
    return choice == PAGE or choice.startswith(PREFIX)


def capital_um(distance_mm: int) -> int:
    """The height in micrometres of a capital that subtends 0.7 degrees at ``distance_mm``."""
    return -(-distance_mm * CAPITAL_MICRO // 1000)


def theme_for(ease: Ease, night: bool, distance_mm: int) -> Theme:
    """The tokens for what was asked for, by day or by night, read from ``distance_mm``."""
    ground = CONTRAST if ease.contrast else NIGHT if night else DAY
    capital = capital_um(distance_mm) if ease.large else 0
    return replace(ground, capital_um=capital, low=ease.low)


class Look(Struct, frozen=True):
    """One way the screens may look."""

    ease: Ease = Ease()
    night: bool = False

    def theme(self, distance_mm: int = 500) -> Theme:
        return theme_for(self.ease, self.night, distance_mm)


LOOKS: Mapping[str, Look] = MappingProxyType(
    {
        "day": Look(),
        "night": Look(night=True),
        "contrast": Look(Ease(contrast=True)),
        "large": Look(Ease(large=True)),
        "low": Look(Ease(low=True)),
        "all": Look(Ease(large=True, contrast=True, low=True)),
    }
)
"""What is proved: each way alone, and all that a person can ask for at once."""
