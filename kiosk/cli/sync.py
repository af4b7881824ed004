"""``kiosk sync``: the cloud agent."""

import argparse
import os
import signal
import sys
from importlib.metadata import version
from pathlib import Path
from random import Random, SystemRandom

from kiosk.clock import SystemClock
from kiosk.config import load
from kiosk.logs import setup
from kiosk.notify import Notifier
from sync.agent import agent
from sync.agent.stop import Stop

HELP = "the cloud agent: carries records out and signed documents in"
EXAMPLES = """\
  kiosk sync --config /etc/kiosk/kiosk.toml
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--config", type=Path, required=True, metavar="FILE")


def run(args: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT. Raises ConfigError or TrustError at the start."""
    config = load(args.config)
    clock = SystemClock(config.machine.synchronized, floor_ms=0)
    setup("sync", clock, sys.stderr, journal="JOURNAL_STREAM" in os.environ)
    stop = Stop()
    dice: Random = SystemRandom()
    notifier = Notifier(os.environ)

    def end(_signal: int, _frame: object) -> None:
        # A request may be waiting for a slow network: leaving at once loses nothing, because
        # the agent keeps nothing.
        stop.set()
        sys.exit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    agent.run(config, stop, clock, dice, notifier, version("paid-recycling-kiosk"))
    return 0
