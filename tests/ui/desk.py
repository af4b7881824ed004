"""A controller, a page and a finger for the screen process, over real sockets."""

import os
import queue
import socket
import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType

import msgspec
from PIL import Image

from kiosk import config
from kiosk.clock import SystemClock, WallTime
from kiosk.lines import LineReader, encode
from kiosk.notify import Notifier
from kiosk.units import Millis
from kiosk.views import View
from kiosk.wire import Touch
from ui import whole
from ui.geometry import Rect
from ui.later import Later
from ui.link import SOCKET, ControllerLink
from ui.process import Loop
from ui.scene import Places
from ui.surfaces.memory import MemorySurface
from ui.surfaces.surface import Surface
from ui.touch import Contact
from ui.voice.speaker import Speaker

PATIENCE_S = 10
"""Longest wait for something that should happen at once: only a broken test takes it."""


class WatchedSurface(MemorySurface):
    """A memory surface that tells the test what it was shown."""

    def __init__(self, width: int, height: int) -> None:
        super().__init__(width, height)
        self.news: queue.Queue[Places] = queue.Queue()
        self.damage: queue.Queue[tuple[Rect, ...]] = queue.Queue()

    def show(self, picture: Image.Image, damage: Sequence[Rect]) -> None:
        super().show(picture, damage)
        self.damage.put(tuple(damage))

    def tell(self, places: Places) -> None:
        super().tell(places)
        self.news.put(places)

    def wait_for(self, screen: str) -> Places:
        """The places of the next screen of that name."""
        while True:
            places = self.news.get(timeout=PATIENCE_S)
            if places.screen == screen:
                return places

    def tap(self, places: Places, choice: str) -> None:
        """Press and release in the middle of a target."""
        rect = next(target.rect for target in places.targets if target.choice == choice)
        x, y = rect.x + rect.w // 2, rect.y + rect.h // 2
        self.touch(Contact(x, y, "down"))
        self.touch(Contact(x, y, "up"))


class FakeController:
    """Listens on the screen socket, sends views, reads touches."""

    def __init__(self, path: Path) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1)
        self._listener.settimeout(PATIENCE_S)
        self._link: socket.socket | None = None
        self._reader = LineReader(1 << 20)

    def accept(self) -> None:
        if self._link is not None:
            self._link.close()
        self._link, _ = self._listener.accept()
        self._link.settimeout(PATIENCE_S)

    def send(self, view: View) -> None:
        self.send_bytes(encode(view))

    def send_bytes(self, data: bytes) -> None:
        assert self._link is not None
        self._link.sendall(data)

    def touch(self) -> Touch:
        """The next touch."""
        assert self._link is not None
        while True:
            for line in self._reader.feed(self._link.recv(65536)):
                return msgspec.json.decode(line, type=Touch)

    def drop(self) -> None:
        """Close the connection, go on listening."""
        assert self._link is not None
        self._link.close()

    def close(self) -> None:
        if self._link is not None:
            self._link.close()
        self._listener.close()


class HastyClock:
    """The real clock, with leaps: nobody waits out a dead time in a test."""

    def __init__(self, hour: int = 12) -> None:
        self._real = SystemClock(Path("/nonexistent"), 0)
        self._ahead_ms = 0
        local = datetime(2026, 11, 23, hour, 0, 1).astimezone()
        self._utc_ms = int(local.timestamp()) * 1000

    def leap(self, by_ms: int) -> None:
        self._ahead_ms += by_ms

    def monotonic_ms(self) -> Millis:
        return Millis(self._real.monotonic_ms() + self._ahead_ms)

    def wall(self) -> WallTime:
        return WallTime(self._utc_ms + self._ahead_ms, "S")


class StopPipe:
    """What the signal handler writes to."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()

    def fileno(self) -> int:
        return self._read

    def stop(self) -> None:
        os.write(self._write, b"x")

    def close(self) -> None:
        os.close(self._read)
        os.close(self._write)


def settings(runtime: Path, browser: Path | None = None) -> config.Config:
    """A configuration of which the screen reads only its part."""
    return config.Config(
        machine=config.Machine(runtime, runtime, runtime),
        gpio=config.Gpio("virtual", runtime / "bridge"),
        scanner=config.Scanner(config.Serial(runtime / "scanner")),
        screen=config.Screen(
            surface="memory" if browser is None else "browser", browser_socket=browser
        ),
        compartment=(),
    )


class RunningScreen:
    """The screen process's loop in a thread of its own."""

    def __init__(
        self,
        runtime: Path,
        surface: Surface,
        env: dict[str, str] | None = None,
        speaker: Speaker | None = None,
        clock: "HastyClock | None" = None,
        link: ControllerLink | None = None,
    ) -> None:
        self._stop = StopPipe()
        link = link or ControllerLink(socket_in(runtime))
        self.clock = clock or HastyClock()
        notifier = Notifier(env or {})
        loop = Loop(
            settings(runtime),
            self._stop,
            self.clock,
            notifier,
            surface,
            link,
            Later(iter((whole,))),
            speaker,
        )
        self._surface = surface
        self._failure: list[BaseException] = []
        self._thread = threading.Thread(target=self._guarded, args=(loop,))

    def _guarded(self, loop: Loop) -> None:
        try:
            loop.run()
        except BaseException as error:  # boundary: handed to the test's own thread
            self._failure.append(error)

    def __enter__(self) -> "RunningScreen":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.stop()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        self._surface.close()
        self._stop.close()
        if self._failure:
            raise self._failure[0]


def socket_in(runtime: Path) -> Path:
    return runtime / SOCKET
