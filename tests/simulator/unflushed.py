"""What a power cut leaves of a machine's files when the drive owes nothing that was not flushed.

Stands on tests/powerloss: its shim writes down every change below the machine's folder and every
flush; its disk decides what of the rest survives. A process has one such folder, named by its
environment; without the shim (no C compiler, or a test in its own process) there is none, and
a cut loses at most the end of the transaction it fell into.
"""

import os
import random
from collections.abc import Mapping
from pathlib import Path

from tests.powerloss.disk import Disk
from tests.powerloss.journal import Change, Made, Synced, Written, changes

DRAIN_BYTES = 4 << 20


class Unflushed:
    """The files below one folder, as durable as they really are."""

    def __init__(self, folder: Path, journal: Path, seed: int) -> None:
        self.folder = folder
        self._journal = journal
        self._chance = random.Random(f"unflushed {seed}")
        self._disk = Disk(folder)

    @classmethod
    def below(cls, place: Path, environment: Mapping[str, str], seed: int) -> "Unflushed | None":
        """The folder that this process's shim watches, if it lies below ``place``."""
        folder, journal = (environment.get(f"POWERLOSS_{one}") for one in ("ROOT", "JOURNAL"))
        if folder is None or journal is None or not Path(folder).is_relative_to(place):
            return None
        return cls(Path(folder), Path(journal), seed)

    def tend(self) -> None:
        """Take what was written down since, before it grows too long."""
        if self._journal.stat().st_size > DRAIN_BYTES:
            self.drain()

    def drain(self) -> None:
        """Take what was written down; what comes from now on is one operation."""
        for change in self._read():
            self._disk.take(change)

    def cut(self, place: Path, *, inside: bool) -> None:
        """Write to ``place`` what is left. ``inside``: in the middle of the operation under way."""
        late = self._read()
        if inside:
            late = late[: self._chance.randint(0, len(late))]
        for change in late:
            self._disk.take(change)
        place.mkdir()
        self._disk.cut(self._chance, place)

    def mount(self) -> None:
        """Power is back: what is there now was durable."""
        self._read()
        self._disk = Disk(self.folder)
        for path in (self.folder, *sorted(self.folder.rglob("*"))):
            inode = path.stat().st_ino
            self._disk.take(Made(inode, str(path), path.is_dir()))
            if path.is_file():
                self._disk.take(Written(inode, 0, path.read_bytes()))
                self._disk.take(Synced(inode))
        for path in (self.folder, *self.folder.rglob("*")):
            self._disk.take(Synced(path.stat().st_ino))

    def _read(self) -> list[Change]:
        found = list(changes(self._journal.read_bytes()))
        os.truncate(self._journal, 0)
        return found
