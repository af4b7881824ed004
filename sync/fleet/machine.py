"""A simulated machine: the agent's policy, requests and answers, without its socket and thread.

What ``sync.agent.agent`` does one turn at a time with a blocking session, this does in the event
loop that all machines share; it decides nothing by itself. The controller's part is played, too:
marks are verified by the endpoint's key before a record counts as acknowledged.
"""

import asyncio
import hashlib
from dataclasses import dataclass
from random import Random

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.clock import Clock
from kiosk.cloud import (
    MARK_TYPE,
    STATEMENT_TYPE,
    CompartmentReport,
    EnrolmentCode,
    MachineReport,
    Mark,
    Statement,
    StatusRequest,
)
from kiosk.documents import DOCUMENT_TYPE, Document, EndpointKeys
from kiosk.envelope import TrustError, seal, unseal
from kiosk.keys import public_bytes
from kiosk.records import Enrolled
from kiosk.wire import Enrolment
from sync.agent import calls, policy
from sync.agent.calls import Call, Meaning
from sync.agent.client import fitting
from sync.agent.course import Beat, Calm, Carry, Course, OpenLedger, Pace, Rest
from sync.agent.errors import UnreachableError
from sync.agent.outcomes import Failed, Took
from sync.agent.signing import Signer
from sync.fleet.deposits import COMPARTMENTS
from sync.fleet.errors import FleetError
from sync.fleet.ledger import MakeWriter, SimLedger
from sync.fleet.line import Line
from sync.fleet.tally import Tally

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True)
class Setting:
    """What all machines of a fleet share."""

    base: str
    """The cloud's address without a trailing slash."""
    clock: Clock
    """Its wall time is real; its monotonic time is the fleet's (``sync.fleet.fleet``)."""
    pace: Pace
    make_writer: MakeWriter
    lead_ms: int
    """How long ago the ledgers began: the outage is in the past when it is told."""


