"""Nothing follows from a frame that says what the one before it said (docs/decisions/0070)."""

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk import views as v
from kiosk import wire
from kiosk.events import DoorMotion, DoorPosition, DoorReported, Ticked, WeightRead
from kiosk.readings import Defect, Reading
from kiosk.units import CompartmentId, Grams, Millis
from tests.journeys.desk import Desk

PAPER, METAL = CompartmentId("paper"), CompartmentId("metal")
FRAME_MS = 100


class Listening(Desk):
    """A desk that notes every status it is told."""

    def __init__(self, directory: Path) -> None:
        self.statuses: list[wire.Status] = []
        super().__init__(directory)

    def _published(self, status: wire.Status) -> None:
        super()._published(status)
        self.statuses.append(status)


@pytest.fixture
def desk(tmp_path: Path) -> Listening:
    return Listening(tmp_path)


def last_of(desk: Desk, where: CompartmentId) -> Reading:
    found = desk.controller._machine.bins[where].reading
    assert found is not None
    return found


def heard(desk: Desk, where: CompartmentId, last: Reading) -> None:
    """The scale sends a frame ``FRAME_MS`` after whatever happened before."""
    desk.clock.pass_ms(FRAME_MS)
    at_ms = desk.clock.monotonic_ms()
    desk.controller.handle(WeightRead(replace(last, compartment=where, at_ms=at_ms)))


def opened(desk: Desk) -> None:
    """Somebody stands before the open door of paper."""
    desk.scan(desk.token())
    desk.touch("compartment:paper")
    desk.until(lambda: isinstance(desk.screen, v.Depositing))
    desk.wait(3_000)


def test_frames_that_repeat_tell_nobody_anything(desk: Listening) -> None:
    desk.controller.handle(Ticked())
    told, views, messages = len(desk.statuses), len(desk.views), len(desk.told)
    last = last_of(desk, PAPER)
    for _ in range(9):
        heard(desk, PAPER, last)
    assert (len(desk.statuses), len(desk.views), len(desk.told)) == (told, views, messages)
    assert last_of(desk, PAPER).at_ms == desk.clock.now_ms


def test_while_they_repeat_all_is_looked_after_once_a_second(desk: Listening) -> None:
    """Even if the deciding thread found no pause to tick in."""
    desk.controller.handle(Ticked())
    told = len(desk.statuses)
    last = last_of(desk, PAPER)
    for _ in range(50):
        heard(desk, PAPER, last)
    assert len(desk.statuses) == told + 5


@pytest.mark.parametrize(
    "change",
    [
        {"grams": Grams(2_010)},
        {"stable": False},
        {"grams": None, "defect": Defect.OVERLOAD},
        {"link_opens": 2},
    ],
)
def test_whatever_differs_is_news_at_once(desk: Listening, change: dict[str, object]) -> None:
    desk.controller.handle(Ticked())
    told = len(desk.statuses)
    last = last_of(desk, PAPER)
    heard(desk, PAPER, replace(last, **change))  # type: ignore[arg-type]
    assert len(desk.statuses) == told + 1
    before = desk.statuses[-1].compartments[0]
    assert before.gross_g == change.get("grams", last.grams)


def test_what_changes_by_time_is_shown_in_time_with_frames_only(desk: Listening) -> None:
    """A question whether somebody is still there is asked on time, not with the next tick."""
    desk.scan(desk.token())
    assert isinstance(desk.screen, v.Choose)
    asks_ms = desk.clock.now_ms + desk.config.timing.choose_ms
    last = last_of(desk, PAPER)
    while desk.clock.now_ms < asks_ms - FRAME_MS:
        heard(desk, PAPER, last)
    assert isinstance(desk.screen, v.Choose)
    heard(desk, PAPER, last)
    assert isinstance(desk.screen, v.StillThere)


def test_a_weight_that_waits_for_its_turn_on_the_screen_is_shown(desk: Listening) -> None:
    """At most ten pictures a second; the last one is never left out."""
    opened(desk)
    last = last_of(desk, PAPER)
    assert last.grams is not None
    desk.clock.pass_ms(FRAME_MS)
    for added in (100, 200):
        read = replace(last, grams=Grams(last.grams + added), at_ms=desk.clock.monotonic_ms())
        desk.controller.handle(WeightRead(read))
    assert desk.views[-1].live == v.Live(100, True)
    heard(desk, PAPER, replace(last, grams=Grams(last.grams + 200)))
    assert desk.views[-1].live == v.Live(200, True)


def test_while_somebody_is_served_doors_and_scales_are_told_with_the_tick(
    desk: Listening,
) -> None:
    opened(desk)
    desk.controller.handle(Ticked())
    told = len(desk.statuses)
    last = last_of(desk, PAPER)
    assert last.grams is not None
    heard(desk, PAPER, replace(last, grams=Grams(last.grams + 100)))
    moved = DoorReported(PAPER, DoorPosition.OPEN, DoorMotion.STOPPED, True, Millis(0))
    desk.controller.handle(moved)
    assert len(desk.statuses) == told
    desk.controller.handle(Ticked())
    assert len(desk.statuses) == told + 1
    assert desk.statuses[-1].compartments[0].gross_g == last.grams + 100


def test_another_scale_that_repeats_decides_no_deposit(desk: Listening) -> None:
    """Only a resting weight other than the known one says anything while a door is open (M-30)."""
    opened(desk)
    state = desk.controller.state
    for where in (PAPER, METAL):
        last = last_of(desk, where)
        for _ in range(20):
            heard(desk, where, last)
    assert desk.controller.state is state
