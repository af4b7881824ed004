"""The one place for colours, sizes, radii, the shadow and durations.

Sizes are written in grid units. A unit is one millimetre on a 7-inch panel and grows gently with
the panel, because a larger one is read from farther away; :class:`Panel` turns units and true
millimetres into pixels.
"""

from enum import Enum, IntEnum
from functools import cached_property
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace


class Colour(NamedTuple):
    """An opaque colour, 8 bits a channel."""

    red: int
    green: int
    blue: int

    def over(self, ground: "Colour", percent: int) -> "Colour":
        """This colour laid over ``ground`` with ``percent`` of opacity."""
        pairs = zip(self, ground, strict=True)
        return Colour(*((a * percent + b * (100 - percent) + 50) // 100 for a, b in pairs))


class Size(Enum):
    """The five type sizes: em height in tenths of a grid unit, and line height in percent."""

    SMALL = (48, 132)
    BODY = (66, 134)
    TITLE = (98, 124)
    LARGE = (140, 118)
    HUGE = (168, 116)

    @property
    def em_tenths(self) -> int:
        return self.value[0]

    @property
    def line_percent(self) -> int:
        return self.value[1]


class Weight(IntEnum):
    """The two weights of type."""

    REGULAR = 400
    BOLD = 700


class Tone(Enum):
    """What a status colour means; always beside a word and a shape, never alone."""

    GOOD = "good"
    WAIT = "wait"
    STOP = "stop"
    NOTE = "note"


class Panel(Struct, frozen=True, dict=True):
    """A panel as a person sees it: its size in pixels and its pitch in pixels per 10 mm (the data
    sheet's figure); ``px_per_cm_down`` where pixels are not square, 0 where they are."""

    width: int
    height: int
    px_per_cm: int
    px_per_cm_down: int = 0

    @property
    def portrait(self) -> bool:
        return self.height > self.width

    @cached_property
    def pitch(self) -> int:
        """The denser of the two pitches: what is measured by it is short on neither axis."""
        return max(self.px_per_cm, self.px_per_cm_down)

    @cached_property
    def short_mm(self) -> int:
        """The shorter side in millimetres."""
        return min(self.width, self.height) * 10 // self.pitch

    @cached_property
    def low(self) -> bool:
        """True for a wide panel so low that every line counts (7 inches, 800x480)."""
        return not self.portrait and self.short_mm < 100

    @cached_property
    def tower(self) -> bool:
        """True for a tall panel of which a person reaches only the lower part (21.5 inches)."""
        return self.portrait and self.height * 10 // self.pitch > 300

    @cached_property
    def unit_percent(self) -> int:
        """How large a grid unit is, in percent of a millimetre: 100 to 230."""
        most = 230 if self.tower else 180
        return max(100, min(most, self.short_mm * 100 // 105))

    def px(self, units: int, tenths: int = 0) -> int:
        """Grid units to pixels, half up."""
        return ((units * 10 + tenths) * self.pitch * self.unit_percent + 5000) // 10_000

    def mm(self, millimetres: int) -> int:
        """True millimetres to pixels, rounded up: targets are never short of their size."""
        return -(-millimetres * self.pitch // 10)


class Palette(Struct, frozen=True):
    """The day theme's colours."""

    paper: Colour = Colour(0xF4, 0xF3, 0xEC)
    """The ground of every screen: warm, dull enough not to glare in the sun."""
    card: Colour = Colour(0xFF, 0xFF, 0xFF)
    ink: Colour = Colour(0x14, 0x26, 0x20)
    """Words that matter."""
    soft: Colour = Colour(0x40, 0x4F, 0x49)
    """Words that explain."""
    line: Colour = Colour(0xD9, 0xDB, 0xD2)
    accent: Colour = Colour(0x0B, 0x5C, 0x45)
    """The one accent: what to press, and what is on offer."""
    on_accent: Colour = Colour(0xFF, 0xFF, 0xFF)
    good: Colour = Colour(0x0B, 0x5C, 0x45)
    wait: Colour = Colour(0x74, 0x44, 0x00)
    stop: Colour = Colour(0x9C, 0x1C, 0x14)
    note: Colour = Colour(0x1B, 0x4B, 0x80)
    shade: Colour = Colour(0x14, 0x26, 0x20)
    """What the shadow is made of."""
    edge: Colour | None = None
    """The line around every card and button; None where the shadow alone sets them off."""

    def tone(self, tone: Tone) -> Colour:
        return {
            Tone.GOOD: self.good,
            Tone.WAIT: self.wait,
            Tone.STOP: self.stop,
            Tone.NOTE: self.note,
        }[tone]

    def swapped(self) -> "Palette":
        """The same colours with red and blue exchanged, for a panel whose memory has blue first:
        everything is drawn with these colours, so the whole picture comes out in its order."""
        mine = {name: getattr(self, name) for name in self.__struct_fields__}
        turned = {name: colour and Colour(*reversed(colour)) for name, colour in mine.items()}
        return Palette(**turned)

    def wash(self, tone: Tone) -> Colour:
        """The pale ground under a message of that tone."""
        return self.tone(tone).over(self.card, 13)


NIGHT_COLOURS = Palette(
    paper=Colour(0x0E, 0x15, 0x12),
    card=Colour(0x1A, 0x24, 0x1F),
    ink=Colour(0xEC, 0xF1, 0xED),
    soft=Colour(0xB9, 0xC6, 0xBF),
    line=Colour(0x33, 0x40, 0x39),
    accent=Colour(0x6F, 0xD9, 0xB0),
    on_accent=Colour(0x06, 0x21, 0x18),
    good=Colour(0x6F, 0xD9, 0xB0),
    wait=Colour(0xF2, 0xBE, 0x6A),
    stop=Colour(0xFF, 0xA3, 0x99),
    note=Colour(0x97, 0xC4, 0xF5),
    shade=Colour(0, 0, 0),
)
"""The same hues on a dark ground: a yard at night is dark, and so are its windows."""

CONTRAST_COLOURS = Palette(
    paper=Colour(0, 0, 0),
    card=Colour(0, 0, 0),
    ink=Colour(0xFF, 0xFF, 0xFF),
    soft=Colour(0xFF, 0xFF, 0xFF),
    line=Colour(0x3A, 0x3A, 0x3A),
    accent=Colour(0xFF, 0xE3, 0x3D),
    on_accent=Colour(0, 0, 0),
    good=Colour(0xFF, 0xE3, 0x3D),
    wait=Colour(0xFF, 0xC4, 0x66),
    stop=Colour(0xFF, 0xB8, 0xB0),
    note=Colour(0xB5, 0xDB, 0xFF),
    shade=Colour(0, 0, 0),
    edge=Colour(0xFF, 0xFF, 0xFF),
)
"""White and yellow on black, every edge drawn: 7:1 for every word (test_theme)."""


class Shadow(Struct, frozen=True):
    """The one shadow, in tenths of a grid unit; opacity in percent of the ink."""

    drop: int = 9
    blur: int = 22
    percent: int = 13


class Motion(Struct, frozen=True):
    """Durations in milliseconds."""

    live_ms: int = 100
    """The live weight is drawn at most this often (10 Hz)."""


class Theme(Struct, frozen=True):
    """Every token, for one look."""

    colours: Palette = Palette()
    shadow: Shadow = Shadow()
    motion: Motion = Motion()
    radius_small: int = 2
    radius: int = 4
    radius_large: int = 7
    """Corner radii in grid units: of a plate, of a thing to press, of a card."""
    gap: int = 4
    margin: int = 6
    gap_tall: int = 3
    margin_tall: int = 4
    """On a tall panel every line counts."""
    gap_low: int = 2
    margin_low: int = 3
    target_mm: int = 20
    """The least side of a thing to press, in true millimetres (Colle & Hiszem 2004)."""
    reach_percent: int = 60
    """On a tower every control is in this part of the height, from below (EN 301 549 8.3)."""
    reach_low_percent: int = 48
    reach_low_hand_percent: int = 64
    """The same in the low layout: of a tower, and of a tall panel held in one hand's reach."""
    apart_mm: int = 3
    """The least distance between two things to press (screen.md 4)."""
    target_small_mm: int = 16
    """The same for what stands in the strip of a 7-inch panel: never under 15."""
    slop_mm: int = 3
    capital_um: int = 0
    """Every capital letter is at least this high, in micrometres; 0: as the five sizes say."""
    low: bool = False
    """On a tall panel everything to press stands in its lower part, the strip at its foot."""

    @property
    def large(self) -> bool:
        """True while a person has asked for large type."""
        return self.capital_um > 0

    def swapped(self) -> "Theme":
        """For a panel whose memory has blue first."""
        return replace(self, colours=self.colours.swapped())


DAY = Theme()
NIGHT = Theme(colours=NIGHT_COLOURS)
CONTRAST = Theme(colours=CONTRAST_COLOURS)
