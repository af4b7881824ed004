"""Which faults of the machine are raised now; every change becomes a record (EVerest)."""

from kiosk.faults import Fault
from kiosk.records import Body, FaultCleared, FaultRaised
from kiosk.units import CompartmentId


class FaultBook:
    """The raised faults, by code and compartment (None: the machine's)."""

    def __init__(self) -> None:
        self._raised: dict[tuple[str, CompartmentId | None], Fault] = {}

    def raise_fault(
        self, fault: Fault, compartment: CompartmentId | None, detail: str
    ) -> tuple[Body, ...]:
        """Raise a fault; returns its record, or nothing when it is raised already."""
        if (fault.code, compartment) in self._raised:
            return ()
        self._raised[fault.code, compartment] = fault
        return (FaultRaised(fault.code, compartment, detail),)

    def clear_fault(self, fault: Fault, compartment: CompartmentId | None) -> tuple[Body, ...]:
        """Clear a fault; returns its record, or nothing when it is not raised."""
        if self._raised.pop((fault.code, compartment), None) is None:
            return ()
        return (FaultCleared(fault.code, compartment),)

    def of(self, compartment: CompartmentId | None) -> tuple[Fault, ...]:
        """The raised faults of a compartment, or of the machine as a whole."""
        return tuple(fault for (_, where), fault in self._raised.items() if where == compartment)

    def stops(self, compartment: CompartmentId) -> bool:
        """Whether a compartment is stopped by a fault of its own."""
        return any(fault.stops == "compartment" for fault in self.of(compartment))

    def stops_machine(self) -> bool:
        """Whether nothing at all can be sold."""
        return any(fault.stops == "machine" for fault in self.of(None))
