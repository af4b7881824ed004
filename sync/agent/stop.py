"""A wish to stop that can be waited for together with sockets."""

import os


class Stop:
    """Set once, from any thread; readable by a selector from then on."""

    def __init__(self) -> None:
        self._handle = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._set = False

    def set(self) -> None:
        """Ask to stop."""
        self._set = True
        os.eventfd_write(self._handle, 1)

    def is_set(self) -> bool:
        """Tell whether stopping is asked for."""
        return self._set

    def fileno(self) -> int:
        """Return the handle that becomes readable."""
        return self._handle

    def close(self) -> None:
        """Let go of the handle."""
        os.close(self._handle)
