"""The operator's acknowledgement of a ledger, kept beside the chain as it was signed."""

from pathlib import Path

import msgspec
from msgspec import Struct

from kiosk import cloud, durable
from kiosk.ledger.errors import from_os

MARK_FILE = "mark.json"


class KeptMark(Struct, frozen=True):
    """The acknowledgement beside the chain, and the envelope it was verified from."""

    mark: cloud.Mark
    envelope: bytes


def kept(folder: Path) -> cloud.Mark | None:
    """Read the acknowledgement beside the chain.

    None when there is none or it cannot be read: records are then sent again, which is harmless.
    """
    try:
        return msgspec.json.decode((folder / MARK_FILE).read_bytes(), type=KeptMark).mark
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def keep(folder: Path, envelope: bytes, mark: cloud.Mark) -> None:
    """Keep a verified mark, durable when this returns. Raises LedgerError."""
    path = folder / MARK_FILE
    try:
        durable.replace(path, msgspec.json.encode(KeptMark(mark, envelope)))
    except OSError as error:
        raise from_os(path, error) from error
