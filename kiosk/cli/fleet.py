"""``kiosk fleet``: a whole fleet of simulated machines against a real endpoint."""

import argparse
import asyncio
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.cli import endpoint_books
from kiosk.clock import Clock, SystemClock
from kiosk.cloud import EnrolmentCode
from kiosk.ledger import Draft, Stamp
from kiosk.ledger.drafts import Pen
from kiosk.wire import SignedRecord
from sync.agent.client import check_url
from sync.agent.course import PATIENT
from sync.endpoint import operator
from sync.fleet import report
from sync.fleet.books import compare
from sync.fleet.deposits import PRICES
from sync.fleet.errors import FleetError
from sync.fleet.fleet import DEPOSITS_A_DAY, Drained, Fleet, FleetClock
from sync.fleet.ledger import Words
from sync.fleet.machine import Setting

HELP = "load an endpoint with a whole fleet after an outage, and compare every ledger"
EXAMPLES = """examples:
  kiosk fleet --kiosks 50 --outage 2h          its own endpoint on SQLite
  kiosk fleet --kiosks 2500 --outage 24h --database postgresql+asyncpg://USER@HOST/NAME
  kiosk endpoint code books --site yard-07 >> codes.txt        once for every machine
  kiosk fleet --url http://127.0.0.1:8087 --codes codes.txt    against an endpoint that runs

The outage passes in virtual time, because nothing is sent in it. Enrolment, and everything from
the network's return on, is real: every request, signature, answer and wait. Agents come back
within eight minutes, as the endpoint asks them to (retry_cap_s), so that is how long it takes.
It ends with 1 when a record or credit is lost or doubled, or was not delivered in time.
"""

KIOSKS_MAX = 100_000
LOGGED_EVERY_MS = 20_000
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument("--kiosks", type=int, metavar="N", help="machines (2500, or one a code)")
    parser.add_argument("--outage", type=_lasting_s, default="24h", metavar="TIME",
                        help="how long the network is away, such as 90m (24h)")  # fmt: skip
    parser.add_argument("--deposits-per-day", type=int, metavar="N",
                        help="of each machine (19 to 60)")  # fmt: skip
    parser.add_argument("--seed", type=int, help="of keys, residents and chances (random); "
                        "a seed is good once for an endpoint")  # fmt: skip
    parser.add_argument("--limit", type=_lasting_s, default="1h", metavar="TIME",
                        help="give up so long after the return (1h)")  # fmt: skip
    parser.add_argument("--url", help="of an endpoint that runs already; left out: start one")
    parser.add_argument("--codes", type=Path, metavar="FILE",
                        help="its codes, as `kiosk endpoint code` writes them")  # fmt: skip
    parser.add_argument("--workers", type=int, default=1, metavar="N",
                        help="processes of the endpoint that is started (PostgreSQL)")  # fmt: skip
    endpoint_books.add_database(parser)


def run(args: argparse.Namespace) -> int:
    """Run it; 1 when the books differ. Raises FleetError or EndpointError."""
    if (args.url is None) != (args.codes is None):
        raise FleetError("--url and --codes go together: codes come from that endpoint's operator")
    clock = SystemClock(Path("/run/systemd/timesync/synchronized"), floor_ms=0)
    seed = secrets.randbelow(1_000_000) if args.seed is None else args.seed
    _say(f"seed {seed}")
    if args.url is not None:
        codes = read_codes(args.codes)
        if args.kiosks is not None and args.kiosks > len(codes):
            raise FleetError(f"{args.codes} holds {len(codes)} codes; {args.kiosks} are needed")
        return _play(args, check_url(args.url), codes[: args.kiosks], seed, clock, None)
    kiosks = 2_500 if args.kiosks is None else args.kiosks
    if not 1 <= kiosks <= KIOSKS_MAX:
        raise FleetError(f"--kiosks {kiosks}: 1 to {KIOSKS_MAX}")
    with tempfile.TemporaryDirectory(prefix="kiosk-fleet-") as home:
        desk = operator.create(Path(home) / "books", "http://127.0.0.1:1", PRICES, clock)
        _say(f"writing {kiosks} enrolment codes")
        codes = [desk.new_code(f"yard-{number:05d}") for number in range(kiosks)]
        with _serving(desk.directory, args.database, args.workers) as (url, pid):
            status = _play(args, url, codes, seed, clock, pid)
        return _audit(desk.directory, args.database) or status


def read_codes(path: Path) -> list[EnrolmentCode]:
    """Read codes, one a line behind ``KIOSK1:``; other lines, such as the QR's, are passed over.

    Raises FleetError.
    """
    prefix = operator.CODE_PREFIX.encode()
    try:
        lines = [line.strip() for line in path.read_bytes().splitlines()]
        texts = [line.removeprefix(prefix) for line in lines if line.startswith(prefix)]
        found = [msgspec.json.decode(text, type=EnrolmentCode) for text in texts]
    except (OSError, msgspec.DecodeError) as error:
        raise FleetError(f"{path}: the enrolment codes cannot be read: {error}") from error
    if not found:
        raise FleetError(f"{path} holds no line that begins with {operator.CODE_PREFIX}")
    return found


