"""The one queue of everything that happens: bounded, and weights can't flood it."""

import threading
from collections import deque

from kiosk.events import Event, WeightRead
from kiosk.logs import get

EVENTS_MAX = 1024
WEIGHTS_MAX = 128
"""Frames waiting at once: more means the deciding thread is behind, and a stability window that
misses frames only takes longer. A missing frame is safe, a late door report is not."""

_log = get(__name__)


class EventQueue:
    """Put by the edge threads, taken by the deciding thread."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._weights = 0
        self._changed = threading.Condition()

    def put(self, event: Event) -> None:
        """Add an event; waits while the queue is full, except for a weight, which is dropped."""
        with self._changed:
            if isinstance(event, WeightRead):
                if self._weights >= WEIGHTS_MAX:
                    _log.warning("weight_dropped", compartment=event.reading.compartment)
                    return
                self._weights += 1
            else:
                self._changed.wait_for(lambda: len(self._events) < EVENTS_MAX)
            self._events.append(event)
            self._changed.notify_all()

    def get(self, wait_ms: int) -> Event | None:
        """The oldest event, or None when none came within ``wait_ms``."""
        with self._changed:
            if not self._changed.wait_for(lambda: bool(self._events), wait_ms / 1000):
                return None
            event = self._events.popleft()
            if isinstance(event, WeightRead):
                self._weights -= 1
            self._changed.notify_all()
            return event
