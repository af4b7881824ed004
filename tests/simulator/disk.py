"""The machine's disk, as far as it can fail: full, and cut off in any operation on it.

A cut falls before an operation, inside it or after it; what it leaves of writes that were not
flushed is drawn by ``unflushed`` where the process runs under the shim of tests/powerloss.
"""

import errno
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from kiosk.ledger import segment
from kiosk.ledger.errors import LedgerFullError
from tests.simulator.unflushed import Unflushed

SPENT_APPENDS = 60
"""How many transactions fit into the ledger's own reserve."""


class PowerCut(BaseException):
    """The mains are gone, right here. No ``except Exception`` may stop it."""


class Disk:
    """Counts operations; at the armed one the power goes."""

    def __init__(self, seed: int, unflushed: Unflushed | None = None) -> None:
        self.low = False
        self.full = False
        self.cut_in: int | None = None
        self.cuts_inside = 0
        self._unflushed = unflushed
        self._inside = False
        self._torn: tuple[Path, int] | None = None
        """The WAL that a cut tore, and how much of it survives."""
        self._chance = random.Random(f"disk {seed}")
        self._spent = 0

    def make_room(self) -> None:
        """Whatever filled the disk is gone."""
        self.low = self.full = False
        self._spent = 0

    def cut(self, data: Path, left: Path) -> None:
        """The power fails: copy what survives of ``data``, a folder in use, to ``left``."""
        unflushed = self._unflushed_of(data)
        if unflushed is not None:
            unflushed.cut(left, inside=self._inside)
        else:
            shutil.copytree(data, left)
            if self._torn is not None:
                wal, size = self._torn
                with (left / wal.relative_to(data)).open("r+b") as file:
                    file.truncate(size)
        for shared in left.rglob("*-shm"):
            # Shared memory of SQLite does not outlive a power cut.
            shared.unlink()
        self._torn, self._inside, self.cut_in = None, False, None

    def mount(self, data: Path) -> None:
        """Power is back, and ``data`` is what the disk holds."""
        unflushed = self._unflushed_of(data)
        if unflushed is not None:
            unflushed.mount()

    def tend(self) -> None:
        """Let nothing grow without bounds."""
        if self._unflushed is not None:
            self._unflushed.tend()

    def _unflushed_of(self, data: Path) -> Unflushed | None:
        watched = self._unflushed is not None and self._unflushed.folder == data
        return self._unflushed if watched else None

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Stand between the product and the operating system."""
        with ExitStack() as stack:
            for name in ("fsync", "replace", "rename"):
                wrapped = self._counted(getattr(os, name), writes=name == "fsync")
                stack.enter_context(patch.object(os, name, wrapped))
            stack.enter_context(patch.object(os, "statvfs", self._statvfs(os.statvfs)))
            appending = self._appending(segment.append)
            stack.enter_context(patch.object(segment, "append", appending))
            yield

    def _operation(self, *, inside: bool = False) -> None:
        """Before an operation, or when all of it was begun and not everything need be done."""
        if self.cut_in is None:
            return
        self.cut_in -= 1
        if self.cut_in <= 0:
            self.cut_in, self._inside = None, inside
            self.cuts_inside += 1
            raise PowerCut
        if self._unflushed is not None:
            self._unflushed.drain()

    def _counted(self, real: Callable[..., Any], *, writes: bool) -> Callable[..., Any]:
        def operation(*args: Any, **kwargs: Any) -> Any:
            self._operation()
            if writes and self.full:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            result = real(*args, **kwargs)
            self._operation(inside=True)
            return result

        return operation

    def _statvfs(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def statvfs(path: Any) -> Any:
            found = real(path)
            if self.low or self.full:
                return SimpleNamespace(f_bavail=0, f_frsize=found.f_frsize)
            return found

        return statvfs

    def _appending(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def append(connection: Any, path: Path, rows: Any) -> None:
            self._operation()
            if self.full:
                reserve = path.parent.parent / "reserve"
                if reserve.exists() or self._spent >= SPENT_APPENDS:
                    raise LedgerFullError("the disk is full")
                self._spent += 1
            wal = path.with_name(f"{path.name}-wal")
            before = wal.stat().st_size if wal.exists() else 0
            changed_ns = path.stat().st_mtime_ns
            real(connection, path, rows)
            try:
                self._operation(inside=True)
            except PowerCut:
                # Inside the commit: any part of what it wrote may be there. Not when a checkpoint
                # followed, for that flushes the WAL first; nor when the WAL was begun anew.
                after = wal.stat().st_size
                if after > before and path.stat().st_mtime_ns == changed_ns:
                    self._torn = (wal, self._chance.randint(before, after))
                raise
            self._operation()

        return append
