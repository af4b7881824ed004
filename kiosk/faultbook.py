"""Which faults of the machine are raised now; every change becomes a record (EVerest).

A fault that ends by itself and has come three times within an hour stays raised until its cause was
gone for five minutes: a loose cable would write tens of thousands of records a day, and offer a
compartment to people in between.
"""

from collections import deque

from kiosk.faults import Fault
from kiosk.records import Body, FaultCleared, FaultRaised
from kiosk.units import CompartmentId, Millis

OFTEN = 3
COUNTED_MS = 3_600_000
CALM_MS = 300_000

Place = CompartmentId | None
"""Where a fault is; None: the machine as a whole."""


class FaultBook:
    """The raised faults, by compartment (None: the machine's), oldest first."""

    def __init__(self) -> None:
        # Asked with every frame of every scale, and nearly always empty.
        self._raised: dict[Place, tuple[Fault, ...]] = {}
        self._times: dict[tuple[str, Place], deque[Millis]] = {}
        """When each fault was raised lately."""
        self._calm_since: dict[tuple[str, Place], tuple[Fault, Millis]] = {}
        """Faults that came often and whose cause is gone."""

    def raise_fault(
        self, fault: Fault, compartment: Place, detail: str, now_ms: Millis
    ) -> tuple[Body, ...]:
        """Raise a fault; returns its record, or nothing when it is raised already."""
        key = (fault.code, compartment)
        self._calm_since.pop(key, None)
        raised = self.of(compartment)
        if fault in raised:
            return ()
        self._raised[compartment] = (*raised, fault)
        times = self._times.setdefault(key, deque(maxlen=OFTEN))
        times.append(now_ms)
        if self._comes_often(fault, compartment):
            detail = f"{detail}; {OFTEN} times in an hour: held for {CALM_MS // 60_000} min"
        return (FaultRaised(fault.code, compartment, detail),)

    def clear_fault(self, fault: Fault, compartment: Place, now_ms: Millis) -> tuple[Body, ...]:
        """Clear a fault; returns its record, or nothing when it is not raised, or came so often
        that it stays until :meth:`due`."""
        if fault not in self.of(compartment):
            return ()
        if self._comes_often(fault, compartment):
            self._calm_since.setdefault((fault.code, compartment), (fault, now_ms))
            return ()
        return self._end(fault, compartment)

    def due(self, now_ms: Millis) -> tuple[Body, ...]:
        """Clear what came often and has been calm for long enough; returns the records."""
        if not self._calm_since:
            return ()
        calm = [
            (fault, place)
            for (_, place), (fault, since_ms) in self._calm_since.items()
            if now_ms - since_ms >= CALM_MS
        ]
        ended: list[Body] = []
        for fault, place in calm:
            del self._calm_since[fault.code, place]
            ended += self._end(fault, place)
        return tuple(ended)

    def of(self, compartment: Place) -> tuple[Fault, ...]:
        """The raised faults of a compartment, or of the machine as a whole."""
        return self._raised.get(compartment, ())

    def stops(self, compartment: CompartmentId) -> bool:
        """Whether a compartment is stopped by a fault of its own."""
        return any(fault.stops == "compartment" for fault in self.of(compartment))

    def stops_machine(self) -> bool:
        """Whether nothing at all can be sold."""
        return any(fault.stops == "machine" for fault in self.of(None))

    def _comes_often(self, fault: Fault, compartment: Place) -> bool:
        """Whether it was raised often within an hour, counted back from the last time."""
        times = self._times.get((fault.code, compartment))
        if times is None or len(times) < OFTEN or fault.clears != "itself":
            return False
        return times[-1] - times[0] <= COUNTED_MS

    def _end(self, fault: Fault, compartment: Place) -> tuple[Body, ...]:
        raised = self.of(compartment)
        self._raised[compartment] = tuple(one for one in raised if one != fault)
        return (FaultCleared(fault.code, compartment),)
