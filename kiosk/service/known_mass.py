"""A known mass is put into a compartment: its scale is checked, verified or adjusted."""

from collections.abc import Mapping

from kiosk import wire
from kiosk.faults import CHANNEL_UNVERIFIED, CHECK_DUE, CHECK_OVERDUE, SCALE_INACCURATE
from kiosk.ledger.tolerance import in_service_limit
from kiosk.records import Body, Calibration, CheckMass, Commissioned, Maintenance
from kiosk.service.placing import Measured, Phase, Placing
from kiosk.service.task import End, Surroundings, Task, kilograms
from kiosk.session.outcome import weighing
from kiosk.units import CompartmentId, Grams, Millis

ADJUST_MS = 1_800_000
"""How long a scale may be adjusted before the machine goes back into service by itself."""

Asked = wire.CheckMass | wire.VerifyChannel | wire.Calibrate

_LATE: Mapping[Phase, str] = {
    "rest": "the scales do not come to rest",
    "put": "no scale has felt {mass}",
    "take": "the {mass} were not taken off; what was recorded holds",
}


class KnownMass(Task):
    """M-19 (checking), M-31 (whose scale is it) and M-18 (adjusting, then checking)."""

    def __init__(self, around: Surroundings, asked: Asked, now_ms: Millis) -> None:
        super().__init__(around, asked.compartment)
        self._asked = asked
        self._since_ms = now_ms
        self._placing: Placing | None = None
        self._old_g: int | None = None

    @property
    def touched(self) -> tuple[CompartmentId, ...]:
        """A mass in the wrong compartment is somebody's mass as well."""
        watched = () if self._placing is None else self._placing.watched
        return tuple({*watched, self._where})

    def begin(self, now_ms: Millis) -> None:
        """An adjustment comes before the mass (M-18)."""
        if not isinstance(self._asked, wire.Calibrate):
            self._put_mass(now_ms)
            return
        weight = self.bin.weight(Millis(0))
        self._old_g = None if weight is None else weight.grams
        self._distrust(self._asked)
        said = "out of service: adjust the scale by its maker's procedure, take every mass"
        self._around.say(f"{said} off it, then go on", asks=True)

    def proceed(self, now_ms: Millis) -> None:
        """The scale is adjusted."""
        if self._placing is None:
            self._put_mass(now_ms)

    def look(self, now_ms: Millis) -> End | None:
        """Follow the mass onto the scale and off again."""
        placing = self._placing
        if placing is None:
            if now_ms - self._since_ms >= ADJUST_MS:
                return End("given up: nobody went on for half an hour", done=False)
            return None
        mass = kilograms(placing.mass_g)
        bins = self._around.machine.bins
        weights = {name: bins[name].weight(placing.since_ms) for name in placing.watched}
        seen = self._placing = placing.look(weights, now_ms)
        if seen.phase != placing.phase and seen.phase == "put":
            self._around.say(f"put {mass} into {self._where}, and nothing anywhere else")
        elif seen.phase != placing.phase and seen.measured is not None and seen.phase == "take":
            failed = self._judged(seen.measured)
            if failed is not None:
                return failed
            self._around.say(f"recorded; take the {mass} off again")
        elif seen.taken_off(weights, self._steps()):
            return End(f"{self._where} is in order and back in service", done=True)
        elif seen.late(now_ms):
            return End(f"given up: {_LATE[seen.phase].format(mass=mass)}", done=False)
        return None

    def _distrust(self, asked: wire.Calibrate) -> None:
        """From the first turn of a screw nothing is paid by this scale until a mass has passed:
        whoever gives up half-way, or loses power, leaves it stopped."""
        books, words = self._around.books, f"adjusted by {asked.who}: {asked.why}"
        self._around.parts.service.adjust(self._where, pending=True)
        self._around.parts.service.checked(self._where, passed=False, utc_ms=None)
        begun = Maintenance(
            compartment=self._where, work="adjustment", who=asked.who, why=asked.why
        )
        books.write("service", None, (begun,))
        books.raise_fault(SCALE_INACCURATE, self._where, words)

    def _put_mass(self, now_ms: Millis) -> None:
        every = isinstance(self._asked, wire.VerifyChannel)
        watched = tuple(self._around.machine.bins) if every else (self._where,)
        self._placing = Placing(watched, Grams(self._asked.grams), now_ms)
        self._around.say("out of service: the scales come to rest; keep away from them")

    def _judged(self, measured: Mapping[CompartmentId, Measured]) -> End | None:
        """Record what was measured; returns an end when it failed."""
        asked, mine, scale = self._asked, measured[self._where], self.bin.settings.scale
        limit_g = in_service_limit(mine.after.grams, Grams(scale.e_g), scale.accuracy)
        error_g = mine.moved_g - asked.grams
        passed = abs(error_g) <= limit_g
        if isinstance(asked, wire.VerifyChannel):
            return self._verified(asked, measured, passed=passed)
        body: Body
        if isinstance(asked, wire.Calibrate):
            body = self._calibrated(asked, mine, error_g, limit_g)
        else:
            body = CheckMass(
                compartment=self._where,
                mass_g=asked.grams,
                before=weighing(mine.before),
                after=weighing(mine.after),
                error_g=error_g,
                limit_g=limit_g,
                passed=passed,
                who=asked.who,
            )
        books, parts = self._around.books, self._around.parts
        books.write("service", None, (body,))
        wall = parts.clock.wall()
        certain = wall.utc_ms if wall.quality in ("S", "R") else None
        parts.service.checked(self._where, passed, certain)
        shown, wanted = kilograms(mine.moved_g), kilograms(asked.grams)
        said = f"{self._where} shows {shown} for {wanted}: {error_g:+d} g"
        if not passed:
            books.raise_fault(SCALE_INACCURATE, self._where, said)
            return End(f"NOT PASSED: {said}, {limit_g} g are allowed", done=False)
        parts.service.adjust(self._where, pending=False)
        for fault in (SCALE_INACCURATE, CHECK_DUE, CHECK_OVERDUE):
            books.clear_fault(fault, self._where)
        self._around.say(f"passed: {said}, {limit_g} g are allowed")
        return None

    def _calibrated(
        self, asked: wire.Calibrate, mine: Measured, error_g: int, limit_g: int
    ) -> Calibration:
        old, new = self._around.parts.parameters.calibrated(asked.compartment, asked.who, asked.why)
        return Calibration(
            compartment=asked.compartment,
            old_version=old,
            new_version=new,
            old_g=self._old_g,
            gross=weighing(mine.before),
            mass_g=asked.grams,
            loaded=weighing(mine.after),
            error_g=error_g,
            limit_g=limit_g,
            passed=abs(error_g) <= limit_g,
            who=asked.who,
            why=asked.why,
        )

    def _verified(
        self,
        asked: wire.VerifyChannel,
        measured: Mapping[CompartmentId, Measured],
        *,
        passed: bool,
    ) -> End | None:
        one, parts, books = self.bin, self._around.parts, self._around.books
        others = {name: it.moved_g for name, it in measured.items() if name != one.id}
        steps, port = self._steps(), one.settings.scale.line.port
        moved = [name for name, grams in others.items() if abs(grams) > steps[name]]
        if moved or not passed:
            said = ", ".join(f"{name} moved by {kilograms(others[name])}" for name in moved)
            mine = f"{one.id} itself by {kilograms(measured[one.id].moved_g)}"
            parts.service.unverify(one.id)
            detail = f"{kilograms(asked.grams)} in {one.id}: {f'{said}, ' if said else ''}{mine}"
            if parts.settings.machine.require_verification:
                books.raise_fault(CHANNEL_UNVERIFIED, one.id, detail)
            return End(f"NOT VERIFIED: {detail}; look at the wiring", done=False)
        body = Commissioned(
            compartment=one.id,
            port=str(port),
            mass_g=asked.grams,
            before=weighing(measured[one.id].before),
            after=weighing(measured[one.id].after),
            others_g={str(name): grams for name, grams in others.items()},
            who=asked.who,
        )
        books.write("service", None, (body,))
        parts.service.verify(one.id, port)
        books.clear_fault(CHANNEL_UNVERIFIED, one.id)
        return None

    def _steps(self) -> dict[CompartmentId, int]:
        bins = self._around.machine.bins
        return {name: one.settings.scale.e_g for name, one in bins.items()}
