"""The host of the world: it survives the controller, and stops the doors when that is gone."""

import os
import queue
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.errors import DriverError
from drivers.pins import lgpio_pins
from drivers.sim.bridge import END_OF_SNAPSHOT, PinMessages
from drivers.sim.machine import VirtualMachine
from drivers.sim.virtual_pins import connect
from drivers.sim.world import World
from kiosk.config import Config
from tests.drivers.bench import PAPER, a_clock, a_config, a_world


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """The machine's configuration."""
    return a_config(tmp_path)


@pytest.fixture
def machine(config: Config, tmp_path: Path) -> Iterator[VirtualMachine]:
    """A started machine with a slow door."""
    machine = VirtualMachine(config, a_world(), a_clock(tmp_path))
    machine.start()
    yield machine
    machine.stop()


def raw_bridge(config: Config, *, closed: bool = True) -> socket.socket:
    """A controller's end of the wire, without a controller; the first door is closed or open."""
    wire = socket.socket(socket.AF_UNIX)
    wire.connect(str(config.gpio.bridge))
    wire.settimeout(5)
    heard = b""
    while not heard.endswith(END_OF_SNAPSHOT):
        heard += wire.recv(100)
    levels = dict(PinMessages().feed(heard))
    door = config.compartment[0].door
    assert levels[door.closed_switch_pin] == (0 if closed else 1), "a made contact is low"
    assert levels[door.opened_switch_pin] == (1 if closed else 0)
    assert levels[config.compartment[0].door.beam_pin] == 0
    return wire


def runs(world: World) -> bool:
    """Paper's motor is on."""
    return world.hatches[PAPER].motor == "open"


def test_motors_stop_when_the_controller_dies(machine: VirtualMachine, config: Config) -> None:
    wire = raw_bridge(config)
    wire.sendall(bytes((config.compartment[0].door.open_pin, 1)))
    assert machine.wait_until(lambda world: world.hatches[PAPER].position > 0, 5)
    wire.close()
    assert machine.wait_until(lambda world: not runs(world), 1), "D-10: within a second"
    stopped_at = machine.call(lambda world: world.hatches[PAPER].position)
    machine.wait_until(lambda world: False, 0)
    assert 0 < stopped_at == machine.call(lambda world: world.hatches[PAPER].position)


def test_the_world_outlives_controllers_and_a_new_one_takes_over(
    machine: VirtualMachine, config: Config
) -> None:
    first = raw_bridge(config)
    first.sendall(bytes((config.compartment[0].door.open_pin, 1)))
    assert machine.wait_until(lambda world: world.hatches[PAPER].opened_switch, 5)
    machine.call(lambda world: world.put(PAPER, 500))
    first.close()
    second = raw_bridge(config, closed=False)
    assert machine.call(lambda world: not runs(world))
    state = machine.call(lambda world: world.snapshot()).compartments["paper"]
    assert (state.grams_in_bin, state.door_position) == (500, 1000)
    second.close()


def test_a_newcomer_does_not_displace_a_living_controller(
    machine: VirtualMachine, config: Config
) -> None:
    assert config.gpio.bridge is not None
    door = config.compartment[0].door
    first = raw_bridge(config)
    for _ in range(3):
        with socket.socket(socket.AF_UNIX) as newcomer:
            newcomer.settimeout(5)
            newcomer.connect(str(config.gpio.bridge))
            assert newcomer.recv(100) == b"", "hung up on, without a snapshot"
    with pytest.raises(DriverError, match="another controller holds the pins"):
        connect(config.gpio.bridge)
    first.sendall(bytes((door.open_pin, 1)))
    assert machine.wait_until(lambda world: world.hatches[PAPER].opened_switch, 5)
    heard = first.recv(100)
    assert PinMessages().feed(heard)[0] == (door.closed_switch_pin, 1)
    first.close()


