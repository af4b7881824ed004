"""Which faults of the machine are raised now; every change becomes a record (EVerest)."""

from kiosk.faults import Fault
from kiosk.records import Body, FaultCleared, FaultRaised
from kiosk.units import CompartmentId


class FaultBook:
    """The raised faults, by compartment (None: the machine's), oldest first."""

    def __init__(self) -> None:
        # Asked with every frame of every scale, and nearly always empty.
        self._raised: dict[CompartmentId | None, tuple[Fault, ...]] = {}

    def raise_fault(
        self, fault: Fault, compartment: CompartmentId | None, detail: str
    ) -> tuple[Body, ...]:
        """Raise a fault; returns its record, or nothing when it is raised already."""
        raised = self.of(compartment)
        if fault in raised:
            return ()
        self._raised[compartment] = (*raised, fault)
        return (FaultRaised(fault.code, compartment, detail),)

    def clear_fault(self, fault: Fault, compartment: CompartmentId | None) -> tuple[Body, ...]:
        """Clear a fault; returns its record, or nothing when it is not raised."""
        raised = self.of(compartment)
        if fault not in raised:
            return ()
        self._raised[compartment] = tuple(one for one in raised if one != fault)
        return (FaultCleared(fault.code, compartment),)

    def of(self, compartment: CompartmentId | None) -> tuple[Fault, ...]:
        """The raised faults of a compartment, or of the machine as a whole."""
        return self._raised.get(compartment, ())

    def stops(self, compartment: CompartmentId) -> bool:
        """Whether a compartment is stopped by a fault of its own."""
        return any(fault.stops == "compartment" for fault in self.of(compartment))

    def stops_machine(self) -> bool:
        """Whether nothing at all can be sold."""
        return any(fault.stops == "machine" for fault in self.of(None))
