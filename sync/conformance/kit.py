"""What the rules work with: an address, machines of the kit's own, and plain words for answers."""

import gzip
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from kiosk.clock import Clock, utc_text
from kiosk.cloud import (
    Batch,
    BatchAnswer,
    EnrolAnswer,
    EnrolmentCode,
    EnrolRequest,
    LedgerAnswer,
    LedgerRequest,
    Mark,
    Problem,
    StatusAnswer,
    StatusRequest,
)
from kiosk.documents import EndpointKeys
from kiosk.wire import SignedRecord
from sync.agent.answers import JSON_MEDIA, peek_mark
from sync.agent.errors import SyncError
from sync.agent.http import Answer
from sync.agent.signing import Signer
from sync.conformance.chain import Chain, Machine
from sync.conformance.desk import Desk
from sync.conformance.documents import read_document
from sync.conformance.errors import BrokenRuleError, CannotTellError
from sync.conformance.feed import Feed
from sync.conformance.line import Line, Request

Wanted = TypeVar("Wanted")

JSON = {"Content-Type": JSON_MEDIA}
GZIP = {**JSON, "Content-Encoding": "gzip"}

REFUSED = (400, 422)
"""What refuses a batch: an agent goes the same way for both."""


@dataclass
class Applicant:
    """A machine and the code it may enrol with; ``answer`` once it did."""

    machine: Machine
    code: EnrolmentCode
    answer: EnrolAnswer | None = None
    failed: str = ""


@dataclass
class Kit:
    """``codes`` enrol one machine each; ``url`` is without a trailing slash."""

    url: str
    line: Line
    clock: Clock
    feed: Feed
    codes: tuple[EnrolmentCode, ...] = ()
    desk: Desk | None = None
    restart: Callable[[], None] | None = None
    """Kills the endpoint, starts it again, and returns when it serves."""
    _applicants: dict[int, Applicant] = field(default_factory=dict)

    # ---- machines ----

    def applicant(self, number: int = 0) -> Applicant:
        """Return a machine that has a code. Raises CannotTellError without one."""
        if number not in self._applicants:
            if number >= len(self.codes):
                codes = "an enrolment code" if number == 0 else "a second enrolment code"
                raise CannotTellError(f"needs {codes} (--code)")
            code = self.codes[number]
            machine = Machine(code.site, "conformance-board", secrets.token_hex(16))
            self._applicants[number] = Applicant(machine, code)
        return self._applicants[number]

    def machine(self, number: int = 0) -> Machine:
        """Return an enrolled machine. Raises CannotTellError when it cannot be enrolled."""
        applicant = self.applicant(number)
        machine = applicant.machine
        if applicant.answer is None and not applicant.failed:
            answer = self.enrol(applicant.code.code, machine.statement(applicant.code.code))
            try:
                applicant.answer = read(answer, EnrolAnswer, "enrolling", 201)
                machine.kiosk = applicant.answer.kiosk
                machine.root = applicant.answer.root_key
            except BrokenRuleError as error:
                applicant.failed = str(error)
        if applicant.failed:
            raise CannotTellError(f"no machine could be enrolled: {applicant.failed}")
        return machine

    def enrol(self, code: str, statement: bytes) -> Answer:
        """POST /v1/enrol, which nobody signs."""
        body = msgspec.json.encode(EnrolRequest(code, statement))
        return self.plain("POST", "/v1/enrol", body)

    def open(
        self,
        machine: Machine | None = None,
        board: str | None = None,
        previous: str | None = None,
    ) -> Chain:
        """Open a fresh ledger with one record in it, so that no rule stands on another's ground."""
        machine = machine or self.machine()
        ledger = secrets.token_hex(16)
        answer = self.open_as(machine, ledger, board)
        opened = read(answer, LedgerAnswer, "opening a ledger")
        utc_ms = self.clock.wall().utc_ms or 0
        return Chain(machine, ledger, opened.generation, utc_text(utc_ms), previous)

    def open_as(self, machine: Machine, ledger: str, board: str | None = None) -> Answer:
        """POST /v1/ledgers"""
        asked = LedgerRequest(ledger, None, "conformance", board or machine.board)
        return self.call(machine, "POST", "/v1/ledgers", msgspec.json.encode(asked))

    # ---- requests ----

    def plain(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = JSON
    ) -> Answer:
        """Send a request that is not signed."""
        sent = headers if body is not None else {}
        return self.line.exchange(Request(method, self.url + path, sent, body))

    def signed(
        self,
        machine: Machine,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] = JSON,
    ) -> Request:
        """Sign a request as the agent does."""
        url = self.url + path
        signer = Signer(machine.transport_key, self.clock)
        # A GET carries headers too (If-None-Match, Range); nobody signs those.
        own = {} if body is None and headers is JSON else dict(headers)
        return Request(method, url, signer.sign(method, url, own, body), body)

    def call(
        self,
        machine: Machine,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] = JSON,
    ) -> Answer:
        """Sign and send."""
        return self.line.exchange(self.signed(machine, method, path, body, headers))

    def batch(
        self,
        chain: Chain,
        records: Sequence[SignedRecord],
        quarantined: tuple[int, ...] = (),
        generation: int | None = None,
    ) -> Request:
        """Make the request that carries these records, compressed as the agent does."""
        body = gzip.compress(batch_body(chain, records, quarantined, generation), mtime=0)
        return self.signed(chain.machine, "POST", chain.path, body, GZIP)

    def send(
        self,
        chain: Chain,
        records: Sequence[SignedRecord],
        quarantined: tuple[int, ...] = (),
        generation: int | None = None,
    ) -> Answer:
        """Send records as one batch."""
        return self.line.exchange(self.batch(chain, records, quarantined, generation))

    def stored(self, chain: Chain) -> int:
        """Send the whole ledger, which must be taken; return its head's number."""
        took(self.send(chain, chain.records), "a plain batch")
        return chain.head_seq

    def ledger(self, chain: Chain) -> LedgerAnswer:
        """GET /v1/ledgers/{ledger}: what the endpoint says it holds."""
        answer = self.call(chain.machine, "GET", f"/v1/ledgers/{chain.ledger}")
        return read(answer, LedgerAnswer, "asking about a ledger")

    def unchanged(self, chain: Chain, through: int, what: str) -> None:
        """Raise BrokenRuleError if the endpoint holds anything after ``through``."""
        found = self.ledger(chain).acked_through
        if found != through:
            raise BrokenRuleError(f"{what}: the ledger stands at {found} afterwards, not {through}")

    def endpoint_keys(self, machine: Machine) -> tuple[bytes, ...]:
        """Who may sign acknowledgements and totals, as this machine is told."""
        envelope = self.call(machine, "GET", "/v1/documents/endpoint_keys")
        need(envelope, "the document endpoint_keys", 200)
        document = read_document(envelope.body, machine, "endpoint_keys")
        try:
            return msgspec.convert(document.body, EndpointKeys).keys
        except msgspec.ValidationError as error:
            raise BrokenRuleError(f"endpoint_keys cannot be read: {error}") from error

    def status(self, machine: Machine, ledger: str = "") -> StatusAnswer:
        """POST /v1/status as after a start."""
        body = msgspec.json.encode(StatusRequest("conformance", ledger, 0, 0, {}))
        return read(self.call(machine, "POST", "/v1/status", body), StatusAnswer, "a heartbeat")


