"""The screen process from end to end: a real Unix socket, a finger, a controller that dies."""

import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import msgspec
import pytest
from PIL import ImageChops

from kiosk import views
from kiosk.config import ConfigError
from kiosk.views import Live, View
from kiosk.wire import Touch
from tests.ui.desk import (
    PATIENCE_S,
    FakeController,
    HastyClock,
    RunningScreen,
    StopPipe,
    WatchedSurface,
    settings,
    socket_in,
)
from ui import whole
from ui.dark import HOUR_MS
from ui.ease import CLOSE, LOOKS, OPEN, PAGE, REPEAT
from ui.kit import Kit
from ui.later import Later
from ui.link import ControllerLink
from ui.plates import picture
from ui.process import run, speaker_for
from ui.samples import OFFERS, PAPER, samples
from ui.show import READING
from ui.solitude import AWAY_MS
from ui.surfaces.browser import BrowserSurface
from ui.theme import NIGHT
from ui.touch import SCREEN_DEAD_MS, Contact
from ui.voice.speaker import Unsought

IDLE = View(1, "zh", views.Idle(OFFERS, "CNY", "400"), None, None, None, "03")
CHOOSE = View(2, "zh", views.Choose(OFFERS, "CNY", "token", None), 60_000, 60_000, None, "03")


def depositing(net_g: int) -> View:
    screen = views.Depositing(PAPER, "CNY", 3)
    return View(3, "zh", screen, None, None, Live(net_g, False), "03")


@contextmanager
def running(tmp_path: Path) -> Iterator[tuple[WatchedSurface, FakeController, HastyClock]]:
    controller = FakeController(socket_in(tmp_path))
    surface = WatchedSurface(1280, 800)
    try:
        with RunningScreen(tmp_path, surface) as screen:
            controller.accept()
            yield surface, controller, screen.clock
    finally:
        controller.close()


def same(surface: WatchedSurface, kit: Kit, view: View) -> bool:
    shown = surface.shown.convert("RGB")
    return ImageChops.difference(shown, picture(kit, view).convert("RGB")).getbbox() is None


def test_shows_that_it_starts_before_any_controller(tmp_path: Path, wide: Kit) -> None:
    surface = WatchedSurface(1280, 800)
    with RunningScreen(tmp_path, surface):
        places = surface.wait_for("starting")
        assert {target.choice for target in places.targets} == {"language:en", OPEN}


def test_the_first_picture_is_the_question_where_the_controller_was_there_before(
    tmp_path: Path, wide: Kit
) -> None:
    surface = WatchedSurface(1280, 800)
    controller = FakeController(socket_in(tmp_path))
    link = ControllerLink(socket_in(tmp_path))
    try:
        link.tick(0)
        controller.accept()
        controller.send(IDLE)
        with RunningScreen(tmp_path, surface, link=link):
            first = surface.news.get(timeout=PATIENCE_S)
            assert first.screen == "idle" and same(surface, wide, IDLE)
    finally:
        controller.close()


def test_the_first_picture_at_night_is_dark(tmp_path: Path) -> None:
    surface = WatchedSurface(1280, 800)
    with RunningScreen(tmp_path, surface, clock=HastyClock(hour=23)):
        surface.damage.get(timeout=PATIENCE_S)
        corner = surface.shown.convert("RGB").getpixel((2, 2))
        assert corner == tuple(NIGHT.colours.paper)


def test_a_view_is_drawn_and_a_touch_goes_back(tmp_path: Path, wide: Kit) -> None:
    with running(tmp_path) as (surface, controller, clock):
        controller.send(IDLE)
        places = surface.wait_for("idle")
        assert same(surface, wide, IDLE)
        clock.leap(SCREEN_DEAD_MS)
        surface.tap(places, "start")
        assert controller.touch() == Touch(1, "start")
        controller.send(CHOOSE)
        places = surface.wait_for("choose")
        clock.leap(SCREEN_DEAD_MS)
        surface.tap(places, "compartment:metal")
        assert controller.touch() == Touch(2, "compartment:metal")


def test_a_finger_meant_for_the_last_question_is_not_passed_on(tmp_path: Path) -> None:
    with running(tmp_path) as (surface, controller, clock):
        controller.send(IDLE)
        places = surface.wait_for("idle")
        surface.tap(places, "start")  # at once: dead
        controller.send(CHOOSE)
        places = surface.wait_for("choose")
        clock.leap(SCREEN_DEAD_MS)
        surface.tap(places, "cancel")
        assert controller.touch() == Touch(2, "cancel")


