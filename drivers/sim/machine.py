"""The host of a World: ptys behind the configured links, the pin bridge, and real time.

One thread does everything; a lock guards the world, so that a person at the bench may act on it
from any thread. The world survives the controller: when that dies, the motors stop (D-10), doors
stay where they are and masses stay in their bins.
"""

import selectors
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from drivers.errors import DriverError
from drivers.sim.bridge import BridgeHost
from drivers.sim.cable import Cable
from drivers.sim.code_reader import CodeReader
from drivers.sim.indicators import INDICATORS
from drivers.sim.scales import ByteDevice, Layout, MtSicsScale, StGsScale
from drivers.sim.world import SCANNER, World
from kiosk.clock import Clock
from kiosk.config import Compartment, Config
from kiosk.units import CompartmentId

TICK_MS = 10
JOIN_S = 5
T = TypeVar("T")


class VirtualMachine:
    """The virtual kiosk's hardware, in real time."""

    def __init__(
        self,
        config: Config,
        world: World,
        clock: Clock,
        layouts: Mapping[CompartmentId, Layout] | None = None,
    ) -> None:
        """``layouts``: which ST/GS layout a compartment's scale speaks; ``cas-22`` by default."""
        if config.gpio.bridge is None:
            raise DriverError("gpio.bridge is not set: the virtual machine has no wire to the pins")
        self._config = config
        self._bridge_path = config.gpio.bridge
        self._world = world
        self._clock = clock
        self._layouts = dict(layouts or {})
        self._ports: dict[str, Path] = {
            World.scale_name(CompartmentId(one.id)): one.scale.line.port
            for one in config.compartment
        }
        self._ports[SCANNER] = config.scanner.line.port
        self._lines: dict[str, tuple[Cable, ByteDevice]] = {}
        self._lock = threading.Condition()
        self._stopping = threading.Event()
        self._selector = selectors.DefaultSelector()
        self._bridge: BridgeHost | None = None
        self._thread = threading.Thread(target=self._run, name="virtual machine", daemon=True)

    def start(self) -> None:
        """Make the ptys and links, serve the pin bridge, let time run. Raises DriverError."""
        self._bridge = BridgeHost(self._bridge_path, self._selector, self._set_outputs)
        self._plug_and_pull()
        self._bridge.show(self._inputs())
        self._thread.start()

    def stop(self) -> None:
        """Stop time and remove everything that ``start`` made."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(JOIN_S)
        for cable, _ in self._lines.values():
            cable.pull()
        self._lines.clear()
        if self._bridge is not None:
            self._bridge.close()
            self._bridge = None
        self._selector.close()

    def call(self, act: Callable[[World], T]) -> T:
        """Run ``act`` on the world between two steps of time; its exception is the caller's."""
        with self._lock:
            return act(self._world)

    def wait_until(self, holds: Callable[[World], bool], timeout_s: int) -> bool:
        """Wait until something holds in the world; False when it did not within the time."""
        with self._lock:
            return self._lock.wait_for(lambda: holds(self._world), timeout_s)

    # ---- the thread ----

    def _run(self) -> None:
        then = self._clock.monotonic_ms()
        while not self._stopping.is_set():
            ready = self._selector.select(TICK_MS / 1000)
            with self._lock:
                for key, _ in ready:
                    handle: Callable[[], None] = key.data
                    handle()
                now = self._clock.monotonic_ms()
                self._pass_time(now - then)
                self._lock.notify_all()
                then = now

    def _pass_time(self, dt_ms: int) -> None:
        assert self._bridge is not None
        while dt_ms > 0:
            step_ms = min(dt_ms, TICK_MS)
            self._world.advance(step_ms)
            dt_ms -= step_ms
            self._bridge.show(self._inputs())
            self._plug_and_pull()
            for cable, device in self._lines.values():
                self._exchange(cable, device, step_ms)

    def _exchange(self, cable: Cable, device: ByteDevice, dt_ms: int) -> None:
        sent = device.advance(dt_ms)
        heard = cable.read()
        if heard is None:
            return
        if answer := sent + device.receive(heard):
            cable.write(answer)

    def _plug_and_pull(self) -> None:
        """Make the cables what the world says they are."""
        for name, port in self._ports.items():
            live = self._world.is_live(name)
            if live and name not in self._lines:
                self._lines[name] = (Cable(port), self._device(name))
            elif not live and name in self._lines:
                cable, _ = self._lines.pop(name)
                cable.pull()

    def _device(self, name: str) -> ByteDevice:
        if name == SCANNER:
            return CodeReader(self._world, self._config.scanner)
        one = next(one for one in self._config.compartment if name == f"scale:{one.id}")
        pan = self._world.pans[CompartmentId(one.id)]
        if make := INDICATORS.get(one.scale.dialect):
            return make(one.scale.dialect, pan, one.scale.unit)
        if one.scale.dialect == "mt-sics":
            return MtSicsScale(pan, one.scale.unit)
        layout = self._layouts.get(CompartmentId(one.id), "cas-22")
        return StGsScale(pan, one.scale.unit, layout)

    def _inputs(self) -> dict[int, bool]:
        """Levels of all input pins: contacts to ground, so a made contact is low."""
        levels: dict[int, bool] = {}
        for one in self._config.compartment:
            hatch = self._world.hatches[CompartmentId(one.id)]
            levels[one.door.opened_switch_pin] = not hatch.opened_switch
            levels[one.door.closed_switch_pin] = not hatch.closed_switch
            levels[one.door.beam_pin] = not hatch.beam_clear
        return levels

    def _set_outputs(self, levels: Mapping[int, bool]) -> None:
        for one in self._config.compartment:
            self._wire(one, levels)

    def _wire(self, one: Compartment, levels: Mapping[int, bool]) -> None:
        door = one.door
        compartment = CompartmentId(one.id)
        self._world.drive_motor(
            compartment,
            opening=levels.get(door.open_pin, False),
            closing=levels.get(door.close_pin, False),
        )
        if door.beam_test_pin is not None:
            hatch = self._world.hatches[compartment]
            hatch.beam_sender = not levels.get(door.beam_test_pin, False)
