"""A sheet of paper a screen is set on: places parts, breaks text, keeps the targets.

The screens are pure functions that set a sheet; what comes out is a :class:`Scene`.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from ui import phrases
from ui.ease import Ease
from ui.geometry import Rect
from ui.kit import Kit
from ui.parts import Align, Box, Digits, Icon, Part, Text
from ui.scene import Scene, Target
from ui.theme import Colour, Palette, Size, Tone, Weight
from ui.words import Words

ELLIPSIS = "…"


class Moment(Struct, frozen=True):
    """What changes without a new view: time left and the finger on the glass."""

    left_ms: int | None = None
    """Until the controller acts by itself."""
    pressed: str | None = None
    """The choice under the finger."""
    page: int = 0
    """How often a person has asked for more of what does not fit at once."""
    ease: Ease | None = None
    """What was asked for so far, while the page that offers it is open."""


class Sheet(Struct):
    """One screen while it is being set."""

    kit: Kit
    words: Words
    moment: Moment
    parts: list[Part] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    cut: bool = False
    """Words were left out for want of room."""

    @property
    def colours(self) -> Palette:
        return self.kit.theme.colours

    @property
    def tall(self) -> bool:
        return self.kit.panel.portrait

    @property
    def low(self) -> bool:
        """A wide panel so low that words take the room beside things to press."""
        return self.kit.panel.low

    @property
    def tower(self) -> bool:
        """A panel so tall that controls stay in its lower part, information above."""
        return self.kit.panel.tower

    @property
    def large(self) -> bool:
        """Large type was asked for."""
        return self.kit.theme.large

    @property
    def below(self) -> bool:
        """Controls stand in the lower part, those of the strip at its foot."""
        return self.tower or (self.tall and self.kit.theme.low)

    @property
    def reach_y(self) -> int:
        """The first row of the panel that a person surely reaches; 0 where that is all of it."""
        theme = self.kit.theme
        if not self.below:
            return 0
        share = theme.reach_percent
        if theme.low:
            share = theme.reach_low_percent if self.tower else theme.reach_low_hand_percent
        return self.bounds.h * (100 - share) // 100

    @property
    def bounds(self) -> Rect:
        return Rect(0, 0, self.kit.panel.width, self.kit.panel.height)

    @property
    def page(self) -> Rect:
        """The panel without its margins."""
        theme = self.kit.theme
        low = theme.margin_low if self.low else theme.margin
        return self.bounds.inset(self.px(theme.margin_tall if self.tall else low))

    @property
    def gap(self) -> int:
        theme = self.kit.theme
        low = theme.gap_low if self.low else theme.gap
        return self.px(theme.gap_tall if self.tall else low)

    @property
    def target_px(self) -> int:
        """The least side of a thing to press."""
        return self.kit.panel.mm(self.kit.theme.target_mm)

    @property
    def apart_px(self) -> int:
        """The least distance between two things to press: in true millimetres, as fingers are."""
        return self.kit.panel.mm(self.kit.theme.apart_mm)

    @property
    def small_target_px(self) -> int:
        """The same in the strip, which may be a little lower on a 7-inch panel."""
        panel, theme = self.kit.panel, self.kit.theme
        return panel.mm(theme.target_small_mm if panel.short_mm < 100 else theme.target_mm)

    def px(self, units: int, tenths: int = 0) -> int:
        return self.kit.panel.px(units, tenths)

    def line_px(self, size: Size) -> int:
        return self.kit.fonts.line_px(size)

    def scene(self) -> Scene:
        return Scene(self.colours.paper, tuple(self.parts), tuple(self.targets))

    # ---- text ----

    def lines(
        self, text: str, size: Size, weight: Weight, width: int, even: bool = True
    ) -> tuple[str, ...]:
        """Break ``text`` to ``width`` pixels, where a reader pauses."""
        whole = self.words.whole
        return phrases.lines(self.kit.fonts, text, size, weight, width, even, whole)

    def fits(
        self, text: str, size: Size, weight: Weight, width: int, height: int, even: bool = True
    ) -> bool:
        """True if the room takes ``text`` whole; a size that would cut a word is no fit."""
        if self.kit.fonts.longest(text, size, weight) > width:
            return False
        return self.line_px(size) * len(self.lines(text, size, weight, width, even)) <= height

    def text(
        self,
        rect: Rect,
        text: str,
        sizes: Sequence[Size],
        weight: Weight = Weight.REGULAR,
        colour: Colour | None = None,
        ground: Colour | None = None,
        align: Align = Align.LEFT,
        top: bool = False,
        even: bool = True,
        may_cut: bool = False,
    ) -> Rect:
        """Set ``text`` in ``rect`` at the first of ``sizes`` that fits whole.

        What fits at none ends in an ellipsis: it never runs over its neighbours, and the sheet
        knows that it was cut, unless it ``may_cut`` (a name that can be read elsewhere). Returns
        the rectangle its lines take, for what follows below.
        """
        fitting = (one for one in sizes if self.fits(text, one, weight, rect.w, rect.h, even))
        size = next(fitting, None)
        cut, size = size is None, size or sizes[-1]
        lines = self.lines(text, size, weight, rect.w, even)
        if cut:
            lines = self._shortened(lines, size, weight, rect)
            self.cut = self.cut or not may_cut
        height = self.line_px(size) * len(lines)
        tight = rect._replace(h=height) if top else rect.centred(rect.w, height)
        ink = self.colours.ink if colour is None else colour
        back = self.colours.paper if ground is None else ground
        self.parts.append(Text(tight, lines, size, weight, ink, back, align, top))
        return tight

    def first_fitting(
        self, texts: Sequence[str], size: Size, weight: Weight, width: int, height: int
    ) -> str:
        """The first of several ways to say it that fits whole; the last if none does."""
        fits = (one for one in texts if self.fits(one, size, weight, width, height))
        return next(fits, texts[-1])

    def _shortened(
        self, lines: tuple[str, ...], size: Size, weight: Weight, rect: Rect
    ) -> tuple[str, ...]:
        """As many lines as ``rect`` holds, one at least; the last says that there was more."""
        most = max(1, rect.h // self.line_px(size))
        if len(lines) <= most:
            return lines
        last = lines[most - 1]
        while last and self.kit.fonts.width(last + ELLIPSIS, size, weight) > rect.w:
            last = last[:-1]
        return (*lines[: most - 1], last + ELLIPSIS)

    def number(
        self,
        rect: Rect,
        text: str,
        size: Size,
        colour: Colour,
        ground: Colour,
        live: bool = False,
    ) -> None:
        """A number in bold tabular digits, right-aligned in ``rect``."""
        self.parts.append(Digits(rect, text, size, Weight.BOLD, colour, ground, live))

    def number_px(self, text: str, size: Size) -> int:
        """The width :meth:`number` needs for ``text``."""
        return Digits(
            self.bounds, text, size, Weight.BOLD, self.colours.ink, self.colours.card
        ).needs(self.kit)[0]

    def common_size(
        self, texts: Sequence[str], sizes: Sequence[Size], width: int, lines: int = 1
    ) -> Size:
        """The first of ``sizes`` at which each bold text takes at most that many lines."""
        for size in sizes:
            broken = [self.lines(text, size, Weight.BOLD, width) for text in texts]
            whole = max(
                (self.kit.fonts.longest(text, size, Weight.BOLD) for text in texts), default=0
            )
            if whole <= width and all(len(one) <= lines for one in broken):
                return size
        return sizes[-1]

    # ---- shapes ----

    @property
    def edge_px(self) -> int:
        """The thickness of a drawn edge."""
        return max(2, self.px(0, 5))

    def box(self, rect: Rect, colour: Colour, radius: int, shadow: bool = False) -> None:
        edge = self.colours.edge if shadow else None
        self.parts.append(Box(rect, colour, self.px(radius), shadow, edge, self.edge_px))

    def card(self, rect: Rect) -> Rect:
        """A white card with the shadow; returns the room inside it."""
        self.box(rect, self.colours.card, self.kit.theme.radius_large, shadow=True)
        return self.inside(rect)

    def inside(self, card: Rect) -> Rect:
        """The room inside a card."""
        return card.inset(self.px(3 if self.low else 5), self.px(3 if self.low else 4))

    def icon(self, rect: Rect, name: str, colour: Colour, ground: Colour) -> None:
        """An icon as large as ``rect`` allows, in its middle."""
        side = min(rect.w, rect.h)
        self.parts.append(Icon(rect.centred(side, side), name, colour, ground))

    def badge(self, rect: Rect, name: str, tone: Tone | None) -> None:
        """An icon on a round wash of its tone; None is a thing that takes no part now."""
        side = min(rect.w, rect.h)
        disc = rect.centred(side, side)
        wash = self.colours.line if tone is None else self.colours.wash(tone)
        ink = self.colours.soft if tone is None else self.colours.tone(tone)
        self.parts.append(Box(disc, wash, side // 2))
        self.icon(disc.inset(side * 15 // 100), name, ink, wash)

    def rule(self, rect: Rect) -> None:
        """A hairline across the middle of ``rect``."""
        thick = max(1, self.px(0, 3))
        line = Rect(rect.x, rect.y + (rect.h - thick) // 2, rect.w, thick)
        self.parts.append(Box(line, self.colours.line))

    # ---- things to press ----

    def touchable(self, rect: Rect, choice: str) -> bool:
        """Take touches in ``rect`` as ``choice``; True while the finger is on it."""
        self.targets.append(Target(rect, choice))
        return self.moment.pressed == choice

    def button(
        self,
        rect: Rect,
        label: str,
        choice: str,
        icon: str | None = None,
        main: bool = True,
        sizes: Sequence[Size] = (Size.TITLE, Size.BODY, Size.SMALL),
    ) -> None:
        """A wide button; ``main`` is the one we expect, filled with the accent."""
        pressed = self.touchable(rect, choice)
        colours = self.colours
        accent = colours.accent.over(colours.ink, 70) if pressed else colours.accent
        ground = accent if main else colours.card
        if pressed and not main:
            ground = colours.wash(Tone.GOOD)
        ink = colours.on_accent if main else colours.accent
        edge = None if main else (colours.accent if pressed else colours.edge or colours.line)
        self.parts.append(
            Box(
                rect,
                ground,
                self.px(self.kit.theme.radius),
                shadow=not pressed,
                edge=edge,
                edge_px=self.edge_px,
            )
        )
        inner = rect.inset(self.px(2), self.px(1))
        side = min(self.px(8), inner.h)
        size = self.common_size((label,), sizes, inner.w)
        room = inner.w - side - self.px(2)
        # The word matters more than its sign: an icon never makes it smaller.
        wide = self.kit.fonts.width(label, size, Weight.BOLD)
        if icon is None or (label and wide > room):
            self.text(inner, label, (size,), Weight.BOLD, ink, ground, Align.CENTRE)
            return
        group = inner.centred(side + self.px(2) + wide, inner.h)
        # An arrow points onwards from its word; other icons stand before theirs.
        cut = group.cut_right if icon == "arrow-right" else group.cut_left
        mark, words = cut(side, self.px(2))
        self.icon(mark, icon, ink, ground)
        self.text(words, label, (size,), Weight.BOLD, ink, ground)

    def small_button(self, rect: Rect, label: str, choice: str, icon: str) -> None:
        """A quiet button: its icon over its word."""
        pressed = self.touchable(rect, choice)
        colours = self.colours
        ground = colours.wash(Tone.GOOD) if pressed else colours.card
        self.box(rect, ground, self.kit.theme.radius, shadow=not pressed)
        line = self.line_px(Size.SMALL)
        room = rect.inset(self.px(1) if self.large else self.px(0, 5), 0)
        fits = self.kit.fonts.width(label, Size.SMALL, Weight.BOLD) <= room.w
        if self.large or not fits:
            # No room for both: the word where it fits, else the icon.
            if fits:
                bold, accent = Weight.BOLD, colours.accent
                self.text(room, label, (Size.SMALL,), bold, accent, ground, Align.CENTRE)
            else:
                side = min(rect.w, rect.h) * 60 // 100
                self.icon(rect.centred(side, side), icon, colours.accent, ground)
            return
        side = min(self.px(7), rect.h - line - self.px(2))
        stack = rect.centred(rect.w, side + line)
        top, below = stack.cut_top(side)
        self.icon(top, icon, colours.accent, ground)
        self.text(below, label, (Size.SMALL,), Weight.BOLD, colours.accent, ground, Align.CENTRE)

    def add(self, parts: Iterable[Part]) -> None:
        self.parts.extend(parts)
