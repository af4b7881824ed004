"""``kiosk ledger``: verify or show the ledger, beside a running controller or from its files."""

import argparse
import sys
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from kiosk import config, records
from kiosk.ledger import (
    LEDGER_DIR,
    AlreadyRunningError,
    DataLock,
    LedgerError,
    LedgerReader,
    export,
)
from kiosk.ledger.chain import Owner
from kiosk.ledger.folders import current
from kiosk.ledger.live import AgentSocket
from kiosk.ledger.verify import Report, deposit_row, told_aside, verify, verify_stream
from kiosk.ledger.words import told
from kiosk.money import money_text, weight_text
from kiosk.records import (
    Correction,
    Deposit,
    Record,
    RecordUnreadableError,
    Totals,
    TotalsSource,
)
from kiosk.units import Grams, MinorUnits
from kiosk.wire import SignedRecord

HELP = "Verify the ledger (exit status 0 only if every record is whole), show it, add it up."
EXAMPLES = """examples:
  kiosk ledger verify                           of the machine in /etc/kiosk/kiosk.toml
  kiosk ledger verify --data-dir /mnt/var/lib/kiosk --json    of a disk taken out
  kiosk ledger show --last 5                    the last five records
  kiosk ledger show --deposits --json           all outcomes of deposits, one JSON object a line
  kiosk ledger totals                           lifetime, and since the last collection
  kiosk ledger export --format csv > day.csv    every outcome, for a spreadsheet

All read the files when no controller runs, else they ask the controller for the exact bytes.
`verify`, `totals` and `export` exit with 0 when everything was verified, 1 when problems were
found, 2 when nothing could be read; the first two with 3 when the ledger in use is whole and others
were set aside beside it.
"""
DEFAULT_CONFIG = Path("/etc/kiosk/kiosk.toml")
DEFAULT_LAST = 20
READ_RECORDS = 200
ASIDE_STATUS = 3
READ_BYTES = 1 << 20


ACTIONS = {
    "verify": "check every record",
    "show": "print records as a table",
    "totals": "verify, and print the sums",
    "export": "write every outcome as a row",
}


