"""The subcommands of ``kiosk endpoint`` about prices: publish them here, or sign a file."""

import argparse
import re
import sys
from pathlib import Path
from typing import Any

from kiosk import keys
from kiosk.clock import Clock, utc_text
from kiosk.documents import Document, Tariff, issue
from kiosk.money import price_text
from kiosk.units import PriceE4
from sync.endpoint import prices, tariffs
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator, write_durably

ACTIONS = ("tariff", "sign")

_SIGN = """\
Sign a tariff that the page of the endpoint made (/tariff, "Download to sign"), on a computer that
holds the root key; the server needs root.pub only. Read what is printed before you carry the
signed file back: the signature makes machines pay it. Bring it back by the same page.

  kiosk endpoint sign /media/safe/root.key tariff-00000002.unsigned.json
"""


def configure(actions: Any) -> None:
    """Add the subcommands to those of ``kiosk endpoint``."""
    tariff = actions.add_parser("tariff", help="sign and publish new prices, all of them at once")
    tariff.add_argument("directory", type=Path, metavar="DIR")
    add_prices(tariff, required=False)
    tariff.add_argument(
        "--by-piece",
        action="append",
        default=[],
        metavar="MATERIAL",
        help="paid per piece by barcode, at the prices of the product list; repeat it",
    )
    sign = actions.add_parser(
        "sign",
        help="sign a tariff that the endpoint's page made, where the root key is kept",
        description=_SIGN,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    sign.add_argument("key", type=Path, metavar="KEY", help="root.key")
    sign.add_argument("file", type=Path, metavar="FILE", help="the unsigned tariff")
    sign.add_argument("--output", type=Path, metavar="OUT",
                      help="the signed file (beside FILE, .signed.json)")  # fmt: skip
    sign.add_argument("--show", action="store_true", help="print what it says, and sign nothing")


def add_prices(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add ``--price`` and ``--new-material``."""
    parser.add_argument(
        "--price",
        action="append",
        required=required,
        default=[],
        metavar="MATERIAL=PRICE",
        help="price per kilogram in whole units of the currency, such as paper=0.80; repeat it",
    )
    parser.add_argument(
        "--new-material",
        action="append",
        default=[],
        metavar="MATERIAL",
        help="a name that no screen has words for, as machines' kiosk.toml writes it; repeat it",
    )


def read_prices(args: argparse.Namespace, known: tuple[str, ...] = ()) -> dict[str, PriceE4]:
    """Return what ``--price`` says. Raises EndpointError for a name nobody knows."""
    found = dict(parse_price(text) for text in args.price)
    if len(found) != len(args.price):
        raise EndpointError("--price: a material is named twice")
    by_piece: list[str] = getattr(args, "by_piece", [])
    prices.check_names((*found, *by_piece), (*known, *args.new_material))
    return found


def parse_price(text: str) -> tuple[str, PriceE4]:
    """Read ``paper=0.80`` as material and PriceE4. Raises EndpointError."""
    found = re.fullmatch(r"([a-z][a-z0-9_-]{0,31})=(\d{1,4}(?:\.\d{1,4})?)", text, re.ASCII)
    if found is None:
        raise EndpointError(
            f"--price {text!r}: write MATERIAL=PRICE with up to four decimals, such as paper=0.80"
        )
    return found[1], prices.parse(found[2])


def run(args: argparse.Namespace, clock: Clock) -> int:
    """Do one of them. Raises EndpointError or TrustError saying what is wrong."""
    if args.action == "sign":
        return _sign(args)
    desk = Operator.load(args.directory, clock)
    version = desk.publish_tariff(read_prices(args, _named(desk)), by_piece=args.by_piece)
    sys.stdout.write(f"tariff version {version} is signed; machines fetch it when they ask\n")
    return 0


def _named(desk: Operator) -> tuple[str, ...]:
    """What the newest tariff names was known before."""
    versions = desk.versions(tariffs.NAME)
    if not versions:
        return ()
    path = desk.directory / "documents" / f"{tariffs.NAME}-{versions[-1]:08d}.json"
    body = tariffs.open_tariff(path.read_bytes(), desk.root_public).body
    return (*body.prices, *body.by_piece) if isinstance(body, Tariff) else ()


def _sign(args: argparse.Namespace) -> int:
    try:
        document = tariffs.read_tariff(args.file.read_bytes())
    except OSError as error:
        raise EndpointError(f"{args.file} cannot be read ({error.strerror})") from error
    for line in _described(document):
        sys.stdout.write(f"{line}\n")
    if args.show:
        return 0
    # A key that is not there must not be made: nobody would trust it.
    if not args.key.is_file():
        raise EndpointError(f"{args.key} is not there; name the operator's root.key")
    output = args.output or args.file.parent / tariffs.file_name(document, "signed")
    write_durably(output, issue(document, keys.load_or_create(args.key)))
    sys.stdout.write(f"signed: {output}\nBring it back by the endpoint's page, /tariff\n")
    return 0


def _described(document: Document) -> list[str]:
    body = document.body
    assert isinstance(body, Tariff)
    ends = "" if document.not_after_ms is None else f" to {utc_text(document.not_after_ms)}"
    scope = "every machine" if document.scope == "*" else document.scope
    found = [
        f"tariff version {document.version} for {scope}, in {body.currency}",
        f"valid from {utc_text(document.not_before_ms)}{ends}",
        f"amounts are rounded to {body.step_minor} minor units",
    ]
    for name in sorted(body.prices):
        found.append(f"  {name:<20}{price_text(PriceE4(body.prices[name])):>10} / kg")
    return found + [f"  {name:<20}{'by the piece':>15}" for name in sorted(body.by_piece)]
