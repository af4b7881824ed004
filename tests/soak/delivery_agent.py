"""The real agent in a process of its own, less patient than a machine's; to be killed."""

import sys
from pathlib import Path
from random import Random

from kiosk.notify import Notifier
from sync.agent import agent
from sync.agent.stop import Stop
from tests.sync.places import CLOCK, QUICK, make_config

if __name__ == "__main__":
    agent.run(make_config(Path(sys.argv[1])), Stop(), CLOCK, Random(), Notifier({}), "0.1.0", QUICK)