def test_only_the_newest_weight_is_drawn_and_the_last_one_always(tmp_path: Path, wide: Kit) -> None:
    with running(tmp_path) as (surface, controller, _clock):
        controller.send(depositing(0))
        surface.wait_for("depositing")
        before = len(surface.flushes)
        for net_g in range(5, 1005, 5):
            controller.send(depositing(net_g))
        # 200 weights at once are few drawings, and the picture ends with the newest.
        while not same(surface, wide, depositing(1000)):
            surface.damage.get(timeout=PATIENCE_S)
        assert len(surface.flushes) - before <= 20


def test_a_controller_that_goes_away_is_waited_for(tmp_path: Path) -> None:
    with running(tmp_path) as (surface, controller, _clock):
        controller.send(IDLE)
        surface.wait_for("idle")
        controller.drop()
        assert surface.wait_for("starting").view == -1
        controller.accept()
        controller.send(CHOOSE)
        assert surface.wait_for("choose").view == 2


def test_a_controller_that_stays_away_is_said_to_be_away_and_whom_to_call(
    tmp_path: Path, wide: Kit
) -> None:
    with running(tmp_path) as (surface, controller, clock):
        controller.send(IDLE)
        surface.wait_for("idle")
        controller.drop()
        surface.wait_for("starting")
        clock.leap(AWAY_MS)
        surface.touch(Contact(1, 1, "down"))  # wakes the loop: the clock has leapt
        surface.wait_for("out_of_service")
        away = View(-1, "zh", views.OutOfService("away", "400"), None, None, None, "03")
        assert same(surface, wide, away)
        controller.accept()
        controller.send(CHOOSE)
        assert surface.wait_for("choose").view == 2


@pytest.mark.parametrize("garbage", [b"no json\n", b'{"id": 1}\n', b"x" * (2 << 20)])
def test_garbage_ends_the_connection_not_the_process(tmp_path: Path, garbage: bytes) -> None:
    with running(tmp_path) as (surface, controller, _clock):
        controller.send(IDLE)
        surface.wait_for("idle")
        try:
            controller.send_bytes(garbage)
        except OSError:
            pass  # the screen may hang up in the middle of it
        surface.wait_for("starting")
        controller.accept()
        controller.send(IDLE)
        surface.wait_for("idle")


def test_without_a_controller_the_language_can_still_be_chosen(tmp_path: Path) -> None:
    surface = WatchedSurface(1280, 800)
    with RunningScreen(tmp_path, surface) as screen:
        places = surface.wait_for("starting")
        screen.clock.leap(SCREEN_DEAD_MS)
        surface.tap(places, "language:en")
        again = surface.wait_for("starting")
        assert {target.choice for target in again.targets} == {"language:zh", OPEN}


def test_the_countdown_runs_here_and_stops_at_nothing(tmp_path: Path, wide: Kit) -> None:
    with running(tmp_path) as (surface, controller, clock):
        controller.send(CHOOSE)
        surface.wait_for("choose")
        assert same(surface, wide, CHOOSE)
        # A finger wakes the loop; the clock it reads has leapt past the end.
        clock.leap(90_000)
        surface.touch(Contact(1, 1, "down"))
        surface.touch(Contact(1, 1, "up"))
        while not same(surface, wide, msgspec.structs.replace(CHOOSE, left_ms=0)):
            surface.damage.get(timeout=PATIENCE_S)


class Ear:
    """A speaker that tells the test what it was told."""

    def __init__(self) -> None:
        self.heard: queue.Queue[str] = queue.Queue()

    def say(self, text: str, language: str, volume: int) -> None:
        self.heard.put(text)

    def hush(self) -> None:
        self.heard.put("")

    def wait_for(self, begin: str) -> str:
        while not (text := self.heard.get(timeout=PATIENCE_S)).startswith(begin):
            pass
        return text


