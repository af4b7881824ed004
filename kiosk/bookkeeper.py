"""Everything the controller writes into the ledger: steps, faults, changes, receipts, upkeep."""

from collections.abc import Mapping

from kiosk.clock import utc_text
from kiosk.documents import Adjudication
from kiosk.earlier import EarlierDeposits
from kiosk.events import (
    DoorFailed,
    DoorHalted,
    DoorReported,
    DoorReversed,
    Event,
    LabelScanned,
    ScaleLost,
    ScaleReady,
    Touched,
    WeightRead,
)
from kiosk.faultbook import FaultBook
from kiosk.faults import DISK_FULL, LEDGER_OLD_DAMAGED, Fault
from kiosk.ledger import Draft, LedgerError
from kiosk.parts import Parts
from kiosk.receipts import make, receipt_of
from kiosk.records import Anchor, Body, Correction, Deposit, decode
from kiosk.units import CompartmentId, Millis, Seq


def cause_of(event: Event) -> str:
    """What led to a record, in a word (OCPP triggerReason)."""
    match event:
        case Touched():
            return "touch"
        case LabelScanned():
            return "scan"
        case WeightRead() | ScaleLost() | ScaleReady():
            return "scale"
        case DoorReported() | DoorReversed() | DoorFailed() | DoorHalted():
            return "door"
        case _:
            return "cloud"


class Bookkeeper:
    """Writes for the deciding thread. Whatever it writes is durable when it returns; LedgerError
    is raised through, because then nothing that depends on the record may happen."""

    def __init__(self, parts: Parts, faults: FaultBook) -> None:
        self._parts = parts
        self._faults = faults
        self._codes: dict[str, str] = {}
        self._anchored = False
        self.earlier = EarlierDeposits(parts.trust)
        """What people are told of their deposits of earlier visits."""
        self.session: str | None = None
        """The visit that faults happen in."""

    @property
    def codes(self) -> Mapping[str, str]:
        """Signed receipts of the visit, by receipt id."""
        return self._codes

    def write(self, cause: str, session: str | None, bodies: tuple[Body, ...]) -> None:
        """Append records; every outcome among them gets a receipt that anyone can check."""
        if not bodies:
            return
        compartment = getattr(bodies[0], "compartment", None)
        stamp = self._parts.stamps.stamp(
            offline=not self._parts.link.attached, compartment=compartment
        )
        drafts = [Draft(session, cause, body) for body in bodies]
        for written in self._parts.ledger.append(drafts, stamp):
            record = decode(written.data)
            self.earlier.enter(record)
            self._parts.gauges.filling.enter(Seq(written.seq), record)
            if isinstance(record.body, Deposit):
                code = make(receipt_of(record), self._parts.record_key)
                self._codes = {**self._codes, record.body.receipt: code}

    def forget_receipts(self) -> None:
        """The visit is over: its receipts are nobody's business any more."""
        self._codes = {}

    def raise_fault(self, fault: Fault, compartment: CompartmentId | None, detail: str) -> None:
        """Raise a fault, with a record if it is new."""
        now_ms = self._parts.clock.monotonic_ms()
        raised = self._faults.raise_fault(fault, compartment, detail, now_ms)
        self.write("fault", self.session, raised)

    def clear_fault(self, fault: Fault, compartment: CompartmentId | None) -> None:
        """Clear a fault, with a record if it was raised and did not come often."""
        if fault in self._faults.of(compartment):
            now_ms = self._parts.clock.monotonic_ms()
            self.write("fault", self.session, self._faults.clear_fault(fault, compartment, now_ms))

    def calm_faults(self, now_ms: Millis) -> None:
        """Clear the faults that came often, once their causes have been gone for a while."""
        self.write("fault", self.session, self._faults.due(now_ms))

    def anchor(self) -> None:
        """Tie this boot's monotonic time to wall time, once that is synchronised: the cloud then
        knows when everything before happened, whatever the clock said (architecture.md, "Time")."""
        if self._anchored:
            return
        wall = self._parts.clock.wall()
        if wall.quality == "S" and wall.utc_ms is not None:
            self._anchored = True
            at_ms = self._parts.clock.monotonic_ms()
            self.write("clock", None, (Anchor(at_ms, utc_text(wall.utc_ms)),))

    def tell_changes(self) -> None:
        """Whatever changed of parameters and documents goes into the ledger (P9, M-16)."""
        changed = self._parts.parameters.untold_records()
        if changed:
            self.write("start", None, changed)
            self._parts.parameters.told()
        adopted = self._parts.trust.untold_records()
        if adopted:
            version = self._parts.trust.versions.get("adjudications", 0)
            decided = self._parts.trust.untold_decisions()
            corrections = tuple(self._correction(one, version) for one in decided)
            self.write("cloud", None, adopted + corrections)
            self._parts.trust.told()

    def _correction(self, decided: Adjudication, version: int) -> Correction:
        """The decision about a HELD deposit, closed in the ledger; it credits nothing."""
        return Correction(
            of_ledger=decided.ledger,
            of_seq=decided.seq,
            receipt=self._receipt_of(decided),
            amount_minor=decided.amount_minor,
            currency=decided.currency,
            who=decided.who,
            why=decided.why,
            version=version,
        )

    def _receipt_of(self, decided: Adjudication) -> str:
        """The receipt id of what was decided about; empty when it is not in this ledger."""
        if decided.ledger != self._parts.ledger.id:
            return ""
        reader = self._parts.ledger.reader()
        try:
            body = decode(reader.one(decided.seq).data).body
        except LedgerError:
            # Pruned since: the decision stands without it.
            return ""
        finally:
            reader.close()
        return body.receipt if isinstance(body, Deposit) else ""

    def watch_disk(self, now_ms: Millis) -> None:
        """Stop selling below the reserve, go on above it (P5)."""
        if self._parts.disk.low(now_ms):
            self.raise_fault(DISK_FULL, None, f"{self._parts.disk.free_mib} MiB free")
        else:
            self.clear_fault(DISK_FULL, None)

    def tend(self) -> None:
        """The ledger's hourly upkeep, in small parts, while nobody is here."""
        stamp = self._parts.stamps.stamp(offline=not self._parts.link.attached)
        for problem in self._parts.ledger.tend(stamp).problems:
            self.raise_fault(LEDGER_OLD_DAMAGED, None, problem)
