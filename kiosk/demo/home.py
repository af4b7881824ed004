"""The directories of one demo: whose they are while it runs, and what becomes of them afterwards.

A demo that is killed outright (SIGKILL) cannot tidy up. So each temporary directory holds a file
``owner`` that its demo keeps locked (flock(2)): the lock ends with the demo, however that went,
and the next demo removes what nobody owns any more. A directory that is to be kept has no owner.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import TextIO

from kiosk.demo.errors import DemoError
from kiosk.demo.layout import BINS, CALM, Bin, Layout, Pace

OWNER = "owner"
HOME_PREFIX = "kiosk-demo-"
RUN_PREFIX = "kiosk-run-"


class Home:
    """The two directories of a running demo, closed to every other demo until ``remove``."""

    def __init__(self, layout: Layout, held: ExitStack) -> None:
        self.layout = layout
        self._held = held

    @staticmethod
    def make(
        directory: Path | None, keep: bool, pace: Pace = CALM, bins: tuple[Bin, ...] = BINS
    ) -> "Home":
        """Use ``directory`` (kept) or a private temporary one (removed unless ``keep``).

        Nothing in ``directory`` is written before it is ours. Raises DemoError when it cannot be
        written or another demo runs in it.
        """
        _sweep(Path(tempfile.gettempdir()))
        with ExitStack() as held:
            run = _temporary(RUN_PREFIX, held)
            if directory is not None:
                layout = Layout(directory.absolute(), run, pace, bins)
            elif keep:
                layout = Layout(_private(HOME_PREFIX), run, pace, bins)
            else:
                layout = Layout(_temporary(HOME_PREFIX, held), run, pace, bins)
            _lock(layout, held)
            if directory is not None:
                # Perhaps what a killed demo left; whoever names a directory wants it kept.
                (layout.home / OWNER).unlink(missing_ok=True)
            return Home(layout, held.pop_all())

    @contextmanager
    def log(self) -> Iterator[TextIO]:
        """Open the demo's own log, beside those of the processes. Raises DemoError."""
        try:
            self.layout.logs.mkdir(mode=0o700, exist_ok=True)
            file = (self.layout.logs / "demo.log").open("a", encoding="utf-8", buffering=1)
        except OSError as error:
            raise _unwritable(error) from error
        try:
            yield file
        finally:
            # Closing writes what waits, and the disk may be full: then these lines are lost.
            with suppress(OSError):
                file.close()

    def remove(self) -> None:
        """Leave nothing behind but what was asked for."""
        self._held.close()


def _temporary(prefix: str, held: ExitStack) -> Path:
    """Make a directory that is removed at the end, ours or the next demo's sweeping."""
    path = _private(prefix)
    held.callback(shutil.rmtree, path, ignore_errors=True)
    try:
        owner = held.enter_context((path / ".owner").open("wb"))
        flock(owner, LOCK_EX)
        # It gets its name when it is locked, so that nobody finds it unlocked while we live.
        (path / ".owner").rename(path / OWNER)
    except OSError as error:
        raise _unwritable(error) from error
    return path


def _private(prefix: str) -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix=prefix))
    except OSError as error:
        raise DemoError(
            f"no temporary directory can be made ({error.strerror}); set TMPDIR to a better place"
        ) from error


def _lock(layout: Layout, held: ExitStack) -> None:
    try:
        layout.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = held.enter_context(layout.lock.open("ab"))
    except (FileExistsError, NotADirectoryError) as error:
        raise DemoError(
            f"{error.filename}: a file is in the way of a directory; choose another with --dir"
        ) from error
    except OSError as error:
        raise _unwritable(error) from error
    try:
        flock(lock, LOCK_EX | LOCK_NB)
    except OSError as error:
        raise DemoError(
            f"another demo runs in {layout.home}; end it or choose another --dir"
        ) from error


def _unwritable(error: OSError) -> DemoError:
    return DemoError(
        f"{error.filename}: cannot be written ({error.strerror}); "
        "choose another directory with --dir"
    )


def _sweep(temporary: Path) -> None:
    """Remove the directories of demos that were killed."""
    for prefix in (HOME_PREFIX, RUN_PREFIX):
        for path in temporary.glob(prefix + "*"):
            # Another's, or somebody else removes it at this moment: then it is not for us.
            with suppress(OSError):
                _remove_if_dead(path)


def _remove_if_dead(path: Path) -> None:
    seen = path.stat(follow_symlinks=False)
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.geteuid():
        return
    lock = Layout(path, path).lock
    with ExitStack() as held:
        for one in (path / OWNER, lock):
            # The lock, too: a person may have gone on in it with --dir.
            if one == lock and not lock.exists():
                continue
            handle = held.enter_context(one.open("rb"))
            flock(handle, LOCK_EX | LOCK_NB)
        if (path / OWNER).exists():
            shutil.rmtree(path, ignore_errors=True)
