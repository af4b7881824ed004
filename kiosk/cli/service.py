"""``kiosk service``: what a technician does at the machine, asked of the running controller."""

import argparse
import getpass
import sys
from pathlib import Path
from typing import TextIO

import msgspec

from kiosk import wire
from kiosk.cli import status
from kiosk.config import load
from kiosk.service import client
from kiosk.wire import ServiceSaid

HELP = "For technicians and collectors: take a bag out, accept a mass, check or adjust a scale."
EXAMPLES = """examples:
  kiosk service status                           doors, scales and what stops them
  kiosk service collect paper --who Li           change the bag when it says so (M-34)
  kiosk service accept-mass paper --who Wang --why "bag changed while off"
  kiosk service check-mass paper 5000 --who Wang        put 5 kg on when it says so
  kiosk service verify-channel paper 5000 --who Wang    is this door's scale the one that moves?
  kiosk service calibrate paper 10000 --who Wang --why "yearly"

Asks over service.sock, which root and the group kiosk-role-service may use. Refused while somebody
is being served. Until it is done the machine sells nothing and its screen says so; Ctrl-C gives
up. Exit status 0: done and recorded; 1: refused, failed or given up; 2: nobody could be asked.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _command(commands, "status", "doors, scales and what stops them")
    accept = _command(commands, "accept-mass", "what lies in the bin now is right (M-28)")
    collect = _command(commands, "collect", "change the bag and close its books (M-34)")
    collect.add_argument("--bag", help="what stands on the new bag (default: a number)")
    check = _command(commands, "check-mass", "put a known mass on its scale (M-19)")
    verify = _command(commands, "verify-channel", "whose scale is it? (M-31)")
    calibrate = _command(commands, "calibrate", "adjust its scale, then check it (M-18)")
    for command in (collect, accept, check, verify, calibrate):
        command.add_argument("compartment")
    for command in (check, verify, calibrate):
        command.add_argument("grams", type=int, help="the known mass")
    for command in (collect, accept, check, verify, calibrate):
        command.add_argument("--who", default=getpass.getuser(), help="recorded (default: login)")
    for command in (accept, calibrate):
        command.add_argument("--why", required=True, help="recorded")


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text)
    command.add_argument("--config", type=Path, default=status.DEFAULT_CONFIG)
    return command


def run(args: argparse.Namespace) -> int:
    """Carry it out. Raises KioskError when nobody can be asked."""
    runtime = load(args.config).machine.runtime_dir
    if args.action == "status":
        line = status.ask(runtime / "status.sock")
        sys.stdout.write(status.table(msgspec.json.decode(line, type=wire.Status)))
        return 0
    return converse(runtime / "service.sock", _request(args), sys.stdin, sys.stdout)


def _request(args: argparse.Namespace) -> wire.ServiceRequest:
    match args.action:
        case "accept-mass":
            return wire.AcceptMass(args.compartment, args.who, args.why)
        case "collect":
            return wire.Collect(args.compartment, args.who, args.bag)
        case "check-mass":
            return wire.CheckMass(args.compartment, args.grams, args.who)
        case "verify-channel":
            return wire.VerifyChannel(args.compartment, args.grams, args.who)
        case _:
            return wire.Calibrate(args.compartment, args.grams, args.who, args.why)


def converse(path: Path, request: wire.ServiceRequest, hands: TextIO, out: TextIO) -> int:
    """Ask for one thing, and print every sentence until it is done. ``hands``: a line of it says
    that what was asked is done. Raises ServiceError."""

    def heard(said: ServiceSaid) -> None:
        out.write(f"{said.text}\n")
        if said.asks:
            out.write("press Enter when that is done: ")
        out.flush()
        if said.asks:
            hands.readline()

    return 0 if client.converse(path, request, heard).done else 1
