"""``kiosk status``: what a running controller says of itself."""

import argparse
import socket
import sys
from pathlib import Path

import msgspec

from kiosk import prometheus
from kiosk.config import load
from kiosk.errors import KioskError
from kiosk.money import weight_text
from kiosk.units import Grams
from kiosk.wire import MAX_LINE, Status

HELP = "Show doors, scales, faults, backlog and versions of a running controller."
EXAMPLES = """examples:
  kiosk status                              of the machine configured in /etc/kiosk/kiosk.toml
  kiosk status --config my.toml --json      as one JSON line, for scripts
  kiosk status --prometheus                 as metrics, for a collector on the machine
"""
DEFAULT_CONFIG = Path("/etc/kiosk/kiosk.toml")
ANSWER_LIMIT_S = 5


class StatusError(KioskError, OSError):
    """The controller cannot be asked."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="the machine's file")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the raw line")
    form.add_argument("--prometheus", action="store_true", help="print metrics for a collector")


def run(args: argparse.Namespace) -> int:
    line = ask(load(args.config).machine.runtime_dir / "status.sock")
    if args.json:
        sys.stdout.write(line.decode() + "\n")
    elif args.prometheus:
        sys.stdout.write(prometheus.write(msgspec.json.decode(line, type=Status)))
    else:
        sys.stdout.write(table(msgspec.json.decode(line, type=Status)))
    return 0


def ask(path: Path) -> bytes:
    """The controller's one line. Raises StatusError naming the socket and what to do."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(ANSWER_LIMIT_S)
        data = b""
        try:
            sock.connect(str(path))
            while len(data) < MAX_LINE and (more := sock.recv(65536)):
                data += more
        except OSError as error:
            raise StatusError(
                f"{path}: no answer ({error.strerror or error}); is the controller running?"
            ) from error
    if not data.endswith(b"\n"):
        raise StatusError(f"{path}: the controller is starting; ask again in a second")
    return data[:-1]


def table(status: Status) -> str:
    """The facts for a person."""
    backlog = status.head_seq - status.acked_through
    documents = ", ".join(f"{name} v{version}" for name, version in status.documents.items())
    lines = [
        f"machine      {status.kiosk or 'not enrolled'}",
        f"software     {status.version}, legally relevant part {status.legal}",
        f"visit        {status.state}",
        f"ledger       {status.ledger}, {status.head_seq} records, {backlog} not acknowledged yet",
        f"cloud agent  {'connected' if status.agent_attached else 'NOT connected'}",
        f"screen       {'connected' if status.screen_attached else 'NOT connected'}",
        f"documents    {documents or 'none'} (event counter {status.event_counter})",
        f"disk         {status.free_mib} MiB free",
        f"clock        quality {status.clock}",
        f"board        {_board(status)}",
        f"faults       {', '.join(status.faults) or 'none of the machine'}",
        "",
        f"{'compartment':<14}{'state':<10}{'door':<12}{'gross kg':>10}{'full':>7}  scale",
    ]
    for one in status.compartments:
        gross = "-" if one.gross_g is None else weight_text(Grams(one.gross_g))
        faults = f"  [{', '.join(one.faults)}]" if one.faults else ""
        full = "-" if one.full_percent is None else f"{one.full_percent} %"
        operator = "  by the operator" if one.closed_by_operator else ""
        lines.append(
            f"{one.id:<14}{one.state:<10}{one.door:<12}{gross:>10}{full:>7}  "
            f"{one.scale}{operator}{faults}"
        )
    return "\n".join(lines) + "\n"


def _board(status: Status) -> str:
    """What it says of itself; a board that is no Pi says less."""
    warm = "" if status.temperature_c is None else f"{status.temperature_c} degrees C"
    weak = "supply TOO WEAK" if status.under_voltage else ""
    slow = "SLOWED DOWN" if status.throttled else ""
    return ", ".join(one for one in (warm, weak, slow) if one) or "nothing to tell"
