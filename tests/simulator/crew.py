"""Whoever comes with a key: collectors, and technicians who put everything right."""

from typing import TYPE_CHECKING

from kiosk import views as v
from kiosk import wire
from kiosk.events import ServiceAsked
from kiosk.units import CompartmentId
from tests.simulator.machine import WAKING_MS
from tests.simulator.reference import Broken
from tests.simulator.scenes import BINS, Collect

PATIENCE = 180
"""Seconds a collector waits for the machine."""

if TYPE_CHECKING:
    from tests.simulator.life import Life


class Crew:
    """The service side of the machine of one life."""

    def __init__(self, life: "Life") -> None:
        self._life = life

    def collect(self, scene: Collect) -> None:
        """Take out the bags that are heavy enough."""
        world = self._life.machine.world
        emptied: list[CompartmentId] = []
        for name, pan in world.pans.items():
            if pan.grams > scene.above_g:
                self._change_bag(name)
                # An indicator that was switched on under a load shows less ever since.
                pan.switch_on(zero=True)
                emptied.append(name)
        self._life.wait(10_000)
        for name in emptied:
            self._accept_mass(name)

    def _change_bag(self, name: CompartmentId) -> None:
        """Ask the machine, and do what it says; it goes all the same when the machine refuses."""
        machine, told = self._life.machine, len(self._life.machine.said)
        machine.in_service_hands = True
        carried = False
        machine.controller.handle(ServiceAsked(1, wire.Collect(name, "collector")))
        for _ in range(PATIENCE):
            new, told = machine.said[told:], len(machine.said)
            for said in new:
                if said.asks and not carried:
                    machine.world.empty(name)
                    carried = True
                if said.asks:
                    machine.controller.handle(ServiceAsked(1, wire.Proceed()))
            if any(said.done is not None for said in new):
                break
            self._life.wait(1_000)
        machine.in_service_hands = False
        last = machine.said[-1] if machine.said else None
        self._life.told["bags collected" if last and last.done else "bags out unasked"] += 1
        if not carried:
            machine.world.empty(name)

    def service(self) -> None:
        """Everything is put right, so everything must work again (P8)."""
        life, machine = self._life, self._life.machine
        life.mishaps.end_all()
        for name, pan in machine.world.pans.items():
            if pan.grams > 10_000 or machine.world.hatches[name].position > 0:
                machine.world.empty(name)
            pan.switch_on(zero=False)
        life.power_fails()
        life.wait(2 * WAKING_MS)
        for one in machine.status.compartments if machine.status else ():
            if "mass_step" in one.faults:
                self._accept_mass(one.id)
        if not self._ready():
            raise Broken(f"P8: serviced, and not ready: {machine.screen}")

    def _accept_mass(self, name: str) -> None:
        """Whoever changed a bag, or looked into a bin whose gross stepped, says so (M-28)."""
        machine = self._life.machine
        machine.in_service_hands = True
        machine.controller.handle(ServiceAsked(1, wire.AcceptMass(name, "technician", "a bag")))
        self._life.wait(5_000)
        machine.in_service_hands = False

    def _ready(self) -> bool:
        """Everything is open that no order closed."""
        standing, shown = self._life.reference.office.machine, self._life.machine.screen
        if standing.out_of_service is not None or len(standing.closed) == len(BINS):
            return isinstance(shown, v.OutOfService)
        return isinstance(shown, v.Idle) and all(
            one.state == "open" for one in shown.offers if one.compartment not in standing.closed
        )
