"""From the kernel's touch events to the first finger's way over the panel: pure, told everything.

``multi-touch-protocol.rst``: with slots (protocol B) only changes are sent, so slot and both axes
are remembered; without (protocol A) each report lists all contacts; old panels have one contact
and BTN_TOUCH. Nothing is done before SYN_REPORT, and each report by itself: a tap whose down and up
came in one read must not be lost. After SYN_DROPPED nothing is believed until the state was read
anew. The first contact owns the gesture until every finger is up (screen.md 3).
"""

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from msgspec import Struct

from ui.surfaces.calibration import STRAIGHT, Calibration
from ui.touch import Contact

EVENT = struct.Struct("@LLHHi")
"""``input_event``: seconds, microseconds, type, code, value."""
EV_SYN, EV_KEY, EV_ABS = 0, 1, 3
SYN_REPORT, SYN_MT_REPORT, SYN_DROPPED = 0, 2, 3
ABS_X, ABS_Y, ABS_MT_SLOT, ABS_MT_X, ABS_MT_Y, ABS_MT_ID = 0x00, 0x01, 0x2F, 0x35, 0x36, 0x39
BTN_TOUCH = 0x14A
SHORT_MS = 20
"""A contact shorter than this is a drop of rain or noise."""
LONG_MS = 10_000
"""A contact longer than this is no finger that presses."""
CONTACTS_MOST = 2
"""More than these at once is water or vandalism: nothing counts until the glass is clear."""


class Axis(NamedTuple):
    """The range of an axis, from ``input_absinfo``."""

    low: int
    high: int

    def scaled(self, value: int, size: int) -> int:
        """A device value as a pixel of ``size``."""
        span = max(1, self.high - self.low + 1)
        return max(0, min(size - 1, (value - self.low) * size // span))

    def share(self, value: int) -> float:
        """The same in unit space, 0 to 1."""
        return (value - self.low) / max(1, self.high - self.low + 1)


class Slot(Struct):
    """One contact as last told."""

    id: int = -1
    x: int = 0
    y: int = 0


class ContactReader:
    """Follows the contacts of one device; ``slotted`` says that it speaks protocol B."""

    def __init__(
        self,
        x: Axis,
        y: Axis,
        width: int,
        height: int,
        slotted: bool,
        calibration: Calibration = STRAIGHT,
    ) -> None:
        self._axes, self._size, self._slotted = (x, y), (width, height), slotted
        self._calibration = calibration
        self._slots: dict[int, Slot] = {}
        self._slot = 0
        self._listed: list[Slot] = []
        self._point = Slot()
        self._part = Slot()
        self._rest = b""
        self._owner: int | None = None
        self._since_ms = 0
        self._last = (0, 0)
        self._deaf = False
        self.stale = False
        """True after SYN_DROPPED until :meth:`load`: the state must be read from the device."""
        self.wet = False
        """True while the glass is too wet or too full to be believed."""

    def feed(self, data: bytes) -> Iterator[Contact]:
        """Take what was read; yields what the owning finger did, report by report."""
        data = self._rest + data
        whole = len(data) // EVENT.size * EVENT.size
        self._rest = data[whole:]
        for seconds, micros, kind, code, value in EVENT.iter_unpack(data[:whole]):
            if kind == EV_SYN and code == SYN_DROPPED:
                self.stale = True
            elif self.stale:
                continue
            elif kind == EV_SYN and code == SYN_MT_REPORT:
                self._listed.append(self._part)
                self._part = Slot()
            elif kind == EV_SYN and code == SYN_REPORT:
                yield from self._report(seconds * 1000 + micros // 1000)
            else:
                self._note(kind, code, value)
        if self.stale:
            yield from self._lost()

    def load(self, slots: Mapping[int, Slot], slot: int) -> None:
        """The state as the device has it, after SYN_DROPPED; nothing on the glass is pressed."""
        self._slots, self._slot = dict(slots), slot
        self._listed, self._part = [], Slot()
        self._point.id = -1
        self.stale = False
        self._deaf = any(one.id >= 0 for one in self._slots.values())

    def overdue_ms(self) -> int | None:
        """When the owning finger will have been down too long, on the events' clock."""
        return None if self._owner is None else self._since_ms + LONG_MS

    def expire(self) -> Iterator[Contact]:
        """The owning finger was down too long."""
        self.wet = self._deaf = True
        yield from self._lost()

    def _note(self, kind: int, code: int, value: int) -> None:
        if kind == EV_KEY and code == BTN_TOUCH:
            self._point.id = 0 if value else -1
        if kind != EV_ABS:
            return
        if code == ABS_MT_SLOT:
            self._slot = value
            return
        told = self._slots.setdefault(self._slot, Slot()) if self._slotted else self._part
        if code == ABS_MT_ID:
            told.id = value
        elif code == ABS_MT_X:
            # Protocol A need not number its contacts: one that has a place is there.
            told.x, told.id = value, told.id if self._slotted else max(0, told.id)
        elif code == ABS_MT_Y:
            told.y = value
        elif code == ABS_X:
            self._point.x = value
        elif code == ABS_Y:
            self._point.y = value

    def _contacts(self) -> dict[int, Slot]:
        """Who is on the glass in this report."""
        if self._slotted:
            return {number: one for number, one in self._slots.items() if one.id >= 0}
        listed, self._listed, self._part = self._listed, [], Slot()
        found = {one.id if one.id > 0 else index: one for index, one in enumerate(listed)}
        found = {number: one for number, one in found.items() if one.id >= 0}
        return found or ({0: self._point} if self._point.id >= 0 and not listed else {})

    def _report(self, now_ms: int) -> Iterator[Contact]:
        there = self._contacts()
        if not there:
            self._deaf = self.wet = False
        if len(there) > CONTACTS_MOST:
            self._deaf = self.wet = True
            yield from self._lost()
        if self._owner is None:
            if there and not self._deaf:
                # Whoever comes while the owner is down is ignored until all are up.
                self._deaf = True
                self._owner, self._since_ms = next(iter(there)), now_ms
                self._last = self._pixel(there[self._owner])
                yield Contact(*self._last, "down")
            return
        finger = there.get(self._owner)
        if finger is None:
            short = now_ms - self._since_ms < SHORT_MS
            self._owner = None
            yield Contact(*self._last, "lost" if short else "up")
        elif now_ms - self._since_ms >= LONG_MS:
            yield from self.expire()
        elif self._pixel(finger) != self._last:
            self._last = self._pixel(finger)
            yield Contact(*self._last, "move")

    def _lost(self) -> Iterator[Contact]:
        if self._owner is not None:
            self._owner = None
            yield Contact(*self._last, "lost")

    def _pixel(self, finger: Slot) -> tuple[int, int]:
        (x, y), (width, height) = self._axes, self._size
        if self._calibration == STRAIGHT:
            return x.scaled(finger.x, width), y.scaled(finger.y, height)
        across, down = self._calibration.seen(x.share(finger.x), y.share(finger.y))
        return (
            max(0, min(width - 1, int(across * width))),
            max(0, min(height - 1, int(down * height))),
        )
