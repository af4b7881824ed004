"""The screen process: one thread, blocked until something happens.

It waits on the controller's socket, the surface's touches, a stop signal and the next timer
(countdown, reconnection, watchdog). Nothing here decides; what a finger chose goes to the
controller, and what the controller says is drawn.
"""

import os
import select
from collections.abc import Iterator
from typing import Protocol

from kiosk import logs
from kiosk.clock import Clock, SystemClock
from kiosk.config import Config, ConfigError, Screen
from kiosk.notify import Notifier
from ui.dark import Dark
from ui.ease import LOUDER, PREFIX, REPEAT, SOFTER, Ease
from ui.kit import kit_for
from ui.later import Later
from ui.link import ControllerLink
from ui.scene import Places
from ui.show import READING, Show
from ui.surfaces.browser import BrowserSurface
from ui.surfaces.console import Console
from ui.surfaces.evdev import TouchDevice
from ui.surfaces.framebuffer import Framebuffer
from ui.surfaces.memory import MemorySurface
from ui.surfaces.panel import PanelSurface
from ui.surfaces.rest import RestingSurface
from ui.surfaces.surface import Surface
from ui.surfaces.turned import Turn, TurnedSurface
from ui.theme import DAY, Panel
from ui.voice.narrator import Narrator
from ui.voice.speaker import Silence, Speaker, Unsought
from ui.words import all_words

_log = logs.get(__name__)


class Stop(Protocol):
    """Readable once the process shall end (a pipe that the signal handler writes to)."""

    def fileno(self) -> int:
        """The descriptor to wait on."""
        ...


def surface_for(config: Config) -> Surface:
    """The surface the configuration names. Raises ConfigError if it is not complete."""
    screen = config.screen
    turn = Turn(screen.width, screen.height, screen.rotate)
    surface = _device(screen, *turn.device_size)
    return TurnedSurface(surface, turn) if turn.degrees else surface


def _device(screen: Screen, width: int, height: int) -> Surface:
    """The panel itself, in the size it has without being turned."""
    if screen.surface == "memory":
        return MemorySurface(width, height)
    if screen.surface == "framebuffer":
        return _panel(screen, width, height)
    if screen.browser_socket is None:
        raise ConfigError('screen.browser_socket: needed with surface = "browser"')
    return BrowserSurface(screen.browser_socket, width, height)


def _panel(screen: Screen, width: int, height: int) -> Surface:
    """The real panel. Raises ConfigError if the device has another size than the file says."""
    framebuffer = Framebuffer(screen.framebuffer)
    mode = framebuffer.mode
    if (mode.width, mode.height) != (width, height):
        framebuffer.close()
        raise ConfigError(
            f"screen.width and screen.height: {screen.framebuffer} ({mode.name}) is "
            f"{mode.width}x{mode.height}, the file with rotate = {screen.rotate} "
            f"makes it {width}x{height}"
        )
    _log.event("panel.opened", depth=mode.depth, order=mode.order, mapped=framebuffer.mapped)
    panel = PanelSurface(
        framebuffer,
        None if screen.touch is None else TouchDevice(screen.touch, width, height),
        None if screen.console is None else Console(screen.console),
    )
    dark_after_ms = screen.dark_after_s * 1000 or None
    return RestingSurface(panel, (width, height), screen.backlight, dark_after_ms)


def panel_of(screen: Screen) -> Panel:
    """The panel as a person sees it."""
    return Panel(screen.width, screen.height, screen.px_per_cm, screen.px_per_cm_down)


def speaker_for(screen: Screen, surface: Surface, later: Later) -> Speaker:
    """Who speaks: the page where the surface is one, else the machine itself."""
    wanted = screen.voice != "never"
    if wanted and isinstance(surface, BrowserSurface):
        return surface
    return Unsought(lambda: later.whole().speaker_here(wanted))


def run(config: Config, stop: Stop, link: ControllerLink, rest: Iterator[object]) -> None:
    """Show what the controller asks until ``stop`` is readable: the process's composition root.

    ``link`` may be connected already; ``rest`` imports what the first picture does not need
    (``ui.later``). Raises ConfigError if the surface is not fully configured.
    """
    surface = surface_for(config)
    # The screen shows no time of day: of the wall's side it wants to know whether it is night.
    clock = SystemClock(config.machine.synchronized, 0)
    notifier = Notifier(os.environ)
    try:
        later = Later(rest)
        speaker = speaker_for(config.screen, surface, later)
        Loop(config, stop, clock, notifier, surface, link, later, speaker).run()
    finally:
        surface.close()


