"""Waiting, in the demo's main thread: for a condition, for a limit, or for the person's Ctrl-C.

The signals that end the demo are blocked in every thread and waited for here (sigtimedwait(2)),
so none can arrive between two lines that belong together; the children are started with a clear
mask (kiosk.demo.leash).
"""

import signal
from collections.abc import Callable
from types import TracebackType

from kiosk.clock import Clock
from kiosk.demo.errors import DemoError, OverdueError

ENDING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
_LOOK_S = 0.02


class EndedError(DemoError):
    """Somebody asked the demo to end."""


class Patience:
    """Use as ``with Patience(clock) as patience``; threads started inside inherit the mask."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._before: set[int] = set()
        self._whole: tuple[int, str] | None = None

    def __enter__(self) -> "Patience":
        self._before = {int(one) for one in signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # What came while ending has been answered by ending.
        while signal.sigtimedwait(ENDING, 0) is not None:
            pass
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)

    def allow(self, limit_ms: int, what: str) -> None:
        """Let everything from now on take ``limit_ms`` together, in whatever steps."""
        self._whole = (self._clock.monotonic_ms() + limit_ms, f"{what} took over {limit_ms} ms")

    def until(
        self, happened: Callable[[], bool], limit_ms: int, overdue: Callable[[], str]
    ) -> None:
        """Return once ``happened()``.

        Raises OverdueError with the text of ``overdue()`` after ``limit_ms``, EndedError when the
        demo is asked to end.
        """
        end_ms = self._clock.monotonic_ms() + limit_ms
        while not happened():
            now_ms = self._clock.monotonic_ms()
            if self._whole is not None and now_ms >= self._whole[0]:
                raise OverdueError(f"{self._whole[1]}: {overdue()}")
            if now_ms >= end_ms:
                raise OverdueError(overdue())
            self.rest(_LOOK_S)

    def rest(self, seconds: float) -> None:
        """Let time pass. Raises EndedError when the demo is asked to end."""
        if signal.sigtimedwait(ENDING, seconds) is not None:
            raise EndedError("asked to end")

    def forever(self) -> None:
        """Return when the demo is asked to end."""
        signal.sigwait(ENDING)
