"""What is on the screen now: the view, its countdown and the finger, kept on the canvas.

It knows no socket and no surface; it is told views, contacts and the time, and answers with what
changed.
"""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from kiosk.views import (
    Idle,
    Language,
    NotEnrolled,
    OutOfService,
    Screen,
    Starting,
    StillThere,
    View,
)
from kiosk.wire import Touch
from ui.canvas import Canvas
from ui.ease import OPEN, Ease, is_own, theme_for
from ui.geometry import Rect
from ui.kit import Kit
from ui.naming import weight
from ui.scene import Places, Scene, damage, live_number, with_part
from ui.sheet import Moment
from ui.solitude import NO_VIEW, Solitude
from ui.theme import DAY
from ui.touch import Contact, TouchTracker
from ui.words import Words, words_of

NOTHING_ASKED = Ease()
Compose = Callable[[View, Kit, Words, Moment], Scene]
"""Sets the screen that a view asks for."""
ABANDONED_MS = 60_000
"""What was asked for while nobody is served is kept so long after the last finger."""
SIGN_MS = 20_000
"""With less time left than this a finger on the screen's own page asks for more (WCAG 2.2.1: who
is there has 20 s to say so)."""
READING = "reading"
"""What the controller is told of such a finger (``kiosk.views``)."""
Nobody = Idle | OutOfService | NotEnrolled
"""Screens on which no visit is: what was asked for in one is gone. Starting is not among them:
a controller that starts anew may find the same person here."""


