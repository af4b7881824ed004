"""One deposit that plays by itself through all the real processes, and the proof of it.

A resident shows the phone, picks paper, puts 1.80 kg of cardboard in, reads the result and
leaves. Then the machine's ledger and the operator's books are compared, each as its own side
tells it.
"""

from kiosk.clock import Clock
from kiosk.demo.assembly import Assembly
from kiosk.demo.bench import Bench, Deed, Put, Show
from kiosk.demo.enroller import Enroller
from kiosk.demo.errors import DemoError
from kiosk.demo.facts import cloud_books, machine_status
from kiosk.demo.finger import Finger
from kiosk.demo.patience import Patience
from kiosk.demo.phone import Phone
from kiosk.demo.verdict import Verdict, judge
from kiosk.wire import Status

COMPARTMENT = "paper"
GRAMS = 1_800
ENROL_MS = 30_000
DOOR_MS = 20_000
STEP_MS = 15_000
CLOUD_MS = 30_000
OVERALL_MS = 150_000


class Once:
    """The resident, the technician and the auditor of one deposit."""

    def __init__(self, assembly: Assembly, patience: Patience, clock: Clock) -> None:
        self._assembly = assembly
        self._patience = patience
        self._finger = Finger(assembly.panel, patience, clock)
        phone = Phone(assembly.operator.issuer_key, clock)
        self._bench = Bench(assembly.machine, assembly.panel, phone, assembly, assembly.collector)
        self._enroller = Enroller(assembly.operator, assembly.machine, clock)

    def play(self) -> Verdict:
        """Start, play, end, compare.

        Raises OverdueError naming the step that did not happen, or another KioskError. Whatever
        comes, the processes are ended in order.
        """
        self._patience.allow(OVERALL_MS, "kiosk demo --once")
        try:
            self._assembly.start(self._patience)
            self._enrol()
            self._deposit()
            self._wait_for_the_cloud()
            self._assembly.end_machine()
            books = cloud_books(self._assembly.endpoint_port)
            if books is None:
                raise DemoError("the endpoint does not answer for its books")
            return judge(self._assembly.layout.ledger_home, books)
        finally:
            self._assembly.stop()

    def _enrol(self) -> None:
        def enrolled() -> bool:
            status = self._status()
            self._enroller.look(status)
            return status is not None and status.kiosk is not None

        self._patience.until(
            enrolled, ENROL_MS, lambda: "the machine did not enrol with the operator in time"
        )

    def _deposit(self) -> None:
        finger = self._finger
        finger.wait_for("idle", STEP_MS)
        finger.press("start")
        finger.wait_for("identify", STEP_MS)
        self._do(Show("fresh"))
        finger.wait_for("choose", STEP_MS)
        finger.press(f"compartment:{COMPARTMENT}")
        finger.wait_for("depositing", DOOR_MS)
        self._do(Put(COMPARTMENT, GRAMS))
        finger.press("done")
        finger.wait_for("result", DOOR_MS)
        finger.press("finish")
        finger.wait_for("receipt", STEP_MS)
        finger.press("finish")
        finger.wait_for("idle", STEP_MS)

    def _wait_for_the_cloud(self) -> None:
        def all_acknowledged() -> bool:
            status = self._status()
            return status is not None and 0 < status.head_seq == status.acked_through

        def overdue() -> str:
            status = self._status()
            seen = f"{status.acked_through} of {status.head_seq}" if status else "nothing"
            return f"the cloud acknowledged {seen} records after {CLOUD_MS // 1000} s"

        self._patience.until(all_acknowledged, CLOUD_MS, overdue)

    def _do(self, deed: Deed) -> None:
        said = self._bench.do(deed)
        if said is not None and not said.ok:
            raise DemoError(said.en)

    def _status(self) -> Status | None:
        return machine_status(self._assembly.layout.status)
