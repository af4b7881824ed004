"""``kiosk scanner``: what a scanned code says, for a technician with a scanner and no manual."""

import argparse
import binascii
import sys
from collections.abc import Iterable, Iterator

import msgspec

from drivers.labels.label import Label
from drivers.labels.symbology import VENDOR_CODES
from drivers.scanning.transmission import read_transmission

HELP = "read scanned codes: EAN, UPC, GS1, Digital Link, with or without AIM identifiers"
EXAMPLES = """\
examples:
  an EAN-13 with its AIM identifier, as one hex string a line:
    echo 5d453035393031323334313233343537 | kiosk scanner decode
    {"valid":true,"symbology":"EAN-13","gtin":"05901234123457",...}

  text instead of hex, such as from a terminal program:
    printf ']C10105901234123457\\n' | kiosk scanner decode --text

  a Zebra scanner that sends its own letters instead of AIM identifiers:
    echo 4135393031323334313233343537 | kiosk scanner decode --code-id symbol

  what a live scanner sends (line settings first, end with Ctrl-C):
    stty -F /dev/kiosk-scanner 9600 raw
    while read -r code; do printf '%s\\n' "$code"; done < /dev/kiosk-scanner |
      kiosk scanner decode --text
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the subcommand."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    decode = actions.add_parser(
        "decode",
        help="standard input: a transmission a line, in hex; standard output: a JSON line each",
        description="Each line of standard input is one transmission in hex, blanks allowed. Each "
        'answer is one JSON line {"valid","symbology","gtin","text","ai","reason"}. '
        "A line that is no hex is answered as not valid, too.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    decode.add_argument("--text", action="store_true", help="lines are text, not hex")
    decode.add_argument(
        "--code-id",
        choices=sorted(VENDOR_CODES),
        help="whose own letters stand before each code (scanner.code_id)",
    )


def run(args: argparse.Namespace) -> int:
    """Answer line by line, so that a live scanner can be watched. Returns 0."""
    for label in _labels(sys.stdin.buffer, args.text, args.code_id):
        sys.stdout.write(f"{msgspec.json.encode(label).decode()}\n")
        sys.stdout.flush()
    return 0


def _labels(lines: Iterable[bytes], text: bool, vendor: str | None) -> Iterator[Label]:
    for line in lines:
        if text:
            yield read_transmission(line.rstrip(b"\n"), vendor)
            continue
        if not line.strip():
            continue
        try:
            data = bytes.fromhex(line.decode("ascii"))
        except (ValueError, binascii.Error):
            yield Label(False, "?", reason="not a hex string")
            continue
        yield read_transmission(data, vendor)
