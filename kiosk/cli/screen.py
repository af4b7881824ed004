"""``kiosk screen``: the composition root of the touchscreen process."""

import argparse
import os
import sys
from pathlib import Path

from kiosk.cli.stopping import StopPipe
from kiosk.clock import SystemClock
from kiosk.config import load
from kiosk.logs import setup
from ui import process

HELP = "Run the touchscreen: it draws what the controller tells and returns touches."
EXAMPLES = """examples:
  kiosk screen --config /etc/kiosk/kiosk.toml

Connects to screen.sock in machine.runtime_dir, and again whenever the controller restarts.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", type=Path, default=Path("/etc/kiosk/kiosk.toml"), help="the machine's file"
    )


def run(args: argparse.Namespace) -> int:
    settings = load(args.config)
    stop = StopPipe()
    clock = SystemClock(settings.machine.synchronized, 0)
    setup("screen", clock, sys.stderr, journal="JOURNAL_STREAM" in os.environ)
    process.run(settings, stop)
    return 0
