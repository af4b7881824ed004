"""The real drivers on the simulated hardware, end to end: ptys, pyserial, gpiozero, real time."""

from pathlib import Path

import pytest

from drivers.sim.world import World
from kiosk.events import (
    DoorFailed,
    DoorMotion,
    DoorPosition,
    DoorReported,
    DoorReversed,
    LabelScanned,
    ScaleLost,
    ScaleReady,
    ScannerLost,
    ScannerReady,
    WeightRead,
)
from kiosk.readings import Defect
from kiosk.units import CompartmentId
from tests.drivers.bench import ANNOUNCE_MS, METAL, PAPER, Bench, a_world, running


def weighs(bench: Bench, compartment: CompartmentId, grams: int) -> WeightRead:
    """Wait for a stable reading of so many grams."""
    return bench.events.wait(
        WeightRead,
        lambda event: (
            event.reading.compartment == compartment
            and event.reading.grams == grams
            and event.reading.stable is True
        ),
    )


def stands(
    bench: Bench, position: DoorPosition, compartment: CompartmentId = PAPER
) -> DoorReported:
    """Wait until a door reports that it stopped in a position."""
    return bench.events.wait(
        DoorReported,
        lambda event: (
            event.compartment == compartment
            and event.position is position
            and event.motion is DoorMotion.STOPPED
        ),
    )


def moves(bench: Bench, motion: DoorMotion) -> DoorReported:
    """Wait until a door reports this motion."""
    return bench.events.wait(DoorReported, lambda event: event.motion is motion)


def open_door(bench: Bench, name: str = "open-1", compartment: CompartmentId = PAPER) -> None:
    """Order a door open and wait for it."""
    bench.order(name, "open", compartment)
    stands(bench, DoorPosition.OPEN, compartment)


@pytest.mark.parametrize(("compartment", "grams"), [(PAPER, 1800), (METAL, 235)])
def test_grams_put_in_are_read(tmp_path: Path, compartment: CompartmentId, grams: int) -> None:
    with running(tmp_path) as bench:
        weighs(bench, compartment, 0)
        open_door(bench, compartment=compartment)
        bench.machine.call(lambda world: world.put(compartment, grams))
        assert weighs(bench, compartment, grams).reading.link_opens == 1
        readings = [event.reading for event in bench.events.seen if isinstance(event, WeightRead)]
        assert any(reading.stable is False for reading in readings)
        assert all(reading.defect is None for reading in readings)


