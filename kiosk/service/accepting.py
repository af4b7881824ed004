"""What lies in a bin now is right, says a technician: the mass is recorded (M-28, M-34)."""

from kiosk import wire
from kiosk.faults import MASS_STEP
from kiosk.records import MassChange
from kiosk.service.placing import REST_MS
from kiosk.service.task import End, Surroundings, Task, kilograms
from kiosk.session.outcome import weighing
from kiosk.units import Millis


class Accepting(Task):
    """Weighs once, as soon as the scale is at rest."""

    def __init__(self, around: Surroundings, asked: wire.AcceptMass, now_ms: Millis) -> None:
        super().__init__(around, asked.compartment)
        self._asked = asked
        self._since_ms = now_ms

    def begin(self, now_ms: Millis) -> None:
        """Keep hands off."""
        self._around.say("the bin is weighed; keep away from it")

    def proceed(self, now_ms: Millis) -> None:
        """Nothing was asked for."""

    def look(self, now_ms: Millis) -> End | None:
        """Record the mass."""
        one, asked, books = self.bin, self._asked, self._around.books
        weight = one.weight(self._since_ms)
        if weight is None:
            if now_ms - self._since_ms >= REST_MS:
                return End(f"given up: the scale of {one.id} does not rest", done=False)
            return None
        old_g = self._around.parts.ledger.last_gross.get(one.id)
        change = MassChange(
            compartment=one.id, old_g=old_g, gross=weighing(weight), who=asked.who, why=asked.why
        )
        books.write("service", None, (change,))
        self._around.parts.service.answered(one.id)
        books.clear_fault(MASS_STEP, one.id)
        before = "not known" if old_g is None else kilograms(old_g)
        return End(f"recorded: {one.id} was {before}, is {kilograms(weight.grams)}", done=True)
