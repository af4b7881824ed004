"""``kiosk endpoint patience``: how long a machine that the cloud refuses takes deposits."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from kiosk.clock import Clock
from kiosk.documents import DOCUMENT_TYPE, Document, Settings
from kiosk.envelope import unseal
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator

DAYS_MAX = 3650


def configure(actions: Any) -> None:
    """Add the subcommand to those of ``kiosk endpoint``."""
    patience = actions.add_parser(
        "patience", help="say how long a machine that the cloud refuses takes deposits"
    )
    patience.add_argument("directory", type=Path, metavar="DIR")
    ends = "then it sells nothing; 0: for ever (a new desk says 30)"
    patience.add_argument("--days", type=int, required=True, metavar="N", help=ends)


def run(args: argparse.Namespace, clock: Clock) -> int:
    """Do it. Raises EndpointError or TrustError saying what is wrong."""
    return ACTIONS[args.action](args, clock)


def settings_of(desk: Operator) -> Settings:
    """Return the newest that the desk signed for everybody. Raises EndpointError without any."""
    for version in reversed(desk.versions("settings")):
        path = desk.directory / "documents" / f"settings-{version:08d}.json"
        payload = unseal(path.read_bytes(), DOCUMENT_TYPE, (desk.root_public,))
        document = msgspec.json.decode(payload, type=Document)
        if document.scope == "*" and isinstance(document.body, Settings):
            return document.body
    raise EndpointError(f"{desk.directory} holds no settings; restore its documents/")


def _patience(args: argparse.Namespace, clock: Clock) -> int:
    if not 0 <= args.days <= DAYS_MAX:
        raise EndpointError(f"--days: 0 to {DAYS_MAX}")
    desk = Operator.load(args.directory, clock)
    settings = msgspec.structs.replace(settings_of(desk), refused_days=args.days)
    version = desk.publish("settings", settings)
    lasts = f"for {args.days} days" if args.days else "for ever"
    sys.stdout.write(f"settings version {version} is signed: refused, deposits go on {lasts}\n")
    return 0


ACTIONS: dict[str, Callable[[argparse.Namespace, Clock], int]] = {"patience": _patience}
