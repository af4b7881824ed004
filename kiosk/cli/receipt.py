"""``kiosk receipt``: check a receipt off-line, or print the key it is checked with."""

import argparse
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from kiosk import config
from kiosk.envelope import PUBLIC_BYTES, TrustError, key_id
from kiosk.ledger import LEDGER_DIR, AlreadyRunningError, DataLock
from kiosk.ledger.live import AgentSocket
from kiosk.ledger.verify import owner_in
from kiosk.money import money_text, price_text, weight_text
from kiosk.receipts import Receipt, ReceiptError, check
from kiosk.units import Grams, MinorUnits, PriceE4

HELP = "Check a receipt off-line: exit status 0 only if the machine signed it as it stands."
EXAMPLES = """examples:
  kiosk receipt verify 'https://recycle.example/r#R1.kw...'     of this machine
  kiosk receipt verify R1.kw... --key 8f3a...                   of the machine with this key
  kiosk receipt key                                             what others check receipts with

A key is 64 hexadecimal digits, or a file with those or with a PEM public key.
"""
DEFAULT_CONFIG = Path("/etc/kiosk/kiosk.toml")
KEY_FILE_BYTES_MAX = 4096


def configure(parser: argparse.ArgumentParser) -> None:
    """Describe the arguments."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="verify|key")
    verify = commands.add_parser("verify", help="check a receipt")
    verify.add_argument("text", metavar="TEXT", help="the receipt, or the whole URL it stands in")
    verify.add_argument("--key", default=None, metavar="FILE|HEX", help="the machine's public key")
    key = commands.add_parser("key", help="print this machine's public key")
    for command in (verify, key):
        command.add_argument(
            "--config", type=Path, default=DEFAULT_CONFIG, help="the machine's file"
        )
        command.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Carry it out. Returns 1 for a receipt that does not hold; raises KioskError otherwise."""
    if args.action == "key":
        public = machine_key(args.config)
        found = {"record_key": public.hex(), "key_id": key_id(public)}
        sys.stdout.write(_json(found) if args.json else f"{public.hex()}  {key_id(public)}\n")
        return 0
    public = machine_key(args.config) if args.key is None else read_key(args.key)
    try:
        receipt = check(args.text, public)
    except ReceiptError as error:
        answer = {"genuine": False, "problem": str(error)}
        sys.stdout.write(_json(answer) if args.json else f"{error}\nNOT GENUINE\n")
        return 1
    sys.stdout.write(_json(_row(receipt)) if args.json else table(receipt, public))
    return 0


def read_key(said: str) -> bytes:
    """Return the 32 public bytes that ``--key`` names. Raises TrustError saying what is wrong."""
    if re.fullmatch(r"[0-9a-fA-F]{64}", said):
        return bytes.fromhex(said)
    try:
        with Path(said).open("rb") as file:
            data = file.read(KEY_FILE_BYTES_MAX).strip()
    except OSError as error:
        raise TrustError(
            f"--key {said}: neither {2 * PUBLIC_BYTES} hexadecimal digits nor a file that can be "
            f"read ({error.strerror})"
        ) from error
    if re.fullmatch(rb"[0-9a-fA-F]{64}", data):
        return bytes.fromhex(data.decode())
    try:
        key = load_pem_public_key(data)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise TrustError(f"--key {said}: holds no public key that can be read") from error
    if not isinstance(key, Ed25519PublicKey):
        raise TrustError(f"--key {said}: holds another kind of key; Ed25519 is needed")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def machine_key(path: Path) -> bytes:
    """The record key of the configured machine: from its ledger, or from its controller."""
    machine = config.load(path).machine
    try:
        with DataLock(machine.data_dir, shared=True):
            return owner_in(machine.data_dir / LEDGER_DIR).public
    except AlreadyRunningError:
        with AgentSocket(machine.runtime_dir / "agent.sock") as agent:
            return agent.hello.record_key


def table(receipt: Receipt, public: bytes) -> str:
    """A receipt for people."""
    lines = [
        f"machine   {receipt.kiosk or 'not enrolled'}, record key {key_id(public)}",
        f"receipt   {receipt.receipt}, record {receipt.seq} of ledger {receipt.ledger}",
        f"time      {receipt.utc or 'not known to the machine'} ({receipt.clk})",
        f"deposit   {receipt.material}, {_measure(receipt)}",
        f"outcome   {receipt.outcome}, {_money(receipt)}",
        "GENUINE",
    ]
    return "\n".join(lines) + "\n"


def _measure(receipt: Receipt) -> str:
    mass = "no weight" if receipt.net_g is None else f"{weight_text(Grams(receipt.net_g))} kg"
    if receipt.pieces:
        return f"{mass}, {receipt.pieces} pieces"
    return f"{mass} at {price_text(PriceE4(receipt.price_e4))} {receipt.currency}/kg"


def _money(receipt: Receipt) -> str:
    return f"{money_text(MinorUnits(receipt.amount_minor))} {receipt.currency}"


def _row(receipt: Receipt) -> dict[str, object]:
    return {"genuine": True, **msgspec.structs.asdict(receipt), "utc": receipt.utc}


def _json(answer: Mapping[str, object]) -> str:
    return msgspec.json.encode(answer).decode() + "\n"
