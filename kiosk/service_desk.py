"""What a technician asks for at the machine: accept a mass, check, verify or adjust a scale.

Refused in words while somebody is being served. While a request is under way the machine is in
maintenance: it sells nothing and the screen says so (M-18). Used by the deciding thread only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from kiosk import wire
from kiosk.bookkeeper import Bookkeeper
from kiosk.events import DoorPosition, ServiceAsked
from kiosk.faults import (
    CHANNEL_UNVERIFIED,
    CHECK_DUE,
    CHECK_OVERDUE,
    MASS_STEP,
    SCALE_INACCURATE,
)
from kiosk.ledger.tolerance import in_service_limit
from kiosk.machine import Bin, Machine
from kiosk.money import weight_text
from kiosk.parts import Parts
from kiosk.placing import REST_MS, Measured, Placing
from kiosk.records import Body, Calibration, CheckMass, Commissioned, MassChange
from kiosk.session.outcome import weighing
from kiosk.units import CompartmentId, Grams, Millis

ADJUST_MS = 1_800_000
"""How long a scale may be adjusted before the machine goes back into service by itself."""
LOOK_EVERY_MS = 60_000
"""How often it is looked at whether a check mass is due."""

Work = wire.AcceptMass | wire.CheckMass | wire.VerifyChannel | wire.Calibrate
Answer = Callable[[int, wire.ServiceSaid], None]


@dataclass(frozen=True, slots=True)
class _Job:
    """One request under way, and over which connection it came."""

    line: int
    work: Work
    since_ms: Millis
    placing: Placing | None
    """None: no mass is wanted (yet)."""
    old_g: int | None = None


class ServiceDesk:
    """At most one request at a time."""

    def __init__(self, parts: Parts, machine: Machine, books: Bookkeeper, answer: Answer) -> None:
        self._parts = parts
        self._machine = machine
        self._books = books
        self._answer = answer
        self._job: _Job | None = None
        self._looked_ms: Millis | None = None

    @property
    def busy(self) -> bool:
        """A request is under way: the machine is in maintenance."""
        return self._job is not None

    def start(self) -> None:
        """Raise what technicians have not shown yet, or have shown to be wrong."""
        for one in self._machine.bins.values():
            port, book = one.settings.scale.line.port, self._parts.service
            required = self._parts.settings.machine.require_verification
            if required and not book.verified(one.id, port):
                self._books.raise_fault(CHANNEL_UNVERIFIED, one.id, f"never shown for {port}")
            if book.failed(one.id):
                self._books.raise_fault(SCALE_INACCURATE, one.id, "the last check mass failed")

    def ask(self, asked: ServiceAsked, now_ms: Millis, *, visit: bool) -> None:
        """Take a request, or refuse it in words. ``visit``: somebody is being served."""
        request, job = asked.request, self._job
        if isinstance(request, wire.Proceed):
            if job is not None and job.line == asked.line and job.placing is None:
                self._put_mass(job, now_ms)
            return
        refused = self._refusal(request, visit=visit)
        if refused is not None:
            self._answer(asked.line, wire.ServiceSaid(refused, False))
            return
        where = CompartmentId(request.compartment)
        self._job = job = _Job(asked.line, request, now_ms, None)
        match request:
            case wire.AcceptMass():
                self._say("the bin is weighed; keep away from it")
            case wire.Calibrate():
                weight = self._machine.bins[where].weight(Millis(0))
                self._job = replace(job, old_g=None if weight is None else weight.grams)
                said = "out of service: adjust the scale by its maker's procedure, take every mass"
                self._answer(asked.line, wire.ServiceSaid(f"{said} off it, then go on", asks=True))
            case _:
                self._put_mass(job, now_ms)

    def left(self, line: int) -> None:
        """A technician's connection ended: what it asked for is given up."""
        if self._job is not None and self._job.line == line:
            self._end(self._job)

    def look(self, now_ms: Millis) -> None:
        """Go on with the request under way, and notice what is due."""
        job = self._job
        if job is None:
            self._watch_checks(now_ms)
        elif job.placing is not None:
            self._look_at_mass(job, job.placing, now_ms)
        elif isinstance(job.work, wire.AcceptMass):
            self._accept(job, job.work, now_ms)
        elif now_ms - job.since_ms >= ADJUST_MS:
            self._finish(job, "given up: nobody went on for half an hour", done=False)

    # ---- taking and refusing ----

    def _refusal(self, work: Work, *, visit: bool) -> str | None:
        one = self._machine.bins.get(CompartmentId(work.compartment))
        if one is None:
            names = ", ".join(self._machine.bins)
            return f"there is no compartment {work.compartment}; this machine has {names}"
        if visit:
            return "somebody is being served; ask again when the visit is over"
        if self._job is not None:
            return "another request is under way; ask again when it is done"
        if one.recovery is not None:
            return f"{one.id} is settling what a power cut interrupted; ask again in a minute"
        doors = self._machine.bins.values() if isinstance(work, wire.Calibrate) else (one,)
        open_doors = [door.id for door in doors if door.position is not DoorPosition.CLOSED]
        if open_doors:
            return f"the door of {', '.join(open_doors)} is not confirmed closed (M-18)"
        least = one.settings.scale.min_g
        if not isinstance(work, wire.AcceptMass) and work.grams < least:
            return f"{work.grams} g show little: take a mass of {least} g at least"
        return None

    def _say(self, text: str) -> None:
        assert self._job is not None
        self._answer(self._job.line, wire.ServiceSaid(text))

    def _end(self, job: _Job) -> None:
        """Back into service. What the scales show now is held against the books (M-28)."""
        self._job = None
        watched = () if job.placing is None else job.placing.watched
        for name in {*watched, CompartmentId(job.work.compartment)}:
            self._machine.bins[name].compared = False

    def _finish(self, job: _Job, text: str, *, done: bool) -> None:
        self._end(job)
        self._answer(job.line, wire.ServiceSaid(text, done))

    # ---- a mass that changed between deposits ----

    def _accept(self, job: _Job, work: wire.AcceptMass, now_ms: Millis) -> None:
        one = self._machine.bins[CompartmentId(work.compartment)]
        weight = one.weight(job.since_ms)
        if weight is None:
            if now_ms - job.since_ms >= REST_MS:
                self._finish(job, f"given up: the scale of {one.id} does not rest", done=False)
            return
        old_g = self._parts.ledger.last_gross.get(one.id)
        change = MassChange(
            compartment=one.id, old_g=old_g, gross=weighing(weight), who=work.who, why=work.why
        )
        self._books.write("service", None, (change,))
        self._books.clear_fault(MASS_STEP, one.id)
        before = "not known" if old_g is None else _kg(old_g)
        self._finish(job, f"recorded: {one.id} was {before}, is {_kg(weight.grams)}", done=True)

    # ---- a known mass ----

    def _put_mass(self, job: _Job, now_ms: Millis) -> None:
        where = CompartmentId(job.work.compartment)
        every = isinstance(job.work, wire.VerifyChannel)
        watched = tuple(self._machine.bins) if every else (where,)
        assert not isinstance(job.work, wire.AcceptMass)
        self._job = replace(job, placing=Placing(watched, Grams(job.work.grams), now_ms))
        self._say("out of service: the scales come to rest; keep away from them")

    def _look_at_mass(self, job: _Job, placing: Placing, now_ms: Millis) -> None:
        assert not isinstance(job.work, wire.AcceptMass)
        where, mass = CompartmentId(job.work.compartment), _kg(placing.mass_g)
        weights = {
            name: self._machine.bins[name].weight(placing.since_ms) for name in placing.watched
        }
        seen = placing.look(weights, now_ms)
        self._job = replace(job, placing=seen)
        if seen.phase != placing.phase and seen.phase == "put":
            self._say(f"put {mass} into {where}, and nothing anywhere else")
        elif seen.phase != placing.phase and seen.measured is not None and seen.phase == "take":
            if self._judge(job, seen.measured):
                self._say(f"recorded; take the {mass} off again")
        elif seen.taken_off(weights, self._steps()):
            self._finish(job, f"{where} is in order and back in service", done=True)
        elif seen.late(now_ms):
            text = {
                "rest": "the scales do not come to rest",
                "put": f"no scale has felt {mass}",
                "take": f"the {mass} were not taken off; what was recorded holds",
            }
            self._finish(job, f"given up: {text[seen.phase]}", done=False)

    def _judge(self, job: _Job, measured: Mapping[CompartmentId, Measured]) -> bool:
        """Record what was measured. False: the request has ended, because it failed."""
        work = job.work
        assert not isinstance(work, wire.AcceptMass)
        one = self._machine.bins[CompartmentId(work.compartment)]
        mine, scale = measured[one.id], one.settings.scale
        limit_g = in_service_limit(mine.after.grams, Grams(scale.e_g), scale.accuracy)
        error_g = mine.moved_g - work.grams
        passed = abs(error_g) <= limit_g
        if isinstance(work, wire.VerifyChannel):
            return self._verified(job, work, one, measured, passed=passed)
        body: Body
        if isinstance(work, wire.Calibrate):
            body = self._calibrated(job, work, mine, error_g, limit_g)
        else:
            body = CheckMass(
                compartment=one.id,
                mass_g=work.grams,
                before=weighing(mine.before),
                after=weighing(mine.after),
                error_g=error_g,
                limit_g=limit_g,
                passed=passed,
                who=work.who,
            )
        self._books.write("service", None, (body,))
        wall = self._parts.clock.wall()
        certain = wall.utc_ms if wall.quality in ("S", "R") else None
        self._parts.service.checked(one.id, passed, certain)
        said = f"{one.id} shows {_kg(mine.moved_g)} for {_kg(work.grams)}: {error_g:+d} g"
        if not passed:
            self._books.raise_fault(SCALE_INACCURATE, one.id, said)
            self._finish(job, f"NOT PASSED: {said}, {limit_g} g are allowed", done=False)
            return False
        for fault in (SCALE_INACCURATE, CHECK_DUE, CHECK_OVERDUE):
            self._books.clear_fault(fault, one.id)
        self._say(f"passed: {said}, {limit_g} g are allowed")
        return True

    def _calibrated(
        self, job: _Job, work: wire.Calibrate, mine: Measured, error_g: int, limit_g: int
    ) -> Calibration:
        old, new = self._parts.parameters.calibrated(work.compartment)
        return Calibration(
            compartment=work.compartment,
            old_version=old,
            new_version=new,
            old_g=job.old_g,
            gross=weighing(mine.before),
            mass_g=work.grams,
            loaded=weighing(mine.after),
            error_g=error_g,
            limit_g=limit_g,
            passed=abs(error_g) <= limit_g,
            who=work.who,
            why=work.why,
        )

    def _verified(
        self,
        job: _Job,
        work: wire.VerifyChannel,
        one: Bin,
        measured: Mapping[CompartmentId, Measured],
        *,
        passed: bool,
    ) -> bool:
        others = {name: it.moved_g for name, it in measured.items() if name != one.id}
        steps, port = self._steps(), one.settings.scale.line.port
        moved = [name for name, grams in others.items() if abs(grams) > steps[name]]
        if moved or not passed:
            said = ", ".join(f"{name} moved by {_kg(others[name])}" for name in moved)
            mine = f"{one.id} itself by {_kg(measured[one.id].moved_g)}"
            self._parts.service.unverify(one.id)
            detail = f"{_kg(work.grams)} in {one.id}: {f'{said}, ' if said else ''}{mine}"
            if self._parts.settings.machine.require_verification:
                self._books.raise_fault(CHANNEL_UNVERIFIED, one.id, detail)
            self._finish(job, f"NOT VERIFIED: {detail}; look at the wiring", done=False)
            return False
        body = Commissioned(
            compartment=one.id,
            port=str(port),
            mass_g=work.grams,
            before=weighing(measured[one.id].before),
            after=weighing(measured[one.id].after),
            others_g={str(name): grams for name, grams in others.items()},
            who=work.who,
        )
        self._books.write("service", None, (body,))
        self._parts.service.verify(one.id, port)
        self._books.clear_fault(CHANNEL_UNVERIFIED, one.id)
        return True

    def _steps(self) -> dict[CompartmentId, int]:
        return {name: one.settings.scale.e_g for name, one in self._machine.bins.items()}

    # ---- what is due ----

    def _watch_checks(self, now_ms: Millis) -> None:
        """Warn when a check mass is due, stop the compartment when its grace is over (M-19).

        A machine that does not know the time cannot tell, and does not guess.
        """
        machine, wall = self._parts.settings.machine, self._parts.clock.wall()
        early = self._looked_ms is not None and now_ms - self._looked_ms < LOOK_EVERY_MS
        if early or machine.check_mass_days == 0 or wall.utc_ms is None:
            return
        if wall.quality not in ("S", "R"):
            return
        self._looked_ms = now_ms
        for one in self._machine.bins.values():
            days = self._parts.service.days_since_check(one.id, wall.utc_ms)
            detail = f"{days} days since the last check mass"
            if days >= machine.check_mass_days:
                self._books.raise_fault(CHECK_DUE, one.id, detail)
            if days >= machine.check_mass_days + machine.check_mass_grace_days:
                self._books.raise_fault(CHECK_OVERDUE, one.id, detail)


def _kg(grams: int) -> str:
    return f"{weight_text(Grams(grams))} kg"
