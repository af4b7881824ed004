"""A serial cable: a fresh pty behind a stable link at every plug-in, gone at unplugging.

That is how a USB adaptor behaves, and a pty refuses 7-bit framing when it is opened a second time
(architecture.md, "Things that bite"). The host holds no end of its own open on the device side, so
bytes that nobody listens to are dropped, and pulling the plug is an error to who holds the line.
"""

import os
import tty
from pathlib import Path

from drivers.errors import DriverError


class Cable:
    """One end of a pty with its link; make one per plug-in."""

    def __init__(self, link: Path) -> None:
        """Plug in. Raises DriverError if ``link`` is something else than a link."""
        if link.exists() and not link.is_symlink():
            raise DriverError(f"{link} is not a link: the simulated port would destroy it")
        self._link = link
        self._master, slave = os.openpty()
        try:
            # The pair keeps these settings as long as the master is open.
            tty.setraw(slave)
            os.set_blocking(self._master, False)
            self._target = os.ttyname(slave)
        finally:
            os.close(slave)
        link.parent.mkdir(parents=True, exist_ok=True)
        fresh = link.with_name(f".{link.name}.new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self._target)
        fresh.replace(link)

    def read(self) -> bytes | None:
        """Return what the host sent, perhaps nothing; None while nobody holds the line."""
        try:
            return os.read(self._master, 4096)
        except BlockingIOError:
            return b""
        except OSError:  # EIO: no other end is open
            return None

    def write(self, data: bytes) -> None:
        """Send bytes; what does not fit is lost, as on a real line."""
        try:
            os.write(self._master, data)
        except OSError:
            pass

    def pull(self) -> None:
        """Unplug: the link goes, and whoever holds the line gets an error."""
        if self._link.is_symlink() and os.readlink(self._link) == self._target:
            self._link.unlink(missing_ok=True)
        os.close(self._master)
