"""The power fails below the process: what was not flushed is dropped or torn, what was is there."""

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.powerloss.__main__ import MEMORY, run
from tests.powerloss.disk import SECTOR, Disk
from tests.powerloss.journal import (
    COMPILER,
    Cut,
    Made,
    Named,
    Removed,
    Synced,
    Written,
    changes,
    compile_shim,
    record,
)
from tests.powerloss.steady import DEPOSITS, RECORDS, Cost, costs

needs_compiler = pytest.mark.skipif(COMPILER is None, reason="the shim needs a C compiler")

ROOT = Path("/machine")
FILE = str(ROOT / "file")


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory, where flushes cost nothing."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder).resolve()


# ---- the harness ----


@needs_compiler
def test_no_promise_is_broken_wherever_the_power_fails(memory: Path) -> None:
    verdict = run(memory, cuts=120, seed=1)
    assert verdict.failures == []
    assert verdict.cuts == 120
    assert verdict.promises > 1_000
    assert verdict.changes > 400 and verdict.flushes > 100


@needs_compiler
def test_the_control_without_full_flushes_is_found_out(memory: Path) -> None:
    """With synchronous=NORMAL acknowledged records are lost, or this harness proves nothing."""
    verdict = run(memory, cuts=120, seed=1, normal=True)
    assert len(verdict.failures) > 10
    assert verdict.kinds["acknowledged then lost"] > 10


# ---- the disk it plays ----


@pytest.fixture
def disk() -> Disk:
    """A disk with one durable file of two sectors of "a"."""
    disk = Disk(ROOT)
    disk.take(Made(1, str(ROOT), folder=True))
    disk.take(Made(2, FILE, folder=False))
    disk.take(Written(2, 0, b"a" * 2 * SECTOR))
    disk.take(Synced(2))
    disk.take(Synced(1))
    return disk


def outcomes(disk: Disk, tmp_path: Path, times: int = 200) -> Iterator[dict[str, bytes]]:
    """What the disk may hold when power returns."""
    for seed in range(times):
        place = tmp_path / str(seed)
        place.mkdir()
        disk.cut(random.Random(seed), place)
        yield {
            str(path.relative_to(place)): path.read_bytes()
            for path in place.rglob("*")
            if path.is_file()
        }


def test_what_was_flushed_is_always_there(disk: Disk, tmp_path: Path) -> None:
    assert all(left == {"file": b"a" * 2 * SECTOR} for left in outcomes(disk, tmp_path))


def test_what_was_not_may_be_there_torn_or_not(disk: Disk, tmp_path: Path) -> None:
    disk.take(Written(2, 0, b"b" * 2 * SECTOR))
    assert disk.shown(ROOT / "file") == b"b" * 2 * SECTOR
    seen = {left["file"] for left in outcomes(disk, tmp_path)}
    assert seen == {one * SECTOR + two * SECTOR for one in (b"a", b"b") for two in (b"a", b"b")}


def test_a_later_write_may_survive_an_earlier_one(disk: Disk, tmp_path: Path) -> None:
    disk.take(Written(2, 0, b"1"))
    disk.take(Written(2, 1, b"2"))
    disk.take(Cut(2, 2))
    seen = {left["file"][:2] for left in outcomes(disk, tmp_path)}
    assert seen == {b"aa", b"1a", b"a2", b"12"}


def test_names_live_in_the_folder_and_a_rename_is_whole(disk: Disk, tmp_path: Path) -> None:
    disk.take(Made(3, str(ROOT / "new"), folder=False))
    disk.take(Written(3, 0, b"new"))
    disk.take(Synced(3))
    disk.take(Named(str(ROOT / "new"), FILE, moved=True))
    seen = {tuple(sorted(left.items())) for left in outcomes(disk, tmp_path)}
    old, new = b"a" * 2 * SECTOR, b"new"
    assert (("file", old),) in seen and (("file", new),) in seen
    assert all(dict(left)["file"] in (old, new) for left in seen)
    disk.take(Synced(1))
    place = tmp_path / "after"
    place.mkdir()
    assert all(left == {"file": new} for left in outcomes(disk, place))


def test_a_folder_whose_name_was_not_flushed_takes_everything_with_it(
    disk: Disk, tmp_path: Path
) -> None:
    disk.take(Made(3, str(ROOT / "folder"), folder=True))
    disk.take(Made(4, str(ROOT / "folder/inside"), folder=False))
    disk.take(Synced(4))
    disk.take(Synced(3))
    disk.take(Removed(FILE))
    seen = {tuple(sorted(left)) for left in outcomes(disk, tmp_path)}
    assert seen == {("file",), (), ("file", "folder/inside"), ("folder/inside",)}


# ---- the shim, and what it counts ----


PROGRAM = """
import os, sys
from pathlib import Path
root = Path(sys.argv[1])
(root / "a").mkdir()
(root / "a" / "x-shm").write_bytes(b"not ours")
with open(root / "a" / "x", "wb") as file:
    file.write(b"one\\ntwo")
    file.flush()
    os.fsync(file.fileno())
    os.pwrite(file.fileno(), b"T", 4)
    os.ftruncate(file.fileno(), 6)
os.rename(root / "a" / "x", root / "y")
os.link(root / "y", root / "z")
os.unlink(root / "y")
handle = os.open(root, os.O_RDONLY)
os.fsync(handle)
"""


@needs_compiler
def test_the_shim_writes_down_what_a_program_does(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    top, folder, made, *rest = record(compile_shim(tmp_path), root, ["-c", PROGRAM, str(root)])
    assert isinstance(top, Made) and isinstance(folder, Made) and isinstance(made, Made)
    assert (top.path, folder.path, made.path) == (f"{root}", f"{root}/a", f"{root}/a/x")
    assert rest == [
        Written(made.inode, 0, b"one\ntwo"),
        Synced(made.inode),
        Written(made.inode, 4, b"T"),
        Cut(made.inode, 6),
        Named(f"{root}/a/x", f"{root}/y", moved=True),
        Named(f"{root}/y", f"{root}/z", moved=False),
        Removed(f"{root}/y"),
        Synced(top.inode),
    ]


def test_a_journal_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no such change"):
        list(changes(b"Q 1\n"))


@needs_compiler
def test_one_flush_a_record_and_nothing_in_an_idle_hour(memory: Path) -> None:
    """cloud.md, "Local store": the flush count decides. A checkpoint's three flushes come on top,
    once an hour or after some four hundred records; docs/ledger.md states the bytes."""
    root = memory / "root"
    root.mkdir()
    program = ["-m", "tests.powerloss.steady", str(root)]
    found = costs(record(compile_shim(memory), root, program), root)
    assert found["records"].flushes == RECORDS
    assert found["records"].bytes < RECORDS * 9_000
    # The time floor is replaced: one small file, one flush of it and one of its folder.
    assert found["hour"] == Cost(flushes=2, writes=1, bytes=13)
    assert found["day"].bytes < DEPOSITS * 30_000
