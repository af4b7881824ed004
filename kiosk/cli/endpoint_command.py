"""The subcommands of ``kiosk endpoint`` that order machines to do something."""

import argparse
import getpass
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk import cloud
from kiosk.clock import Clock, utc_text
from sync.endpoint import commands, decisions
from sync.endpoint.database import sqlite_url
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator

LIST_MOST = 50
LIFE_MAX_DAYS = 30
_UNITS_MS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}


def configure(actions: Any, add_database: Callable[[argparse.ArgumentParser], None]) -> None:
    """Add the subcommands to those of ``kiosk endpoint``."""
    ordering = actions.add_parser("command", help="sign a command to one machine")
    ordering.add_argument("directory", type=Path, metavar="DIR")
    ordering.add_argument("kiosk", metavar="KIOSK", help="its name, such as yard-07-01")
    orders = ordering.add_subparsers(dest="order", required=True, metavar="ORDER")
    for name, (what, argument) in _ORDERS.items():
        order = orders.add_parser(name, help=what)
        if argument:
            order.add_argument(
                "value", metavar=argument, type=int if argument == "SECONDS" else str
            )
        order.add_argument(
            "--expires",
            default="24h",
            metavar="TIME",
            help="not done later than this from now, such as 30m or 7d (24h)",
        )
        order.add_argument("--who", default=None, help="who orders it (your login name)")
    listing = actions.add_parser("commands", help="list what became of a machine's commands")
    listing.add_argument("directory", type=Path, metavar="DIR")
    listing.add_argument("kiosk", metavar="KIOSK")
    add_database(listing)


def run(args: argparse.Namespace, clock: Clock) -> int:
    """Do one of them. Raises EndpointError saying what is wrong."""
    return _list(args) if args.action == "commands" else _order(args, clock)


def _order(args: argparse.Namespace, clock: Clock) -> int:
    order = make_order(args.order, getattr(args, "value", None))
    lives_ms = parse_life(args.expires)
    desk = Operator.load(args.directory, clock)
    who = args.who or getpass.getuser()
    number = commands.issue(desk, args.kiosk, order, lives_ms, who[:100])
    sys.stdout.write(
        f"command {number} to {args.kiosk} is signed; it goes down when the machine asks, and what "
        f"became of it is told by: kiosk endpoint commands {args.directory} {args.kiosk}\n"
    )
    return 0


def _list(args: argparse.Namespace) -> int:
    url = args.database or sqlite_url(args.directory)
    rows = decisions.look(
        url, lambda connection: commands.of_machine(connection, args.kiosk, LIST_MOST)
    )
    for row in rows:
        when = utc_text(row.done_ms or row.expires_ms)
        became = f"{row.result} at {when}" if row.result else f"waits until {when}"
        sys.stdout.write(
            f"{row.number}  {row.command}  by {row.who}  {became}  {row.detail or ''}".rstrip()
            + "\n"
        )
    return 0


def make_order(name: str, value: Any) -> cloud.Order:
    """Return the order of a name on the command line."""
    match name:
        case "close-compartment":
            return cloud.CloseCompartment(str(value))
        case "open-compartment":
            return cloud.OpenCompartment(str(value))
        case "out-of-service":
            return cloud.TakeOutOfService()
        case "in-service":
            return cloud.PutInService()
        case "restart":
            return cloud.Restart()
        case "send-diagnostics":
            return cloud.SendDiagnostics()
        case "change-interval":
            if not 0 <= value <= 3600:
                raise EndpointError("an interval is 1 to 3600 seconds; 0: as the server says")
            return cloud.ChangeInterval(value)
        case _:
            return cloud.RotateKey()


def parse_life(text: str) -> int:
    """Read ``30m``, ``24h`` or ``7d`` as milliseconds. Raises EndpointError."""
    found = re.fullmatch(r"([1-9]\d{0,4})([mhd])", text, re.ASCII)
    lives_ms = int(found[1]) * _UNITS_MS[found[2]] if found else 0
    if not 0 < lives_ms <= LIFE_MAX_DAYS * _UNITS_MS["d"]:
        raise EndpointError(f"--expires {text!r}: write 30m, 24h or 7d; {LIFE_MAX_DAYS}d at most")
    return lives_ms


_ORDERS: dict[str, tuple[str, str]] = {
    "close-compartment": ("offer a compartment no longer; its door stays as it is", "COMPARTMENT"),
    "open-compartment": ("offer it again; no command moves a door", "COMPARTMENT"),
    "out-of-service": ("sell nothing", ""),
    "in-service": ("sell again", ""),
    "restart": ("end the controller in order; systemd starts it again", ""),
    "send-diagnostics": ("upload facts for a technician, nothing personal", ""),
    "change-interval": ("ask for news this often; 0: as the server says again", "SECONDS"),
    "rotate-key": ("replace the machine's transport key", ""),
}

ACTIONS = ("command", "commands")
