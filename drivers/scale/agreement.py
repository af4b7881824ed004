"""Frames must agree before their weight may count, in every dialect (serial.md 4, M-21).

Without a check in the frame a damaged digit is a good digit, and with one a damage may still pass
(one in 16 to 128). A value heard once is therefore shown as moving, or, next to the agreed one,
passed over; kiosk.weighing asks for the rest. Pure: readings in, readings out.
"""

from collections import deque
from dataclasses import replace

from kiosk.readings import Reading
from kiosk.units import Grams


class Agreement:
    """``frames`` equal values among the last ``2 * frames`` make a value believable.

    Two adjacent values may alternate on a scale at rest (M-02), so they need not follow each other.
    """

    def __init__(self, frames: int, e_g: int) -> None:
        self._frames = frames
        self._e_g = e_g
        self._recent: deque[Grams] = deque(maxlen=2 * frames)
        self._agreed: Grams | None = None

    def reset(self) -> None:
        """The line was opened again: nothing heard before agrees with anything."""
        self._recent.clear()
        self._agreed = None

    def judge(self, reading: Reading) -> Reading | None:
        """Return what may be told of this frame; None for a flicker that nothing confirms yet."""
        grams = reading.grams
        if grams is None or reading.stable is False:
            self.reset()
            return reading
        self._recent.append(grams)
        if self._recent.count(grams) >= self._frames:
            self._agreed = grams
            return reading
        if self._agreed is not None and abs(grams - self._agreed) <= self._e_g:
            return None
        return replace(reading, stable=False)
