"""The subcommands of ``kiosk endpoint`` about residents who type a phone number."""

import argparse
import csv
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from kiosk.cli.endpoint_settings import settings_of
from kiosk.clock import Clock
from kiosk.documents import Phones
from kiosk.envelope import TrustError
from kiosk.subjects import open_phone
from sync.endpoint import claims, decisions, export
from sync.endpoint.database import sqlite_url
from sync.endpoint.errors import EndpointError
from sync.endpoint.operator import Operator

_PHONES = """\
Residents without a token may type a phone number. It is sealed on the machine; nobody but you can
read it, where you keep the private key, which belongs on no server and no machine:

  kiosk endpoint phone-key /media/safe/phones.key     # once; prints the public key
  kiosk endpoint phones books --key PUBLIC            # machines take numbers from now on
  kiosk endpoint unclaimed books > unclaimed.csv      # at the server, now and then
  kiosk endpoint open-phones /media/safe/phones.key unclaimed.csv > numbers.csv
  # find each number's account, write it into the column resident, then at the server:
  kiosk endpoint claim books numbers.csv              # the wallet reads them as credits
"""


def configure(actions: Any, add_database: Callable[[argparse.ArgumentParser], None]) -> None:
    """Add the subcommands to those of ``kiosk endpoint``."""
    plain = {"formatter_class": argparse.RawDescriptionHelpFormatter, "epilog": _PHONES}
    key = actions.add_parser("phone-key", help="make the key phone numbers are sealed to", **plain)
    key.add_argument("file", type=Path, metavar="FILE", help="to be made, off the server")
    phones = actions.add_parser("phones", help="let residents type a phone number, or not", **plain)
    phones.add_argument("directory", type=Path, metavar="DIR")
    which = phones.add_mutually_exclusive_group(required=True)
    which.add_argument("--key", metavar="PUBLIC", help="as phone-key printed it")
    which.add_argument("--off", action="store_true", help="take no numbers any more")
    unclaimed = actions.add_parser(
        "unclaimed", help="write what is owed to sealed phone numbers as CSV", **plain
    )
    claim = actions.add_parser("claim", help="say whose unclaimed credits are", **plain)
    for parser in (unclaimed, claim):
        parser.add_argument("directory", type=Path, metavar="DIR")
        add_database(parser)
    claim.add_argument("file", type=Path, metavar="FILE", help="CSV with a column resident")
    opened = actions.add_parser(
        "open-phones", help="read the numbers in such a CSV, where their key is kept", **plain
    )
    opened.add_argument("key", type=Path, metavar="KEY", help="what phone-key made")
    opened.add_argument("file", type=Path, metavar="FILE", help="what unclaimed wrote")


def run(args: argparse.Namespace, clock: Clock) -> int:
    """Do one of them. Raises EndpointError or TrustError saying what is wrong."""
    return ACTIONS[args.action](args, clock)


def _phone_key(args: argparse.Namespace, _clock: Clock) -> int:
    key = X25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(args.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(handle)
    except OSError as error:
        raise EndpointError(f"{args.file} cannot be made ({error.strerror})") from error
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    sys.stdout.write(f"{public.hex()}\n")
    sys.stderr.write(f"Keep {args.file} safe: without it nobody can read a number.\n")
    return 0


def _phones(args: argparse.Namespace, clock: Clock) -> int:
    desk = Operator.load(args.directory, clock)
    phones = None
    if args.key is not None:
        try:
            public = bytes.fromhex(args.key)
        except ValueError:
            public = b""
        if len(public) != 32:
            raise EndpointError("--key: 64 hexadecimal digits, as phone-key printed them")
        phones = Phones(public)
    settings = msgspec.structs.replace(settings_of(desk), phones=phones)
    version = desk.publish("settings", settings)
    said = "no phone numbers are taken" if phones is None else "phone numbers are taken"
    sys.stdout.write(f"settings version {version} is signed: {said}\n")
    return 0


def _unclaimed(args: argparse.Namespace, _clock: Clock) -> int:
    async def work(connection: Any) -> None:
        async for line in export.unclaimed_csv(connection):
            sys.stdout.write(line)

    decisions.look(args.database or sqlite_url(args.directory), work)
    return 0


def _claim(args: argparse.Namespace, clock: Clock) -> int:
    desk = Operator.load(args.directory, clock)
    found = claims.read_csv(_text(args.file))
    url = args.database or sqlite_url(args.directory)
    strange = decisions.look(url, lambda connection: claims.unknown(connection, found))
    for one in strange:
        sys.stderr.write(f"{one.kiosk} {one.ledger}/{one.seq}: not unclaimed, passed over\n")
    kept = tuple(one for one in found if one not in strange)
    if kept:
        claims.drop(desk.directory, kept)
    sys.stdout.write(f"{len(kept)} credits are claimed; the server takes them in when it looks\n")
    return 1 if strange else 0


def _open_phones(args: argparse.Namespace, _clock: Clock) -> int:
    key = _private(args.key)
    rows = csv.DictReader(io.StringIO(_text(args.file)))
    if rows.fieldnames is None or "subject" not in rows.fieldnames:
        raise EndpointError(f"{args.file} is not what `kiosk endpoint unclaimed` wrote")
    names = [*(name for name in rows.fieldnames if name != "subject"), "phone", "resident"]
    writer = csv.DictWriter(sys.stdout, names, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    closed = 0
    for row in rows:
        try:
            row["phone"] = open_phone(row["subject"], key)
        except TrustError as error:
            sys.stderr.write(f"line {rows.line_num}: {error}\n")
            closed += 1
            continue
        writer.writerow({"resident": "", **row})
    return 1 if closed else 0


def _private(path: Path) -> X25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError as error:
        raise EndpointError(f"{path} cannot be read ({error.strerror})") from error
    except (ValueError, TypeError) as error:
        raise EndpointError(f"{path} holds no private key that can be read") from error
    if not isinstance(key, X25519PrivateKey):
        raise EndpointError(f"{path} holds another kind of key; name what phone-key made")
    return key


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, ValueError) as error:
        raise EndpointError(f"{path} cannot be read: {error}") from error


ACTIONS: dict[str, Callable[[argparse.Namespace, Clock], int]] = {
    "phone-key": _phone_key,
    "phones": _phones,
    "unclaimed": _unclaimed,
    "claim": _claim,
    "open-phones": _open_phones,
}
