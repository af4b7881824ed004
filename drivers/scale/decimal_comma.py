"""Indicators that write 1,234 for 1.234: only where the configuration says so (serial.md, rule 2).

Elsewhere a comma may mean thousands, so the dialects reject it. This takes what a dialect rejected,
puts a point for the one comma between two digits and asks again. A check that covers the comma
fails then, as it should. A point, on such an indicator, could be the thousands: it is refused.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from drivers.scale.decoded import Decoded, Dialect, Other, Weight

_COMMA = re.compile(rb"(?<=\d),(?=\d)")
_POINT = re.compile(rb"\d\.\d")


class DecimalComma:
    """A dialect whose numbers have a comma."""

    def __init__(self, make: Callable[[], Dialect]) -> None:
        self._make = make
        self._dialect = make()

    @property
    def request(self) -> bytes | None:
        """What the dialect asks with."""
        return self._dialect.request

    def feed(self, data: bytes) -> list[Decoded]:
        """Take the next bytes and return what they completed."""
        return [self._again(frame) for frame in self._dialect.feed(data)]

    def end(self) -> list[Decoded]:
        """Take the end of a recorded transmission for the end of a frame."""
        return [self._again(frame) for frame in self._dialect.end()]

    def _again(self, frame: Decoded) -> Decoded:
        if isinstance(frame, Weight) and _POINT.search(frame.raw):
            return Other("reject", frame.raw)
        if not isinstance(frame, Other) or frame.kind != "reject":
            return frame
        if len(_COMMA.findall(frame.raw)) != 1 or _POINT.search(frame.raw):
            return frame
        decoder = self._make()
        frames = [*decoder.feed(_COMMA.sub(b".", frame.raw)), *decoder.end()]
        if len(frames) != 1 or isinstance(frames[0], Other):
            return frame
        return replace(frames[0], raw=frame.raw)