class Loop:
    """One run of the screen process on one surface."""

    def __init__(
        self,
        config: Config,
        stop: Stop,
        clock: Clock,
        notifier: Notifier,
        surface: Surface,
        link: ControllerLink,
        later: Later,
        speaker: Speaker | None = None,
    ) -> None:
        screen = config.screen
        theme = DAY if surface.byte_order == "RGBA" else DAY.swapped()
        kit = kit_for(panel_of(screen), theme)
        words = all_words()
        if screen.language not in words:
            known = ", ".join(words)
            raise ConfigError(f"screen.language: no catalogue of {screen.language!r}; {known}")
        speaker = Silence("no voice was given") if speaker is None else speaker
        found = Ease(voice=screen.voice == "always")
        self._later = later
        compose = later.compose
        self._show = Show(kit, words, screen.language, compose, screen.distance_mm, found)
        self._narrator = Narrator(speaker, words, found.voice, later.whole)
        self._dark = Dark(screen.night_from_h, screen.night_to_h)
        self._dark_due_ms = 0
        self._night = False
        self._link = link
        self._surface = surface
        self._stop = stop
        self._clock = clock
        self._notifier = notifier
        self._live_ms = DAY.motion.live_ms
        self._drawn_ms = 0
        self._dirty = True
        self._urgent = True
        self._second_due_ms: int | None = None
        self._told: Places | None = None
        self._watchdog_due_ms = 0

    def run(self) -> None:
        """Until the stop descriptor is readable."""
        self._begin(self._clock.monotonic_ms())
        self._notifier.ready("showing")
        _log.event("screen.ready", showing=self._show.places.screen)
        try:
            while self._turn():
                pass
        finally:
            self._notifier.stopping()
            self._narrator.hush()
            self._link.close()

    def _begin(self, now_ms: int) -> None:
        """Show the first picture: what the controller asks, if it has answered by now.

        It is never waited for: without it the picture says that the machine is starting.
        """
        self._link.tick(now_ms)
        self._look_outside(now_ms)
        if self._link.fileno() in self._wait(0):
            self._controller(now_ms)
        self._draw(now_ms)

    def _turn(self) -> bool:
        """Wait for one thing and deal with all that is there; False when it is time to end."""
        now_ms = self._clock.monotonic_ms()
        due_ms = self._timers(now_ms)
        wait_ms = None if due_ms is None else max(0, due_ms - now_ms)
        happened = self._wait(0 if self._later.missing else wait_ms)
        if self._later.missing and not happened:
            self._later.fetch()
            return True
        if self._stop.fileno() in happened:
            return False
        now_ms = self._clock.monotonic_ms()
        if self._surface.fileno() in happened:
            self._fingers(now_ms)
        if self._link.fileno() in happened:
            self._controller(now_ms)
        return True

    def _wait(self, wait_ms: int | None) -> frozenset[int | None]:
        """The descriptors that are ready.

        A poll object is made each time and costs no system call: a selector that is kept would
        not notice that a new connection has the number of the one that was lost.
        """
        poll = select.poll()
        poll.register(self._stop.fileno(), select.POLLIN)
        if (link := self._link.fileno()) is not None:
            poll.register(link, select.POLLIN)
        if (touch := self._surface.fileno()) is not None:
            wants = self._surface.wants_write()
            poll.register(touch, select.POLLIN | select.POLLOUT if wants else select.POLLIN)
        return frozenset(descriptor for descriptor, _ in poll.poll(wait_ms))

    def _timers(self, now_ms: int) -> int | None:
        """Do what is due; returns when the next thing is."""
        dues: list[int | None] = [self._link.tick(now_ms), self._surface.tick(now_ms)]
        if not (self._link.connected or self._show.alone):
            self._show.lose_controller(now_ms)
            self._dirty = self._urgent = True
        dues += [self._look_outside(now_ms), self._draw(now_ms)]
        if self._surface.wants_all():
            self._show.lose_finger()
            self._surface.show(self._show.canvas.image, (self._show.canvas.bounds,))
            self._surface.tell(self._show.places)
        if (period_ms := self._notifier.watchdog_ms) is not None:
            if now_ms >= self._watchdog_due_ms:
                self._notifier.watchdog()
                self._watchdog_due_ms = now_ms + period_ms
            dues.append(self._watchdog_due_ms)
        return min((due for due in dues if due is not None), default=None)

    def _look_outside(self, now_ms: int) -> int:
        """Is it night? Returns when to look again: at the next full hour at the latest."""
        if now_ms >= self._dark_due_ms:
            wall = self._clock.wall()
            if (night := self._dark.at(wall)) != self._night:
                self._night = night
                self._show.at_night(night)
                self._dirty = self._urgent = True
            self._dark_due_ms = now_ms + self._dark.wait_ms(wall)
        return self._dark_due_ms

    def _draw(self, now_ms: int) -> int | None:
        """Draw if something changed; returns when the next drawing is due.

        A change of the live weight waits until 100 ms have passed since the last drawing; a
        finger or another question does not wait.
        """
        second_due_ms = self._second_due_ms
        if not self._dirty and (second_due_ms is None or now_ms < second_due_ms):
            return second_due_ms
        if self._dirty and not self._urgent:
            free_ms = self._drawn_ms + self._live_ms
            if now_ms < free_ms:
                return free_ms if second_due_ms is None else min(free_ms, second_due_ms)
        damage = self._show.draw(now_ms)
        self._narrator.follow(self._show.view, self._show.ease, self._show.easing)
        if damage:
            self._surface.show(self._show.canvas.image, damage)
        if self._show.places != self._told:
            self._told = self._show.places
            self._surface.tell(self._told)
        self._drawn_ms = now_ms
        self._dirty = self._urgent = False
        self._second_due_ms = self._show.next_ms(now_ms)
        return self._second_due_ms

    def _fingers(self, now_ms: int) -> None:
        for contact in self._surface.ready(now_ms):
            touch = self._show.contact(contact, now_ms)
            self._dirty = self._urgent = True
            # Each report is drawn by itself: a tap whose down and up came in one read still
            # shows its press.
            self._draw(now_ms)
            if touch is not None:
                if touch.choice != READING:
                    self._narrator.hush()
                self._link.send(touch, now_ms)
            self._answer_wishes()

    def _answer_wishes(self) -> None:
        """The voice says which wish was heard, at the volume it has now."""
        show = self._show
        for wish in show.wishes():
            if wish == REPEAT:
                self._narrator.repeat(show.view, show.ease)
            elif wish in (SOFTER, LOUDER):
                self._narrator.answer(show.view, show.ease, wish.removeprefix(PREFIX))

    def _controller(self, now_ms: int) -> None:
        view = self._link.ready(now_ms)
        if view is not None:
            self._urgent = self._urgent or self._show.asks_anew(view)
            self._show.take(view, now_ms)
            self._dirty = True
