"""One controller on one data folder: a lock the kernel drops when its process ends."""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from kiosk.ledger import folders
from kiosk.ledger.errors import AlreadyRunningError, from_os

LOCK_FILE = "controller.lock"


class DataLock:
    """Holds ``controller.lock`` in a data folder until :meth:`release` or the process's end.

    The controller holds it alone. A reader of the files holds it ``shared``, so that no
    controller starts beneath it. Raises AlreadyRunningError naming the holder's process.
    """

    def __init__(self, data_dir: Path, *, shared: bool = False) -> None:
        path = data_dir / LOCK_FILE
        try:
            self._handle = _reader_handle(path) if shared else _writer_handle(path)
        except OSError as error:
            raise from_os(path, error) from error
        try:
            _lock(self._handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        except BlockingIOError as error:
            said = _who_holds(self._handle, data_dir)
            os.close(self._handle)
            raise AlreadyRunningError(said) from error
        if not shared:
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let the next one in; may be called twice."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> "DataLock":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()


def _writer_handle(path: Path) -> int:
    folders.make(path.parent)
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _reader_handle(path: Path) -> int:
    """A reader makes no file: root's would keep the controller out. A copy of a ledger has none."""
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)


def _lock(handle: int, how: int) -> None:
    fcntl.flock(handle, how | fcntl.LOCK_NB)


def _who_holds(handle: int, data_dir: Path) -> str:
    try:
        _lock(handle, fcntl.LOCK_SH)
    except BlockingIOError:
        pid = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
        return f"another controller (pid {pid or 'unknown'}) is running on {data_dir}"
    return f"a tool such as `kiosk ledger verify` is reading {data_dir}; try again when it is done"


def lock_folder(folder: Path) -> int:
    """Lock a folder for the one writer of its ledger; returns the handle whose close unlocks it.

    Raises AlreadyRunningError when it is taken: SQLite before 3.51.3 can corrupt a WAL that two
    connections write or checkpoint (dependencies.md).
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _lock(handle, fcntl.LOCK_EX)
    except BlockingIOError as error:
        os.close(handle)
        raise AlreadyRunningError(f"{folder}: this ledger is already open for writing") from error
    return handle
