"""The physical truth of the virtual kiosk: what it allows, what it refuses, how it settles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.errors import ImpossibleError
from drivers.scale.decoded import Weight
from drivers.scale.registry import DIALECTS
from drivers.sim.scales import Layout, MtSicsScale, StGsScale, Unit
from drivers.sim.world import BinSpec, World
from tests.drivers.bench import METAL, PAPER, a_world


def opened(world: World) -> World:
    """Open paper's door by its motor."""
    world.drive_motor(PAPER, opening=True, closing=False)
    world.advance(400)
    world.stop_motors()
    return world


def test_nothing_goes_through_a_closed_door() -> None:
    world = a_world()
    with pytest.raises(ImpossibleError, match="the door of paper is only 0 % open"):
        world.put(PAPER, 100)
    with pytest.raises(ImpossibleError, match="no hand fits in"):
        world.hold_hand(PAPER, True)


def test_what_is_put_in_can_be_taken_out_and_no_more() -> None:
    world = opened(a_world())
    world.put(PAPER, 1800)
    with pytest.raises(ImpossibleError, match="only 1800 g lie in paper"):
        world.take(PAPER, 1801)
    world.take(PAPER, 800)
    assert world.snapshot().compartments["paper"].grams_in_bin == 1000
    for grams in (0, -5):
        with pytest.raises(ImpossibleError, match="no load"):
            world.put(PAPER, grams)
    assert world.empty(PAPER) == 1000
    assert world.snapshot().compartments["paper"].grams_in_bin == 0


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(ImpossibleError, match=r"no 'scale:glass'; there are scale:paper, scale:m"):
        a_world().unplug("scale:glass")


def test_a_hand_stops_a_door_without_hurting_and_lets_it_close_when_gone() -> None:
    world = opened(a_world())
    world.hold_hand(PAPER, True)
    assert not world.hatches[PAPER].beam_clear
    world.drive_motor(PAPER, opening=False, closing=True)
    world.advance(10_000)
    assert world.snapshot().compartments["paper"].door_position == 300
    world.hold_hand(PAPER, False)
    world.advance(10_000)
    assert world.hatches[PAPER].closed_switch


def test_both_motor_outputs_move_nothing_and_no_power_neither() -> None:
    world = a_world()
    world.drive_motor(PAPER, opening=True, closing=True)
    world.advance(1000)
    world.power(False)
    world.drive_motor(PAPER, opening=True, closing=False)
    world.advance(1000)
    assert world.snapshot().compartments["paper"].door_position == 0


def test_without_power_no_device_lives_and_no_code_is_seen() -> None:
    world = a_world()
    world.show_code(b"x")
    world.power(False)
    assert not any(world.is_live(device) for device in world.devices)
    with pytest.raises(ImpossibleError, match="sees nothing"):
        world.show_code(b"x")
    world.power(True)
    assert world.take_codes() == []


def test_power_on_with_zero_swallows_the_load() -> None:
    world = a_world(start_g=5000, zero_at_power_on=True)
    assert world.pans[PAPER].shown_g == 5000
    world.power(False)
    world.power(True)
    assert world.pans[PAPER].shown_g == 0
    assert world.snapshot().compartments["paper"].grams_in_bin == 5000


def test_a_load_settles_through_motion_to_the_exact_step() -> None:
    world = opened(a_world())
    pan = world.pans[PAPER]
    world.put(PAPER, 1800)
    shown: list[tuple[int, bool]] = []
    for _ in range(200):
        world.advance(10)
        shown.append((pan.shown_g, pan.stable))
    assert shown[0] == (shown[0][0], False)
    assert 0 < shown[5][0] < 1800
    assert {grams for grams, stable in shown if stable} == {1800}
    assert shown[-1] == (1800, True)
    first_stable = [stable for _, stable in shown].index(True)
    assert first_stable < 150


@given(
    st.integers(0, 60_000),
    st.integers(1, 10),
    st.sampled_from(["kg", "g"]),
    st.sampled_from(["cas-22", "dini", "mt-sics"]),
    st.integers(0, 2**32),
)
def test_every_simulated_frame_decodes_to_what_the_pan_shows(
    grams: int, step_g: int, unit: Unit, kind: str, seed: int
) -> None:
    spec = BinSpec(e_g=step_g, start_g=grams // step_g * step_g)
    world = World({PAPER: spec}, seed)
    pan = world.pans[PAPER]
    device: StGsScale | MtSicsScale
    if kind == "mt-sics":
        device = MtSicsScale(pan, unit)
        data = device.receive(b"S") + device.receive(b"I\r\n")
        (frame,) = DIALECTS["mt-sics"]().feed(data)
    else:
        layout: Layout = "dini" if kind == "dini" else "cas-22"
        device = StGsScale(pan, unit, layout)
        (frame,) = DIALECTS["st-gs"]().feed(device.advance(100))
    assert isinstance(frame, Weight)
    assert frame.unit == unit
    assert frame.stable
    assert frame.weight * (1000 if unit == "kg" else 1) == pan.grams


def test_the_same_seed_is_the_same_world() -> None:
    def story(seed: int) -> list[int]:
        spec = BinSpec(noise_mg=4000, travel_ms=300)
        world = World({PAPER: spec, METAL: spec}, seed)
        opened(world).put(PAPER, 1000)
        world.bump(METAL, 300)
        shown = []
        for _ in range(50):
            world.advance(10)
            shown += [world.pans[PAPER].shown_g, world.pans[METAL].shown_g]
        return shown

    assert story(1) == story(1)
    assert story(1) != story(2)
