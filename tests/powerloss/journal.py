"""Compiles the shim, runs a program under it, and reads what it wrote down."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("journal.c")
COMPILER = shutil.which("gcc") or shutil.which("cc")
RUN_LIMIT_S = 120


@dataclass(frozen=True, slots=True)
class Made:
    """A file or folder appeared under a name."""

    inode: int
    path: str
    folder: bool


@dataclass(frozen=True, slots=True)
class Written:
    """Bytes were written to a file."""

    inode: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """A file was given a length."""

    inode: int
    size: int


@dataclass(frozen=True, slots=True)
class Synced:
    """A file's data, or a folder's names, had to be durable when this returned."""

    inode: int


@dataclass(frozen=True, slots=True)
class Named:
    """A name was given to what another name stands for; ``moved``: the old one is gone."""

    old: str
    new: str
    moved: bool


@dataclass(frozen=True, slots=True)
class Removed:
    """A name is gone."""

    path: str


Change = Made | Written | Cut | Synced | Named | Removed


def compile_shim(folder: Path) -> Path:
    """Compile the shim; needs a C compiler."""
    assert COMPILER is not None
    shim = folder / "journal.so"
    arguments = ("-shared", "-fPIC", "-O2", "-o", str(shim), str(SOURCE), "-ldl")
    subprocess.run((COMPILER, *arguments), check=True)
    return shim


def record(shim: Path, root: Path, arguments: Sequence[str]) -> list[Change]:
    """Run ``python ARGUMENTS`` and return every change it made below ``root``, which is empty."""
    written = root.parent / f"{root.name}.journal"
    environment = {
        **os.environ,
        "LD_PRELOAD": str(shim),
        "POWERLOSS_ROOT": str(root),
        "POWERLOSS_JOURNAL": str(written),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    subprocess.run((sys.executable, *arguments), check=True, env=environment, timeout=RUN_LIMIT_S)
    return list(changes(written.read_bytes()))


def changes(journal: bytes) -> Iterator[Change]:
    """Read a journal."""
    at = 0
    while at < len(journal):
        end = journal.index(b"\n", at)
        kind, _, rest = journal[at:end].decode().partition(" ")
        at = end + 1
        match kind:
            case "C" | "D":
                inode, _, path = rest.partition(" ")
                yield Made(int(inode), path, kind == "D")
            case "W":
                inode, offset, size = rest.split()
                yield Written(int(inode), int(offset), journal[at : at + int(size)])
                at += int(size) + 1
            case "T":
                inode, size = rest.split()
                yield Cut(int(inode), int(size))
            case "S":
                yield Synced(int(rest))
            case "R" | "L":
                old, _, new = rest.partition("\t")
                yield Named(old, new, kind == "R")
            case "U":
                yield Removed(rest)
            case _:
                raise ValueError(f"no such change: {kind} {rest}")
