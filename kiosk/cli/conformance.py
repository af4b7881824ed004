"""``kiosk conformance``: holds anybody's endpoint against the protocol, rule by rule."""

import argparse
import shlex
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import keys
from kiosk.clock import SystemClock
from sync.agent.client import check_url
from sync.agent.errors import SyncError
from sync.conformance import report
from sync.conformance.codes import read_code
from sync.conformance.desk import Desk
from sync.conformance.errors import ConformanceError
from sync.conformance.feed import Feed
from sync.conformance.kit import Kit
from sync.conformance.line import HttpLine, Request
from sync.conformance.rule import Result, choose
from sync.conformance.rule import run as judge
from sync.conformance.rules import ALL

HELP = "hold an endpoint, in any language, against every rule of the cloud protocol"
EXAMPLES = """\
Only for an endpoint that is being tried: the kit enrols machines and books deposits.

  kiosk conformance --list
  kiosk conformance http://127.0.0.1:8087 --code "$(kiosk endpoint code DIR --site a | tail -1)"
  kiosk conformance https://try.example --code @code1.txt --code @code2.txt \\
      --operator-url http://127.0.0.1:8087 --root-key DIR/root.key \\
      --restart "systemctl restart -s KILL endpoint"
  kiosk conformance URL --code @code.txt --only order.gap --only enrol

A code is the whole text of an enrolment QR, KIOSK1:{...}. An operator's desk makes it, good for
one machine and 24 hours; the reference desk by `kiosk endpoint code DIR --site SITE`, whose last
line it is. A second code lets the kit try whether one machine can touch another's ledger.

Exit status: 0 every rule was tried and is kept; 1 a rule is broken; 3 a rule could not be tried.
"""

RESTART_S = 60


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("url", nargs="?", metavar="URL", help="the endpoint, without /v1")
    parser.add_argument(
        "--code",
        action="append",
        default=[],
        metavar="CODE",
        help="an unused enrolment code, or @FILE; a second one tries more",
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="RULE",
        help="this rule, or a group such as enrol; repeat it",
    )
    parser.add_argument("--list", action="store_true", help="list the rules and where they stand")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument(
        "--operator-url", metavar="URL", help="where the operator's requests go (URL)"
    )
    parser.add_argument(
        "--operator-login",
        type=Path,
        metavar="FILE",
        help="holds the operator's Authorization header, such as Basic ...",
    )
    parser.add_argument(
        "--root-key",
        type=Path,
        metavar="FILE",
        help="the endpoint's private root key (PEM), to decide as its operator",
    )
    parser.add_argument("--restart", metavar="COMMAND", help="kills the endpoint and starts it")


def run(args: argparse.Namespace) -> int:
    """Try the rules. Raises ConformanceError or SyncError for what cannot be used."""
    rules = choose(ALL, args.only)
    if args.list:
        sys.stdout.write(report.listed(rules))
        return 0
    if args.url is None:
        raise ConformanceError("which endpoint? give its URL, or --list for the rules")
    clock = SystemClock(Path("/run/systemd/timesync/synchronized"), floor_ms=0)
    line = HttpLine(clock)
    try:
        kit = _kit(args, line, clock)
        results = list(_shown(judge(rules, kit), quiet=args.json))
    finally:
        line.close()
    sys.stdout.write(report.as_json(kit.url, results) if args.json else report.summary(results))
    return report.exit_status(results)


def _shown(results: Iterator[Result], *, quiet: bool) -> Iterator[Result]:
    for result in results:
        if not quiet:
            sys.stdout.write(report.line(result))
            sys.stdout.flush()
        yield result


def _kit(args: argparse.Namespace, line: HttpLine, clock: SystemClock) -> Kit:
    url = check_url(args.url)
    # Better said once than by every rule.
    line.exchange(Request("GET", f"{url}/healthz", {}))
    operator_url = check_url(args.operator_url) if args.operator_url else url
    login = _read(args.operator_login).strip() if args.operator_login else ""
    return Kit(
        url,
        line,
        clock,
        Feed(line, operator_url, clock, login),
        tuple(read_code(_text(code)) for code in args.code),
        Desk(_key(args.root_key), clock) if args.root_key else None,
        _restarter(args.restart, url, line) if args.restart else None,
    )


def _text(code: str) -> str:
    return _read(Path(code[1:])) if code.startswith("@") else code


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConformanceError(f"{path} cannot be read: {error}") from error


def _key(path: Path) -> Ed25519PrivateKey:
    if not path.is_file():
        raise ConformanceError(f"{path}: there is no such key")
    return keys.load_or_create(path)


def _restarter(command: str, url: str, line: HttpLine) -> Callable[[], None]:
    words = shlex.split(command)

    def restart() -> None:
        try:
            subprocess.run(words, check=True, timeout=RESTART_S)
        except (OSError, subprocess.SubprocessError) as error:
            raise ConformanceError(f"--restart: {error}") from error
        for _ in range(RESTART_S * 5):
            try:
                line.exchange(Request("GET", f"{url}/healthz", {}))
            except SyncError:
                threading.Event().wait(0.2)
            else:
                return
        raise ConformanceError(f"--restart: nothing answers at {url} after {RESTART_S} s")

    return restart
