"""Starts the machine's processes and keeps them running, as systemd does on a Pi.

Who should run is a set, ``wanted``; one thread makes it so: it starts what is missing, hears
READY=1 (sd_notify(3)), notices an end at once (pidfd_open(2)) and starts a process again after a
growing pause. All children are started by that thread, because the signal that ties them to the
demo follows the thread that made them (kiosk.demo.leash).
"""

import os
import selectors
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kiosk import logs
from kiosk.clock import Clock
from kiosk.demo import last_words, leash
from kiosk.demo.errors import DemoError
from kiosk.demo.patience import Patience

PAUSE_MS_MIN = 100
PAUSE_MS_MAX = 5_000
SETTLED_MS = 10_000
"""A process that lived this long starts again at the shortest pause."""
FAILED_STARTS_MAX = 3
"""A process that never was ready and ended this often will not get better by itself."""
_CHUNK = 4096
_LOOK_S = 0.1
_log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Program:
    """A process to run: its name for people and files, and its command."""

    name: str
    command: tuple[str, ...]
    notifies: bool = True
    """It says READY=1; one that does not counts as ready while it runs."""
    keeps: Path | None = None
    """Where its files are, for the person who has to repair them."""


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of a process."""

    running: bool
    ready: bool
    pid: int | None
    ends: int
    """How often it ended without being asked to."""


@dataclass(eq=False, slots=True)
class _Child:
    program: Program
    notices: socket.socket
    log: Path
    process: subprocess.Popen[bytes] | None = None
    pidfd: int = -1
    ready: bool = False
    ever_ready: bool = False
    ends: int = 0
    failed_starts: int = 0
    started_ms: int = 0
    pause_ms: int = PAUSE_MS_MIN
    not_before_ms: int = 0
    gone: threading.Event = field(default_factory=threading.Event)


class Supervisor:
    """Runs ``programs``; their output goes to ``log_dir``, their readiness comes in ``run_dir``."""

    def __init__(
        self, programs: Sequence[Program], run_dir: Path, log_dir: Path, clock: Clock
    ) -> None:
        self._clock = clock
        self._wanted: set[str] = set()
        self._lock = threading.Lock()
        self._ending = False
        self._wake, self._woken = socket.socketpair()
        self._children = {
            one.name: _Child(one, _notices(run_dir, one.name), log_dir / f"{one.name}.log")
            for one in programs
        }
        self._selector = selectors.DefaultSelector()
        self._thread = threading.Thread(target=self._run, name="demo-supervisor", daemon=True)

    def start(self) -> None:
        """Begin to look after the processes; none is wanted yet."""
        self._thread.start()

    def run(self, *names: str) -> None:
        """Want these processes to run from now on."""
        with self._lock:
            for name in names:
                child = self._children[name]
                child.pause_ms, child.not_before_ms = PAUSE_MS_MIN, 0
            self._wanted.update(names)
        self._wake.send(b"!")

    def health(self, name: str) -> Health:
        """What is known of a process now."""
        with self._lock:
            child = self._children[name]
            pid = child.process.pid if child.process is not None else None
            ready = pid is not None and (child.ready or not child.program.notifies)
            return Health(pid is not None, ready, pid, child.ends)

    def wait_ready(self, names: Sequence[str], limit_ms: int, patience: Patience) -> None:
        """Return when all are ready. Raises DemoError with a process's last words if it fails."""

        def missing() -> list[str]:
            return [name for name in names if not self.health(name).ready]

        def overdue() -> str:
            words = "\n".join(f"{name}: {self.last_words(name)}" for name in missing())
            return f"not ready after {limit_ms} ms: {words}"

        self.wait_until(lambda: not missing(), limit_ms, patience, overdue)

    def wait_until(
        self,
        happened: Callable[[], bool],
        limit_ms: int,
        patience: Patience,
        overdue: Callable[[], str],
    ) -> None:
        """Return once ``happened()``. Raises DemoError as soon as a process is beyond hope."""

        def hoped() -> bool:
            self._refuse_hopeless()
            return happened()

        patience.until(hoped, limit_ms, overdue)

    def last_words(self, name: str) -> str:
        """The end of a process's output and the file that holds it all, for a person."""
        log = self._children[name].log
        return f"its log {log} ends:\n{last_words.of(log)}"

    def kill(self, *names: str) -> None:
        """SIGKILL these at once and do not start them again; they are gone when this returns."""
        self._send(signal.SIGKILL, names)
        for name in names:
            # If the thread died, the kernel has ended its children (kiosk.demo.leash).
            while self._thread.is_alive() and not self._children[name].gone.wait(_LOOK_S):
                pass

    def end(self, names: Sequence[str], limit_ms: int) -> None:
        """Ask each to end, one after the other in this order; SIGKILL what has not by the limit.

        ``limit_ms`` is for all together, so a slow one takes the time of those after it.
        """
        end_ms = self._clock.monotonic_ms() + limit_ms
        for name in names:
            self._send(signal.SIGTERM, [name])
            left_ms = max(0, end_ms - self._clock.monotonic_ms())
            if not self._children[name].gone.wait(left_ms / 1000):
                _log.warning("killed_at_end", process_name=name)
                self.kill(name)

    def stop(self) -> None:
        """SIGKILL what still runs and release everything; returns when the thread has ended.

        May be called more than once.
        """
        if self._thread.is_alive():
            self.kill(*self._children)
            self._ending = True
            self._wake.send(b"!")
            self._thread.join()
        for child in self._children.values():
            child.notices.close()
        self._wake.close()
        self._woken.close()
        self._selector.close()

    def _send(self, number: signal.Signals, names: Sequence[str]) -> None:
        with self._lock:
            self._wanted.difference_update(names)
            for name in names:
                child = self._children[name]
                if child.process is None:
                    child.gone.set()
                else:
                    # The leader is not reaped before `gone`, so its group cannot be another's.
                    os.killpg(child.process.pid, number)

    def _refuse_hopeless(self) -> None:
        with self._lock:
            children = tuple(self._children.values())
        for child in children:
            if not child.ever_ready and child.failed_starts >= FAILED_STARTS_MAX:
                one = child.program
                keeps = f" (it keeps its files in {one.keeps})" if one.keeps else ""
                raise DemoError(
                    f"the process {one.name}{keeps} ended {child.failed_starts} times without "
                    f"getting ready; {self.last_words(one.name)}"
                )

    # ---- everything below runs in the supervisor's own thread ----

    def _run(self) -> None:
        self._selector.register(self._woken, selectors.EVENT_READ)
        for child in self._children.values():
            self._selector.register(child.notices, selectors.EVENT_READ, child)
        while not self._ending:
            with self._lock:
                pause_ms = self._start_missing()
            for key, _ in self._selector.select(None if pause_ms is None else pause_ms / 1000):
                if key.fileobj is self._woken:
                    self._woken.recv(_CHUNK)
                elif isinstance(key.fileobj, socket.socket):
                    self._hear(key.data)
                else:
                    self._bury(key.data)

    def _start_missing(self) -> int | None:
        """Start what is wanted and due; return the milliseconds until the next is due."""
        now_ms = self._clock.monotonic_ms()
        pauses = []
        for name in sorted(self._wanted):
            child = self._children[name]
            if child.process is not None:
                continue
            if child.not_before_ms <= now_ms:
                self._spawn(child)
            if child.process is None:
                pauses.append(max(1, child.not_before_ms - now_ms))
        return min(pauses, default=None)

    def _spawn(self, child: _Child) -> None:
        command = (sys.executable, "-IS", leash.__file__, str(os.getpid()), *child.program.command)
        environment = {**os.environ, "NOTIFY_SOCKET": child.notices.getsockname()}
        child.started_ms = self._clock.monotonic_ms()
        try:
            with child.log.open("ab") as log:
                child.process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=environment,
                    start_new_session=True,
                )
        except OSError as error:
            # Memory, handles or the disk are short: that passes, the demo's end would not.
            _log.error("process_not_started", process_name=child.program.name, reason=str(error))
            self._retry_later(child)
            return
        child.ready = False
        child.gone.clear()
        child.pidfd = os.pidfd_open(child.process.pid)
        self._selector.register(child.pidfd, selectors.EVENT_READ, child)

    def _hear(self, child: _Child) -> None:
        said = child.notices.recv(_CHUNK).decode("utf-8", "replace").splitlines()
        with self._lock:
            if "READY=1" in said and child.process is not None:
                child.ready = child.ever_ready = True

    def _bury(self, child: _Child) -> None:
        self._selector.unregister(child.pidfd)
        with self._lock:
            assert child.process is not None
            code = child.process.wait()
            os.close(child.pidfd)
            child.process = None
            if child.program.name in self._wanted:
                child.ends += 1
                child.failed_starts += not child.ready
                self._retry_later(child)
                _log.warning("process_ended", process_name=child.program.name, code=code)
            child.ready = False
            child.gone.set()

    def _retry_later(self, child: _Child) -> None:
        """Pause before the next start, longer each time unless it had settled."""
        now_ms = self._clock.monotonic_ms()
        if now_ms - child.started_ms >= SETTLED_MS:
            child.pause_ms = PAUSE_MS_MIN
        child.not_before_ms = now_ms + child.pause_ms
        child.pause_ms = min(2 * child.pause_ms, PAUSE_MS_MAX)


def _notices(run_dir: Path, name: str) -> socket.socket:
    notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notices.bind(str(run_dir / f"{name}.notify"))
    return notices
