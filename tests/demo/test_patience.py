"""Waiting ends by the condition, the limit or a signal, and by nothing else."""

import os
import signal
from pathlib import Path

import pytest

from kiosk.clock import SystemClock
from kiosk.demo.errors import OverdueError
from kiosk.demo.patience import EndedError, Patience

CLOCK = SystemClock(Path("/nonexistent"), floor_ms=0)


def test_what_happened_already_needs_no_patience() -> None:
    with Patience(CLOCK) as patience:
        patience.until(lambda: True, 0, lambda: "never")


def test_a_limit_is_told_in_the_steps_words() -> None:
    with Patience(CLOCK) as patience, pytest.raises(OverdueError, match="no bus came"):
        patience.until(lambda: False, 30, lambda: "no bus came")


def test_the_limit_of_the_whole_is_told_with_the_step() -> None:
    with Patience(CLOCK) as patience:
        patience.allow(10, "the journey")
        with pytest.raises(OverdueError, match="the journey took over 10 ms: no bus came"):
            patience.until(lambda: False, 60_000, lambda: "no bus came")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_every_wait_and_nothing_else(number: signal.Signals) -> None:
    with Patience(CLOCK) as patience:
        os.kill(os.getpid(), number)
        # Nothing happened to this line: the signal waits until somebody asks for it.
        with pytest.raises(EndedError):
            patience.until(lambda: False, 60_000, lambda: "")
        os.kill(os.getpid(), number)
        patience.forever()
        os.kill(os.getpid(), number)
    assert signal.pthread_sigmask(signal.SIG_BLOCK, ()).isdisjoint({number})
