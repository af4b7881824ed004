"""The demo with its page: everything runs until somebody asks it to end."""

import socket
from collections.abc import Callable
from contextlib import ExitStack

from kiosk.clock import Clock
from kiosk.demo.assembly import Assembly
from kiosk.demo.bench import Bench
from kiosk.demo.bottles import BOTTLES
from kiosk.demo.enroller import Enroller
from kiosk.demo.framing import (
    HELLO,
    RECTANGLE,
    SPEECH,
    TARGETS,
    FramingError,
    Targets,
    parse_hello,
    parse_speech,
    parse_targets,
)
from kiosk.demo.hub import Hub
from kiosk.demo.page import Page, PageServer
from kiosk.demo.panel import GONE
from kiosk.demo.patience import EndedError, Patience
from kiosk.demo.phone import Phone
from kiosk.demo.watch import LOOK_MS, Watch

Say = Callable[[str], None]
"""Writes one line for the person at the terminal."""

DARK = Targets(0, "dark", ())
"""What can be pressed while no screen runs."""


class Picture:
    """Passes what the screen process sends on to the pages, and times the first picture."""

    def __init__(self, hub: Hub, clock: Clock) -> None:
        self._hub = hub
        self._clock = clock
        self.first_ms: int | None = None

    def hear(self, kind: bytes, payload: bytes) -> None:
        """A listener of the panel."""
        try:
            if kind == RECTANGLE:
                if self.first_ms is None:
                    self.first_ms = self._clock.monotonic_ms()
                self._hub.show(payload)
            elif kind == HELLO:
                self._hub.tell("panel", parse_hello(payload))
            elif kind == TARGETS:
                self._hub.tell("targets", parse_targets(payload))
            elif kind == SPEECH:
                self._hub.pass_on("speech", parse_speech(payload))
            elif kind == GONE:
                self._hub.tell("panel", None)
                self._hub.tell("targets", DARK)
        except FramingError:
            # A screen of somebody's own may say what this page does not know.
            pass


def serve(
    assembly: Assembly,
    listener: socket.socket,
    patience: Patience,
    say: Say,
    opened: Callable[[str], None],
) -> None:
    """Run until asked to end; ``opened`` is told the page's address once it can be looked at.

    Raises DemoError when something cannot start.
    """
    clock = assembly.clock
    started_ms = clock.monotonic_ms()
    hub = Hub()
    if assembly.by_piece:
        hub.tell("bottles", BOTTLES)
    hub.ask_for_picture_with(assembly.panel.refresh)
    picture = Picture(hub, clock)
    assembly.panel.listen(picture.hear)
    phone = Phone(assembly.operator.issuer_key, clock)
    bench = Bench(assembly.machine, assembly.panel, phone, assembly, assembly.collector)
    enroller = Enroller(assembly.operator, assembly.machine, clock)
    watch = Watch(assembly, bench, hub, enroller, clock)
    port = listener.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    with ExitStack() as undo:
        server = PageServer(Page(hub, bench).app(port), listener)
        undo.callback(server.stop)
        server.start()
        say(f"{address}   starting ...")
        try:
            assembly.start(patience)
            patience.until(
                lambda: picture.first_ms is not None, 30_000, lambda: "the screen shows no picture"
            )
            assert picture.first_ms is not None
            say(f"first picture after {picture.first_ms - started_ms} ms; Ctrl-C ends it")
            opened(address)
            while True:
                watch.look()
                patience.rest(LOOK_MS / 1000)
        except EndedError:
            server.ask_to_stop()
            say("ending ...")
        finally:
            assembly.stop()
