"""The two ways in which indicators talk: by themselves, or when asked."""

import re
from collections.abc import Callable

from drivers.sim.pan import Pan

PERIOD_MS = 100
WARM_UP_MS = 300
"""An indicator that was just switched on tests itself and says nothing."""
HEARD_MAX = 64


class WarmUp:
    """Tells whether an indicator is still busy with having been switched on."""

    def __init__(self, pan: Pan) -> None:
        self._pan = pan
        self._starts = pan.starts
        self._left_ms = 0

    def advance(self, dt_ms: int) -> bool:
        """Let time pass; True while the indicator is mute."""
        if self._pan.starts != self._starts:
            self._starts = self._pan.starts
            self._left_ms = WARM_UP_MS
        mute = self._left_ms > 0
        self._left_ms = max(0, self._left_ms - dt_ms)
        return mute


class Stream:
    """A ``ByteDevice`` that sends ``frame()`` ten times a second and takes no commands."""

    def __init__(self, pan: Pan, frame: Callable[[], bytes]) -> None:
        self._frame = frame
        self._warm_up = WarmUp(pan)
        self._waited_ms = 0

    def advance(self, dt_ms: int) -> bytes:
        """Send the frames that are due."""
        if self._warm_up.advance(dt_ms):
            return b""
        self._waited_ms += dt_ms
        due, self._waited_ms = divmod(self._waited_ms, PERIOD_MS)
        return b"".join(self._frame() for _ in range(due))

    def receive(self, data: bytes) -> bytes:
        """Hear nothing."""
        return b""


class Answers:
    """A ``ByteDevice`` that answers each match of ``asked`` among what it hears."""

    def __init__(
        self, pan: Pan, asked: re.Pattern[bytes], answer: Callable[[re.Match[bytes]], bytes]
    ) -> None:
        self._asked = asked
        self._answer = answer
        self._warm_up = WarmUp(pan)
        self._mute = False
        self._heard = b""

    def advance(self, dt_ms: int) -> bytes:
        """Send nothing unasked; time only ends the warm-up."""
        self._mute = self._warm_up.advance(dt_ms)
        return b""

    def receive(self, data: bytes) -> bytes:
        """Answer every complete question."""
        if self._mute:
            self._heard = b""
            return b""
        self._heard = (self._heard + data)[-HEARD_MAX:]
        said = b""
        while question := self._asked.search(self._heard):
            self._heard = self._heard[question.end() :]
            said += self._answer(question)
        return said