def test_links_come_and_go_with_plugs_and_power(machine: VirtualMachine, config: Config) -> None:
    paper, scanner = config.compartment[0].scale.line.port, config.scanner.line.port
    first = os.readlink(paper)
    assert first.startswith("/dev/pts/")
    machine.call(lambda world: world.power(False))
    assert machine.wait_until(lambda _: not paper.is_symlink() and not scanner.is_symlink(), 5)
    machine.call(lambda world: world.power(True))
    assert machine.wait_until(lambda _: paper.exists() and scanner.exists(), 5)


def test_stopping_leaves_nothing_behind(config: Config, tmp_path: Path) -> None:
    machine = VirtualMachine(config, a_world(), a_clock(tmp_path))
    machine.start()
    assert {path.name for path in (tmp_path / "dev").iterdir()} == {"paper", "metal", "scanner"}
    machine.stop()
    assert list((tmp_path / "dev").iterdir()) == []
    assert config.gpio.bridge is not None
    assert not config.gpio.bridge.exists()


def test_it_starts_over_the_links_of_one_that_was_killed(config: Config, tmp_path: Path) -> None:
    paper = config.compartment[0].scale.line.port
    paper.parent.mkdir()
    paper.symlink_to("/dev/pts/99999")
    assert config.gpio.bridge is not None
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(config.gpio.bridge))
    stale.close()
    machine = VirtualMachine(config, a_world(), a_clock(tmp_path))
    machine.start()
    assert paper.exists()
    machine.stop()


def test_a_real_file_in_the_way_is_not_destroyed(config: Config, tmp_path: Path) -> None:
    paper = config.compartment[0].scale.line.port
    paper.parent.mkdir()
    paper.write_text("precious")
    machine = VirtualMachine(config, a_world(), a_clock(tmp_path))
    with pytest.raises(DriverError, match="is not a link"):
        machine.start()
    machine.stop()
    assert paper.read_text() == "precious"


def test_without_a_machine_there_are_no_pins(tmp_path: Path) -> None:
    with pytest.raises(DriverError, match=r"no virtual machine at .*nobody"):
        connect(tmp_path / "nobody")


def test_released_inputs_read_as_not_reached_and_not_clear_when_the_world_is_gone(
    config: Config, tmp_path: Path
) -> None:
    machine = VirtualMachine(config, a_world(), a_clock(tmp_path))
    machine.start()
    assert config.gpio.bridge is not None
    pins = connect(config.gpio.bridge)
    edges: queue.SimpleQueue[str] = queue.SimpleQueue()
    door = config.compartment[0].door
    closed = pins.input(door.closed_switch_pin, lambda: edges.put("closed"))
    beam = pins.input(door.beam_pin, lambda: edges.put("beam"))
    assert closed.active()
    assert beam.active()
    machine.stop()
    assert {edges.get(timeout=5), edges.get(timeout=5)} == {"closed", "beam"}
    assert not closed.active()
    assert not beam.active()
    pins.close()


def test_a_controller_finds_the_world_again_and_tells_it_its_outputs(
    config: Config, tmp_path: Path
) -> None:
    machine = VirtualMachine(config, a_world(), a_clock(tmp_path))
    machine.start()
    assert config.gpio.bridge is not None
    pins = connect(config.gpio.bridge)
    edges: queue.SimpleQueue[str] = queue.SimpleQueue()
    door = config.compartment[0].door
    closed = pins.input(door.closed_switch_pin, lambda: edges.put("closed"))
    motor = pins.output(door.open_pin)
    machine.stop()
    assert edges.get(timeout=5) == "closed"
    assert not closed.active()
    motor.set(True)
    again = VirtualMachine(config, a_world(), a_clock(tmp_path))
    again.start()
    assert again.wait_until(lambda world: world.hatches[PAPER].position > 0, 5)
    motor.set(False)
    assert again.wait_until(lambda world: not runs(world), 5)
    assert edges.get(timeout=5) == "closed", "the new world's door was closed at first"
    pins.close()
    again.stop()


def test_the_real_pins_are_refused_without_falling_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LG_WD", "put back at the end")
    monkeypatch.delenv("LG_WD")
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    with pytest.raises(DriverError, match="cannot be opened with lgpio"):
        lgpio_pins(tmp_path)
    assert os.environ["LG_WD"] == str(tmp_path)
