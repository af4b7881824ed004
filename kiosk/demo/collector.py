"""The collector takes a bag out as a real one does: the machine is asked (`kiosk service`)."""

from pathlib import Path

from drivers.sim.machine import VirtualMachine
from kiosk import wire
from kiosk.demo.errors import DemoError
from kiosk.service.client import ServiceError, converse
from kiosk.units import CompartmentId

WHO = "demo"


class Collector:
    """``socket``: the machine's service.sock."""

    def __init__(self, socket: Path, machine: VirtualMachine) -> None:
        self._socket = socket
        self._machine = machine

    def collect(self, place: CompartmentId) -> tuple[int, bool]:
        """Take a bag out; returns the grams in it, and whether the machine closed its books.

        A machine without power is asked in vain: the bag goes all the same, and the machine will
        find out (M-28). Raises DemoError when it refuses.
        """
        carried: list[int] = []

        def hands(said: wire.ServiceSaid) -> None:
            if said.asks and not carried:
                carried.append(self._take(place))

        try:
            last = converse(self._socket, wire.Collect(place, WHO), hands)
        except ServiceError:
            return (carried[0] if carried else self._take(place)), False
        if not last.done:
            raise DemoError(last.text)
        return carried[0], True

    def _take(self, place: CompartmentId) -> int:
        return self._machine.call(lambda world: world.empty(place))
