"""Bounded, and weights can't flood it."""

import threading

from kiosk.eventqueue import EVENTS_MAX, WEIGHTS_MAX, EventQueue
from kiosk.events import Event, StopRequested, Ticked, WeightRead
from tests.controller.test_weighing import reading


def drained(events: EventQueue) -> list[Event]:
    found = []
    while (event := events.get(0)) is not None:
        found.append(event)
    return found


def test_order_is_kept() -> None:
    events = EventQueue()
    events.put(Ticked())
    events.put(StopRequested())
    assert drained(events) == [Ticked(), StopRequested()]
    assert events.get(1) is None


def test_weights_beyond_the_limit_are_dropped_and_nothing_else_is() -> None:
    events = EventQueue()
    for number in range(WEIGHTS_MAX + 50):
        events.put(WeightRead(reading(number, 5000)))
    events.put(StopRequested())
    found = drained(events)
    assert len(found) == WEIGHTS_MAX + 1
    assert found[-1] == StopRequested()
    events.put(WeightRead(reading(1, 5000)))
    assert len(drained(events)) == 1


def test_a_full_queue_makes_others_wait_until_there_is_room() -> None:
    events = EventQueue()
    for _ in range(EVENTS_MAX):
        events.put(Ticked())
    late = threading.Thread(target=events.put, args=(StopRequested(),))
    late.start()
    assert events.get(0) == Ticked()
    late.join(10)
    assert not late.is_alive()
    assert drained(events)[-1] == StopRequested()
