"""When a weight is stable (M-02): a window of agreeing frames and the device's own flag.

Pure: readings in, at most one stable weight out. Anything doubtful empties the window, so a value
can never be carried across garbage, motion, silence or a re-opened link.
"""

from collections import Counter, deque

from kiosk.readings import Reading, StableWeight
from kiosk.units import Grams, Millis

_FRAMES_MAX = 1024
"""Bound of the window's memory: what the longest window (10 s) needs of a scale at 100 Hz."""
EVIDENCE_FRAMES_MAX = 16
"""Raw frames that decide a weight and are recorded with it, unless the rule asks for more: enough
to judge it, bounded in size."""


class StabilityWindow:
    """The latest agreeing frames of one scale.

    ``e_g`` is the scale's verification interval in grams: the spread allowed in the window.
    A weight is stable when the frames that agree span ``window_ms`` and number ``frames`` at least.
    """

    def __init__(self, e_g: Grams, window_ms: Millis, frames: int) -> None:
        self._e_g = e_g
        self._window_ms = window_ms
        self._frames = frames
        self._agreeing: deque[Reading] = deque(maxlen=max(_FRAMES_MAX, frames))

    def reset(self) -> None:
        """Forget everything: the link was lost or re-opened."""
        self._agreeing.clear()

    def add(self, reading: Reading) -> None:
        """Take one frame. A defect or motion empties the window; a jump restarts it."""
        if reading.grams is None or reading.stable is False:
            self.reset()
            return
        if self._agreeing and self._agreeing[-1].link_opens != reading.link_opens:
            self.reset()
        self._agreeing.append(reading)
        while self._spread() > self._e_g:
            self._agreeing.popleft()
        while len(self._agreeing) > self._frames and self._is_old(self._agreeing[0], reading):
            self._agreeing.popleft()

    def stable(self, since_ms: Millis) -> StableWeight | None:
        """The stable weight from frames at or after ``since_ms``, or None (M-10, M-33)."""
        frames = [one for one in self._agreeing if one.at_ms >= since_ms]
        if len(frames) < self._frames:
            return None
        last = frames[-1]
        if last.at_ms - frames[0].at_ms < self._window_ms:
            return None
        latest = sum(not self._is_old(one, last) for one in frames)
        # The evidence never holds fewer frames than the rule asked for, however slow they came,
        # and what it says is what decides: nobody else's frames do.
        kept = min(latest, EVIDENCE_FRAMES_MAX)
        window = tuple(frames[-max(kept, self._frames) :])
        said = Counter(one.grams for one in reversed(window) if one.grams is not None)
        return StableWeight(
            # What most frames say, the latest of equals: where a format has no check, a digit that
            # is damaged twice alike within 1 e of the load passes for agreeing frames (M-21).
            grams=said.most_common(1)[0][0],
            at_ms=last.at_ms,
            link_opens=last.link_opens,
            frames=tuple(one.raw for one in window),
            host_derived=any(one.stable is None for one in window),
        )

    def _is_old(self, one: Reading, last: Reading) -> bool:
        """Whether it lies further back than the evidence reaches."""
        return last.at_ms - one.at_ms > 2 * self._window_ms

    def _spread(self) -> int:
        values = [one.grams for one in self._agreeing if one.grams is not None]
        return max(values) - min(values)
