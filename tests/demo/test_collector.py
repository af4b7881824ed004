"""The demo's collector asks the machine over its real socket, and does what it is told."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

import pytest

from kiosk import wire
from kiosk.demo.collector import WHO, Collector
from kiosk.demo.errors import DemoError
from kiosk.events import Event, ServiceAsked
from kiosk.roles.service import ServiceRole
from kiosk.units import CompartmentId
from kiosk.wire import ServiceSaid
from tests.demo.fakes import StillMachine

METAL = CompartmentId("metal")
LIMIT_S = 10


@contextmanager
def machine_says(place: Path, *sentences: ServiceSaid) -> Iterator[list[wire.ServiceRequest]]:
    """A machine that answers one request so, and goes on when it is told to."""
    events: Queue[Event] = Queue()
    heard: list[wire.ServiceRequest] = []
    role = ServiceRole(place, events.put)
    role.start()

    def answer() -> None:
        asked = events.get(timeout=LIMIT_S)
        assert isinstance(asked, ServiceAsked)
        heard.append(asked.request)
        for one in sentences:
            role.answer(asked.line, one)
            if one.asks:
                said = events.get(timeout=LIMIT_S)
                assert isinstance(said, ServiceAsked)
                heard.append(said.request)

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield heard
    finally:
        thread.join(LIMIT_S)
        role.stop()


@pytest.fixture
def still() -> StillMachine:
    return StillMachine()


def weighs(still: StillMachine) -> int:
    return still.world.snapshot().compartments["metal"].grams_in_bin


def test_the_bag_is_taken_when_the_machine_asks_for_it(still: StillMachine, tmp_path: Path) -> None:
    said = (
        ServiceSaid("metal is weighed"),
        ServiceSaid("take the bag out", asks=True),
        ServiceSaid("hang the new bag in", asks=True),
        ServiceSaid("recorded", True),
    )
    with machine_says(tmp_path, *said) as heard:
        collector = Collector(tmp_path / "service.sock", still.as_machine())
        assert collector.collect(METAL) == (2_000, True)
    assert heard == [wire.Collect("metal", WHO), wire.Proceed(), wire.Proceed()]
    assert weighs(still) == 0


def test_a_refusal_leaves_the_bag_where_it_is(still: StillMachine, tmp_path: Path) -> None:
    with machine_says(tmp_path, ServiceSaid("somebody is being served", False)):
        collector = Collector(tmp_path / "service.sock", still.as_machine())
        with pytest.raises(DemoError, match="somebody is being served"):
            collector.collect(METAL)
    assert weighs(still) == 2_000


def test_without_power_the_bag_goes_all_the_same(still: StillMachine, tmp_path: Path) -> None:
    collector = Collector(tmp_path / "service.sock", still.as_machine())
    assert collector.collect(METAL) == (2_000, False)
    assert weighs(still) == 0
