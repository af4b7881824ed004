"""``kiosk config check``: is this configuration file right?"""

import argparse
import sys
from pathlib import Path

from kiosk.config import load

HELP = "Check a configuration file before a machine starts with it."
EXAMPLES = """examples:
  kiosk config check /etc/kiosk/kiosk.toml

Exit status 0: right. 2: wrong; the message names the file, the key and what is allowed.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    check = actions.add_parser("check", help="read the file as the controller would")
    check.add_argument("file", type=Path, help="the TOML file")


def run(args: argparse.Namespace) -> int:
    settings = load(args.file)
    sys.stdout.write(f"{args.file}: right; {len(settings.compartment)} compartments\n")
    for one in settings.compartment:
        scale, line = one.scale, one.scale.line
        sys.stdout.write(
            f"  {one.id}: {one.material}, {scale.dialect} on {line.port} "
            f"({line.baud} baud), e {scale.e_g} g, {scale.min_g} to {scale.max_g} g\n"
        )
    return 0
