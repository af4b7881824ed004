"""The subcommands of ``kiosk endpoint`` that look into the books or decide by them."""

import argparse
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.clock import Clock, utc_text
from kiosk.money import money_text
from kiosk.units import MinorUnits
from sync.endpoint import approval, audit, decisions
from sync.endpoint.database import sqlite_url
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator

DATABASE_SETTING = "KIOSK_ENDPOINT_DATABASE"


def configure(actions: Any) -> None:
    """Add the subcommands to those of ``kiosk endpoint``."""
    held = actions.add_parser("held", help="list the deposits that wait for a decision")
    decide = actions.add_parser("adjudicate", help="decide about a HELD deposit, once and for good")
    decide.add_argument("--ledger", required=True, metavar="ID")
    decide.add_argument("--seq", required=True, type=int, metavar="N", help="the deposit's number")
    amount = decide.add_mutually_exclusive_group(required=True)
    amount.add_argument("--amount", metavar="AMOUNT", help="credit this, such as 1.44")
    amount.add_argument("--reject", action="store_true", help="credit nothing")
    decide.add_argument("--who", required=True, help="who decided")
    decide.add_argument("--why", required=True, help="the reason, for the books and the machine")
    boards = actions.add_parser("boards", help="list boards that claim to be a known machine")
    approve = actions.add_parser("approve", help="say whether such a board is the machine")
    approve.add_argument("--ledger", required=True, metavar="ID", help="the ledger it opened")
    approve.add_argument("--reject", action="store_true", help="it is not: credit nothing")
    approve.add_argument("--who", required=True, help="who decided")
    approve.add_argument("--why", required=True, help="the reason")
    audited = actions.add_parser("audit", help="check every signature and link in the books")
    audited.add_argument("--kiosk", metavar="NAME", help="of one machine only")
    for parser in (held, decide, boards, approve, audited):
        parser.add_argument("directory", type=Path, metavar="DIR")
        add_database(parser)


def add_database(parser: argparse.ArgumentParser) -> None:
    """Add the one setting that says where the books are."""
    parser.add_argument(
        "--database",
        default=os.environ.get(DATABASE_SETTING),
        metavar="URL",
        help="postgresql+asyncpg://USER@HOST/NAME; left out: SQLite in DIR. With a password in "
        f"it, set {DATABASE_SETTING} instead: a command line is seen by everybody",
    )


def run(args: argparse.Namespace, clock: Clock) -> int:
    """Do one of them. Raises EndpointError saying what is wrong."""
    url = args.database or sqlite_url(args.directory)
    return ACTIONS[args.action](args, url, clock)


def _held(args: argparse.Namespace, url: str, _clock: Clock) -> int:
    for one in decisions.queue(url):
        row = one.row
        sys.stdout.write(
            f"{one.ledger} {one.seq}  {one.kiosk}  {utc_text(row.stored_ms)}  {row.receipt}  "
            f"{row.material}  {'-' if row.net_g is None else row.net_g} g  {row.reason or ''}\n"
        )
    return 0


def _adjudicate(args: argparse.Namespace, url: str, clock: Clock) -> int:
    amount_minor = 0 if args.reject else parse_amount(args.amount)
    desk = Operator.load(args.directory, clock)
    version = decisions.decide(desk, url, args.ledger, args.seq, amount_minor, args.who, args.why)
    said = money_text(MinorUnits(amount_minor)) if amount_minor else "rejected"
    sys.stdout.write(f"{said}: adjudications version {version} is signed\n")
    return 0


def _boards(_args: argparse.Namespace, url: str, _clock: Clock) -> int:
    for row in decisions.look(url, approval.waiting):
        sys.stdout.write(
            f"{row.ledger}  {row.kiosk}  board {row.board}, known as {row.known_board}  "
            f"{row.acked_through} records\n"
        )
    return 0


def _approve(args: argparse.Namespace, url: str, clock: Clock) -> int:
    desk = Operator.load(args.directory, clock)
    said = decisions.approve(desk, url, args.ledger, not args.reject, args.who, args.why)
    word = "approved" if said.approved else "rejected"
    sys.stdout.write(f"board {said.board} is {word}; the server takes it in when it looks\n")
    return 0


def _audit(args: argparse.Namespace, url: str, _clock: Clock) -> int:
    count, found = decisions.look(url, lambda one: audit.audit(one, args.kiosk))
    for one in found:
        sys.stdout.write(f"{one.kiosk} {one.ledger} {one.seq}: {one.what}\n")
    sys.stdout.write(f"{count} records checked, {len(found)} findings\n")
    return 1 if found else 0


ACTIONS: dict[str, Callable[[argparse.Namespace, str, Clock], int]] = {
    "held": _held,
    "adjudicate": _adjudicate,
    "boards": _boards,
    "approve": _approve,
    "audit": _audit,
}


def parse_amount(text: str) -> int:
    """Read ``1.44`` as 144 minor units. Raises EndpointError."""
    found = re.fullmatch(r"(\d{1,6})(?:\.(\d{2}))?", text, re.ASCII)
    amount_minor = int(found[1]) * 100 + int(found[2] or 0) if found else 0
    if amount_minor == 0:
        raise EndpointError(f"--amount {text!r}: write it like 1.44; to credit nothing, --reject")
    return amount_minor