class FleetPen:
    """The product's own pen, for a machine that is simulated."""

    def __init__(self, ledger: str, key: Ed25519PrivateKey) -> None:
        self._pen = Pen(ledger, key)

    def write(self, words: Words, seq: int, prev: str) -> SignedRecord:
        """Write and sign a record as a machine's ledger does."""
        stamp = Stamp(
            kiosk=words.kiosk,
            offline=False,
            boot_id=words.boot_id,
            mono_ms=words.mono_ms,
            utc=words.utc,
            clk="S",
            software="0.1.0 1-0000000000000000",
            parameters="0" * 64,
            event_counter=5,
            calibration=1,
        )
        record, _ = self._pen.write(Draft(words.session, words.cause, words.body), stamp, seq, prev)
        return record


def _play(
    args: argparse.Namespace,
    url: str,
    codes: list[EnrolmentCode],
    seed: int,
    real: SystemClock,
    pid: int | None,
) -> int:
    clock, several = FleetClock(real), args.deposits_per_day
    setting = Setting(url, clock, PATIENT, FleetPen, lead_ms=args.outage * 1000)
    share = DEPOSITS_A_DAY if several is None else (several, several)
    fleet = Fleet(setting, clock, codes, seed, _Progress(real).tell, share, limit_s=args.limit)
    return asyncio.run(_through(fleet, args.outage, pid))


async def _through(fleet: Fleet, lasting_s: int, pid: int | None) -> int:
    async with fleet:
        _say(f"{len(fleet.codes)} machines enrol at {fleet.setting.base}")
        await fleet.enrol()
        _say(f"the network is away for {lasting_s / 3600:g} h")
        fleet.lose_network(lasting_s * 1000)
        _say("the network is back")
        before, own = cpu_s(pid), cpu_s(os.getpid())
        drained = await fleet.drain()
        spent, own = cpu_s(pid) - before, cpu_s(os.getpid()) - own
        for line in report.measured(fleet, lasting_s, drained):
            _say(line)
        if pid is not None:
            _say(_processor("endpoint", spent, drained))
        load = os.getloadavg()[0]
        _say(f"{_processor('fleet', own, drained)}; load of this computer {load:.1f}")
        _say("comparing the books")
        verdict = await compare(fleet.setting.base, fleet.machines)
    for line in report.compared(verdict):
        _say(line)
    return 0 if verdict.agrees else 1


def _processor(who: str, spent_s: float, drained: Drained) -> str:
    requests = sum(map(len, drained.tally.took_s.values()))
    return (
        f"{'processor':<14} {who} {spent_s:.1f} s, {100 * spent_s / drained.took_s:.0f} % of one "
        f"core, {1000 * spent_s / max(1, requests):.1f} ms a request"
    )


@contextmanager
def _serving(directory: Path, database: str | None, workers: int) -> Iterator[tuple[str, int]]:
    """Run a real endpoint as a process of its own; gives its address and process id."""
    words = ["serve", str(directory), "--port", "0", "--workers", str(workers)]
    log = directory.parent / "endpoint.log"
    with log.open("wb") as stderr:
        # A session of its own: the terminal's Ctrl-C is for us, and we end it in order.
        process = subprocess.Popen(
            _endpoint(words, database),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
    assert process.stdout is not None
    try:
        found = re.fullmatch(r"serving (http://\S+)/books\n", process.stdout.readline())
        if found is None:
            raise FleetError(f"the endpoint did not start:\n{log.read_text(encoding='utf-8')}")
        yield found[1], process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        process.stdout.close()


def _audit(directory: Path, database: str | None) -> int:
    """Every signature and link of what is stored, by the endpoint's own audit."""
    _say("checking every record in the books")
    return subprocess.run(_endpoint(["audit", str(directory)], database), check=False).returncode


def _endpoint(words: list[str], database: str | None) -> list[str]:
    command = [sys.executable, "-m", "kiosk.cli.main", "endpoint", *words]
    return [*command, "--database", database] if database else command


def cpu_s(pid: int | None) -> float:
    """Return the processor seconds of a process and its children until now; 0 for none."""
    if pid is None:
        return 0.0
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    ticks = 0
    for one in (pid, *map(int, children)):
        # The second field is the program's name in brackets, with any character in it.
        text = Path(f"/proc/{one}/stat").read_text(encoding="utf-8")
        ticks += sum(int(field) for field in text.rpartition(")")[2].split()[11:13])
    return ticks / os.sysconf("SC_CLK_TCK")


def _lasting_s(text: str) -> int:
    found = re.fullmatch(r"(\d{1,6})([smhd])", text, re.ASCII)
    if found is None or int(found[1]) == 0:
        raise argparse.ArgumentTypeError(f"{text!r}: write a time such as 90m, 24h or 3d")
    return int(found[1]) * _UNITS_S[found[2]]


class _Progress:
    """One line that is written over on a terminal; elsewhere one now and then, for logs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next_ms = 0

    def tell(self, line: str) -> None:
        """Take the latest line."""
        now_ms = self._clock.monotonic_ms()
        if sys.stdout.isatty():
            sys.stdout.write(f"\r\x1b[K{line}")
            sys.stdout.flush()
        elif now_ms >= self._next_ms:
            self._next_ms = now_ms + LOGGED_EVERY_MS
            _say(line)


def _say(line: str) -> None:
    sys.stdout.write(f"\r\x1b[K{line}\n" if sys.stdout.isatty() else f"{line}\n")
    sys.stdout.flush()