class SimMachine:
    """One machine; ``seed`` makes its keys, its ledger and its dice."""

    def __init__(self, setting: Setting, seed: int, code: EnrolmentCode, tally: Tally) -> None:
        self._setting = setting
        self._code = code
        # Simulated keys: whoever knows the seed knows them.
        record_key, transport_key = (_key(seed, what) for what in ("record", "transport"))
        self._record_key = record_key
        self._transport_public = public_bytes(transport_key)
        self._signer = Signer(transport_key, setting.clock)
        self.board = f"sim-{seed}"
        self.ledger = SimLedger(seed, record_key, setting.make_writer, self.board)
        self.kiosk = ""
        self.course: Course | None = None
        self.acked_through = 0
        """Verified marks: the controller's knowledge, which survives a restart of the agent."""
        self.tally = tally
        self.dice = Random(f"{seed}/dice")
        self.news = asyncio.Event()
        """Set when there is a new record, or anything else to look at."""
        self._line = Line(setting.base)
        self._endpoint_keys: tuple[bytes, ...] = ()
        self._documents: dict[str, int] = {}

    async def enrol(self) -> None:
        """Use up the code and begin the ledger. Raises FleetError when the cloud says no."""
        code = self._code
        statement = Statement(
            code.site,
            code.code,
            self.board,
            self.ledger.id,
            public_bytes(self._record_key),
            self._transport_public,
        )
        sealed = seal(STATEMENT_TYPE, msgspec.json.encode(statement), self._record_key)
        call = calls.enrol(code.code, sealed)
        try:
            answer = await self._line.exchange(call.method, call.path, call.headers, call.body)
        except UnreachableError as error:
            raise FleetError(f"{self._setting.base} cannot be reached: {error}") from error
        enrolment = call.read(answer)
        if not isinstance(enrolment, Enrolment):
            raise FleetError(f"machine {self.board} is not enrolled: {enrolment.reason}")
        if hashlib.sha256(enrolment.root_key).hexdigest() != code.root:
            raise FleetError(f"{self._setting.base} answers with another root key than the code's")
        self._adopt(enrolment)
        said = Enrolled(
            enrolment.kiosk, code.site, code.url, enrolment.root_key, self._transport_public
        )
        self.ledger.begin(said, (self._setting.clock.wall().utc_ms or 0) - self._setting.lead_ms)
        self.start()

    def start(self) -> None:
        """The agent starts: it knows what the controller knows."""
        now_ms = self._setting.clock.monotonic_ms()
        self.course = policy.start(now_ms, self.acked_through, self._setting.pace)

    @property
    def delivered(self) -> bool:
        """Everything is acknowledged."""
        return self.acked_through == self.ledger.head_seq

    async def turn(self) -> Rest | None:
        """Do one thing, or say until when there is nothing to do."""
        course, now_ms = self.course, self._setting.clock.monotonic_ms()
        assert course is not None, "enrol() comes first"
        step = policy.next_step(course, self.ledger.head_seq, now_ms)
        if isinstance(step, Rest):
            return step
        if isinstance(step, Beat):
            heard = await self._ask("status", calls.status(self._status()))
            self.course = policy.after_status(course, heard, *self._chances())
        elif isinstance(step, OpenLedger):
            opened = await self._ask("ledger", calls.open_ledger(self.ledger.id, self.board))
            self.course = policy.after_opening(course, opened, *self._chances())
        else:
            await self._carry(course, step)
        return None

    async def live(self) -> None:
        """Take turn after turn, until cancelled."""
        while True:
            rest = await self.turn()
            if rest is not None:
                await self._rest(rest.until_ms)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._line.close()

    async def ask(self, call: Call[Meaning]) -> Meaning | Failed:
        """Send a request signed by the transport key and read its answer."""
        url = self._setting.base + call.path
        signed = self._signer.sign(call.method, url, call.headers, call.body)
        try:
            return call.read(await self._line.exchange(call.method, call.path, signed, call.body))
        except UnreachableError as error:
            return Failed(str(error))

    async def _ask(self, kind: str, call: Call[Meaning]) -> Meaning | Failed:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        outcome = await self.ask(call)
        self.tally.note(kind, began_s, loop.time(), outcome)  # type: ignore[arg-type]
        return outcome

    async def _carry(self, course: Course, step: Carry) -> None:
        records = fitting(self.ledger.after(step.after, step.most), step.most)
        call = calls.batch(self.ledger.id, step.generation, records, step.quarantine)
        took = await self._ask("batch", call)
        sent = range(records[0].seq, records[-1].seq + 1)
        self.course = policy.after_batch(course, took, sent, *self._chances())
        if isinstance(took, Took):
            self._believe(took)

    def _believe(self, took: Took) -> None:
        """Do as the controller does with a mark: verify, then count on it."""
        try:
            mark = msgspec.json.decode(
                unseal(took.envelope, MARK_TYPE, self._endpoint_keys), type=Mark
            )
        except (TrustError, msgspec.DecodeError) as error:
            raise FleetError(f"{self.kiosk}: a mark that cannot be believed: {error}") from error
        if mark.kiosk != self.kiosk:
            raise FleetError(f"{self.kiosk}: a mark for {mark.kiosk}")
        self.tally.records += max(0, mark.acked_through - self.acked_through)
        self.acked_through = max(self.acked_through, mark.acked_through)
        self.ledger.acknowledged(self.acked_through)

    def _adopt(self, enrolment: Enrolment) -> None:
        self.kiosk = enrolment.kiosk
        for envelope in enrolment.documents:
            payload = unseal(envelope, DOCUMENT_TYPE, (enrolment.root_key,))
            document = msgspec.json.decode(payload, type=Document)
            self._documents[document.name] = document.version
            if isinstance(document.body, EndpointKeys):
                self._endpoint_keys = document.body.keys

    def _status(self) -> StatusRequest:
        return StatusRequest(
            version=VERSION,
            ledger=self.ledger.id,
            head_seq=self.ledger.head_seq,
            acked_through=self.acked_through,
            documents=self._documents,
            report=MachineReport(
                state="idle",
                legal=VERSION,
                free_mib=20_000,
                clock="S",
                compartments=tuple(
                    CompartmentReport(name, material, "open", "closed", "ready", 12_000)
                    for name, material, _ in COMPARTMENTS
                ),
            ),
        )

    async def _rest(self, until_ms: int) -> None:
        wait_ms = until_ms - self._setting.clock.monotonic_ms()
        # A controller that has news wakes the agent; one that backs off goes on resting.
        watched = isinstance(self.course and self.course.mood, Calm)
        try:
            async with asyncio.timeout(max(0, wait_ms) / 1000):
                await (self.news.wait() if watched else asyncio.Event().wait())
        except TimeoutError:
            return
        self.news.clear()

    def _chances(self) -> tuple[int, Random, Pace]:
        return self._setting.clock.monotonic_ms(), self.dice, self._setting.pace


def _key(seed: int, what: str) -> Ed25519PrivateKey:
    digest = hashlib.sha256(f"kiosk fleet/{seed}/{what}".encode()).digest()
    return Ed25519PrivateKey.from_private_bytes(digest)
