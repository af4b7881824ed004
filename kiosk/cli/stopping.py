"""SIGTERM and SIGINT as something a selector can wait on."""

import os
import signal


class StopPipe:
    """Readable once the process was asked to end; made in the main thread, once."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked)

    def fileno(self) -> int:
        """The descriptor to wait on."""
        return self._read

    def _asked(self, *_: object) -> None:
        # A full pipe is readable already.
        try:
            os.write(self._write, b"\0")
        except BlockingIOError:
            pass
