"""A collector takes a bag out and hangs another in; the books of the first are closed (P7, M-34).

Three weighings: as it was found, without a bag, with the new one. The hatch is opened with a key
and has no switch: the collector's word stands for it, and is recorded as such (D-14). A scale that
does not come to rest ends nothing: the bag has to go, and the record says what was not weighed.

A power cut in between loses no book: the new start finds another mass than the last recorded one,
keeps the compartment shut (M-28), and the next collection closes the books without a mass.
"""

from dataclasses import dataclass, replace
from typing import Literal

from kiosk import wire
from kiosk.faults import BAG_DIFFERENCE, MASS_STEP
from kiosk.helpdesk import HelpDesk
from kiosk.ledger.bags import weighed_out
from kiosk.ledger.tolerance import bag_tolerance, in_service_limit
from kiosk.readings import StableWeight
from kiosk.records import Bag, Collection
from kiosk.service.placing import REST_MS
from kiosk.service.task import End, Surroundings, Task, kilograms
from kiosk.session.outcome import weighing
from kiosk.units import Grams, Millis

HANDS_MS = 1_800_000
"""How long a collector may take over a bag before the machine goes back into service."""

Phase = Literal["full", "take_out", "empty", "hang_in", "fresh"]
_ASKS: dict[Phase, Phase] = {"take_out": "empty", "hang_in": "fresh"}
"""What is weighed once the collector says that it is done."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """The three weighings; None: the scale was not at rest or not heard."""

    full: StableWeight | None = None
    empty: StableWeight | None = None
    fresh: StableWeight | None = None

    @property
    def tare_g(self) -> int | None:
        """Mass of the new bag; None if the scale was opened anew meanwhile: it may have zeroed
        itself."""
        empty, fresh = self.empty, self.fresh
        if empty is None or fresh is None or empty.link_opens != fresh.link_opens:
            return None
        # No bag weighs less than none: the old one was still in when "empty" was weighed.
        return None if fresh.grams < empty.grams else fresh.grams - empty.grams

    def removed_g(self, tare_out_g: int | None) -> int | None:
        """Mass of what was in the old bag, likewise."""
        full, empty, fresh = self.full, self.empty, self.fresh
        if full is None or empty is None or fresh is None:
            return None
        if not full.link_opens == empty.link_opens == fresh.link_opens:
            return None
        if fresh.grams < empty.grams:
            return None
        return weighed_out(full.grams, empty.grams, fresh.grams, tare_out_g)


class Collecting(Task):
    """One bag of one compartment."""

    def __init__(
        self, around: Surroundings, helpdesk: HelpDesk, asked: wire.Collect, now_ms: Millis
    ) -> None:
        super().__init__(around, asked.compartment)
        self._helpdesk = helpdesk
        self._asked = asked
        self._began_ms = self._since_ms = now_ms
        self._phase: Phase = "full"
        self._weighed = Weighed()
        self._moved: str | None = None
        """Why what was found is not what the books say, in words."""

    def begin(self, now_ms: Millis) -> None:
        """Warn of what residents reported, and weigh."""
        ticket = self._helpdesk.dropped_in(self._where)
        if ticket is not None:
            self._around.say(f"a resident dropped something into this bag: look for it, {ticket}")
        self._around.say(f"{self._where} is weighed; keep the hatch shut and away from it")

    def proceed(self, now_ms: Millis) -> None:
        """The bag is out, or the new one in."""
        following = _ASKS.get(self._phase)
        if following is not None:
            self._phase, self._since_ms = following, now_ms
            self._around.say("it is weighed; keep away from it")

    def look(self, now_ms: Millis) -> End | None:
        """Weigh when it is time to."""
        if now_ms - self._began_ms >= HANDS_MS:
            return End("given up: not done within half an hour; nothing is recorded", done=False)
        if self._phase in _ASKS:
            return None
        weight = self.bin.weight(self._since_ms)
        if weight is None and now_ms - self._since_ms < REST_MS:
            return None
        match self._phase:
            case "full":
                self._found(weight)
            case "empty":
                self._weighed = replace(self._weighed, empty=weight)
                self._phase = "hang_in"
                self._around.say("hang the new bag in and shut the hatch", asks=True)
            case "fresh":
                self._weighed = replace(self._weighed, fresh=weight)
                return self._recorded()
        return None

    def _found(self, weight: StableWeight | None) -> None:
        """Say what the bag holds, and have it taken out."""
        one, ledger = self.bin, self._around.parts.ledger
        self._weighed = replace(self._weighed, full=weight)
        if weight is not None:
            self._moved = one.moved(weight, ledger.last_gross.get(one.id))
        deposits, sum_g = self._sums()
        said = f"{deposits} deposits, {kilograms(sum_g)} by the books"
        if weight is None:
            said += "; the scale does not rest, so it goes unweighed"
        elif self._moved is not None:
            said += f"; it {self._moved}, so what is taken out cannot be weighed"
        self._phase = "take_out"
        self._around.say(f"{said}. Take the bag out", asks=True)

    def _recorded(self) -> End:
        """Close the books of the bag (P7)."""
        one, around = self.bin, self._around
        hung = around.parts.ledger.bag_in(one.id)
        body = self._collection(hung)
        around.books.write("service", None, (body,))
        self._helpdesk.collected(one.id)
        around.parts.service.answered(one.id)
        around.books.clear_fault(MASS_STEP, one.id)
        said = f"{body.deposits} deposits, {kilograms(body.sum_g)} by the books"
        if body.removed_g is None or body.difference_g is None:
            wrong: str | None = self._moved or "the scale did not weigh it"
            said += f", not weighed: {wrong}"
        else:
            off, allowed = body.difference_g, body.tolerance_g
            said += f", {kilograms(body.removed_g)} weighed: {off:+d} g, {allowed} g are allowed"
            wrong = None if abs(off) <= allowed else said
        if wrong is None:
            around.books.clear_fault(BAG_DIFFERENCE, one.id)
        else:
            around.books.raise_fault(BAG_DIFFERENCE, one.id, f"bag {body.bag_out}: {wrong}")
        return End(f"recorded: bag {body.bag_out} out, {body.bag_in} in; {said}", done=True)

    def _collection(self, hung: Bag) -> Collection:
        one, ledger, weighed = self.bin, self._around.parts.ledger, self._weighed
        scale = one.settings.scale
        full, empty, fresh = weighed.full, weighed.empty, weighed.fresh
        deposits, sum_g = self._sums()
        removed_g = weighed.removed_g(hung.tare_g) if self._moved is None else None
        load = Grams(sum_g) if full is None else full.grams
        limit_g = in_service_limit(load, Grams(scale.e_g), scale.accuracy)
        return Collection(
            compartment=one.id,
            bag_out=hung.code,
            # The number of this record: it names the bag for good, whoever hangs it in.
            bag_in=self._asked.bag or f"{one.id}-{ledger.head_seq + 1}",
            deposits=deposits,
            sum_g=sum_g,
            removed_g=removed_g,
            tolerance_g=bag_tolerance(deposits, Grams(scale.e_g), limit_g),
            difference_g=None if removed_g is None else removed_g - sum_g,
            gross_g=None if fresh is None else fresh.grams,
            tare_out_g=hung.tare_g,
            tare_in_g=weighed.tare_g,
            full=None if full is None else weighing(full),
            empty=None if empty is None else weighing(empty),
            fresh=None if fresh is None else weighing(fresh),
            who=self._asked.who,
        )

    def _sums(self) -> tuple[int, int]:
        """How many deposits lie in the bag, and their mass."""
        rows = self._around.parts.ledger.since_collection
        mine = [row for row in rows if row.compartment == self._where]
        return sum(row.deposits for row in mine), sum(row.net_g for row in mine)
