"""Tells systemd that the process is ready, alive or stopping (sd_notify(3)); silent without it."""

import os
import socket
from collections.abc import Mapping


class Notifier:
    """Sends datagrams to ``NOTIFY_SOCKET``; without that variable every method does nothing.

    A datagram that cannot be sent is let go: a supervisor that is away must not stop a deposit,
    and one that misses the watchdog's call will act by itself.
    """

    def __init__(self, env: Mapping[str, str]) -> None:
        path = env.get("NOTIFY_SOCKET", "")
        # "@" stands for the zero byte of an abstract name.
        self._address = "\0" + path[1:] if path.startswith("@") else path
        self._watchdog_ms = _watchdog_ms(env)

    @property
    def watchdog_ms(self) -> int | None:
        """How often to call :meth:`watchdog`, in milliseconds: half of systemd's limit; None
        when it does not watch this process."""
        return self._watchdog_ms

    def ready(self, status: str = "") -> None:
        """The start is finished."""
        self._send("READY=1" + (f"\nSTATUS={_one_line(status)}" if status else ""))

    def watchdog(self) -> None:
        """The thread that matters is alive."""
        self._send("WATCHDOG=1")

    def stopping(self) -> None:
        """The process is ending in order."""
        self._send("STOPPING=1")

    def status(self, text: str) -> None:
        """One line for ``systemctl status``."""
        self._send(f"STATUS={_one_line(text)}")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            try:
                sock.sendto(message.encode(), socket.MSG_DONTWAIT, self._address)
            except OSError:
                pass


def _watchdog_ms(env: Mapping[str, str]) -> int | None:
    """Half of WATCHDOG_USEC, if it is meant for this process (sd_watchdog_enabled(3))."""
    limit_us, pid = env.get("WATCHDOG_USEC", ""), env.get("WATCHDOG_PID", "")
    if not limit_us.isdecimal() or int(limit_us) == 0 or (pid and pid != str(os.getpid())):
        return None
    return max(1, int(limit_us) // 2000)


def _one_line(text: str) -> str:
    # A newline would begin another assignment.
    return " ".join(text.split())