def test_a_person_asks_for_the_voice_and_hears_the_next_question(tmp_path: Path) -> None:
    controller, ear = FakeController(socket_in(tmp_path)), Ear()
    surface = WatchedSurface(1280, 800)
    with RunningScreen(tmp_path, surface, speaker=ear) as screen:
        controller.accept()
        controller.send(IDLE)
        places = surface.wait_for("idle")
        for choice in (OPEN, "ease:voice", "ease:louder", REPEAT, CLOSE):
            screen.clock.leap(SCREEN_DEAD_MS)
            surface.tap(places, choice)
            if choice in (OPEN, "ease:voice", CLOSE):
                places = surface.wait_for("idle")
        assert ear.wait_for("怎样更方便")
        assert ear.wait_for("大声") == "大声"
        assert "开始投放" in ear.wait_for("旧物变现")
        controller.send(CHOOSE)
        places = surface.wait_for("choose")
        assert "每公斤零点八元" in ear.wait_for("您带来了什么")
        screen.clock.leap(SCREEN_DEAD_MS)
        surface.tap(places, "compartment:metal")
        # The finger has answered: nobody wants the rest.
        assert ear.wait_for("") == ""
        assert controller.touch() == Touch(2, "compartment:metal")
    controller.close()


def test_it_is_dark_at_night_and_light_again_in_the_morning(tmp_path: Path, wide: Kit) -> None:
    controller, clock = FakeController(socket_in(tmp_path)), HastyClock(hour=5)
    surface = WatchedSurface(1280, 800)
    night = wide.dressed(LOOKS["night"].theme())
    with RunningScreen(tmp_path, surface, clock=clock):
        controller.accept()
        controller.send(IDLE)
        surface.wait_for("idle")
        assert same(surface, night, IDLE)
        clock.leap(HOUR_MS)
        surface.touch(Contact(1, 1, "down"))
        surface.touch(Contact(1, 1, "up"))
        while not same(surface, wide, IDLE):
            surface.damage.get(timeout=PATIENCE_S)
    controller.close()


def test_a_language_nobody_has_is_refused_by_name(tmp_path: Path) -> None:
    config = settings(tmp_path)
    config = msgspec.structs.replace(
        config, screen=msgspec.structs.replace(config.screen, language="fr")
    )
    stop = StopPipe()
    with pytest.raises(ConfigError, match=r"screen\.language: no catalogue of 'fr'"):
        run(config, stop, ControllerLink(socket_in(tmp_path)), iter((whole,)))
    stop.close()


@pytest.mark.parametrize(
    ("voice", "kind"), [("never", Unsought), ("asked", BrowserSurface), ("always", BrowserSurface)]
)
def test_the_page_speaks_where_the_surface_is_one(
    tmp_path: Path, voice: Literal["never", "asked", "always"], kind: type
) -> None:
    surface = BrowserSurface(tmp_path / "page", 1280, 800)
    config = msgspec.structs.replace(settings(tmp_path).screen, voice=voice)
    assert isinstance(speaker_for(config, surface, Later(iter((whole,)))), kind)


def test_systemd_is_told(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.settimeout(PATIENCE_S)
        env = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "20000"}
        with RunningScreen(tmp_path, WatchedSurface(1280, 800), env):
            assert supervisor.recv(4096).startswith(b"READY=1")
            assert [supervisor.recv(4096) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        while (message := supervisor.recv(4096)) == b"WATCHDOG=1":
            pass
        assert message == b"STOPPING=1"


def test_the_composition_root_runs_and_stops(tmp_path: Path) -> None:
    stop = StopPipe()
    link = ControllerLink(socket_in(tmp_path))
    thread = threading.Thread(target=run, args=(settings(tmp_path), stop, link, iter((whole,))))
    thread.start()
    stop.stop()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    stop.close()


def test_a_turned_page_is_told_and_hushes_nobody(tmp_path: Path) -> None:
    controller, ear = FakeController(socket_in(tmp_path)), Ear()
    surface = WatchedSurface(1280, 800)
    try:
        with RunningScreen(tmp_path, surface, speaker=ear) as screen:
            controller.accept()
            controller.send(dict(samples("zh"))["receipt-many"])
            places = surface.wait_for("receipt")
            while not ear.heard.empty():
                ear.heard.get()
            screen.clock.leap(SCREEN_DEAD_MS)
            surface.tap(places, PAGE)
            assert controller.touch() == Touch(places.view, READING)
            assert ear.heard.empty()
    finally:
        controller.close()