class Show:
    """The picture for the newest view."""

    def __init__(
        self,
        kit: Kit,
        words: Mapping[Language, Words],
        language: Language,
        compose: Compose,
        distance_mm: int = 500,
        found: Ease = NOTHING_ASKED,
    ) -> None:
        """``found`` is what every person finds who comes; ``distance_mm`` from where they read."""
        self._kit = kit
        self._compose = compose
        self._swapped = kit.theme == DAY.swapped()
        self._distance_mm = distance_mm
        self._found = self._ease = found
        self._night = False
        self._easing = False
        self._page = 0
        self._finger_ms = 0
        self._asked: type | None = None
        """The question that is to come back under the page, once somebody was found to be here."""
        self._before: type = Starting
        self._wishes: list[str] = []
        self._words = words
        self._language: Language = language
        self.canvas = Canvas(kit)
        slop_px = kit.panel.mm(kit.theme.slop_mm)
        self._touches = TouchTracker(slop_px)
        self._scene: Scene | None = None
        self._drawn: tuple[View, Moment] | None = None
        self._solitude = Solitude()
        self._view = View(NO_VIEW, language, Starting(), None, None, None, "")
        self._left: tuple[Screen, int] = self._view.screen, 0
        self._since_ms = 0

    @property
    def scene(self) -> Scene | None:
        """What was drawn last."""
        return self._scene

    @property
    def places(self) -> Places:
        """What may be pressed now."""
        name = str(self._view.screen.__struct_config__.tag)
        targets = () if self._scene is None else self._scene.targets
        return Places(self._view.id, name, targets)

    @property
    def ease(self) -> Ease:
        """What was asked for, for this visit."""
        return self._ease

    @property
    def view(self) -> View:
        """The newest view."""
        return self._view

    @property
    def easing(self) -> bool:
        """True while the page is open that makes things easier."""
        return self._easing

    def wishes(self) -> tuple[str, ...]:
        """The own choices that were made since this was asked last: the voice answers them."""
        wishes, self._wishes = tuple(self._wishes), []
        return wishes

    @property
    def alone(self) -> bool:
        """True while no controller's view is shown."""
        return self._view.id == NO_VIEW

    def asks_anew(self, view: View) -> bool:
        """True if ``view`` is another question or another language, not just a newer weight."""
        return (view.id, view.language) != (self._view.id, self._view.language)

    def take(self, view: View, now_ms: int) -> None:
        """A new view came. A new question closes the page over the old one, and with the end of
        a visit goes what its person had asked for."""
        if view.id != NO_VIEW:
            self._solitude.heard(view)
        if view.id != self._view.id:
            self._turn_to(view)
            self._easing = self._easing and type(view.screen) is self._asked
            self._asked, self._before = None, type(self._view.screen)
        if isinstance(view.screen, Nobody) and not isinstance(self._view.screen, Nobody | Starting):
            self._ask(self._found)
        self._view = view
        self._language = view.language
        self._since_ms = now_ms

    def _turn_to(self, view: View) -> None:
        """A question begins on its first page; one that "Still there?" interrupted goes on where
        it was."""
        if not isinstance(self._view.screen, StillThere):
            self._left = self._view.screen, self._page
        screen, page = self._left
        back = isinstance(self._view.screen, StillThere) and view.screen == screen
        self._page = page if back else 0

    def lose_controller(self, now_ms: int) -> None:
        """Without a controller nothing on the old screen is true any more."""
        self.take(self._solitude.view(self._language, now_ms), now_ms)
        self._touches.cancel()

    def lose_finger(self) -> None:
        """The touch device went away or came anew: what was pressed is not pressed."""
        self._touches.cancel()

    def contact(self, contact: Contact, now_ms: int) -> Touch | None:
        """A finger's report; returns the touch to send, if it makes a choice."""
        choice = self._touches.feed(contact, now_ms)
        self._finger_ms = now_ms
        if choice is None:
            return None
        if is_own(choice):
            self._answer(choice)
            return self._sign_of_life(now_ms)
        if self.alone:
            self._choose_alone(choice, now_ms)
            return None
        return Touch(self._view.id, choice)

    def _sign_of_life(self, now_ms: int) -> Touch | None:
        """A finger on the screen's own page is as good an answer as "I am here": the controller
        learns of it before time runs out, and stays who decides what to do with it. None of the
        ten times that a person may ask for more is used up by it."""
        left_ms, warned = self.left_ms(now_ms), isinstance(self._view.screen, StillThere)
        if left_ms is None or not (warned or left_ms <= SIGN_MS):
            return None
        self._asked = self._before if warned else None
        return Touch(self._view.id, READING)

    def at_night(self, night: bool) -> None:
        """It has become dark, or light."""
        self._night = night
        self._ask(self._ease)

    def _answer(self, choice: str) -> None:
        """A choice of the screen itself."""
        self._wishes.append(choice)
        match choice:
            case "page:next":
                self._page += 1
            case "ease:open" | "ease:close":
                self._easing = choice == OPEN
            case _:
                self._ask(self._ease.after(choice))

    def _ask(self, ease: Ease) -> None:
        """Show what is asked for; the picture is drawn whole if it looks different."""
        theme = theme_for(ease, self._night, self._distance_mm)
        if theme.large != self._kit.theme.large:
            self._page = 0
        self._ease = ease
        if self._swapped:
            theme = theme.swapped()
        if theme != self._kit.theme:
            self._kit = self._kit.dressed(theme)
            self.canvas.dress(self._kit)
            self._scene = self._drawn = None

    def _lapse(self, now_ms: int) -> None:
        """Whoever asked for something on the idle screen and left is not the next person."""
        due_ms = self._abandoned_ms
        if due_ms is not None and now_ms >= due_ms:
            self._easing = False
            self._ask(self._found)

    @property
    def _abandoned_ms(self) -> int | None:
        asked = self._easing or self._ease != self._found
        if not asked or not isinstance(self._view.screen, Nobody | Starting):
            return None
        return self._finger_ms + ABANDONED_MS

    def _choose_alone(self, choice: str, now_ms: int) -> None:
        """Without a controller the language is the screen's own matter."""
        for language in self._words:
            if choice == f"language:{language}":
                self._language = language
                self.take(self._solitude.view(language, now_ms), now_ms)

    def left_ms(self, now_ms: int) -> int | None:
        """Time left of the view's deadline, counted here from its arrival."""
        if self._view.left_ms is None:
            return None
        return max(0, self._view.left_ms - (now_ms - self._since_ms))

    def draw(self, now_ms: int) -> tuple[Rect, ...]:
        """Bring the canvas up to date; returns the damaged rectangles, none if nothing changed."""
        self._lapse(now_ms)
        if self.alone:
            self._view = self._solitude.view(self._language, now_ms)
        ease = self._ease if self._easing else None
        moment = Moment(self._counted(now_ms), self._touches.pressed, self._page, ease)
        if (quick := self._reweighed(moment)) is not None:
            return quick
        scene = self._compose(self._view, self._kit, words_of(self._words, self._view), moment)
        self._touches.show((self._view.id, self._easing), scene.targets, now_ms)
        rects = damage(self._scene, scene, self._kit)
        self.canvas.draw(scene, rects)
        self._scene, self._drawn = scene, (self._view, moment)
        return rects

    def _reweighed(self, moment: Moment) -> tuple[Rect, ...] | None:
        """Draw a view that differs from the drawn one in nothing but the live weight's digits.

        It is by far the most frequent change, and setting the scene again costs ten times this.
        Returns None if there is more to it.
        """
        if self._drawn is None or self._scene is None or moment != self._drawn[1]:
            return None
        was, now = self._drawn[0], self._view
        if was.live is None or now.live is None or was.live.steady != now.live.steady:
            return None
        if now.live.net_g is None or replace(now, live=was.live, left_ms=was.left_ms) != was:
            return None
        found = live_number(self._scene)
        text = weight(words_of(self._words, now), now.live.net_g)
        if found is None or not found[1].fits(text):
            return None
        index, old = found
        new = replace(old, text=text)
        place = self.canvas.renumber(old, new)
        self._scene, self._drawn = with_part(self._scene, index, new), (now, moment)
        return () if place is None else (place,)

    def _counted(self, now_ms: int) -> int | None:
        """Time left in whole seconds, so that nothing changes between them."""
        left_ms = self.left_ms(now_ms)
        return None if left_ms is None else -(-left_ms // 1000) * 1000

    def next_ms(self, now_ms: int) -> int | None:
        """When the countdown shows another second or what was asked for lapses; None if nothing
        moves by itself."""
        dues = [self._abandoned_ms, self._solitude.due_ms(now_ms) if self.alone else None]
        if left_ms := self.left_ms(now_ms):
            dues.append(now_ms + ((left_ms - 1) % 1000) + 1)
        return min((due for due in dues if due is not None), default=None)
