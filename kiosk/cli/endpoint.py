"""``kiosk endpoint``: the operator's desk and the reference endpoint."""

import argparse
import signal
import sys
from pathlib import Path

import segno

from kiosk.cli import (
    endpoint_books,
    endpoint_command,
    endpoint_phones,
    endpoint_settings,
    endpoint_tariff,
)
from kiosk.clock import SystemClock
from kiosk.logs import setup
from kiosk.products import ProductList, ProductsError
from sync.endpoint import operator, serve
from sync.endpoint.errors import EndpointError

HELP = "the operator's side: keys, tariff, enrolment codes, and the reference endpoint"
EXAMPLES = """\
  kiosk endpoint init books --url http://127.0.0.1:8087 --price paper=0.80 --price metal=2.40
  kiosk endpoint serve books --port 8087
  kiosk endpoint code books --site yard-07
  kiosk endpoint tariff books --price paper=0.85 --price metal=2.40
  kiosk endpoint sign /media/safe/root.key tariff-00000002.unsigned.json
  kiosk endpoint held books
  kiosk endpoint adjudicate books --ledger ID --seq 7 --amount 1.44 --who Wang --why "seen"
  kiosk endpoint audit books
  kiosk endpoint command books yard-07-01 close-compartment paper --expires 24h
  kiosk endpoint commands books yard-07-01
  kiosk endpoint tariff books --price paper=0.85 --by-piece plastic
  kiosk endpoint products books bottles.txt
  kiosk endpoint effect books --factor paper=3900 --source "en=A handbook" --car 250
  kiosk endpoint material books foam --name zh=泡沫箱 --name "en=Foam boxes"
"""

PRODUCTS_FORMAT = """\
a product list is a text: this first line, then a product a line, sorted by GTIN (14 digits);
prices are minor units a piece, masses whole grams:
  kiosk-products 1
  05901234123457;plastic;10;18;32

  kiosk endpoint products books bottles.txt
"""

DEFAULT_PORT = 8087


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the subcommands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    init = actions.add_parser("init", help="make an operator's directory")
    init.add_argument("directory", type=Path, metavar="DIR")
    init.add_argument("--url", required=True, help="how machines reach the endpoint")
    endpoint_tariff.add_prices(init)
    init.add_argument("--operator", default="Recycling operator", help="the operator's name")
    init.add_argument("--contact", default="", help="what residents may call")
    init.add_argument("--site-zh", default="", help="the site's name in Chinese")
    init.add_argument("--site-en", default="", help="the site's name in English")
    init.add_argument("--currency", default="CNY")
    init.add_argument("--interval", type=int, default=60, metavar="SECONDS",
                      help="how often machines ask for news (60)")  # fmt: skip
    serving = actions.add_parser("serve", help="serve machines and the page of books")
    serving.add_argument("directory", type=Path, metavar="DIR")
    serving.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    serving.add_argument("--port", type=int, default=DEFAULT_PORT, help=f"({DEFAULT_PORT})")
    serving.add_argument("--workers", type=int, default=1, metavar="N",
                         help="processes that share the port, with PostgreSQL (1)")  # fmt: skip
    serving.add_argument("--page-host", action="append", default=[], metavar="NAME",
                         help="a name under which your proxy, with a login, shows the pages; "
                         "repeat it")  # fmt: skip
    endpoint_books.add_database(serving)
    code = actions.add_parser("code", help="make a one-time enrolment code, good for 24 hours")
    code.add_argument("directory", type=Path, metavar="DIR")
    code.add_argument("--site", required=True, help="where the machine stands, such as yard-07")
    products = actions.add_parser(
        "products",
        help="check, sign and publish a product list",
        epilog=PRODUCTS_FORMAT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    products.add_argument("directory", type=Path, metavar="DIR")
    products.add_argument("file", type=Path, metavar="FILE", help="the list")
    endpoint_tariff.configure(actions)
    endpoint_phones.configure(actions, endpoint_books.add_database)
    endpoint_settings.configure(actions)
    endpoint_books.configure(actions)
    endpoint_command.configure(actions, endpoint_books.add_database)


def run(args: argparse.Namespace) -> int:
    """Do it. Raises EndpointError or TrustError saying what is wrong."""
    clock = SystemClock(Path("/run/systemd/timesync/synchronized"), floor_ms=0)
    if args.action == "init":
        _init(args, clock)
    elif args.action == "serve":
        _serve(args, clock)
    elif args.action == "code":
        code = operator.Operator.load(args.directory, clock).new_code(args.site)
        text = operator.code_text(code)
        segno.make(text, micro=False).terminal(out=sys.stdout, compact=True)
        sys.stdout.write(f"{text}\n")
    elif args.action in endpoint_command.ACTIONS:
        return endpoint_command.run(args, clock)
    elif args.action in endpoint_books.ACTIONS:
        return endpoint_books.run(args, clock)
    elif args.action in endpoint_phones.ACTIONS:
        return endpoint_phones.run(args, clock)
    elif args.action in endpoint_settings.ACTIONS:
        return endpoint_settings.run(args, clock)
    elif args.action in endpoint_tariff.ACTIONS:
        return endpoint_tariff.run(args, clock)
    else:
        _publish_products(args, clock)
    return 0


def _init(args: argparse.Namespace, clock: SystemClock) -> None:
    operator.create(
        args.directory,
        args.url,
        endpoint_tariff.read_prices(args),
        clock,
        operator=args.operator,
        contact=args.contact,
        site_name_zh=args.site_zh,
        site_name_en=args.site_en,
        currency=args.currency,
        interval_s=args.interval,
    )
    sys.stdout.write(
        f"{args.directory} is ready. Keep root.key safe: every machine's trust hangs on it.\n"
        f"Next: kiosk endpoint serve {args.directory}\n"
    )


def _publish_products(args: argparse.Namespace, clock: SystemClock) -> None:
    try:
        text = args.file.read_bytes()
        rows = len(ProductList.parse(text))
    except OSError as error:
        raise EndpointError(f"{args.file} cannot be read ({error.strerror})") from error
    except ProductsError as error:
        raise EndpointError(f"{args.file}: {error}") from error
    version = operator.Operator.load(args.directory, clock).publish_products(text)
    sys.stdout.write(
        f"products version {version} is signed: {rows} products, {len(text)} bytes; "
        "machines fetch it when they ask\n"
    )


def _serve(args: argparse.Namespace, clock: SystemClock) -> None:
    setup("endpoint", clock, sys.stderr)

    def ready(port: int) -> None:
        host = f"[{args.host}]" if ":" in args.host else args.host
        sys.stdout.write(f"serving http://{host}:{port}/books\n")
        sys.stdout.flush()

    # The server ends in order on a signal and raises it again afterwards: end quietly then.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    serve.run(
        args.directory,
        args.host,
        args.port,
        clock,
        ready,
        args.database,
        workers=args.workers,
        page_hosts=tuple(args.page_host),
    )
