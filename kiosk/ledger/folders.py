"""Where a ledger's files lie, and how they get there whole.

    <data_dir>/ledger/
        ledger-<id>/                  the ledger in use
            segment-0000000001.db     named after the number of its first record
            mark.json                 the last acknowledgement
        aside-0001-<id>/              one that was set aside, read-only, with why.json
        reserve                       room kept back for a deposit that has begun (reserve.py)

Each appears, and is set aside, by one rename: at any power cut it is either there or not.
"""

import os
import re
import shutil
from pathlib import Path

import msgspec
from msgspec import Struct

from kiosk import durable
from kiosk.ledger.errors import LedgerError

LEDGER_DIR = "ledger"
"""The ledger's folder within a controller's ``data_dir``."""
UNFINISHED = ".new-"
WHY_FILE = "why.json"
DISOWNED_FILE = "disowned.json"

_BESIDE = ("-wal", "-shm")
_SEGMENT = re.compile(r"segment-(\d{10})\.db")


class Why(Struct, frozen=True):
    """Kept with a ledger that was set aside: which it was, and the reason in plain words."""

    ledger: str
    why: str


def fsync(path: Path) -> None:
    """Flush a file, or a folder's list of names. Never call it on a segment in use: closing
    another handle on it would drop SQLite's locks."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make(folder: Path) -> None:
    """Make a folder and those above it, each name durable: what is flushed in a folder whose own
    name was not may be gone with it after a power cut."""
    if folder.is_dir():
        return
    make(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    fsync(folder.parent)


def segment_name(first_seq: int) -> str:
    """Name the segment whose first record has this number."""
    return f"segment-{first_seq:010d}.db"


def segments(folder: Path) -> list[tuple[int, Path]]:
    """List a ledger's segments with the number of their first records, oldest first."""
    found = ((_SEGMENT.fullmatch(path.name), path) for path in folder.iterdir())
    return sorted((int(match[1]), path) for match, path in found if match)


def prune(segment: Path) -> None:
    """Unlink a closed segment, durable when this returns. What a reader left beside it goes too;
    after a power cut in between, :func:`remove_orphans` finds it."""
    segment.unlink(missing_ok=True)
    for suffix in _BESIDE:
        segment.with_name(segment.name + suffix).unlink(missing_ok=True)
    fsync(segment.parent)


def remove_orphans(folder: Path) -> None:
    """Remove what stands beside segments that are gone."""
    for suffix in _BESIDE:
        for path in folder.glob(f"segment-*.db{suffix}"):
            if not path.with_name(path.name.removesuffix(suffix)).exists():
                path.unlink(missing_ok=True)


def current(directory: Path) -> Path | None:
    """Find the folder of the ledger in use. Raises LedgerError when there are several."""
    if not directory.is_dir():
        return None
    found = sorted(path for path in directory.glob("ledger-*") if path.is_dir())
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise LedgerError(f"{directory}: holds {names}; only one can be this machine's")
    return found[0] if found else None


def aside(directory: Path) -> list[Path]:
    """List the ledgers that were set aside, oldest first."""
    return sorted(path for path in directory.glob("aside-*") if path.is_dir())


def set_aside(directory: Path, folder: Path, why: str) -> Path:
    """Take a ledger out of use, read-only; nothing of it is lost. Returns where it is now."""
    ledger = folder.name.removeprefix("ledger-")
    durable.replace(folder / WHY_FILE, msgspec.json.encode(Why(ledger, why)))
    numbers = (re.match(r"aside-(\d+)", path.name) for path in aside(directory))
    number = 1 + max((int(match[1]) for match in numbers if match), default=0)
    place = directory / f"aside-{number:04d}-{ledger}"
    os.rename(folder, place)
    fsync(directory)
    for path in place.iterdir():
        path.chmod(0o400)
    return place


def disown(folder: Path, why: str) -> None:
    """Note that the next start sets this ledger aside; durable when it returns."""
    ledger = folder.name.removeprefix("ledger-")
    durable.replace(folder / DISOWNED_FILE, msgspec.json.encode(Why(ledger, why)))


def disowned(folder: Path) -> str | None:
    """Why this ledger is not to be gone on with, or None."""
    try:
        return msgspec.json.decode((folder / DISOWNED_FILE).read_bytes(), type=Why).why
    except FileNotFoundError:
        return None
    except msgspec.DecodeError:
        return "disowned by the cloud, the reason cannot be read"


def last_set_aside(directory: Path) -> Why | None:
    """Tell which ledger was in use before, when there is none now."""
    places = aside(directory)
    return why_aside(places[-1]) if places else None


def why_aside(place: Path) -> Why:
    """Tell which ledger was set aside there, and why."""
    try:
        return msgspec.json.decode((place / WHY_FILE).read_bytes(), type=Why)
    except (OSError, msgspec.DecodeError):
        return Why(place.name.rpartition("-")[2], "set aside, the reason cannot be read")


def remove_unfinished(folder: Path) -> None:
    """Remove what an interrupted start or roll left: it never was part of a ledger."""
    for path in folder.glob(f"{UNFINISHED}*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
