"""The subcommands of ``kiosk endpoint`` that look into the books or decide by them."""

import argparse
import os
import re
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from kiosk.clock import Clock, utc_text
from kiosk.money import money_text
from kiosk.units import MinorUnits
from sync.endpoint import approval, audit, backup, bags, decisions, export
from sync.endpoint.database import sqlite_url
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator

BAGS_MOST = 1_000
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
    exported = actions.add_parser("export", help="write deposits of a period as CSV")
    exported.add_argument("--site", metavar="SITE", help="of one site only")
    exported.add_argument("--from", required=True, dest="first", metavar="DAY",
                          help="first day they were booked on, such as 2026-11-01")  # fmt: skip
    exported.add_argument("--to", required=True, dest="last", metavar="DAY", help="last day")
    exported.add_argument("--totals", action="store_true",
                          help="sums by site, material and outcome instead")  # fmt: skip
    collected = actions.add_parser("bags", help="list the bags that were taken out, newest first")
    collected.add_argument("--kiosk", metavar="NAME", help="of one machine only")
    station = actions.add_parser(
        "weigh-bag", help="enter what the transfer station's scale says of a bag"
    )
    station.add_argument("--kiosk", required=True, metavar="NAME")
    station.add_argument("--bag", required=True, metavar="CODE", help="as `bags` lists it")
    station.add_argument("--grams", required=True, type=int, help="without the bag itself")
    station.add_argument("--who", required=True, help="who weighed it")
    balances = actions.add_parser("balances", help="write what each resident is owed as CSV")
    backup = actions.add_parser("backup", help="copy DIR and its SQLite books while it is served")
    restored = actions.add_parser("restored", help="tell books that an older copy was put back")
    several = (
        held,
        decide,
        boards,
        approve,
        audited,
        exported,
        balances,
        collected,
        station,
        backup,
        restored,
    )
    for parser in several:
        parser.add_argument("directory", type=Path, metavar="DIR")
        add_database(parser)
    backup.add_argument("target", type=Path, metavar="TARGET", help="a directory to be made")


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


def _export(args: argparse.Namespace, url: str, _clock: Clock) -> int:
    when = export.period(args.first, args.last)
    lines = export.totals_csv if args.totals else export.deposits_csv
    return _write(url, lambda connection: lines(connection, args.site, when))


def _balances(_args: argparse.Namespace, url: str, _clock: Clock) -> int:
    return _write(url, export.balances_csv)


def _bags(args: argparse.Namespace, url: str, _clock: Clock) -> int:
    for row in decisions.look(url, lambda one: bags.newest(one, args.kiosk, BAGS_MOST)):
        sys.stdout.write(f"{_told(row)}\n")
    return 0


def _weigh_bag(args: argparse.Namespace, url: str, clock: Clock) -> int:
    now_ms = clock.wall().utc_ms or 0
    said = (args.kiosk, args.bag, args.grams, args.who, now_ms)
    row = decisions.change(url, lambda one: bags.weighed(one, *said))
    sys.stdout.write(
        f"{row.kiosk} bag {row.bag}: {row.sum_g} g by the books, {args.grams} g at the station: "
        f"{args.grams - row.sum_g:+d} g\n"
    )
    return 0


def _told(row: Row[Any]) -> str:
    own = "not weighed" if row.removed_g is None else f"{row.removed_g} g weighed"
    off = "" if row.difference_g is None else f" ({row.difference_g:+d}, {row.tolerance_g} allowed)"
    station = "" if row.station_g is None else f", {row.station_g} g at the station"
    return (
        f"{utc_text(row.stored_ms)}  {row.kiosk} {row.compartment} {row.bag}: {row.deposits} "
        f"deposits, {row.sum_g} g by the books, {own}{off}{station}"
    )


def _write(url: str, lines: Callable[[AsyncConnection], AsyncIterator[str]]) -> int:
    async def work(connection: AsyncConnection) -> None:
        async for line in lines(connection):
            sys.stdout.write(line)

    decisions.look(url, work)
    return 0


def _backup(args: argparse.Namespace, url: str, _clock: Clock) -> int:
    backup.copy(args.directory, args.target)
    books = "" if args.database is None else "; the books are in PostgreSQL: copy them by pg_dump"
    sys.stdout.write(f"{args.target} is a copy of {args.directory}{books}\n")
    return 0


def _restored(_args: argparse.Namespace, url: str, _clock: Clock) -> int:
    decisions.change(url, backup.restored)
    sys.stdout.write("the credit feed goes on beyond every number that was given before\n")
    return 0


ACTIONS: dict[str, Callable[[argparse.Namespace, str, Clock], int]] = {
    "held": _held,
    "adjudicate": _adjudicate,
    "boards": _boards,
    "approve": _approve,
    "audit": _audit,
    "export": _export,
    "balances": _balances,
    "bags": _bags,
    "weigh-bag": _weigh_bag,
    "backup": _backup,
    "restored": _restored,
}


def parse_amount(text: str) -> int:
    """Read ``1.44`` as 144 minor units. Raises EndpointError."""
    found = re.fullmatch(r"(\d{1,6})(?:\.(\d{2}))?", text, re.ASCII)
    amount_minor = int(found[1]) * 100 + int(found[2] or 0) if found else 0
    if amount_minor == 0:
        raise EndpointError(f"--amount {text!r}: write it like 1.44; to credit nothing, --reject")
    return amount_minor