def test_an_unplugged_scale_is_lost_at_once_and_comes_back_with_a_new_number(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as bench:
        weighs(bench, METAL, 0)
        bench.machine.call(lambda world: world.unplug(World.scale_name(METAL)))
        lost = bench.events.wait(ScaleLost, lambda event: event.compartment == METAL)
        assert str(bench.config.compartment[1].scale.line.port) in lost.reason
        bench.machine.call(lambda world: world.plug(World.scale_name(METAL)))
        ready = bench.events.wait(ScaleReady, lambda event: event.compartment == METAL)
        assert ready.link_opens == 2
        assert weighs(bench, METAL, 0).reading.link_opens == 2


@pytest.mark.parametrize("compartment", [PAPER, METAL])
def test_an_overloaded_scale_has_a_reason_and_no_grams(
    tmp_path: Path, compartment: CompartmentId
) -> None:
    with running(tmp_path, a_world(start_g=61_000)) as bench:
        event = bench.events.wait(
            WeightRead, lambda event: event.reading.compartment == compartment
        )
        assert (event.reading.grams, event.reading.defect) == (None, Defect.OVERLOAD)


def test_a_scale_that_restarts_by_itself_counts_as_a_new_link(tmp_path: Path) -> None:
    with running(tmp_path) as bench:
        weighs(bench, METAL, 0)
        bench.machine.call(lambda world: world.restart_scale(METAL))
        lost = bench.events.wait(ScaleLost)
        assert "switched on again" in lost.reason
        ready = bench.events.wait(ScaleReady, lambda event: event.compartment == METAL)
        assert ready.link_opens == 2


def test_a_shown_code_arrives_with_its_symbology(tmp_path: Path) -> None:
    with running(tmp_path) as bench:
        bench.events.wait(ScannerReady)
        bench.machine.call(lambda world: world.show_code(b"K1:6BF\x1d+70", "Q1"))
        scan = bench.events.wait(LabelScanned)
        assert (scan.data, scan.symbology) == (b"K1:6BF\x1d+70", "Q1")


def test_an_unplugged_scanner_is_lost_once_and_comes_back(tmp_path: Path) -> None:
    with running(tmp_path) as bench:
        bench.events.wait(ScannerReady)
        bench.machine.call(lambda world: world.unplug("scanner"))
        bench.events.wait(ScannerLost)
        bench.machine.call(lambda world: world.plug("scanner"))
        bench.events.wait(ScannerReady)
        assert sum(isinstance(event, ScannerLost) for event in bench.events.seen) == 1


def test_a_door_opens_and_closes_and_announces_each_motion(tmp_path: Path) -> None:
    with running(tmp_path) as bench:
        stands(bench, DoorPosition.CLOSED)
        bench.order("open-1", "open")
        announced = moves(bench, DoorMotion.ANNOUNCING)
        assert moves(bench, DoorMotion.OPENING).at_ms - announced.at_ms >= ANNOUNCE_MS
        stands(bench, DoorPosition.OPEN)
        bench.order("close-1", "close")
        announced = moves(bench, DoorMotion.ANNOUNCING)
        assert moves(bench, DoorMotion.CLOSING).at_ms - announced.at_ms >= ANNOUNCE_MS
        stands(bench, DoorPosition.CLOSED)
        assert bench.machine.wait_until(lambda world: world.hatches[PAPER].motor == "off", 2)


def test_a_hand_in_a_closing_door_sends_it_back_open(tmp_path: Path) -> None:
    with running(tmp_path) as bench:
        open_door(bench)
        bench.order("close-1", "close")
        moves(bench, DoorMotion.CLOSING)
        bench.machine.call(lambda world: world.hold_hand(PAPER, True))
        assert bench.events.wait(DoorReversed).order == "close-1"
        assert stands(bench, DoorPosition.OPEN).blocked
        bench.order("close-2", "close")
        assert bench.events.wait(DoorReversed).order == "close-2"
        bench.machine.call(lambda world: world.hold_hand(PAPER, False))
        bench.order("close-3", "close")
        stands(bench, DoorPosition.CLOSED)


def test_a_beam_that_lies_keeps_the_door_open(tmp_path: Path) -> None:
    with running(tmp_path) as bench:
        open_door(bench)
        bench.machine.call(lambda world: world.break_beam(PAPER, True))
        bench.order("close-1", "close")
        assert "self-test" in bench.events.wait(DoorFailed).reason
        assert bench.machine.call(lambda world: world.hatches[PAPER].position) == 1000


def test_a_jammed_door_is_given_up_within_its_cap(tmp_path: Path) -> None:
    with running(tmp_path) as bench:
        bench.machine.call(lambda world: world.jam(PAPER, True))
        bench.order("open-1", "open")
        failed = bench.events.wait(DoorFailed)
        assert (failed.compartment, failed.order) == (PAPER, "open-1")
        assert bench.machine.wait_until(lambda world: world.hatches[PAPER].motor == "off", 2)


def test_doors_move_one_after_the_other_and_a_repeated_order_moves_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as bench:
        bench.order("one", "open", PAPER)
        bench.order("two", "open", METAL)
        bench.order("one", "close", PAPER)
        # Orders are carried out in turn: when this one is confirmed, nothing else waits.
        bench.order("three", "open", METAL)
        stands(bench, DoorPosition.OPEN, METAL)
        stands(bench, DoorPosition.OPEN, METAL)
        bench.events.drain()
        moving: set[CompartmentId] = set()
        for event in bench.events.seen:
            if isinstance(event, DoorReported):
                moving.discard(event.compartment)
                if event.motion is not DoorMotion.STOPPED:
                    moving.add(event.compartment)
                assert len(moving) <= 1
        assert bench.machine.call(lambda world: world.hatches[PAPER].position) == 1000


def test_a_missing_scale_takes_only_its_own_compartment_out(tmp_path: Path) -> None:
    world = a_world()
    world.unplug(World.scale_name(PAPER))
    with running(tmp_path, world) as bench:
        assert bench.events.wait(ScaleLost).compartment == PAPER
        weighs(bench, METAL, 0)
        open_door(bench)