def batch_body(
    chain: Chain,
    records: Sequence[SignedRecord],
    quarantined: tuple[int, ...] = (),
    generation: int | None = None,
) -> bytes:
    """The JSON of a batch."""
    wanted = chain.generation if generation is None else generation
    first, last = records[0].seq, records[-1].seq
    return msgspec.json.encode(Batch(1, wanted, first, last, tuple(records), quarantined))


def need(answer: Answer, what: str, *statuses: int) -> None:
    """Raise BrokenRuleError unless the status is one of these."""
    if answer.status not in statuses:
        wanted = " or ".join(str(status) for status in statuses)
        raise BrokenRuleError(f"{what}: answered {_said(answer)}, not {wanted}")


def read(answer: Answer, kind: type[Wanted], what: str, status: int = 200) -> Wanted:
    """Return the body, whatever media type it has: that is for another rule to judge."""
    need(answer, what, status)
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BrokenRuleError(f"{what}: the answer cannot be read: {error}") from error


def refused(answer: Answer, what: str, status: int, kind: str) -> Problem:
    """Return the problem, whose type must be this one."""
    problem = read(answer, Problem, what, status)
    if problem.type != kind:
        raise BrokenRuleError(f"{what}: the problem's type is {problem.type!r}, not {kind!r}")
    return problem


def took(answer: Answer, what: str) -> tuple[BatchAnswer, Mark]:
    """Return the answer to a batch and its mark, whoever signed it."""
    body = read(answer, BatchAnswer, what)
    try:
        return body, peek_mark(body.mark)
    except SyncError as error:
        raise BrokenRuleError(f"{what}: the mark cannot be read: {error}") from error


def sha256(data: bytes) -> str:
    """In hexadecimal, as the protocol writes it."""
    return hashlib.sha256(data).hexdigest()


def _said(answer: Answer) -> str:
    try:
        problem = msgspec.json.decode(answer.body, type=Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return str(answer.status)
    return f"{answer.status} ({problem.title})"
