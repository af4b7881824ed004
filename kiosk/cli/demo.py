"""``kiosk demo``: the whole machine and its cloud on this computer, in a browser."""

import argparse
import shlex
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import msgspec

from kiosk import logs
from kiosk.clock import SystemClock
from kiosk.demo import leash
from kiosk.demo.assembly import Assembly
from kiosk.demo.dialects import chosen
from kiosk.demo.home import Home
from kiosk.demo.layout import CALM, QUICK, Layout
from kiosk.demo.once import Once
from kiosk.demo.page import listen
from kiosk.demo.patience import EndedError, Patience
from kiosk.demo.serve import serve

HELP = "run the whole machine on this computer: a simulated world, the real processes, a page"
EXAMPLES = """examples:
  kiosk demo                          a page on http://127.0.0.1:8080/
  kiosk demo --port 0 --open          on any free port, opened in your browser
  kiosk demo --dir demo-data          keep the machine and its ledger for the next time
  kiosk demo --pieces                 plastic bottles are scanned and paid by the piece
  kiosk demo --dialect metal=sma      the scale under the metal speaks SMA; any dialect will do
  kiosk demo --once                   one deposit that plays by itself; prints one line of JSON
"""

DEFAULT_PORT = 8080
PORT_MAX = 65_535
ENDED_BY_SIGNAL = 130


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help=f"the page's port ({DEFAULT_PORT})"
    )
    parser.add_argument(
        "--dir", type=Path, help="keep everything here, and go on from there the next time"
    )
    parser.add_argument(
        "--once", action="store_true", help="play one deposit without a page and compare the books"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the simulated world's chances (1)")
    parser.add_argument(
        "--keep", action="store_true", help="do not remove the temporary directory at the end"
    )
    parser.add_argument(
        "--quick", action="store_true", help="doors of half a second and scales that soon rest"
    )
    parser.add_argument(
        "--pieces", action="store_true", help="plastic bottles are scanned and paid by the piece"
    )
    parser.add_argument(
        "--dialect",
        action="append",
        default=[],
        metavar="[BIN=]NAME",
        help="what the scales speak, such as toledo-8217 or metal=sma; may be repeated",
    )
    parser.add_argument("--open", action="store_true", help="open the page in a browser")


def run(args: argparse.Namespace) -> int:
    """Run it. Raises KioskError saying what is wrong and what to do."""
    clock = SystemClock(Path("/run/systemd/timesync/synchronized"), floor_ms=0)
    bins = chosen(args.dialect)
    # The port is taken first, so that a taken one costs nothing.
    listener = None if args.once else listen(args.port)
    with Patience(clock) as patience, listener or nullcontext():
        home = Home.make(args.dir, args.keep, QUICK if args.quick else CALM, bins)
        try:
            with home.log() as log:
                # The terminal is for the person; events go where the processes' events go.
                logs.setup("demo", clock, log)
                with Assembly(home.layout, args.seed, clock, by_piece=args.pieces) as assembly:
                    if listener is None:
                        return _once(assembly, patience, clock)

                    def opened(address: str) -> None:
                        _say(how_to_look(home.layout, kept=args.keep or args.dir is not None))
                        if args.open:
                            _browse(address)

                    serve(assembly, listener, patience, _say, opened)
            return 0
        finally:
            home.remove()
            if args.keep and args.dir is None:
                _say(f"kept: {home.layout.home}")


def _once(assembly: Assembly, patience: Patience, clock: SystemClock) -> int:
    try:
        verdict = Once(assembly, patience, clock).play()
    except EndedError:
        _say("ended before the deposit was finished")
        return ENDED_BY_SIGNAL
    sys.stdout.write(msgspec.json.encode(verdict.told).decode() + "\n")
    for difference in verdict.differences:
        _say(f"kiosk: {difference}")
    return 1 if verdict.differences else 0


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def how_to_look(layout: Layout, *, kept: bool) -> str:
    """Where everything is, and the two commands that look at it while it runs."""
    settings = shlex.quote(str(layout.config))
    fate = "kept" if kept else "removed at the end; --dir DIR keeps it"
    return (
        f"everything is in {layout.home} ({fate}); look at it with\n"
        f"  {_kiosk()} ledger show --config {settings}\n"
        f"  {_kiosk()} status --config {settings}"
    )


def _kiosk() -> str:
    """This command as a person can type it: `make demo` runs it without it being on the PATH."""
    beside = Path(sys.executable).with_name("kiosk")
    if shutil.which("kiosk") or not beside.exists():
        return "kiosk"
    here = Path.cwd()
    return shlex.quote(str(beside.relative_to(here) if beside.is_relative_to(here) else beside))


def _browse(address: str) -> None:
    """Open the page with whatever this computer opens pages with."""
    command = (sys.executable, "-IS", leash.__file__, "0", sys.executable, "-m", "webbrowser")
    subprocess.Popen(
        (*command, address),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _port(text: str) -> int:
    if text.isascii() and text.isdecimal() and int(text) <= PORT_MAX:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 (any free one) to {PORT_MAX}")