SOURCES: dict[TotalsSource | None, str] = {
    None: "not said: the ledger was begun by an earlier version",
    "records": "this machine's own records, all of them",
    "earlier": "what was whole of an earlier ledger on this disk, and the records since; the cloud "
    "has not said yet what it knows beyond that",
    "cloud": "the cloud's, when this ledger followed another, and the records since",
}
"""Where the totals come from, in words."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="|".join(ACTIONS))
    for name, text in ACTIONS.items():
        command = commands.add_parser(name, help=text)
        where = command.add_mutually_exclusive_group()
        where.add_argument("--config", type=Path, default=None, help="the machine's file")
        where.add_argument("--data-dir", type=Path, default=None, help="a controller's data folder")
        if name == "export":
            command.add_argument("--format", choices=("csv", "json"), default="csv")
            continue
        command.add_argument("--json", action="store_true", help="print JSON")
        if name == "show":
            many = f"how many, from the end; 0: all (default: {DEFAULT_LAST})"
            command.add_argument("--last", type=int, default=DEFAULT_LAST, metavar="N", help=many)
            command.add_argument("--deposits", action="store_true", help="outcomes only")


@dataclass(frozen=True)
class Place:
    """Where the ledger is: its files, and the socket of the controller that may be using them."""

    data_dir: Path
    socket: Path | None


def run(args: argparse.Namespace) -> int:
    """Carry it out. Raises KioskError when nothing can be read."""
    if args.data_dir is not None:
        place = Place(args.data_dir, None)
    else:
        machine = config.load(args.config or DEFAULT_CONFIG).machine
        place = Place(machine.data_dir, machine.runtime_dir / "agent.sock")
    if args.action == "export":
        write = export.write_csv if args.format == "csv" else export.write_json
        write(export.rows(_records(place)), sys.stdout)
        # Accountants pay by these rows: what is wrong with the ledger is told with them.
        report = _verified(place)
        if not report.ok:
            sys.stdout.flush()
            sys.stderr.write(_doubt(report))
        return 0 if report.ok else 1
    if args.action in ("verify", "totals"):
        report = _verified(place)
        if args.json:
            sys.stdout.write(_json(report))
        else:
            sys.stdout.write((_table if args.action == "verify" else _sums)(report))
        return ASIDE_STATUS if report.ok and report.aside else 0 if report.ok else 1
    if args.last < 0:
        raise LedgerError(f"--last {args.last}: give how many records to show, or 0 for all")
    _show(place, args.last, deposits=args.deposits, as_json=args.json)
    return 0


def _verified(place: Place) -> Report:
    try:
        with DataLock(place.data_dir, shared=True):
            return verify(place.data_dir / LEDGER_DIR)
    except AlreadyRunningError as running:
        with _controller(place, running) as agent:
            hello = agent.hello
            owner = Owner(hello.ledger, hello.record_key, hello.board)
            report = verify_stream(
                agent.records(),
                hello.record_key,
                owner=owner,
                acked_through=hello.acked_through,
            )
        aside = told_aside(place.data_dir / LEDGER_DIR, hello.record_key)
        return replace(report, aside=aside)


@contextmanager
def _controller(place: Place, running: AlreadyRunningError) -> Iterator[AgentSocket]:
    if place.socket is None:
        raise LedgerError(f"{running}; name its configuration with --config instead")
    with AgentSocket(place.socket) as agent:
        yield agent


def _records(place: Place) -> Iterator[SignedRecord]:
    try:
        with DataLock(place.data_dir, shared=True):
            yield from _from_files(place.data_dir / LEDGER_DIR)
            return
    except AlreadyRunningError as error:
        running = error
    with _controller(place, running) as agent:
        yield from agent.records()


def _from_files(directory: Path) -> Iterator[SignedRecord]:
    folder = current(directory)
    if folder is None:
        raise LedgerError(f"{directory}: holds no ledger")
    reader = LedgerReader(folder)
    try:
        seq = 0
        while found := reader.after(seq, READ_RECORDS, READ_BYTES):
            yield from found
            seq = found[-1].seq
    finally:
        reader.close()


def _doubt(report: Report) -> str:
    count, first = len(report.problems), report.problems[0]
    return f"kiosk: NOT VERIFIED, {count} problems: {first}; see `kiosk ledger verify`\n"


# ---- verify ----


def _json(report: Report) -> str:
    answer = {
        "verified": report.ok,
        "ledger": report.ledger,
        "records": report.records,
        "first_seq": report.first_seq,
        "head_seq": report.head_seq,
        "head_hash": report.head_hash,
        "record_key": report.record_key,
        "board": report.board,
        "deposits": [deposit_row(seq, deposit) for seq, deposit in report.deposits],
        "open": report.open,
        "totals": report.totals,
        "since_collection": report.since,
        "totals_source": report.source,
        "decided": report.corrections,
        "problems": report.problems,
        "aside": report.aside,
    }
    return msgspec.json.encode(answer).decode() + "\n"


def _table(report: Report) -> str:
    outcomes = Counter(deposit.outcome for _, deposit in report.deposits)
    said = ", ".join(f"{count} {name}" for name, count in sorted(outcomes.items()))
    lines = [
        f"ledger    {report.ledger}",
        f"machine   board {report.board}, record key {report.record_key}",
        f"records   {report.records}, the last is {report.head_seq}: {report.head_hash}",
    ]
    if report.first_seq > 1:
        lines.append(f"pruned    records 1 to {report.first_seq - 1}, acknowledged by the cloud")
    lines.append(f"deposits  {len(report.deposits)}{f': {said}' if said else ''}")
    lines += [f"total     {_sum(one)}" for one in report.totals]
    lines.append(f"source    {SOURCES[report.source]}")
    lines += [f"open      record {seq}: a deposit without an outcome yet" for seq in report.open]
    lines += [f"aside     {told}" for told in report.aside]
    return _ending(lines, report)


def _sums(report: Report) -> str:
    """The totals nobody can reset, and those that only a collection does (P7)."""
    lines = [f"ledger    {report.ledger}, record {report.head_seq}"]
    lines += [f"lifetime  {_sum(one)}" for one in report.totals]
    lines += [f"in bag    {_sum(one)}" for one in report.since]
    lines.append(f"source    {SOURCES[report.source]}")
    lines += [f"decided   {one}" for one in _decided(report.corrections)]
    return _ending(lines, report)


def _decided(corrections: Sequence[Correction]) -> Iterator[str]:
    """What the operator decided about HELD deposits, a line a currency: apart from the totals,
    which hold what the machine itself paid (cloud.md)."""
    for currency in sorted({one.currency for one in corrections}):
        mine = [one for one in corrections if one.currency == currency]
        money = money_text(MinorUnits(sum(one.amount_minor for one in mine)))
        yield f"{len(mine)} held deposits by the operator: {money} {currency}, not in the totals"


def _sum(one: Totals) -> str:
    return (
        f"{one.compartment} {one.material}: {one.deposits} deposits, "
        f"{weight_text(Grams(one.net_g))} kg, "
        f"{money_text(MinorUnits(one.amount_minor))} {one.currency}"
    )


def _ending(lines: list[str], report: Report) -> str:
    lines += [f"problem   {problem}" for problem in report.problems]
    if report.ok and report.aside:
        lines.append(f"VERIFIED, BESIDE {len(report.aside)} SET ASIDE: what they lost is not here")
        return "\n".join(lines) + "\n"
    lines.append("VERIFIED" if report.ok else f"NOT VERIFIED, {len(report.problems)} problems")
    return "\n".join(lines) + "\n"


# ---- show ----


def _show(place: Place, last: int, *, deposits: bool, as_json: bool) -> None:
    wanted = (
        (signed, record)
        for signed in _records(place)
        for record in (_decoded(signed),)
        if not deposits or (record is not None and isinstance(record.body, Deposit))
    )
    chosen = deque(wanted, maxlen=last or None)
    write = _json_line if as_json else _row
    for signed, record in chosen:
        sys.stdout.write(write(signed, record) + "\n")


def _decoded(signed: SignedRecord) -> Record | None:
    try:
        return records.decode(signed.data)
    except RecordUnreadableError:
        return None


def _json_line(signed: SignedRecord, record: Record | None) -> str:
    """The record's own bytes, with what stands beside them."""
    line = {
        "seq": signed.seq,
        "hash": records.digest(signed.data),
        "sig": signed.sig,
        "record": None if record is None else msgspec.Raw(signed.data),
    }
    return msgspec.json.encode(line).decode()


def _row(signed: SignedRecord, record: Record | None) -> str:
    if record is None:
        return f"{signed.seq:>7}  unreadable"
    when = record.utc or f"boot {record.boot_id[:8]} + {record.mono_ms // 1000} s"
    kind = str(type(record.body).__struct_config__.tag)
    return f"{record.seq:>7}  {when:<24} {record.clk}  {kind:<18}{told(record.body)}".rstrip()
