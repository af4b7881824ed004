"""Mass that comes or goes while no deposit is weighed: held against the books (M-28, M-34).

What a bin weighs is the last recorded gross, within the step that M-28 allows. After a start, a
reconnection or a service nobody saw what happened in between: any other mass is a fault. While the
machine runs, mass that came in has a record of its own and is nobody's to be paid for; mass that
went is a fault, because the same bottle could be sold again.
"""

from kiosk.bookkeeper import Bookkeeper
from kiosk.events import DoorPosition
from kiosk.faults import MASS_STEP
from kiosk.machine import Bin, Machine
from kiosk.parts import Parts
from kiosk.readings import StableWeight
from kiosk.records import Deposit, MassChange
from kiosk.session.inputs import Settled
from kiosk.session.outcome import weighing
from kiosk.units import CompartmentId, Millis

FOLLOW_MS = 3_600_000
"""How often a bin at rest is looked at for slow change."""
FOLLOW_E = 3
"""Less, in steps, is the scale's own business."""
HAND_MS = 30_000
"""So long a hand may lift the bin before mass counts as gone."""
MACHINE = "machine"
"""Who found it: nobody was asked."""


class MovedMass:
    """Used by the deciding thread only."""

    def __init__(self, parts: Parts, machine: Machine, books: Bookkeeper) -> None:
        self._parts = parts
        self._machine = machine
        self._books = books

    def look(self, busy: CompartmentId | None, now_ms: Millis) -> None:
        """Compare each bin once it is shut and at rest, but for one where a deposit is under way;
        until then nothing opens there."""
        for one in self._machine.bins.values():
            if one.id == busy or now_ms < one.compare_from_ms:
                continue
            if not one.compared:
                self._compare(one)
                one.compare_from_ms = now_ms
            elif now_ms - one.compare_from_ms >= FOLLOW_MS:
                self._follow(one, now_ms)

    def before(self, settled: Settled, now_ms: Millis) -> None:
        """Somebody's "before" is about to be frozen: it must be what the books say.

        Mass that is missing may be a hand under the bin: nothing opens here until it was looked at
        again a while later.
        """
        one = self._machine.bins[settled.compartment]
        old_g = self._parts.ledger.last_gross.get(one.id)
        fell = old_g is not None and settled.weight.grams < old_g
        if fell and one.moved(settled.weight, old_g) is not None:
            one.touched()
            one.compare_from_ms = now_ms + HAND_MS
        else:
            self._hold(one, settled.weight, "found before a deposit")

    def ended(self, deposit: Deposit) -> None:
        """What a deposit left: less than it found is a fault (it was paid for once, or the scale
        has zeroed itself); without an "after" it is known when the bin rests."""
        one = self._machine.bins[CompartmentId(deposit.compartment)]
        if deposit.after is not None:
            before_g, after_g = deposit.before.gross_g, deposit.after.gross_g
            if after_g < before_g and before_g - after_g > one.step_g(before_g, after_g):
                self._stepped(one, f"was {before_g} g before {deposit.receipt}, is {after_g} g")
            return
        one.touched()
        # A scale that was opened anew may have zeroed itself: what it shows is compared (M-28).
        reopened = deposit.reason in ("scale_lost", "scale_reopened", "power_lost")
        one.unweighed = None if reopened else deposit.receipt

    def _compare(self, one: Bin) -> None:
        if one.recovery is not None or one.position is not DoorPosition.CLOSED:
            return
        # What the scale said while the door was open says nothing (M-33).
        weight = one.weight(one.shut_ms or Millis(0))
        if weight is None:
            return
        one.compared = True
        unweighed, one.unweighed = one.unweighed, None
        if unweighed is None:
            self._hold(one, weight, None)
        else:
            self._hold(one, weight, f"came to rest after deposit {unweighed}")

    def _follow(self, one: Bin, now_ms: Millis) -> None:
        """Wet paper dries: what changes slowly, while nobody is here and the scale was heard all
        the time, is followed in small steps before it is a large one."""
        weight = one.weight(Millis(0)) if one.position is DoorPosition.CLOSED else None
        old_g = self._parts.ledger.last_gross.get(one.id)
        if weight is None or old_g is None:
            return
        one.compare_from_ms = now_ms
        change = abs(weight.grams - old_g)
        if FOLLOW_E * one.settings.scale.e_g < change <= one.step_g(old_g, weight.grams):
            self._changed(one, weight, old_g, "changed slowly while nobody was here")

    def _hold(self, one: Bin, weight: StableWeight, gained: str | None) -> None:
        """``gained``: why mass that came in is recorded; None: it is a fault as well."""
        old_g = self._parts.ledger.last_gross.get(one.id)
        moved = one.moved(weight, old_g)
        if moved is None or old_g is None:
            return
        if gained is None or weight.grams < old_g:
            self._stepped(one, moved)
            return
        self._changed(one, weight, old_g, gained)

    def _changed(self, one: Bin, weight: StableWeight, old_g: int, why: str) -> None:
        change = MassChange(
            compartment=one.id, old_g=old_g, gross=weighing(weight), who=MACHINE, why=why
        )
        self._books.write("scale", None, (change,))

    def _stepped(self, one: Bin, words: str) -> None:
        """Mass went: until a technician or a collector was there, restarts included."""
        self._parts.service.stepped(one.id, words)
        self._books.raise_fault(MASS_STEP, one.id, words)
