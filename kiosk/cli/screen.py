"""``kiosk screen``: the composition root of the touchscreen process."""

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from kiosk.cli.stopping import StopPipe
from kiosk.clock import SystemClock
from kiosk.config import load
from kiosk.logs import setup
from ui.link import SOCKET, ControllerLink

HELP = "Run the touchscreen: it draws what the controller tells and returns touches."
EXAMPLES = """examples:
  kiosk screen --config /etc/kiosk/kiosk.toml

Connects to screen.sock in machine.runtime_dir, and again whenever the controller restarts.
"""

PIECES = ("ui.code", "ui.outlines", "ui.screens.every", "ui.whole")
"""Modules that the first picture does not need, in the order in which they are loaded after it:
each takes a few milliseconds, the last one has all."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, default=Path("/etc/kiosk/kiosk.toml"), help="the machine's file"
    )


def run(args: argparse.Namespace) -> int:
    settings = load(args.config)
    stop = StopPipe()
    clock = SystemClock(settings.machine.synchronized, 0)
    setup("screen", clock, sys.stderr, journal="JOURNAL_STREAM" in os.environ)
    # Nearly all that a start makes is kept: looking for garbage in it is in vain.
    gc.disable()
    link = ControllerLink(settings.machine.runtime_dir / SOCKET)
    # The controller answers while the drawing is loaded: the first picture is what it asks.
    link.tick(clock.monotonic_ms())
    process = importlib.import_module("ui.process")
    process.run(settings, stop, link, _rest())
    return 0


def _rest() -> Iterator[object]:
    """Import the pieces, one each time the screen has nothing else to do (``ui.later``)."""
    for name in PIECES:
        yield importlib.import_module(name)
    gc.collect()
    gc.freeze()
    gc.enable()
