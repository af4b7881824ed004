"""``kiosk fleet`` on a PostgreSQL of its own: `python -m tests.fleet.on_postgresql [OPTIONS]`.

How the gate is measured: `python -m tests.fleet.on_postgresql --kiosks 2500 --outage 24h`.
"""

import sys

from kiosk.cli.main import main
from tests.sync.postgres import Postgres

if __name__ == "__main__":
    with Postgres() as server:
        status = main(["fleet", "--database", server.new_database(), *sys.argv[1:]])
    sys.exit(status)
